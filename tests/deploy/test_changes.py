"""Which rows the codec would read otherwise, and what became of the columns."""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fivefold.artifacts import Collected, Preprocessed
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.core.context import Context
from fivefold.core.key import Key
from fivefold.deploy.changes import changed_columns, differing_rows, table_changes


def gathered(**columns: Any) -> Collected:
    """`x` as given, and a target that is always the same."""
    values = {"x": np.arange(4.0), **columns}
    kinds = dict.fromkeys(values, "numeric")
    values["y"] = np.arange(4.0)
    schema = Schema(
        columns=(
            *(Column(name=name, kind=kinds[name]) for name in kinds),
            Column(name="y", kind="numeric", role="target"),
        ),
        targets=("y",),
        task="regression",
    )
    return Collected(
        table=Columns(values),
        schema=schema,
        usable=np.ones(4, bool),
        given=None,
        findings=(),
        provenance={},
    )


def test_changed_columns_of_a_column_that_is_gone_from_the_table_says_removed():
    first = gathered(z=np.ones(4))
    last = first.replace(table=gathered().table)
    assert [(c.column, c.what) for c in changed_columns(first, last)] == [("z", "removed")]


def test_changed_columns_of_an_ignored_column_that_becomes_an_input_are_none():
    first = gathered(z=np.ones(4))
    hidden = first.replace(schema=first.schema.replace("z", role="ignored"))
    assert changed_columns(hidden, first.replace(table=Columns(dict(columns_of(first))))) == ()


def columns_of(collected: Collected) -> list[tuple[str, Any]]:
    return [(name, collected.table.column(name).copy()) for name in collected.table.names]


def objects(*cells: Any) -> np.ndarray:
    array = np.empty(len(cells), object)
    array[:] = cells
    return array


PICTURE = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
DAY = np.datetime64("2020-01-01", "us")


@pytest.mark.parametrize(
    ("kind", "first", "last", "rows"),
    [
        ("numeric", [1.0, np.nan, 3.0], [1.0, np.nan, -3.0], [2]),
        ("numeric", [1.0, np.nan, 3.0], [1.0, 2.0, np.nan], [1, 2]),
        ("numeric", [1.0, 2.0], np.array([1, 2]), []),
        ("numeric", [1.0, np.nan], objects("1.0", None), []),
        ("numeric", [1.0, 0.1], np.array([1.0, 0.1], np.float32), [1]),
        ("numeric", objects("abc", 1.0), objects(None, 1.0), [0]),
        ("boolean", [1.0, 0.0, np.nan], objects(True, False, None), []),
        ("categorical", objects("a", None, "é"), objects("a", np.nan, "é"), []),
        ("categorical", objects("a", None, "10"), objects("b", "", "10.5"), [0, 2]),
        ("categorical", objects("10001", "7"), np.array([10001.0, 8.0]), [1]),
        ("text", objects("a b", None), objects("a  c", pd.NA), [0]),
        ("datetime", np.array([DAY, "NaT"], "M8[us]"), np.array([DAY, "NaT"], "M8[ns]"), []),
        ("datetime", np.array([DAY, "NaT"], "M8[us]"), np.array(["NaT", DAY], "M8[us]"), [0, 1]),
        ("datetime", np.array([DAY], "M8[us]"), objects(datetime(2020, 1, 1)), []),
        ("image", objects(PICTURE, None), objects(PICTURE.copy(), None), []),
        ("image", objects(PICTURE, None), objects(255 - PICTURE, PICTURE), [0, 1]),
        ("image", np.stack([PICTURE] * 2), objects(PICTURE, 255 - PICTURE), [1]),
        ("image", np.stack([PICTURE] * 2), np.stack([PICTURE, PICTURE[::-1]]), [1]),
        ("image", np.stack([PICTURE] * 2), np.stack([PICTURE[:1]] * 2), [0, 1]),
    ],
)
def test_differing_rows_are_those_that_the_codec_reads_otherwise(kind, first, last, rows):
    column = Column(name="x", kind=kind)
    first, last = np.asarray(first), np.asarray(last)
    assert np.flatnonzero(differing_rows(first, last, column)).tolist() == rows
    assert np.flatnonzero(differing_rows(last, first, column)).tolist() == rows


def test_differing_rows_of_one_array_are_found_without_a_look_at_it():
    class Untouchable(np.ndarray):
        def __getitem__(self, rows: Any) -> Any:
            raise AssertionError("looked")

    array = np.arange(3.0).view(Untouchable)
    assert not differing_rows(array, array, Column(name="x", kind="numeric")).any()


def test_differing_rows_of_large_pictures_are_found_piece_by_piece(monkeypatch):
    monkeypatch.setattr("fivefold.deploy.changes._CELLS", 30)
    first = np.zeros((7, 2, 2, 3), np.uint8)
    last = first.copy()
    last[[0, 4, 6], 1, 1, 2] = 1
    column = Column(name="x", kind="image")
    assert np.flatnonzero(differing_rows(first, last, column)).tolist() == [0, 4, 6]


def test_table_changes_after_preprocess_are_none_of_the_models():
    context = Context()
    for stage, kind, artifact, reads in (
        ("Collect", Collected, gathered(), ()),
        ("Preprocess", Preprocessed, object(), (Collected,)),
        ("Flip", Collected, gathered(x=-np.arange(4.0)), (Collected,)),
    ):
        context = context.extended(Key(kind), artifact, map(Key, reads), writer=stage)
    assert table_changes(context) == ()
