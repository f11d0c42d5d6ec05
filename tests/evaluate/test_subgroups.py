import re
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.evaluate.baselines import fit_baselines
from fivefold.evaluate.evidence import Rival
from fivefold.evaluate.finders.excess import rising
from fivefold.evaluate.finders.slices import slices_of
from fivefold.evaluate.finders.subgroups import at_most, weak_subgroup
from fivefold.evaluate.hardest import hardest
from fivefold.evaluate.threshold import choose
from fivefold.tasks.threshold import Threshold

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


def test_slices_have_thirty_rows_and_pairs_are_neither_of_the_two():
    table = _table()
    made = {one.where: one for one in slices_of(table, SCHEMA)}
    quarters = [where for where in made if where[0][0] == "age" and len(where) == 1]
    assert len(quarters) == 5  # missing ones among them
    assert sum(made[where].rows for where in quarters) == 1000
    assert made[(("place", "missing"),)].rows == 50
    both = made[(("place", "`far`"), ("member", "`True`"))]
    far = (table.column("place") == "far") & (table.column("member") == 1)
    assert both.members.tolist() == far.tolist()
    assert both.told == "`place` is `far` and `member` is `True`"
    assert all(30 <= one.rows <= 970 for one in made.values())
    few = slices_of(_table(600), SCHEMA)
    assert not [one for one in few if ("place", "`isle`") in one.where]


def test_map_of_probabilities_is_what_comes_true_and_never_falls():
    given = np.array([0.1, 0.2, 0.2, 0.3, 0.9])
    came = np.array([0.0, 1.0, 0.0, 0.0, 1.0])
    assert_allclose(rising(given, came), [0, 1 / 3, 1 / 3, 1 / 3, 1])
    learnt = np.array([True, False, False, True, True])
    assert_allclose(rising(given, came, learnt), [0, 0, 0, 0, 1])


def test_chance_of_a_subgroup_is_below_what_is_told():
    for chance in (0.0049, 0.005, 0.0051, 0.0096, 2e-6, 1.5e-7):
        assert chance < float(at_most(chance).removeprefix("< "))


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
    told = re.search(r"costs (\S+) against (\S+), which", found.sentence)
    assert float(told[1]) == pytest.approx(found.numbers["inside"] + least, abs=1e-3)
    assert float(told[2]) == pytest.approx(found.numbers["promised"] + least, abs=1e-3)
    assert found.numbers["inside"] > 1.5 * found.numbers["promised"]
    assert found.numbers["promised_outside"] == pytest.approx(found.numbers["outside"], rel=0.15)


def _judged(world, seed, flips=0.0, sure=1.0):
    """Findings on true probabilities; rows of `near` lie at the boundary, a part of `far` flips."""
    draw = np.random.default_rng(seed)
    place = draw.choice(["near", "far", "isle"], 5000, p=[0.3, 0.3, 0.4]).astype(object)
    first = draw.normal(size=5000) * np.where(place == "near", 0.2, 3)
    chance = 1 / (1 + np.exp(-first))
    target = (draw.random(5000) < chance).astype(int)
    target = np.where((place == "far") & (draw.random(5000) < flips), 1 - target, target)
    made = world(
        {"first": first, "place": place, "other": draw.normal(size=5000)},
        {"first": "numeric", "place": "categorical", "other": "numeric"},
        target,
    )
    told = 1 / (1 + np.exp(-sure * first[made.partition.test]))
    return made.evidence(lambda inputs: np.stack([1 - told, told], 1))


def test_group_that_is_harder_is_in_the_table_and_no_fault(world):
    evidence = [_judged(world, seed) for seed in range(2)]
    assert not [one for one in map(weak_subgroup, evidence) if one]
    assert not weak_subgroup(_judged(world, 0, sure=3.0))  # too sure everywhere: no group's fault
    table = hardest(evidence[0])
    near = table[table["values"] == "`near`"].iloc[0]
    assert table["rows"][0] == 1000
    assert near["error"] > 1.5 * table["error"][0]
    assert near["promised"] == pytest.approx(near["error"], abs=0.06)


def test_noise_in_a_group_is_more_than_its_probabilities_promise(world):
    evidence = _judged(world, 0, flips=0.2)
    (found,) = weak_subgroup(evidence)
    assert found.numbers["where"] == [["place", "`far`"]]
    inside = evidence.collected.table.column("place")[evidence.data.test.index] == "far"
    wrong = evidence.scores.argmax(1) != evidence.target
    assert found.numbers["inside"] == pytest.approx(wrong[inside].mean())
    assert found.numbers["rows"] == inside.sum()
    assert found.numbers["promised"] < 0.17 < 0.27 < found.numbers["inside"]
    assert found.numbers["chance"] < 0.005


def _numbers(world, lean):
    draw = np.random.default_rng(0)
    place = draw.choice(["a", "b"], size=2000).astype(object)
    first = draw.normal(size=2000)
    noise = np.where(place == "a", 0.3, 1.5) * draw.normal(size=2000)
    made = world(
        {"x": first, "place": place},
        {"x": "numeric", "place": "categorical"},
        first + noise + lean * (place == "a"),
        task="regression",
    )
    return made.evidence(lambda inputs: inputs["numeric"][:, 0])


def test_numbers_that_vary_more_in_a_group_are_no_fault_and_too_low_ones_are(world):
    assert not weak_subgroup(_numbers(world, 0.0))
    (found,) = weak_subgroup(_numbers(world, 0.5))
    assert found.numbers["where"] == [["place", "`a`"]]
    assert found.numbers["inside"] == pytest.approx(0.5, abs=0.07)
    assert found.sentence.startswith("On the ")
    assert "predictions of `y` are too low by 0." in found.sentence


def test_group_in_which_a_simple_model_errs_less_is_found_of_labels_alone(world):
    evidence = _judged(world, 0)
    (line,) = (one for one in fit_baselines(evidence.data, ("linear",)) if one.kind == "linear")
    bare = Threshold("labels", bare=True)
    rivals = (Rival(baseline=line, metrics={}, comparison=None),)
    fine = replace(evidence, threshold=bare, rivals=rivals)
    assert not weak_subgroup(fine)
    far = evidence.collected.table.column("place")[evidence.data.test.index] == "far"
    flip = far & (np.random.default_rng(5).random(len(far)) < 0.2)
    labels = np.eye(2)[np.where(flip, 1, 0) ^ evidence.scores.argmax(1)]
    (found,) = weak_subgroup(replace(fine, scores=labels))
    assert found.numbers["where"] == [["place", "`far`"]]
    assert found.numbers["model"] == line.name
    assert found.numbers["simple"] == pytest.approx(
        (line.scores.argmax(1) != evidence.target)[far].mean()
    )
    assert found.sentence.count("of logistic regression") == 1
