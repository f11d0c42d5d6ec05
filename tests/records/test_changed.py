"""Two runs side by side."""

import shutil

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

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


@pytest.mark.parametrize("rows", [60, 400])
def test_compared_runs_that_answer_all_rows_equally_are_a_tie(tmp_path, rows):
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({"x": draw.normal(size=rows), "z": draw.normal(size=rows)})
    frame["y"] = np.array(["a", "b", "c"])[np.digitize(frame["x"], [-0.5, 0.5])]
    for leaves in (3, 4):
        model = DecisionTreeClassifier(max_leaf_nodes=leaves, random_state=0)
        stages = [ff.Collect(frame, target="y"), ff.Preprocess(), ff.Train(model), ff.Evaluate()]
        ff.Pipeline(stages).run(directory=tmp_path / str(leaves), progress=False)
    found = ff.compare_runs(tmp_path / "3", tmp_path / "4")
    line = found.scores.set_index("metric").loc["accuracy"]
    assert (line["verdict"], float(line["change"])) == ("a tie", 0.0)
    assert "not measured" not in str(found)
    assert "-0" not in str(line["change"]).partition("[")[0]


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


def test_compared_runs_with_estimators_tell_their_settings(tumours, tmp_path):
    def kept(name, model):
        pipeline(tumours).replace("train", ff.Train(model))[:3].run(
            directory=tmp_path / name, progress=False
        )
        return tmp_path / name

    def steps(**changes):
        scaled = make_pipeline(StandardScaler(), LogisticRegression())
        return scaled.set_params(**changes)

    def told(one, other):
        found = ff.compare_runs(one, other).differences
        return found.set_index("what").T.to_dict("list")

    first = kept("first", LogisticRegression())
    assert told(first, kept("second", LogisticRegression(C=0.1, max_iter=200))) == {
        "train.model.C": ["1.0", "0.1"],
        "train.model.max_iter": ["100", "200"],
    }
    other = told(first, kept("other", GaussianNB()))
    assert other == {"train.model": ["LogisticRegression", "GaussianNB"]}
    changes = {"logisticregression__C": 9.0, "standardscaler__with_mean": False}
    assert told(kept("third", steps()), kept("fourth", steps(**changes))) == {
        "train.model.standardscaler__with_mean": ["True", "False"],
        "train.model.logisticregression__C": ["1.0", "9.0"],
    }


@pytest.mark.slow
def test_bundles_are_compared_with_runs_and_with_one_another(kept, tumours, tmp_path):
    for name, rate, seed in (("model.ff", None, 0), ("other.ff", 0.1, 1)):
        made = pipeline(tumours) if rate is None else pipeline(tumours, lr=rate)
        deployed = ff.Pipeline([*made, ff.Deploy(str(tmp_path / name))])
        deployed.run(seed=seed, progress=False)
    model, other = tmp_path / "model.ff", tmp_path / "other.ff"
    found = ff.compare_runs(model, kept / "second")
    told = found.differences.set_index("what")
    assert told.loc["train.lr"].tolist() == ["the default", "0.1"]
    assert set(told.index) == {"stages", "train.lr"}
    one, two = (ff.Evaluated.load(kept / n / "evaluate" / "artifact") for n in ("first", "second"))
    areas = [roc_auc_score(each.target, each.scores[:, 1]) for each in (one, two)]
    line = found.scores.set_index("metric").loc["roc_auc"]
    assert found.paired
    assert float(line["change"]) == pytest.approx(areas[1] - areas[0], abs=1e-6)
    assert float(line["one"]) == float(one.metrics["roc_auc"])
    for pair in ((model, other), (kept / "first", other)):
        found = ff.compare_runs(*pair)
        assert not found.paired
        assert "train.lr" in found.differences["what"].tolist()
        assert len(found.scores) == len(one.metrics)


def test_shell_compares_models_over_folds(tumours, tmp_path, capsys):
    words = ["compare", str(tumours), "--target", "target", "--folds", "3", "--epochs", "1"]
    assert main([*words, "--models", "mlp,linear", "--directory", str(tmp_path / "s")]) == 0
    told = capsys.readouterr().out
    assert "Compared by ROC-AUC on folds" in told
    assert all(name in told for name in ("mlp", "linear", "the best"))
    line = ff.runs(tmp_path).iloc[0]
    assert (line["kind"], line["done"]) == ("compare", "2 models")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--models", "mlp,liner"], 'Write "linear".'),
        (["--models", "mlp"], "two models or more"),
        (["{run}"], "two runs alone, found --target beside them"),
        (["--models", "mlp,linear", "--resume"], "--directory FOLDER --resume"),
    ],
)
def test_shell_refuses_what_it_cannot_compare(kept, tumours, capsys, words, told):
    words = [word.format(run=kept / "first") for word in words]
    assert main(["compare", str(tumours), *words, "--target", "target"]) == 2
    assert told in capsys.readouterr().err


def test_shell_refuses_to_compare_one_run(kept, capsys):
    assert main(["compare", str(kept / "first")]) == 2
    assert "another run or bundle beside it" in capsys.readouterr().err


def test_no_run_is_refused(tmp_path):
    with pytest.raises(ResumeError, match="expected the folder of a run"):
        ff.compare_runs(tmp_path, tmp_path)


def test_shell_compares_runs(kept, capsys):
    assert main(["compare", str(kept / "first"), str(kept / "second"), "--markdown"]) == 0
    assert "| train.lr | the default | 0.1 |" in capsys.readouterr().out
