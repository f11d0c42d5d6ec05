"""Labels that are likely wrong, by models that did not learn from them."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeRegressor

import fivefold as ff
from fivefold.errors import ConfigError
from fivefold.label.event import Event
from fivefold.label.events import FILE, Events


def spoilt(rows: int = 300) -> tuple[pd.DataFrame, np.ndarray]:
    """Rows of two clouds of which every tenth has the other's label, and which these are."""
    draw = np.random.default_rng(0)
    truth = draw.integers(0, 2, rows)
    frame = pd.DataFrame(draw.normal(size=(rows, 3)) + 4 * truth[:, None], columns=list("abc"))
    wrong = draw.random(rows) < 0.1
    return frame.assign(kind=np.where(wrong, 1 - truth, truth)), np.flatnonzero(wrong)


def pipeline(frame: pd.DataFrame, model: object) -> ff.Pipeline:
    stages = [ff.Collect(frame, target="kind"), ff.Preprocess(), ff.Train(model)]
    return ff.Pipeline(stages)


def test_relabel_finds_the_wrong_labels_and_looks_at_no_test_row():
    frame, wrong = spoilt()
    whole = pipeline(frame, LogisticRegression())
    found = ff.relabel(whole, folds=3, progress=False)
    divided = whole.run(progress=False)[ff.Partition]
    seen = set(found.rows["row"])
    assert seen == {*divided.train, *divided.valid}
    assert not seen & set(divided.test)
    findable = set(wrong) & seen
    assert set(found.likely) <= set(wrong)
    assert len(found.likely) > 0.8 * len(findable)
    assert found.rows["likely"].is_monotonic_decreasing
    first = found.rows[found.rows["likely"]]
    assert first["confidence"].is_monotonic_increasing
    assert (first["given"] != first["suggested"]).all()
    assert float(found.share) == pytest.approx(len(first) / len(found.rows))
    assert found.share.low < found.share < found.share.high
    assert found.joint.drop(columns="given").to_numpy().sum() == pytest.approx(len(seen))
    assert f"{len(first)} labels of {len(seen)} are likely wrong" in repr(found)


def test_relabel_answers_for_labels_that_nobody_was_asked_for_at_random(tmp_path):
    frame, _ = spoilt(80)
    stage = ff.Label(["0", "1"], directory=tmp_path)
    rows = stage.rows(frame[["a", "b", "c"]])
    events = [
        Event(
            item=item, who="ann", act="label", value=str(kind), part="chosen" if n % 4 else "random"
        )
        for n, (item, kind) in enumerate(zip(stage.items(rows), frame["kind"], strict=True))
    ]
    with Events(tmp_path / FILE) as kept:
        kept.extend(events)
    stages = [ff.Collect(frame[["a", "b", "c"]]), stage, ff.Preprocess()]
    whole = ff.Pipeline([*stages, ff.Train(LogisticRegression())])
    found = ff.relabel(whole, folds=2, progress=False)
    tested = whole[:2].run(progress=False)[ff.Collected].given == 2
    assert 0 < tested.sum() < 20
    assert set(found.rows["row"]) == set(np.flatnonzero(~tested))


def test_relabel_of_numbers_says_what_to_do_instead():
    frame, _ = spoilt(100)
    frame["kind"] = frame["a"] * 1.5
    with pytest.raises(ConfigError, match="expected a target of which each row has one class"):
        ff.relabel(pipeline(frame, DecisionTreeRegressor()), folds=2, progress=False)
