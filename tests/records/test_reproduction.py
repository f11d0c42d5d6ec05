"""A run, run again."""

import json
import shutil
import subprocess
import sys

import pytest

import fivefold as ff
from fivefold.cli import main
from fivefold.core.circumstances import repository
from fivefold.errors import ConfigError, DataError, RecipeError, ResumeError
from records.conftest import pipeline

OWN = """
import fivefold as ff
from fivefold.artifacts import Preprocessed

class Halve(ff.Stage):
    def run(self, data: Preprocessed) -> Preprocessed:
        return data
"""


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_reproduced_run_has_the_same_scores_and_is_left_alone(kept):
    before = files(kept)
    found = ff.reproduce(kept / "second", progress=False)
    assert found.is_exact
    assert found.scores["metric"].tolist()[0] == "roc_auc"
    assert (found.scores["difference"] == 0).all()
    assert len(found.surroundings) == 0
    assert files(kept) == before


def test_reproduced_run_with_other_scores_says_so(kept, tmp_path, capsys):
    shutil.copytree(kept / "second", tmp_path / "run")
    recipe = json.loads((tmp_path / "run" / "recipe.json").read_text())
    recipe["stages"][2]["with"]["lr"] = 1e-7
    (tmp_path / "run" / "recipe.json").write_text(json.dumps(recipe))
    assert main(["reproduce", str(tmp_path / "run")]) == 1
    told = capsys.readouterr().out
    assert "scores differ" in told
    assert "train.lr" in told


def test_reproduced_run_is_refused_where_its_data_changed(tumours, tmp_path):
    data = tmp_path / "data.csv"
    data.write_bytes(tumours.read_bytes())
    pipeline(data).run(directory=tmp_path / "run", progress=False)
    lines = data.read_text().splitlines()
    data.write_text("\n".join(lines[:-1]) + "\n")
    with pytest.raises(DataError, match=r"200 rows.*199 rows"):
        ff.reproduce(tmp_path / "run", progress=False)
    found = ff.reproduce(tmp_path / "run", anyway=True, progress=False)
    assert "data" in found.surroundings["what"].tolist()


def test_reproduced_run_finds_data_beside_the_folder_it_was_started_in(
    tumours, tmp_path, monkeypatch
):
    (tmp_path / "there").mkdir()
    shutil.copy(tumours, tmp_path / "there" / "data.csv")
    monkeypatch.chdir(tmp_path / "there")
    pipeline("data.csv").run(directory="run", progress=False)
    monkeypatch.chdir(tmp_path)
    assert ff.reproduce("there/run", progress=False).is_exact


@pytest.mark.slow
def test_reproduced_run_writes_no_bundle_of_the_users(tumours, tmp_path):
    whole = ff.Pipeline([*pipeline(tumours), ff.Deploy(str(tmp_path / "model.ff"))])
    whole.run(directory=tmp_path / "run", progress=False)
    (tmp_path / "model.ff").write_text("mine")
    found = ff.reproduce(tmp_path / "run", progress=False)
    assert found.is_exact
    assert (tmp_path / "model.ff").read_text() == "mine"


NET = """
import sys
import torch
import fivefold as ff

class Net(torch.nn.Module):
    def __init__(self, width=5):
        super().__init__()
        self.inner = torch.nn.Linear(width, 1)

    def forward(self, table):
        return self.inner(torch.tanh(table))

torch.manual_seed({seed})
def weighed(logits, target):
    return torch.nn.functional.binary_cross_entropy_with_logits(logits, target.float())

plain = ff.Pipeline([ff.Collect("data.csv", target="target"), ff.Preprocess(), ff.Train("mlp")])
pipeline = ff.Pipeline([
    ff.Collect("data.csv", target="target"),
    ff.Preprocess(),
    ff.Train(Net(), loss=weighed, epochs={epochs}),
    ff.Evaluate(baselines=()),
])
if __name__ == "__main__":
    pipeline.run(directory="run", progress=False)
"""


