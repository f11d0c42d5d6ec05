"""Folds and rows set aside: no overlap, no empty fold, no look ahead."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divisible import TABLES, collect, distinct, table, two_classes, visits
from fivefold.division import identical
from fivefold.errors import ConfigError, DataError
from fivefold.folds import draw_divisions, draw_folds, hold_out, number_of_folds
from fivefold.partition import draw


def test_folds_hold_out_every_row_once_and_learn_from_the_others():
    rows = np.arange(0, 400, 2)
    labels = two_classes(400, 0.25)
    folds = draw_folds(collect(distinct(400, y=labels)), rows, 5, seed=0)
    assert len(folds) == 5
    assert sorted(np.concatenate([held for _, held in folds])) == rows.tolist()
    for learn, held in folds:
        assert sorted([*learn, *held]) == rows.tolist()
        assert len(held) == 40
        assert sum(labels[row] == "yes" for row in held) == 10


def test_folds_of_rows_in_any_order_are_ascending():
    rows = np.random.default_rng(0).permutation(200)
    for learn, held in draw_folds(collect(distinct(200, y=two_classes(200, 0.5))), rows, 4, seed=0):
        assert (np.diff(learn) > 0).all()
        assert (np.diff(held) > 0).all()


def test_folds_by_a_rule_that_there_is_not_are_refused():
    people = np.repeat([f"person {n}" for n in range(40)], 5)
    grouped = collect(distinct(200, person=people, y=two_classes(200, 0.5)), group="person")
    with pytest.raises(ConfigError, match=r"found 'grop'(.|\n)*Write by='group'"):
        draw_folds(grouped, np.arange(200), 4, seed=0, by="grop")


def test_folds_depend_on_their_seed_alone():
    collected = collect(distinct(200, y=two_classes(200, 0.5)))
    one, same, other = (draw_folds(collected, np.arange(200), 5, seed=s) for s in (1, 1, 2))
    assert [held.tolist() for _, held in one] == [held.tolist() for _, held in same]
    assert [held.tolist() for _, held in one] != [held.tolist() for _, held in other]


def test_folds_never_split_groups_or_identical_rows():
    people = np.repeat([f"person {n}" for n in range(40)], 5)
    grouped = collect(distinct(200, person=people, y=two_classes(200, 0.5)), group="person")
    twins = np.repeat(np.arange(40.0), 5)
    repeated = collect({"x": twins, "y": two_classes(200, 0.5)})
    for collected, unit in ((grouped, people), (repeated, twins)):
        for learn, held in draw_folds(collected, np.arange(200), 5, seed=0):
            assert not set(unit[learn]) & set(unit[held])


def test_folds_by_time_expand_and_never_look_ahead():
    times = np.random.default_rng(0).permutation(np.repeat(np.arange(120.0), 2))
    collected = collect(distinct(240, when=times, y=two_classes(240, 0.5)), time="when")
    folds = draw_folds(collected, np.arange(240), 5, seed=0)
    assert len(folds) == 5
    for learn, held in folds:
        assert times[learn].max() < times[held].min()
        assert len(held) == 40
    for (learn, held), (later, _) in pairwise(folds):
        assert set(later) == set(learn) | set(held)
    tests = [row for _, held in folds for row in held]
    assert len(tests) == len(set(tests))


def test_folds_with_fewer_groups_than_folds_are_refused():
    people = np.repeat(["ann", "bob", "eve"], 20)
    collected = collect(distinct(60, person=people, y=two_classes(60, 0.5)), group="person")
    with pytest.raises(DataError):
        draw_folds(collected, np.arange(60), 5, seed=0)


def test_folds_of_groups_of_very_different_size_are_never_empty():
    people = ["big"] * 97 + ["ann", "bob", "eve"]
    collected = collect(distinct(100, person=people, y=two_classes(100, 0.5)), group="person")
    for seed in range(10):
        for learn, held in draw_folds(collected, np.arange(100), 4, seed=seed):
            assert len(learn)
            assert len(held)


def test_folds_of_fewer_rows_than_folds_are_refused():
    with pytest.raises(DataError):
        draw_folds(collect(distinct(3, y=["a", "b", "a"])), np.arange(3), 5, seed=0)


def test_folds_by_group_and_time_hold_out_later_rows_of_unseen_people():
    columns = visits(1200, 30)
    collected = collect(columns, group="person", time="when")
    person, when = np.array(columns["person"]), np.array(columns["when"])
    folds = draw_folds(collected, np.arange(1200), 4, seed=0)
    assert len(folds) == 4
    for learn, held in folds:
        assert not {*person[learn]} & {*person[held]}
        assert when[learn].max() < when[held].min()
        assert len({*person[held]}) == 15
        kept, aside = hold_out(collected, learn, 0.2, seed=0)
        assert when[kept].max() < when[aside].min()
    with pytest.raises(DataError, match=r'Choose fewer folds, or pass Split\(by="time"\)'):
        draw_folds(collected, np.arange(200), 5, seed=0)


def test_rows_set_aside_are_some_wherever_two_groups_are_there():
    people = np.repeat(["ann", "bob"], 20)
    collected = collect(distinct(40, person=people, y=two_classes(40, 0.5)), group="person")
    kept, aside = hold_out(collected, np.arange(40), 0.2, seed=0)
    assert (len(kept), len(aside)) == (20, 20)
    kept, aside = hold_out(collected, np.arange(20), 0.2, seed=0)
    assert (len(kept), len(aside)) == (20, 0)


def test_rows_set_aside_are_a_fraction_with_every_class():
    labels = two_classes(400, 0.25)
    kept, aside = hold_out(collect(distinct(400, y=labels)), np.arange(400), 0.25, seed=0)
    assert (len(kept), len(aside)) == (300, 100)
    assert sorted([*kept, *aside]) == list(range(400))
    assert sum(labels[row] == "yes" for row in aside) == 25


def test_rows_set_aside_by_time_are_the_latest():
    times = np.random.default_rng(0).permutation(np.arange(100.0))
    collected = collect(distinct(100, when=times, y=two_classes(100, 0.5)), time="when")
    kept, aside = hold_out(collected, np.arange(100), 0.2, seed=0)
    assert times[kept].max() < times[aside].min()
    assert len(aside) == 20


@settings(deadline=None, max_examples=100)
@given(
    drawn=TABLES,
    k=st.integers(2, 6),
    seed=st.integers(0, 5),
    roles=st.sampled_from([{}, {"group": "unit"}, {"time": "when"}]),
)
def test_folds_of_any_rows_never_overlap_and_are_never_empty(drawn, k, seed, roles):
    rows = np.flatnonzero(drawn["usable"])
    collected = table(drawn, **roles)
    unit = drawn["unit"] if "group" in roles else drawn["when"] if "time" in roles else None
    if unit is None:
        unit = identical(collected, np.arange(len(drawn["y"]))).tolist()
    if len({unit[row] for row in rows}) < k + ("time" in roles):
        with pytest.raises(DataError):
            draw_folds(collected, rows, k, seed)
        return
    folds = draw_folds(collected, rows, k, seed)
    assert len(folds) == k
    held_out = [row for _, held in folds for row in held]
    assert len(held_out) == len(set(held_out))
    for learn, held in folds:
        assert len(learn)
        assert len(held)
        assert not set(learn) & set(held)
        assert set(learn) | set(held) <= set(rows)
    if "time" not in roles:
        assert sorted(held_out) == rows.tolist()


def test_folds_of_each_group_leave_out_one_after_the_other():
    collected = collect(visits(240, 8), group="person", ignored="when")
    partition = draw(collected, seed=0)
    count = number_of_folds(collected, partition, "groups")
    folds = draw_divisions(collected, partition, count, seed=0)
    person = collected.table.column("person")
    held = [set(person[fold.test]) for fold in folds]
    assert [len(people) for people in held] == [1] * count
    rest = np.concatenate([partition.train, partition.valid])
    assert set.union(*held) == set(person[rest])
    for people, fold in zip(held, folds, strict=True):
        assert not people & set(person[np.concatenate([fold.train, fold.valid])])
    assert number_of_folds(collected, partition, 3) == 3


def test_folds_of_each_group_ask_for_groups():
    collected = collect(visits(600, 30), time="when", group="person")
    for by in ("stratified", "time", "group_time"):
        with pytest.raises(DataError, match=r'by group for folds="groups", found by='):
            number_of_folds(collected, draw(collected, seed=0, by=by), "groups")
