"""A whole pipeline through the cache: the same bits, and only what changed."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.cli import main
from fivefold.testing import fingerprint

FAST = {"epochs": 2, "quality": "fast", "threads": 1}


def rows(n: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x = rng.normal(size=n)
    label = np.where(x + rng.normal(size=n) > 0, "yes", "no")
    return pd.DataFrame({"x": x, "w": rng.choice(list("abc"), n), "y": label})


def acts(result: ff.Result) -> list[str]:
    return [decision.act for decision in result.execution.decisions]


def pipeline(source: object, **train: object) -> ff.Pipeline:
    collect = ff.Collect(source, target="y")
    return ff.Pipeline([collect, ff.Preprocess(), ff.Train("mlp", **FAST, **train)])


def test_frame_that_changes_in_one_cell_is_collected_again(tmp_path):
    frame = rows()
    first = pipeline(frame).run(cache=tmp_path, progress=False)
    again = pipeline(frame.copy()).run(cache=str(tmp_path), progress=False)
    assert acts(again) == ["take"] * 3
    plain = pipeline(frame).run(progress=False)
    for kind in (ff.Collected, ff.Partition, ff.Preprocessed, ff.Trained):
        found = {fingerprint(each[kind].fitted()) for each in (first, again, plain)}
        assert len(found) == 1, kind
    np.testing.assert_array_equal(again.predict(frame), plain.predict(frame))
    frame.loc[3, "x"] += 1
    changed = pipeline(frame).run(cache=tmp_path, progress=False)
    assert acts(changed) == ["run"] * 3
    assert "content of collect.source was" in changed.why("train")


def test_loss_of_ones_own_counts_by_what_it_holds(tmp_path):
    def weighted(by: float) -> object:
        return lambda logits, target: by * ((logits - target) ** 2).mean()

    runs = [weighted(2.0), weighted(2.0), weighted(3.0), weighted(2.0)]
    found = [pipeline(rows(), loss=loss).run(cache=tmp_path, progress=False) for loss in runs]
    assert [acts(each)[2] for each in found] == ["run", "take", "run", "take"]
    assert "content of train.loss was" in found[2].why("train")


def test_run_in_the_shell_takes_from_the_cache_and_why_says_so(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FIVEFOLD_CACHE", str(tmp_path / "cache"))
    rows().to_csv("rows.csv", index=False)
    recipe = Path("recipe.json")
    recipe.write_text(pipeline("rows.csv").to_json())
    for folder, said in (("one", "train ran: no earlier"), ("two", "train was taken from the c")):
        assert main(["run", str(recipe), "--directory", folder, "--cache"]) == 0
        capsys.readouterr()
        assert main(["why", folder, "train"]) == 0
        assert capsys.readouterr().out.startswith(said)
    rows(121).to_csv("rows.csv", index=False)
    assert main(["run", str(recipe), "--directory", "two", "--cache=cache"]) == 0
    main(["why", "two", "collect"])
    assert "collect ran: content of collect.source was " in capsys.readouterr().out


@pytest.mark.slow
def test_all_five_stages_with_folds_are_taken_to_the_same_bits(tmp_path):
    def run(cache: object, folds: int = 2, **train: object) -> ff.Result:
        deploy = ff.Deploy(tmp_path / "rows.ff")
        stages = pipeline(rows(), **train) + ff.Evaluate(folds=folds, baselines=("linear",))
        stages = stages + deploy
        return stages.run(cache=cache, progress=False)

    plain, first = run(False), run(tmp_path / "cache")
    again = run(tmp_path / "cache")
    assert acts(again) == ["take"] * 4 + ["run"]
    digests = {each[ff.Deployed].digest for each in (plain, first, again)}
    assert len(digests) == 1
    found = {fingerprint(each[ff.Evaluated].fitted()) for each in (plain, first, again)}
    assert len(found) == 1
    changed = run(tmp_path / "cache", lr=0.01)
    assert acts(changed) == ["take", "take", "run", "run", "run"]
    shutil.rmtree(tmp_path / "cache")
