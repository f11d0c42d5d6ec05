"""Corruption: held-out rows made worse within their types, and no others."""

from dataclasses import replace

import numpy as np
import pytest

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.testing import corrupt, fingerprint

ROWS = 200


def gathered(rows: int = ROWS, task: str = "binary") -> Collected:
    """Two numbers, a category, a flag, a day, and a target that depends on the first."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=rows)
    target = np.array(["no", "yes"], dtype=object)[(x + rng.normal(size=rows) > 0).astype(int)]
    columns = {
        "x": x,
        "z": rng.normal(size=rows),
        "town": np.array(["Ulm", "Bonn", None], dtype=object)[rng.integers(3, size=rows)],
        "flag": rng.integers(2, size=rows).astype(float),
        "day": np.datetime64("2020-01-01", "us") + rng.integers(999, size=rows).astype("m8[D]"),
        "person": rng.integers(50, size=rows).astype(float),
        "y": target if task == "binary" else x * 2,
    }
    kinds = {"town": "categorical", "flag": "boolean", "day": "datetime"}
    kinds["y"] = "categorical" if task == "binary" else "numeric"
    roles = {"y": "target", "person": "ignored"}
    return Collected(
        table=Columns(columns),
        schema=Schema(
            columns=tuple(
                Column(name=n, kind=kinds.get(n, "numeric"), role=roles.get(n, "input"))
                for n in columns
            ),
            targets=("y",),
            task=task,
            classes=("no", "yes") if task == "binary" else (),
        ),
        usable=np.ones(rows, dtype=bool),
        given=None,
        findings=(),
        provenance={},
    )


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_corrupted_rows_change_and_no_other(task):
    collected = gathered(task=task)
    rows = np.arange(50, 120)
    others = np.setdiff1d(np.arange(ROWS), rows)
    before = fingerprint(collected.table)
    changed = corrupt(collected, rows, seed=1)
    assert fingerprint(collected.table) == before
    assert changed.names == collected.table.names
    for name in changed.names:
        old, new = collected.table.column(name), changed.column(name)
        assert new.dtype == old.dtype
        np.testing.assert_array_equal(new[others], old[others])
        assert fingerprint(new[rows]) != fingerprint(old[rows])


def test_corrupted_values_stay_within_their_types():
    changed = corrupt(gathered(), np.arange(ROWS), seed=1)
    assert set(changed.column("y")) == {"no", "yes"}
    assert set(changed.column("flag")[~np.isnan(changed.column("flag"))]) == {0.0, 1.0}
    towns = set(changed.column("town"))
    assert None in towns
    assert towns - {"Ulm", "Bonn", None}, "no category that was unheard-of"
    assert np.isnan(changed.column("x")).any()
    assert np.isnat(changed.column("day")).any()


def test_corrupted_images_are_inverted():
    pictures = np.arange(4 * 2 * 2 * 1, dtype=np.uint8).reshape(4, 2, 2, 1)
    loose = np.empty(4, dtype=object)
    loose[:] = [pictures[0], pictures[1], "a.png", None]
    columns = (
        Column(name="image", kind="image"),
        Column(name="y", kind="categorical", role="target"),
    )
    for images in (pictures, loose):
        collected = gathered(4).replace(
            table=Columns({"image": images, "y": np.array(["a", "b", "a", "b"], dtype=object)}),
            schema=Schema(columns=columns, targets=("y",), task="binary", classes=("a", "b")),
        )
        changed = corrupt(collected, np.arange(4), seed=0).column("image")
        assert changed.dtype == images.dtype
        seen = {value.tobytes() for value in changed if isinstance(value, np.ndarray)}
        old = {value.tobytes() for value in images if isinstance(value, np.ndarray)}
        assert seen == {(255 - np.frombuffer(b, dtype=np.uint8)).tobytes() for b in old}


def test_corrupted_by_the_same_seed_is_the_same():
    one, same, other = (corrupt(gathered(), np.arange(90), seed=s) for s in (1, 1, 2))
    assert fingerprint(one) == fingerprint(same) != fingerprint(other)


def test_corrupting_a_single_row_changes_its_inputs():
    collected = gathered()
    for seed in range(20):
        changed = corrupt(collected, np.array([7]), seed=seed)
        assert fingerprint(changed) != fingerprint(collected.table)


def test_corrupting_no_rows_changes_nothing():
    collected = gathered()
    changed = corrupt(collected, np.array([], dtype=np.int64), seed=0)
    assert fingerprint(changed) == fingerprint(collected.table)


def test_corrupted_weights_are_others_and_above_zero():
    collected = gathered()
    weight = np.where(np.arange(ROWS) % 2, 3.0, 0.0)
    columns = (*collected.schema.columns, Column(name="w", kind="numeric", role="weight"))
    collected = collected.replace(
        table=collected.table.replace({"w": weight}),
        schema=replace(collected.schema, columns=columns),
    )
    rows = np.arange(0, ROWS, 3)
    changed = corrupt(collected, rows, seed=0).column("w")
    np.testing.assert_array_equal(np.delete(changed, rows), np.delete(weight, rows))
    assert sorted(changed[rows] - 1) == sorted(weight[rows])
