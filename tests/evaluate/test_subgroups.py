import re
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.evaluate.finders.subgroups import (
    _apart,
    _at_most,
    groups,
    weak_subgroup,
    weak_subgroups,
)
from fivefold.evaluate.threshold import choose

SCHEMA = Schema(
    columns=(
        Column(name="place", kind="categorical"),
        Column(name="age", kind="numeric"),
        Column(name="member", kind="boolean"),
        Column(name="y", kind="categorical", role="target"),
    ),
    targets=("y",),
    task="binary",
    classes=("no", "yes"),
)


def _table(n=1000, seed=0):
    random = np.random.default_rng(seed)
    place = random.choice(["<1H", "far", "isle"], size=n, p=[0.5, 0.47, 0.03]).astype(object)
    place[:50] = None
    age = random.normal(50, 10, n)
    age[50:120] = np.nan
    return Columns({"place": place, "age": age, "member": random.integers(0, 2, n) * 1.0})


def test_weak_subgroup_that_is_planted_is_found_with_its_numbers():
    table = _table()
    losses = (np.random.default_rng(1).random(1000) < 0.1).astype(float)
    inside = table.column("place") == "far"
    losses[inside] = np.random.default_rng(2).random(inside.sum()) < 0.3
    found = weak_subgroups(losses, table, SCHEMA)
    assert [(group.column, group.values) for group in found] == [("place", "`far`")]
    assert found[0].rows == inside.sum()
    assert_allclose(found[0].inside, losses[inside].mean())
    assert_allclose(found[0].outside, losses[~inside].mean())
    assert found[0].chance < 1e-6


def test_weak_subgroup_of_missing_values_is_found():
    table = _table()
    missing = np.isnan(table.column("age"))
    losses = np.where(missing, 1.0, 0.2) + 0.1 * np.random.default_rng(0).random(1000)
    found = weak_subgroups(losses, table, SCHEMA)
    assert (found[0].column, found[0].values, found[0].rows) == ("age", "missing", 70)


def test_weak_subgroup_is_hardly_ever_found_where_there_is_none():
    found = sum(
        bool(
            weak_subgroups(
                np.random.default_rng(seed + 500).random(1000), _table(seed=seed), SCHEMA
            )
        )
        for seed in range(100)
    )
    assert found <= 4


def test_weak_subgroup_with_few_rows_is_not_judged():
    table = _table(600)
    isle = table.column("place") == "isle"
    assert isle.sum() < 30
    assert not weak_subgroups(isle.astype(float), table, SCHEMA)


def _shared(seed, skill):
    """Losses where half of a group are of each class, and a tenth of the others are of one."""
    draw = np.random.default_rng(seed)
    far = draw.random(2000) < 0.4
    rate = np.where(far, 0.5, 0.1)
    truth = draw.random(2000) < rate
    wrong = draw.random(2000) < np.where(far, skill * 0.5, 0.6 * 0.1)
    table = Columns(
        {
            "place": np.where(far, "far", "near").astype(object),
            "age": draw.normal(size=2000),
            "member": draw.integers(0, 2, 2000) * 1.0,
        }
    )

    def blind(inside):
        said = truth[inside].mean() > 0.5
        return (truth[inside] != said) * 1.0

    return wrong * 1.0, table, SCHEMA, blind


def test_weak_subgroup_by_its_base_rate_alone_is_none():
    easy = [weak_subgroups(*_shared(seed, 0.6)) for seed in range(20)]
    assert sum(bool(found) for found in easy) <= 1
    weak = [weak_subgroups(*_shared(seed, 1.1)) for seed in range(20)]
    assert sum(found[0].values == "`far`" for found in weak if found) >= 18
    assert all(weak_subgroups(*_shared(seed, 0.6)[:3]) for seed in range(20))
    [found] = weak[0]
    assert 0.4 < found.blind < 0.55
    assert 0.05 < found.blind_outside < 0.15


def test_groups_are_categories_quarters_and_truth_values():
    table = _table()
    made = {(name, values): inside for name, values, inside in groups(table, SCHEMA)}
    quarters = [values for name, values in made if name == "age" and values != "missing"]
    assert len(quarters) == 4
    assert sum(made["age", values].sum() for values in quarters) == 930
    assert {values for name, values in made if name == "member"} == {"`True`", "`False`"}
    assert ("place", "`<1H`") in made
    assert made["place", "missing"].sum() == 50


def test_weak_subgroup_that_is_always_wrong_is_found():
    names = np.array(["x"] * 50 + ["y"] * 500, dtype=object)
    losses = (names == "x").astype(float)
    schema = Schema(
        columns=(
            Column(name="place", kind="categorical"),
            Column(name="t", kind="categorical", role="target"),
        ),
        targets=("t",),
        task="binary",
        classes=("a", "b"),
    )
    [found] = weak_subgroups(losses, Columns({"place": names}), schema)
    assert found.rows == 50
    assert found.inside == 1.0


