import numpy as np
import pytest

from fivefold.artifacts import Evaluated
from fivefold.evaluate.evaluate import Evaluate
from fivefold.evaluate.finders.drift import drift, measure_drift

KINDS = {"number": "numeric", "place": "categorical", "when": "datetime"}
PARTS = (np.arange(500), np.arange(500, 550), np.arange(550, 850))


def _columns(seed=0, shift=0.0, days=0, shares=(0.5, 0.3, 0.2)):
    random, n, later = np.random.default_rng(seed), 850, np.arange(850) >= 550
    when = np.datetime64("2020-01-01", "us") + random.integers(0, 365, n) * np.timedelta64(1, "D")
    levels = np.array(["a", "b", None], object)
    other = random.choice(levels, size=n, p=shares)
    return {
        "number": random.normal(size=n) + shift * later,
        "place": np.where(later, other, random.choice(levels, size=n, p=(0.5, 0.3, 0.2))),
        "when": when + np.where(later, days, 0) * np.timedelta64(1, "D"),
    }


def _measured(world, columns, kinds=KINDS, rivals=(), roles=None, parts=PARTS, by="random"):
    rows = len(next(iter(columns.values())))
    made = world(columns, kinds, np.arange(rows) % 2, parts=parts, roles=roles or {})
    partition = made.partition.replace(by=by)
    count = len(parts[2])
    given = made.evidence(lambda _: np.full((count, 2), 0.5), rivals=rivals, partition=partition)
    return measure_drift(given)


def test_drift_of_equal_rows_is_not_told(world):
    assert sum(bool(_measured(world, _columns(seed)).moved) for seed in range(4)) == 0


@pytest.mark.parametrize(
    ("changes", "column"),
    [({"shift": 0.6}, "number"), ({"days": 120}, "when"), ({"shares": (0.2, 0.6, 0.2)}, "place")],
)
def test_drift_that_is_planted_is_told_with_its_column(world, changes, column):
    found = _measured(world, _columns(**changes))
    assert [one.feature.column for one in found.moved] == [column]
    (told,) = drift(found)
    assert list(told.numbers["columns"]) == [column]
    assert 0.1 < told.numbers["columns"][column] < 1
    assert told.numbers["psi"][column] > 0.1
    assert "1 column differs" in told.sentence
    table = found.table().set_index("column")
    assert set(table.index) == set(KINDS)
    assert table["p_corrected"][column] < 0.001
    assert (table["p_corrected"] >= table["p"]).all()


def test_drift_by_time_does_not_look_at_moments_and_exchanges_blocks(world):
    columns = _columns(days=400)
    columns["when"] = np.sort(columns["when"])
    found = _measured(world, columns, roles={"when": "time"}, by="time")
    assert not found.moved
    assert {one.feature.column for one in found.compared} == {"number", "place"}
    assert all("blocks of time" in one.test for one in found.compared)


def test_drift_between_groups_that_differ_anyhow_is_not_told(world):
    group = np.arange(850) // 50
    columns = {"number": np.random.default_rng(0).normal(size=17)[group], "g": group.astype(str)}
    columns["g"] = columns["g"].astype(object)
    kinds = {"number": "numeric", "g": "categorical"}
    parts = (np.arange(500), np.arange(500, 550), np.arange(550, 850))
    found = _measured(world, columns, kinds, roles={"g": "group"}, parts=parts, by="group")
    (one,) = found.compared
    assert one.distance > 0.2
    assert (one.has_moved, one.test) == (False, "Kolmogorov-Smirnov, groups exchanged")


def test_drift_of_equal_rows_that_stay_on_one_side_is_not_told(world):
    place = np.where(np.arange(850) < 550, np.arange(850) % 4, 4 + np.arange(850) % 3)
    found = _measured(world, {"x": place.astype(float)}, {"x": "numeric"})
    assert found.compared[0].distance == 1
    assert not found.moved


def _pair(n=1400):
    random = np.random.default_rng(0)
    first, other = random.normal(size=(2, n))
    second = np.where(np.arange(n) < 800, 1, -1) * np.sign(first) * np.abs(other)
    columns = {"first": first, "second": second, "noise": random.normal(size=n)}
    parts = (np.arange(700), np.arange(700, 800), np.arange(800, n))
    return columns, dict.fromkeys(columns, "numeric"), parts


@pytest.mark.slow
def test_drift_of_a_pair_that_no_column_shows_is_told_with_both(world, execute):
    columns, kinds, parts = _pair()
    found = _measured(world, columns, kinds, rivals=(None,), parts=parts)
    (told,) = drift(found)
    assert told.numbers["columns"] == {}
    assert set(told.numbers["told_by"]) == {"first", "second"}
    assert told.numbers["roc_auc"] > 0.9
    assert "though no column differs by itself" in told.sentence
    last = found.table().iloc[-1]
    assert (last["statistic"], last["p"]) == (told.numbers["roc_auc"], told.numbers["p"])
    made = execute(world(columns, kinds, np.arange(1400) % 2), Evaluate(baselines=()))[Evaluated]
    assert set(made.tables["drift"]["column"]) == set(kinds)  # nothing is fitted beside


@pytest.mark.slow
def test_drift_is_not_told_by_a_classifier_of_rows_that_are_alike(world):
    called = 0
    for seed in range(12):
        columns = _columns(seed)
        found = _measured(world, columns, rivals=(None,))
        assert found.joint is not None
        called += found.joint.chance < 0.05
    assert called <= 2


def test_drift_without_training_rows_is_not_measured(world):
    nothing = np.arange(0)
    columns = _columns()
    made = world(columns, KINDS, np.arange(850) % 2, parts=PARTS)
    given = made.evidence(lambda _: np.full((300, 2), 0.5))
    empty = given.data.replace(train=given.data.train.take(nothing))
    assert measure_drift(made.evidence(lambda _: np.full((300, 2), 0.5), data=empty)) is None