def test_run_with_a_module_is_reproduced_by_the_pipeline_that_is_handed_over(tumours, tmp_path):
    import torch

    torch.manual_seed(0)
    whole = pipeline(tumours).replace("train", model=torch.nn.Linear(5, 1))
    whole.run(directory=tmp_path / "run", progress=False)
    with pytest.raises(RecipeError, match=r"Train\.model(.|\n)*pipeline=pipeline"):
        ff.reproduce(tmp_path / "run", progress=False)
    found = ff.reproduce(tmp_path / "run", pipeline=whole, progress=False)
    assert found.is_exact
    assert len(found.surroundings) == 0
    other = whole.replace("train", model=torch.nn.Linear(5, 1), lr=0.3)
    with pytest.raises(ConfigError, match=r"one that differs in Train\.lr"):
        ff.reproduce(tmp_path / "run", pipeline=other, progress=False)
    with pytest.raises(ConfigError, match="one that differs in its stages"):
        ff.reproduce(tmp_path / "run", pipeline=whole[:3], progress=False)
    found = ff.reproduce(tmp_path / "run", pipeline=other, anyway=True, progress=False)
    assert not found.is_exact
    assert {"train.lr", "content of train.model"} <= set(found.surroundings["what"])


def test_run_of_a_frame_is_reproduced_by_the_pipeline_that_is_handed_over(tumours, tmp_path):
    import pandas as pd

    def of(frame):
        collect = ff.Collect(frame, target="target")
        return pipeline(tumours).replace("collect", collect)

    frame = pd.read_csv(tumours)
    of(frame).run(directory=tmp_path / "run", progress=False)
    assert ff.reproduce(tmp_path / "run", pipeline=of(frame), progress=False).is_exact
    with pytest.raises(DataError, match="199 rows"):
        ff.reproduce(tmp_path / "run", pipeline=of(frame[1:]), progress=False)


