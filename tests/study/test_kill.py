"""Studies that are killed in the middle and go on, against one that is left alone."""

import pandas as pd
import pytest

from studied import STUDIES, begin, kill_in_the_middle, whole

UNTIMED = "seconds|milliseconds"


def bits(frame):
    return frame.loc[:, ~frame.columns.str.contains(UNTIMED)]


@pytest.mark.slow
@pytest.mark.parametrize("study", STUDIES)
def test_study_killed_in_the_middle_goes_on_to_the_same_bits(study, tmp_path):
    folder, to = tmp_path / "study", tmp_path / "found.parquet"
    several = {"n_jobs": 2, "units": 1} if study == "cross_validate" else {}
    done = kill_in_the_middle(study, folder, to, **several)
    stamps = {n: (folder / "units" / n / "outcome" / "artifact").stat().st_mtime_ns for n in done}
    assert begin(study, folder, to, 1).wait() == 0
    assert len(whole(folder)) > len(done)
    for name, stamp in stamps.items():  # taken, not made again
        assert (folder / "units" / name / "outcome" / "artifact").stat().st_mtime_ns == stamp
    alone = STUDIES[study](seed=3, progress=False)
    pd.testing.assert_frame_equal(bits(pd.read_parquet(to)), bits(alone), check_exact=True)
