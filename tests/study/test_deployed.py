"""Deployed models at hand, side by side on the same rows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.metrics import roc_auc_score

import fivefold as ff
from fivefold import cli
from fivefold.core import ledger
from fivefold.errors import ConfigError, DataError
from fivefold.looks import digest_of_test_rows
from studied import small_frame, small_pipeline

BUNDLES = Path(__file__).parents[1] / "bundles"
OLD = str(BUNDLES / "two_classes.ff")


@pytest.fixture(autouse=True)
def _empty(monkeypatch):
    monkeypatch.setattr(ledger, "_HERE", [])
    monkeypatch.delenv(ledger.LEDGER, raising=False)


@pytest.fixture
def rows():
    """Such as the bundle of two classes reads, with its target."""
    draw = np.random.default_rng(0)
    columns = {
        "age": draw.integers(10, 80, 60),
        "x": draw.normal(size=60),
        "skewed": draw.exponential(size=60),
        "zip": draw.choice(["10002", "7"], 60),
        "member": draw.random(60) > 0.5,
        "y": draw.choice(["no", "yes"], 60),
    }
    return pd.DataFrame({**columns, "town": "Köln", "since": "2021-05-06"})


class Turned(ff.Predictor):
    """A model that answers worse, its classes in the other order."""

    def __init__(self, model):
        vars(self).update(vars(model))

    @property
    def classes(self):
        return super().classes[::-1]

    def scores(self, data, **more):
        return 1 - super().scores(data, **more)[:, ::-1] ** 2


def test_bundles_are_scored_on_rows_at_hand_as_by_hand(rows):
    model = ff.load(OLD)
    found = ff.compare({"plain": OLD, "turned": Turned(model)}, data=rows)
    truth, share = rows["y"] == "yes", model.predict_proba(rows)[:, 1]
    areas = found.table["roc_auc"].map(float).tolist()
    assert_allclose(areas, [roc_auc_score(truth, share), roc_auc_score(truth, 1 - share**2)])
    assert (found.rows, found.pairs["test"][0]) == ("test rows", "delong")
    assert_allclose(float(found.pairs["difference"][0]), areas[0] - areas[1])
    assert "Compared by ROC-AUC on test rows" in repr(found)


def test_rows_without_a_target_are_left_out_and_files_are_rows_too(rows, tmp_path, capsys):
    blank = rows.copy()
    blank.loc[:2, "y"] = None
    blank.to_csv(tmp_path / "rows.csv", index=False)
    both = {"one": OLD, "other": ff.load(OLD)}
    found = ff.compare(both, data=tmp_path / "rows.csv", metric="accuracy")
    wanted = (ff.load(OLD).predict(rows[3:]) == rows["y"][3:]).mean()
    assert_allclose(found.table["accuracy"].map(float), wanted)
    assert found.pairs["verdict"].tolist() == ["a tie"]
    words = ["--data", str(tmp_path / "rows.csv"), "--metric", "accuracy"]
    (tmp_path / "new.ff").write_bytes(Path(OLD).read_bytes())
    assert cli.main(["compare", OLD, str(tmp_path / "new.ff"), *words]) == 0
    assert "on test rows, each with the best" in capsys.readouterr().out
    assert cli.main(["compare", OLD, *words]) == 2
    assert "expected two bundles beside --data" in capsys.readouterr().err


def test_bundles_are_looks_at_their_rows_which_are_known_again(rows):
    ff.compare({"one": OLD, "same": OLD}, data=rows)
    collected = ff.Pipeline([ff.Collect(rows, target="y")]).run(progress=False)[ff.Collected]
    (look,) = ledger.known_looks(digest_of_test_rows(collected, np.arange(60)))
    assert look.answers == ff.load(OLD).digest
    ff.compare({"one": OLD, "same": OLD}, data=rows.sample(frac=1, random_state=0))
    assert len(ledger._HERE) == 1


def test_bundles_that_cannot_be_compared_are_told(rows):
    both = {"one": OLD, "other": OLD}
    with pytest.raises(ConfigError, match="data to ask the bundles for"):
        ff.compare(both)
    pipelines = dict.fromkeys(both, small_pipeline())
    with pytest.raises(ConfigError, match="bundles alone beside data="):
        ff.compare(pipelines, data=rows)
    with pytest.raises(ConfigError, match="or results or bundles alone"):
        ff.compare({"one": OLD, "other": small_pipeline()})
    with pytest.raises(DataError, match="a column 'y'"):
        ff.compare(both, data=rows.drop(columns="y"))
    with pytest.raises(DataError, match=r"expected one of 'no', 'yes', found '7'"):
        ff.compare(both, data=rows.assign(y=rows["y"].replace({"yes": "7"})))
    with pytest.raises(DataError, match="one of a number in 'other'"):
        ff.compare({"one": OLD, "other": BUNDLES / "numbers.ff"}, data=rows)


@pytest.mark.slow
def test_bundles_on_the_test_rows_are_what_their_results_are(tmp_path):
    frame = small_frame(200).assign(who=np.arange(200) % 90)
    one = small_pipeline(frame).replace("collect", group="who")
    results, paths = {}, {}
    for name, epochs in (("short", 1), ("long", 9)):
        paths[name] = str(tmp_path / f"{name}.ff")
        pipeline = one.replace("train", epochs=epochs) + ff.Deploy(paths[name], parity_rows=5)
        results[name] = pipeline.run(seed=1, progress=False)
    assert len(ledger._HERE) == 2
    rows = frame.iloc[results["short"][ff.Evaluated].index].sample(frac=1, random_state=0)
    wanted, found = ff.compare(results), ff.compare(paths, data=rows)
    assert (found.best, found.metric) == (wanted.best, wanted.metric)
    assert list(found.table) == list(wanted.table)
    for name in ("roc_auc", "log_loss", "accuracy"):
        assert_allclose(found.table[name].map(float), wanted.table[name].map(float), atol=1e-6)
    gap, other = found.pairs["difference"][0], wanted.pairs["difference"][0]
    assert (gap.method, float(gap)) == (other.method, pytest.approx(float(other), abs=1e-6))
    assert found.pairs["p_mcnemar"].isna().all()  # rows of a group hang together
    assert len(ledger._HERE) == 2  # which the runs have taken
