import numpy as np
import pytest

import fivefold as ff
from fivefold.errors import ConfigError


@pytest.fixture(scope="module")
def pipeline():
    return ff.Pipeline([ff.Collect("sklearn:iris"), ff.Preprocess()])


def test_run_with_a_numpy_seed_is_that_of_the_number(pipeline):
    one, two = (pipeline.run(seed=seed, progress=False) for seed in (np.int64(3), 3))
    assert (one[ff.Partition].test == two[ff.Partition].test).all()


@pytest.mark.parametrize("seed", [-1, True, 0.5, "0"])
def test_run_with_something_else_as_seed_is_refused(pipeline, seed):
    with pytest.raises(ConfigError, match="expected a seed of 0 or more"):
        pipeline.run(seed=seed, progress=False)


def test_run_in_silence_prints_nothing(pipeline, capsys):
    pipeline.run(progress=False)
    assert capsys.readouterr() == ("", "")


def test_run_until_a_stage_gives_what_was_written_so_far(pipeline):
    result = pipeline.run(until="collect", progress=False)
    assert ff.Collected in result
    assert ff.Preprocessed not in result


def test_slice_by_name_goes_on_from_a_result(pipeline):
    first = pipeline.run(until="collect", progress=False)
    second = pipeline["preprocess":].run(given=first, progress=False)
    assert second[ff.Collected] is first[ff.Collected]
    assert len(second[ff.Preprocessed].train) == 96


def test_from_json_builds_the_same_pipeline(pipeline):
    assert ff.Pipeline.from_json(pipeline.to_json()).to_json() == pipeline.to_json()
