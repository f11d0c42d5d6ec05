"""Partitions: who is on which side, and who must never be apart."""

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divisible import TABLES, collect, distinct, table, two_classes, visits
from fivefold.core.session import Session
from fivefold.division import identical
from fivefold.errors import DataError
from fivefold.partition import Partition, draw


def parts(partition: Partition) -> list[np.ndarray]:
    return [partition.train, partition.valid, partition.test]


def side_of(partition: Partition) -> dict[int, str]:
    """The part of each row."""
    return {
        int(row): name for name in ("train", "valid", "test") for row in getattr(partition, name)
    }


def test_default_partition_is_64_16_20_and_says_how():
    collected = collect(distinct(1000, y=two_classes(1000, 0.1)))
    partition = Partition.derive(collected, Session(seed=7))
    assert [len(part) for part in parts(partition)] == [640, 160, 200]
    assert partition.how == "stratified 64/16/20"


def test_partition_parts_are_ascending_positions_that_share_none():
    partition = draw(collect(distinct(500, y=two_classes(500, 0.3))), seed=0)
    for part in parts(partition):
        assert part.dtype == np.int64
        assert (np.diff(part) > 0).all()
    assert sorted(np.concatenate(parts(partition))) == list(range(500))


def test_stratified_partition_gives_each_class_its_share_in_each_part():
    labels = ["a"] * 500 + ["b"] * 300 + ["c"] * 200
    partition = draw(collect(distinct(1000, y=labels), task="multiclass"), seed=3)
    for part, share in zip(parts(partition), (0.64, 0.16, 0.20), strict=True):
        counts = Counter(labels[row] for row in part)
        for label, total in (("a", 500), ("b", 300), ("c", 200)):
            assert abs(counts[label] - share * total) <= 1


def test_stratified_partition_of_numbers_covers_their_range_in_each_part():
    values = np.random.default_rng(0).lognormal(size=1000)
    partition = draw(collect(distinct(1000, y=values), task="regression"), seed=3)
    decile = np.searchsorted(np.quantile(values, np.linspace(0.1, 0.9, 9)), values)
    for part, share in zip(parts(partition), (64, 16, 20), strict=True):
        counts = np.bincount(decile[part], minlength=10)
        assert (np.abs(counts - share) <= 3).all()


def test_partition_is_shuffled_by_its_seed_alone():
    collected = collect(distinct(300, y=two_classes(300, 0.5)))
    one, same, other = (draw(collected, seed=seed) for seed in (1, 1, 2))
    assert [part.tolist() for part in parts(one)] == [part.tolist() for part in parts(same)]
    assert one.test.tolist() != other.test.tolist()
    assert one.test.tolist() != list(range(240, 300))


def test_class_with_one_row_goes_to_train():
    labels = ["a"] * 60 + ["b"] * 39 + ["c"]
    for seed in range(20):
        partition = draw(collect(distinct(100, y=labels), task="multiclass"), seed=seed)
        assert 99 in partition.train


def test_class_with_few_rows_is_always_in_train():
    for few in (2, 3, 4, 5):
        labels = ["a"] * 50 + ["b"] * few
        for seed in range(10):
            partition = draw(collect(distinct(50 + few, y=labels)), seed=seed)
            assert {labels[row] for row in partition.train} == {"a", "b"}


def test_partition_of_three_rows_has_one_to_train_on():
    partition = draw(collect(distinct(3, y=["a", "b", "a"])), seed=0)
    assert len(partition.train) >= 1
    assert sum(map(len, parts(partition))) == 3


def test_partition_with_fractions_follows_them():
    collected = collect(distinct(1000, y=two_classes(1000, 0.5)))
    sizes = [len(part) for part in parts(draw(collected, seed=0, valid=0.1, test=0.3))]
    assert sizes == [600, 100, 300]
    assert [len(p) for p in parts(draw(collected, seed=0, valid=0.0, test=0.0))] == [1000, 0, 0]
    assert [len(p) for p in parts(draw(collected, seed=0, valid=0.0, test=0.5))] == [500, 0, 500]


def test_partition_with_nothing_left_to_train_on_is_refused():
    collected = collect(distinct(10, y=two_classes(10, 0.5)))
    with pytest.raises(DataError) as caught:
        draw(collected, seed=0, valid=0.5, test=0.5)
    assert str(caught.value) == (
        "Partition: expected rows to train on, found none among 10.\n"
        "Collect more rows, or lower the fractions of Split."
    )
    with pytest.raises(DataError):
        draw(collect(distinct(3, y=["a", "b", "a"]), usable=[False] * 3), seed=0)


