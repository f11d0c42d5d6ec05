"""Two runs side by side."""

import shutil

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

import fivefold as ff
from fivefold.cli import main
from fivefold.errors import ResumeError
from records.conftest import pipeline


def test_compared_runs_name_the_setting_that_changed(kept):
    found = ff.compare_runs(kept / "first", kept / "second")
    line = found.differences.set_index("what").loc["train.lr"]
    assert line.tolist() == ["the default", "0.1"]
    assert found.differences["what"].tolist() == ["train.lr"]


def test_compared_runs_on_the_same_rows_are_paired(kept):
    found = ff.compare_runs(kept / "first", kept / "second")
    one, other = (
        ff.Evaluated.load(kept / name / "evaluate" / "artifact") for name in ("first", "second")
    )
    gap = found.scores.set_index("metric").loc["roc_auc", "change"]
    areas = [roc_auc_score(each.target, each.scores[:, 1]) for each in (one, other)]
    assert float(gap) == pytest.approx(areas[1] - areas[0])
    assert gap.low < gap < gap.high
    assert found.paired


def test_compared_runs_on_other_rows_are_not_paired(kept, tumours, tmp_path):
    pipeline(tumours).run(seed=1, directory=tmp_path / "other", progress=False)
    found = ff.compare_runs(kept / "first", tmp_path / "other")
    assert not found.paired
    assert set(found.scores["verdict"]) == {"not paired"}
    assert "seed" in found.differences["what"].tolist()
    assert "not paired" in str(found)


def test_compared_runs_tell_settings_where_stages_differ_too(kept, tumours, tmp_path):
    short = pipeline(tumours, lr=0.2)[:3]
    short.run(directory=tmp_path / "short", progress=False)
    found = ff.compare_runs(kept / "second", tmp_path / "short").differences
    assert {"stages", "train.lr"} <= set(found["what"])


def test_run_compared_with_itself_differs_in_nothing(kept, tmp_path):
    shutil.copytree(kept / "first", tmp_path / "copy")
    found = ff.compare_runs(kept / "first", tmp_path / "copy")
    assert len(found.differences) == 0
    assert np.all(found.scores["change"].astype(float) == 0)
    assert "Nothing that is noted differs." in str(found)


def test_no_run_is_refused(tmp_path):
    with pytest.raises(ResumeError, match="expected the folder of a run"):
        ff.compare_runs(tmp_path, tmp_path)


def test_shell_compares_runs(kept, capsys):
    assert main(["compare", str(kept / "first"), str(kept / "second"), "--markdown"]) == 0
    assert "| train.lr | the default | 0.1 |" in capsys.readouterr().out