def test_weak_subgroup_where_all_are_wrong_is_judged_by_the_spread_of_all():
    """Where 7 of 10 answers are wrong, chance may have all 30 of a group be so."""
    place = np.where(np.arange(300) < 30, "isle", "far").astype(object)
    table = Columns({"place": place, "age": np.zeros(300), "member": np.zeros(300)})
    losses, found = np.repeat([1.0, 1.0, 0.0], [30, 189, 81]), 0
    (group,) = weak_subgroups(losses, table, SCHEMA)
    z = (1 - 0.7) / (losses.std(ddof=1) * (1 / 30 + 1 / 270) ** 0.5)
    assert_allclose(group.chance, 2 * stats.norm.sf(z))
    for seed in range(300):
        losses = (np.random.default_rng(seed).random(300) < 0.7).astype(float)
        found += len(weak_subgroups(losses, table, SCHEMA))
    assert found <= 5  # 3 are to be expected at 1 per cent


def test_weak_subgroup_hardly_beyond_its_base_rate_is_none_however_many_rows_say_so():
    place = np.repeat(np.array(["far", "near"], dtype=object), 10_000)
    schema = Schema(columns=(Column(name="place", kind="categorical"),), targets=(), task="binary")

    def found(errors):
        wrong = np.arange(10_000) < np.array([[errors], [600]])
        halves = np.arange(10_000) < np.array([[5_000], [1_000]])

        def blind(inside):
            return halves.ravel()[inside] * 1.0

        table = Columns({"place": place})
        return weak_subgroups(wrong.ravel() * 1.0, table, schema, blind)

    assert not found(3_300)  # 66% of the errors of a constant answer, 60% elsewhere
    assert [group.values for group in found(4_000)] == ["`far`"]


def test_weak_subgroups_of_nearly_the_same_rows_are_told_together():
    draw = np.random.default_rng(0)
    size = draw.random(2000)
    table = Columns({"age": size, "weight": size + 0.01 * draw.random(2000)})
    columns = tuple(Column(name=name, kind="numeric") for name in ("age", "weight"))
    schema = Schema(columns=columns, targets=(), task="regression")
    losses = draw.random(2000) * np.where(size > 0.75, 4.0, 1.0)
    found = weak_subgroups(losses, table, schema)
    assert {group.column for group in found} == {"age", "weight"}
    [(first, others)] = _apart(found)
    assert {first.column, *(one.column for one in others)} == {"age", "weight"}
    table = Columns({"age": size, "weight": draw.random(2000)})
    losses += np.where(table.column("weight") > 0.75, 2.0, 0.0)
    assert [len(others) for _, others in _apart(weak_subgroups(losses, table, schema))] == [0, 0]


def test_chance_of_a_subgroup_is_below_what_is_told():
    for chance in (0.0049, 0.005, 0.0051, 0.0096, 2e-6, 1.5e-7):
        assert chance < float(_at_most(chance).removeprefix("< "))


def noisy(asked, **planted):
    """The findings on rows whose class follows a number; `wild` ones follow chance."""
    draw = np.random.default_rng(0)
    first, wild = draw.normal(size=2500), np.arange(2500) % 4 == 0
    noise = np.where(wild & planted["wild"], draw.normal(size=2500) * 4, 0)
    target = (np.where(wild & planted["wild"], noise, first) + 0.4 * draw.normal(size=2500)) > 1
    sort = np.where(wild, "wild", "calm").astype(object)
    kinds = {"first": "numeric", "sort": "categorical"}
    made = planted["world"]({"first": first, "sort": sort}, kinds, target.astype(int))

    def function(inputs):
        second = 1 / (1 + np.exp(-5 * (inputs["numeric"][:, 0].astype(float) - 1)))
        return np.stack([1 - second, second], 1)

    evidence, valid = made.evidence(function), made.data.valid
    chosen = choose(asked, ("no", "yes"), valid.target, function(valid.inputs))
    return weak_subgroup(replace(evidence, threshold=chosen))


COSTS = {"fp": 1, "fn": 6}
GAINS = {"no": {"yes": 1, "no": -2}, "yes": {"no": 4, "yes": -2}}


@pytest.mark.parametrize("asked", [COSTS, GAINS, "f1", 0.02])
def test_weak_subgroup_is_none_where_a_threshold_raises_alarms_on_purpose(world, asked):
    assert not [one for one in noisy(asked, world=world, wild=False) if "`sort`" in one.sentence]
    found = noisy(0.02, world=world, wild=False)
    assert not found  # rows between the threshold and a half are answered wrongly, and meant to be


@pytest.mark.parametrize(("asked", "least"), [(COSTS, 0), (GAINS, -2)])
def test_weak_subgroup_by_costs_tells_them(world, asked, least):
    (found,) = noisy(asked, world=world, wild=True)
    assert "where `sort` is `wild`, an answer costs " in found.sentence
    assert "It loses " in found.sentence
    told = re.search(r"costs (\S+) against (\S+) on", found.sentence)
    assert float(told[1]) == pytest.approx(found.numbers["inside"] + least, abs=1e-3)
    assert found.numbers["inside"] > 2 * found.numbers["outside"]