def test_partition_leaves_out_rows_that_are_not_usable():
    usable = [row % 5 != 0 for row in range(200)]
    given = [2 if row < 50 else -1 for row in range(200)]
    for collected in (
        collect(distinct(200, y=two_classes(200, 0.5)), usable=usable),
        collect(distinct(200, y=two_classes(200, 0.5)), usable=usable, given=given),
    ):
        rows = np.concatenate(parts(draw(collected, seed=0)))
        assert sorted(rows) == [row for row in range(200) if usable[row]]


def test_partition_given_by_the_source_is_kept():
    given = [0] * 60 + [1] * 15 + [2] * 25
    partition = draw(collect(distinct(100, y=two_classes(100, 0.5)), given=given), seed=5)
    assert partition.train.tolist() == list(range(60))
    assert partition.valid.tolist() == list(range(60, 75))
    assert partition.test.tolist() == list(range(75, 100))
    assert "given by the source" in partition.how


def test_partition_with_test_rows_given_draws_a_fifth_of_the_rest_to_validate():
    given = [-1] * 400 + [2] * 100
    partition = draw(collect(distinct(500, y=two_classes(500, 0.5)), given=given), seed=5)
    assert partition.test.tolist() == list(range(400, 500))
    assert [len(part) for part in parts(partition)] == [320, 80, 100]
    assert "test given by the source" in partition.how


def test_partition_with_most_rows_given_to_test_still_trains_on_most_of_the_rest():
    given = [-1] * 100 + [2] * 900
    partition = draw(collect(distinct(1000, y=["a", "b"] * 500), given=given), seed=5)
    assert len(partition.test) == 900
    assert len(partition.train) > len(partition.valid) > 0


def test_partition_with_train_and_test_rows_given_validates_on_some_of_the_former():
    given = [0] * 400 + [2] * 100
    partition = draw(collect(distinct(500, y=["a", "b"] * 250), given=given), seed=5)
    assert [len(part) for part in parts(partition)] == [320, 80, 100]
    assert partition.test.tolist() == list(range(400, 500))


def test_partition_with_validation_rows_given_draws_test_rows_only():
    given = [-1] * 400 + [1] * 100
    partition = draw(collect(distinct(500, y=two_classes(500, 0.5)), given=given), seed=5)
    assert partition.valid.tolist() == list(range(400, 500))
    assert len(partition.test) == 80


def test_partition_given_with_test_rows_that_are_not_usable_still_draws_some():
    given = [-1] * 100 + [2] * 2
    usable = [True] * 100 + [False] * 2
    labels = two_classes(102, 0.5)
    partition = draw(collect(distinct(102, y=labels), given=given, usable=usable), seed=0)
    assert len(partition.test) == 20


def test_groups_are_never_split_and_still_stratified():
    people = np.repeat([f"person {n}" for n in range(100)], 6)
    labels = np.repeat(["yes" if n < 30 else "no" for n in range(100)], 6)
    columns = distinct(600, person=people, y=labels)
    partition = draw(collect(columns, group="person"), seed=2)
    assert partition.how.startswith("group 64/16/20")
    members = [{people[row] for row in part} for part in parts(partition)]
    assert not members[0] & members[1]
    assert not members[0] & members[2]
    assert not members[1] & members[2]
    for part in parts(partition):
        assert abs(np.mean(labels[part] == "yes") - 0.3) < 0.06


def test_time_orders_the_parts_past_before_future():
    days = np.datetime64("2020-01-01", "us") + np.arange(500) * np.timedelta64(1, "D")
    shuffled = np.random.default_rng(0).permutation(500)
    collected = collect(distinct(500, when=days[shuffled], y=two_classes(500, 0.5)), time="when")
    partition = draw(collected, seed=9)
    times = [days[shuffled][part] for part in parts(partition)]
    assert times[0].max() < times[1].min() <= times[1].max() < times[2].min()
    assert [len(part) for part in parts(partition)] == [320, 80, 100]
    assert partition.how.startswith("time ")
    assert draw(collected, seed=10).test.tolist() == partition.test.tolist()


def test_time_ties_are_never_split():
    times = np.repeat(np.arange(20.0), 25)
    collected = collect(distinct(500, when=times, y=two_classes(500, 0.5)), time="when")
    partition = draw(collected, seed=0)
    found = [set(times[part]) for part in parts(partition)]
    assert max(found[0]) < min(found[1])
    assert max(found[1]) < min(found[2])


