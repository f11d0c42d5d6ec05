"""The space that is searched where nobody names one, and the shell's door to it."""

import json

import pytest
from sklearn.linear_model import LogisticRegression

import fivefold as ff
from fivefold.cli import main
from fivefold.core.digits import digits
from fivefold.study.usual import usual_space
from studied import small_frame, small_pipeline


def space_of(pipeline):
    schema = pipeline.run(until="collect", progress=False)[ff.Collected].schema
    return usual_space(pipeline, schema)


def test_usual_space_leaves_alone_what_was_given():
    pipeline = small_pipeline()
    assert list(space_of(pipeline)) == ["preprocess.scale", "train.lr", "train.weight_decay"]
    given = pipeline.replace("train", lr=0.1).replace("preprocess", scale="none")
    assert list(space_of(given)) == ["train.weight_decay"]
    assert list(space_of(pipeline.replace("train", ff.Train(LogisticRegression())))) == [
        "preprocess.scale"
    ]


def test_usual_space_of_pictures_changes_them_at_random():
    pipeline = ff.Pipeline([ff.Collect("sklearn:digits"), ff.Preprocess(), ff.Train()])
    space = space_of(pipeline)
    assert list(space) == ["train.lr", "train.weight_decay", "train.augment"]
    for changes in space["train.augment"].options:
        assert ff.Train(augment=changes).augment == changes


@pytest.mark.slow
def test_tune_in_the_shell_tells_a_table_and_a_recipe_that_runs(tmp_path, capsys):
    small_frame(90).to_csv(tmp_path / "d.csv", index=False)
    best = tmp_path / "best.json"
    words = ["tune", str(tmp_path / "d.csv"), "--target", "y", "--trials", "2", "--epochs", "1"]
    assert main([*words, "--seed", "3", "--to", str(best)]) == 0
    said = capsys.readouterr().out
    assert "Tuned: preprocess.scale=" in said
    assert "the best of 2 trials" in said
    line = next(one for one in said.splitlines() if one.startswith("Its recipe: "))
    recipe = json.loads(line.removeprefix("Its recipe: "))
    assert recipe == json.loads(best.read_text())
    pipeline = ff.Pipeline.from_json(best.read_text())
    assert f"train.lr={digits(pipeline['train'].lr)}" in said
    assert said.rstrip().endswith(f"Next: fivefold run {best}")


def test_tune_of_a_recipe_searches_the_spaces_in_it(tmp_path, capsys):
    small_frame(90).to_csv(tmp_path / "d.csv", index=False)
    pipeline = small_pipeline(tmp_path / "d.csv", epochs=1, lr=ff.log_uniform(1e-3, 1e-2))
    (tmp_path / "r.json").write_text(pipeline.to_json())
    assert main(["tune", str(tmp_path / "r.json"), "--trials", "1"]) == 0
    assert "Tuned: train.lr=" in capsys.readouterr().out


def test_tune_in_the_shell_reads_its_source_once(tmp_path, capsys, monkeypatch):
    small_frame(90).to_csv(tmp_path / "d.csv", index=False)
    reads, run = [], ff.Collect.run
    monkeypatch.setattr(
        ff.Collect, "run", lambda self, session: reads.append(1) or run(self, session)
    )
    words = ["tune", str(tmp_path / "d.csv"), "--target", "y", "--trials", "1", "--epochs", "1"]
    assert main(words) == 0
    assert "Tuned: preprocess.scale=" in capsys.readouterr().out
    assert len(reads) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--resume"], "expected a folder to go on in"),
        (["--to", "no/such/folder/best.json"], "expected to write the file"),
        (["--trials", "0"], "expected --trials of 1 or more"),
    ],
)
def test_tune_in_the_shell_refuses_before_the_work(tmp_path, capsys, words, said):
    small_frame(60).to_csv(tmp_path / "d.csv", index=False)
    assert main(["tune", str(tmp_path / "d.csv"), "--target", "y", *words]) == 2
    assert said in capsys.readouterr().err
