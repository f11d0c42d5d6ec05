"""Folds and rows set aside: no overlap, no empty fold, no look ahead."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.errors import DataError
from fivefold.partition import draw_folds, hold_out, identical


def collect(
    columns: dict[str, Any],
    *,
    task: str = "binary",
    kinds: dict[str, str] | None = None,
    given: list[int] | None = None,
    usable: list[bool] | None = None,
    **roles: str,
) -> Collected:
    """A table whose column `y` is the target; `roles` gives others theirs, `group="person"`."""
    by_column = {name: role for role, name in roles.items()} | {"y": "target"}
    arrays = {}
    listed = []
    for name, values in columns.items():
        array = np.asarray(values)
        is_text = array.dtype.kind in "US"
        arrays[name] = array.astype(object) if is_text else array
        kind = "categorical" if array.dtype.kind in "USO" else "numeric"
        kind = "datetime" if array.dtype.kind == "M" else kind
        kind = (kinds or {}).get(name, kind)
        listed.append(Column(name=name, kind=kind, role=by_column.get(name, "input")))
    classes = () if task == "regression" else tuple(sorted(set(columns["y"])))
    rows = len(arrays["y"])
    return Collected(
        table=Columns(arrays),
        schema=Schema(columns=tuple(listed), target="y", task=task, classes=classes),
        usable=np.ones(rows, dtype=bool) if usable is None else np.array(usable),
        given=None if given is None else np.array(given, dtype=np.int8),
        findings=(),
        provenance={},
    )


def distinct(rows: int, **more: Any) -> dict[str, Any]:
    """Columns of rows that all differ."""
    return {"x": np.arange(rows, dtype=float), **more}


def two_classes(rows: int, share: float) -> list[str]:
    rare = round(rows * share)
    return ["yes"] * rare + ["no"] * (rows - rare)


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


def random_columns(seed: int, rows: int, values: int, said: list[int]) -> dict[str, Any]:
    """Columns of `rows` rows with at most that many different values each."""
    rng = np.random.default_rng(seed)

    def column(choices: list[Any]) -> list[Any]:
        return [choices[n] for n in rng.integers(min(values, len(choices)), size=rows)]

    return {
        "x": column([0.0, 1.0, np.nan, -0.0, 2.5, *range(9, 40)]),
        "z": column(["a", None, "b", "ä", ""]),
        "unit": column([f"person {n}" for n in range(12)]),
        "when": column([float(n) for n in range(30)]),
        "y": column(["p", "q", "r"]),
        "usable": column([True, True, True, False]),
        "given": None if not said else [said[n] for n in rng.integers(len(said), size=rows)],
    }


TABLES = st.builds(
    random_columns,
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(1, 60),
    values=st.sampled_from([1, 2, 3, 5, 30]),
    said=st.sampled_from([[], [-1, 2], [-1] + [2] * 9, [-1, 1], [0, 2], [0, 1, 2], [-1, 0], [0]]),
)


def table(drawn: dict[str, Any], **roles: str) -> Collected:
    columns = {name: drawn[name] for name in ("x", "z", "unit", "when", "y")}
    columns["z"] = np.array([*drawn["z"]], dtype=object)
    ignored = {"group": {"unit"}, "time": {"when"}}
    spare = {"unit", "when"} - {name for role in roles for name in ignored[role]}
    inputs = {name: values for name, values in columns.items() if name not in spare}
    return collect(inputs, task="multiclass", usable=drawn["usable"], given=drawn["given"], **roles)


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