def test_time_missing_in_some_rows_puts_them_in_the_past():
    times = np.arange(100.0)
    times[[10, 50, 99]] = np.nan
    collected = collect(distinct(100, when=times, y=two_classes(100, 0.5)), time="when")
    assert {10, 50, 99} <= set(draw(collected, seed=0).train.tolist())


def test_time_missing_in_every_row_is_refused():
    times = np.full(50, np.datetime64("NaT", "us"))
    collected = collect(distinct(50, when=times, y=two_classes(50, 0.5)), time="when")
    with pytest.raises(DataError):
        draw(collected, seed=0)


def test_partition_by_a_column_that_is_not_there_is_refused():
    collected = collect(distinct(50, y=two_classes(50, 0.5)))
    with pytest.raises(DataError) as caught:
        draw(collected, seed=0, by="time")
    assert str(caught.value) == (
        "Split: expected a time column for by='time', found none in the schema.\n"
        "Pass time=... to Collect."
    )
    with pytest.raises(DataError, match=r"Pass group=\.\.\. to Collect"):
        draw(collected, seed=0, by="group")


def test_partition_asked_for_another_way_than_the_schema_suggests_obeys():
    times = np.arange(500.0)
    collected = collect(distinct(500, when=times, y=two_classes(500, 0.5)), time="when")
    partition = draw(collected, seed=0, by="stratified")
    assert partition.train.max() > partition.test.min()
    assert partition.how.startswith("stratified")
    assert draw(collected, seed=0, by="random").how.startswith("random")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("groups", [3, 4, 5, 10])
@pytest.mark.parametrize("task", ["regression", "binary"])
def test_few_groups_still_give_every_part_some_rows(groups, task, seed):
    rng = np.random.default_rng(seed)
    member = np.arange(200) % groups
    value = rng.normal(size=groups)[member]
    labels = value if task == "regression" else np.where(member % 2, "yes", "no")
    people = [f"person {n}" for n in member]
    collected = collect(distinct(200, person=people, y=labels), task=task, group="person")
    partition = draw(collected, seed=seed)
    members = [{member[row] for row in part} for part in parts(partition)]
    assert all(members)
    assert sum(map(len, members)) == groups
    assert len(members[0]) >= len(members[2])


def test_part_without_a_second_unit_is_refused_before_training():
    columns = distinct(60, person=["ann"] * 60, y=two_classes(60, 0.5))
    with pytest.raises(DataError) as caught:
        draw(collect(columns, group="person"), seed=0)
    assert str(caught.value) == (
        "Partition: expected at least two groups to draw test rows from, found 1 in 60 rows.\n"
        "Collect more groups, or pass Split(test=0) to have no such rows."
    )
    columns["person"] = ["ann"] * 30 + ["bob"] * 30
    with pytest.raises(DataError, match="draw validation rows from, found 1 in 30 rows"):
        draw(collect(columns, group="person"), seed=0)
    partition = draw(collect(columns, group="person"), seed=0, valid=0)
    assert [len(part) for part in parts(partition)] == [30, 0, 30]
    alike = collect({"x": [1.0] * 60, "y": two_classes(60, 0.5)})
    with pytest.raises(DataError, match="two different rows to draw test rows from, found 1"):
        draw(alike, seed=0)


def test_last_moment_with_most_rows_is_the_test_part():
    times = [1.0] * 20 + [2.0] * 20 + [3.0] * 60
    collected = collect(distinct(100, when=times, y=two_classes(100, 0.5)), time="when")
    assert [len(part) for part in parts(draw(collected, seed=0))] == [20, 20, 60]


def test_rows_given_to_training_and_validation_alone_give_some_for_testing():
    given = [0] * 80 + [1] * 20
    partition = draw(collect(distinct(100, y=two_classes(100, 0.5)), given=given), seed=0)
    assert [len(part) for part in parts(partition)] == [64, 20, 16]
    assert partition.valid.tolist() == list(range(80, 100))


@pytest.mark.parametrize("seed", range(3))
def test_group_and_time_judge_by_the_future_of_people_who_were_never_seen(seed):
    columns = visits(1000, 40)
    collected = collect(columns, group="person", time="when")
    partition = draw(collected, seed=seed)
    person, when = np.array(columns["person"]), np.array(columns["when"])
    learnt = np.concatenate([partition.train, partition.valid])
    assert not {*person[learnt]} & {*person[partition.test]}
    assert when[partition.train].max() < when[partition.valid].min()
    assert when[learnt].max() < when[partition.test].min()
    assert [len(part) for part in parts(partition)] == [320, 80, 100]
    assert len({*person[partition.test]}) == 20
    assert partition.how.startswith("group and time ")
    other = draw(collected, seed=seed + 1)
    assert {*person[other.test]} != {*person[partition.test]}
    assert draw(collected, seed=seed).test.tolist() == partition.test.tolist()