@pytest.mark.slow
def test_script_that_made_a_run_reproduces_it_in_the_shell(tumours, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shutil.copy(tumours, tmp_path / "data.csv")
    script = tmp_path / "train_it.py"
    script.write_text(NET.format(seed=1, epochs=3))
    subprocess.run([sys.executable, script], check=True)
    assert main(["reproduce", "run"]) == 2
    assert "--with FILE.py" in capsys.readouterr().err
    assert main(["reproduce", "run", "--with", "train_it.py"]) == 0
    assert "to the last bit" in capsys.readouterr().out
    script.write_text(NET.format(seed=2, epochs=3))  # another beginning of its weights
    assert main(["reproduce", "run", "--with", "train_it.py"]) == 1
    assert "content of train.model" in capsys.readouterr().out


def test_run_without_scores_cannot_be_reproduced(tumours, tmp_path):
    pipeline(tumours).run(until="preprocess", directory=tmp_path / "run", progress=False)
    with pytest.raises(ResumeError, match="a run with scores"):
        ff.reproduce(tmp_path / "run", progress=False)


def test_run_with_an_own_stage_is_reproduced_with_its_file(tumours, tmp_path, capsys):
    own = tmp_path / "halve_rows.py"
    own.write_text(OWN)
    recipe = json.loads(pipeline(tumours).to_json())
    recipe["stages"].insert(2, {"stage": "halve_rows:Halve"})
    (tmp_path / "recipe.json").write_text(json.dumps(recipe))
    words = ["run", str(tmp_path / "recipe.json"), "--with", str(own)]
    assert main([*words, "--directory", str(tmp_path / "run")]) == 0
    assert main(["reproduce", str(tmp_path / "run"), "--with", str(own)]) == 0
    assert "to the last bit" in capsys.readouterr().out


def test_commit_and_changes_of_a_repository_are_known(tmp_path):
    import subprocess

    def git(*words):
        author = ["-c", "user.name=a", "-c", "user.email=a@b"]
        told = subprocess.run(
            ["git", "-C", str(tmp_path), *author, *words], check=True, capture_output=True
        )
        return told.stdout.decode().strip()

    assert repository(tmp_path) == ("", None)
    git("init", "-q")
    (tmp_path / "a").write_text("1")
    git("add", "a")
    git("commit", "-qm", "first")
    assert repository(tmp_path) == (git("rev-parse", "HEAD"), False)
    (tmp_path / "a").write_text("2")
    assert repository(tmp_path)[1] is True


def test_reproduced_run_of_an_estimator_is_the_same_to_the_last_bit(tumours, tmp_path):
    from sklearn.ensemble import (
        HistGradientBoostingClassifier,
        RandomForestClassifier,
        StackingClassifier,
    )
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    trees = HistGradientBoostingClassifier(max_iter=5)
    both = [("forest", RandomForestClassifier(5, n_jobs=1)), ("trees", trees)]
    model = make_pipeline(StandardScaler(), StackingClassifier(both, LogisticRegression(), cv=3))
    whole = pipeline(tumours).replace("train", ff.Train(model))
    whole.run(seed=4, directory=tmp_path / "run", progress=False)
    found = ff.reproduce(tmp_path / "run", progress=False)
    assert found.is_exact
    assert len(found.surroundings) == 0


def test_reproduced_run_of_an_estimator_that_is_not_at_hand_says_what_to_import(tumours, tmp_path):
    from sklearn.linear_model import LogisticRegression

    whole = pipeline(tumours).replace("train", ff.Train(LogisticRegression()))
    whole.run(directory=tmp_path / "run", progress=False)
    path = tmp_path / "run" / "recipe.json"
    path.write_text(path.read_text().replace("sklearn.linear_model._logistic", "my_models"))
    with pytest.raises(RecipeError, match="Import my_models first"):
        ff.reproduce(tmp_path / "run", progress=False)


LEAST = """
from sklearn.base import ClassifierMixin, BaseEstimator
from sklearn.linear_model import LogisticRegression

class Least(LogisticRegression):
    pass
"""


def test_reproduced_run_takes_an_estimator_of_a_file_that_is_handed_over(tumours, tmp_path, capsys):
    from sklearn.linear_model import LogisticRegression

    whole = pipeline(tumours).replace("train", ff.Train(LogisticRegression(C=0.5)))
    whole.run(directory=tmp_path / "run", progress=False)
    recipe = tmp_path / "run" / "recipe.json"
    moved = "my_models.Least"
    recipe.write_text(
        recipe.read_text().replace("sklearn.linear_model._logistic.LogisticRegression", moved)
    )
    own = tmp_path / "own models.py"
    own.write_text(LEAST)
    with pytest.raises(RecipeError, match=r"by --with FILE\.py"):
        ff.reproduce(tmp_path / "run", progress=False)
    assert main(["reproduce", str(tmp_path / "run"), "--with", str(own)]) == 0
    assert "to the last bit" in capsys.readouterr().out


def test_reproduced_run_takes_kinds_and_callbacks_that_are_handed_over(tmp_path, monkeypatch):
    import pandas as pd

    from fivefold.kinds.known import KINDS
    from fivefold.train import callback
    from own_kinds import Colour

    class Watches(ff.Callback):
        seen = 0

        def epoch(self, run):
            Watches.seen += 1

    monkeypatch.setattr(KINDS, "_own", {})
    monkeypatch.setattr(callback, "_HANDED", {})
    rows = [f"#{(place * 1234567) % (1 << 24):06x}" for place in range(120)]
    frame = pd.DataFrame({"colour": rows, "target": [int(row[1] > "7") for row in rows]})
    frame.to_csv(tmp_path / "data.csv", index=False)
    whole = pipeline(tmp_path / "data.csv").replace("collect", kinds={"colour": Colour})
    whole.replace("train", callbacks=[Watches()]).run(directory=tmp_path / "run", progress=False)
    monkeypatch.setattr(KINDS, "_own", {})
    with pytest.raises(ConfigError, match="a colour of ours"):
        ff.reproduce(tmp_path / "run", progress=False)
    with pytest.raises(ConfigError, match="Watches"):
        ff.reproduce(tmp_path / "run", kinds=[Colour], progress=False)
    handed = {"kinds": [Colour], "callbacks": [Watches]}
    assert ff.reproduce(tmp_path / "run", **handed, progress=False).is_exact
    assert Watches.seen == 4