def test_group_and_time_with_small_parts_are_refused_with_both_ways_out():
    with pytest.raises(DataError) as caught:
        draw(collect(visits(120, 6), group="person", time="when"), seed=0)
    assert str(caught.value) == (
        "Partition: expected at least 30 rows a part by group and time at once, "
        "found 38 for train, 10 for valid, 12 for test.\n"
        'Pass Split(by="time") or Split(by="group").'
    )
    for by in ("time", "group"):
        partition = draw(collect(visits(120, 6), group="person", time="when"), seed=0, by=by)
        assert all(len(part) for part in parts(partition))


def test_partition_is_never_fitted():
    partition = draw(collect(distinct(50, y=two_classes(50, 0.5))), seed=0)
    assert partition.fitted() == {}


def test_partition_saved_and_loaded_is_the_same(tmp_path: Path):
    partition = draw(collect(distinct(50, y=two_classes(50, 0.5))), seed=0)
    partition.save(tmp_path / "partition")
    loaded = Partition.load(tmp_path / "partition")
    assert loaded.how == partition.how
    for one, other in zip(parts(partition), parts(loaded), strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.dtype == other.dtype


def assert_cannot_be_drawn(error, collected, drawn, roles, *, seed, test):
    """That a part was refused for want of a second unit to draw from, and for nothing else."""
    said = drawn["given"] or [-1] * len(drawn["y"])
    rows = [row for row, is_usable in enumerate(drawn["usable"]) if is_usable]
    pool = [row for row in rows if said[row] == -1] or [row for row in rows if said[row] == 0]
    if error.part == "valid":
        tested = draw(collected, seed=seed, valid=0.0, test=test).test
        pool = [row for row in rows if said[row] in (-1, 0) and row not in tested]
    units = identical(collected, np.arange(len(said))).tolist()
    if roles:
        units = drawn["unit" if "group" in roles else "when"]
    assert len({units[row] for row in pool}) < 2


@settings(deadline=None, max_examples=150)
@given(
    drawn=TABLES,
    seed=st.integers(0, 5),
    roles=st.sampled_from([{}, {"group": "unit"}, {"time": "when"}]),
    valid=st.sampled_from([0.0, 0.05, 0.1, 0.2]),
    test=st.sampled_from([0.0, 0.05, 0.1, 0.2]),
)
def test_partition_of_any_table_keeps_its_promises(drawn, seed, roles, valid, test):
    collected = table(drawn, **roles)
    said = drawn["given"] or [-1] * len(drawn["y"])
    present = {part for part, is_usable in zip(said, drawn["usable"], strict=True) if is_usable}
    if not present & {-1, 0}:
        with pytest.raises(DataError, match="expected rows to train on"):
            draw(collected, seed=seed, valid=valid, test=test)
        return
    try:
        partition = draw(collected, seed=seed, valid=valid, test=test)
    except DataError as error:
        assert_cannot_be_drawn(error, collected, drawn, roles, seed=seed, test=test)
        return
    assert len(partition.train)
    assert len(partition.valid) or not valid
    assert len(partition.test) or not test
    sides = side_of(partition)
    assert sum(map(len, parts(partition))) == len(sides)
    assert sorted(sides) == [row for row, is_usable in enumerate(drawn["usable"]) if is_usable]
    allowed = {2: {"test"}, 1: {"valid"}, 0: {"train"}, -1: {"train", "valid", "test"}}
    allowed[0] |= set() if 1 in present else {"valid"}
    allowed[0] |= set() if 2 in present or -1 in present else {"test"}
    allowed[-1] -= {"test"} if 2 in present else set()
    assert all(side in allowed[said[row]] for row, side in sides.items())
    free = [row for row in sides if said[row] == -1]
    if "time" in roles:
        order = {"train": 0, "valid": 1, "test": 2}
        ranked = sorted((drawn["when"][row], order[sides[row]]) for row in free)
        assert [rank for _, rank in ranked] == sorted(rank for _, rank in ranked)
        assert len({drawn["when"][row] for row in free}) == len(
            {(drawn["when"][row], sides[row]) for row in free}
        )
        return
    together = defaultdict(set)
    for row in free:
        same = drawn["unit"][row] if roles else (repr(drawn["x"][row] + 0.0), drawn["z"][row])
        together[same].add(sides[row])
    assert all(len(found) == 1 for found in together.values())
