"""The same cells from every form, at Collect and at predict.

A typed column goes in as each form a user may hold it in. Its canonical cells must be those that
the Python values say, by a reference written here and not by the library. Pairs of form and type
that cannot agree stand in `EXEMPT`, with the reason.
"""

import csv
import json
import math
import os
import tempfile
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from unicodedata import normalize

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fivefold.codecs.schema import Column, Schema
from fivefold.collect.tabulate import tabulate
from fivefold.reading import delimited
from fivefold.reading.options import Reading
from fivefold.reading.source import read as read_source
from fivefold.serve.requests import read, reading_of

EXAMPLES = int(os.environ.get("FIVEFOLD_EXAMPLES", "500"))
WORDS = st.text(st.sampled_from('abÄéЖ字1 ,;"\n\u0301'), min_size=1, max_size=6).filter(
    lambda text: normalize("NFC", text.strip()) not in {"", "1"}
)
REALS = st.floats(-1e6, 1e6, allow_nan=False, width=32)
MOMENTS = st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1))
ZONES = st.sampled_from(
    [UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=8))]
)
ZONED = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=ZONES)
SPANS = st.timedeltas(-timedelta(days=9000), timedelta(days=9000))
PRICES = st.decimals(-(10**9), 10**9, places=2, allow_nan=False, allow_infinity=False)
LEVELS = st.sampled_from(["low", "mid", "Größe"])

TYPES = {
    "int": (st.integers(-(2**31), 2**31 - 1), "Int64", pa.int64()),
    "wide int": (st.integers(2**60, 2**60 + 9), "Int64", pa.int64()),
    "float64": (st.floats(-1e9, 1e9, allow_nan=False), "Float64", pa.float64()),
    "float32": (REALS, "Float32", pa.float32()),
    "bool": (st.booleans(), "boolean", pa.bool_()),
    "text": (WORDS, "string", pa.string()),
    "category": (LEVELS, "category", pa.dictionary(pa.int8(), pa.string())),
    "datetime": (MOMENTS, "datetime64[us]", pa.timestamp("us")),
    "zoned": (ZONED, "datetime64[us, UTC]", pa.timestamp("us", "UTC")),
    "date": (st.dates(date(1900, 1, 1), date(2200, 1, 1)), "object", pa.date32()),
    "timedelta": (SPANS, "timedelta64[us]", pa.duration("us")),
    "time": (st.times(), "object", pa.time64("us")),
    "decimal": (PRICES, "object", pa.decimal128(20, 2)),
}
KINDS = {
    "int": ("numeric", "categorical"),
    "wide int": ("categorical",),
    "float64": ("numeric", "categorical"),
    "float32": ("numeric", "categorical"),
    "bool": ("boolean", "categorical"),
    "text": ("categorical", "text"),
    "category": ("categorical",),
    "datetime": ("datetime",),
    "zoned": ("datetime",),
    "date": ("datetime",),
    "timedelta": ("numeric",),
    "time": ("categorical",),
    "decimal": ("numeric", "categorical"),
}
FORMS = (
    "numpy",
    "nullable",
    "arrow-backed",
    "polars",
    "arrow",
    "records",
    "columns",
    "csv",
    "parquet",
    "json",
)
EXEMPT = {
    ("csv", "timedelta"): "a CSV holds the words of pandas, `1 days 00:00:00`",
    ("json", "timedelta"): "JSON has no spans; writers choose seconds, milliseconds or words",
    ("csv", "float32"): "writers give the shortest text of the float32, which is another float64",
    ("json", "float32"): "as in CSV",
    ("csv", "decimal"): "a category written `1.10` stays `1.10`, as its text; the number is 1.1",
    ("json", "decimal"): "JSON has no decimals; writers give floats or texts",
    ("numpy", "wide int"): "with a missing cell numpy has floats only, and the digits are gone",
}
"""Pairs that are not compared, each with its reason."""


def expected(value, type_, kind):
    """The canonical cell of one Python value."""
    if kind == "numeric":
        if value is None:
            return math.nan
        if type_ == "timedelta":
            return value / timedelta(seconds=1)
        return float(value)
    if kind == "boolean":
        return math.nan if value is None else float(value)
    if kind == "datetime":
        if value is None:
            return np.datetime64("NaT", "us")
        if isinstance(value, datetime) and value.tzinfo is not None:
            value = value.astimezone(UTC).replace(tzinfo=None)
        return np.datetime64(value, "us")
    if value is None:
        return None
    if isinstance(value, str):
        return normalize("NFC", value.strip())
    if type_ == "float32":
        value = np.float32(value)
    if isinstance(value, float | np.floating) and abs(value) < 2**63 and value == int(value):
        return str(int(value))
    if isinstance(value, Decimal):
        return str(int(value)) if value == int(value) else str(value.normalize())
    return value.isoformat() if isinstance(value, time) else str(value)


def series_of(values, type_, backing):
    nullable, arrow = TYPES[type_][1:]
    if backing == "arrow-backed":
        return pd.Series(pa.array(values, arrow).to_pandas(types_mapper=pd.ArrowDtype))
    if backing == "numpy" and type_ in {"int", "float64", "float32", "bool", "text", "wide int"}:
        kind = {"float32": "float32", "float64": "float64"}.get(type_)
        return pd.Series(
            values, dtype=kind or (object if type_ in {"text", "bool"} and None in values else None)
        )
    if backing == "numpy" and type_ == "zoned":
        return pd.Series(pd.to_datetime(pd.Series(values, dtype=object), utc=True))
    if nullable == "datetime64[us, UTC]":
        return pd.Series(pd.to_datetime(pd.Series(values, dtype=object), utc=True))
    return pd.Series(values, dtype=nullable)


def sources(values, type_, folder):
    """The column in every form, beside a column of plain numbers."""
    rows = list(range(len(values)))
    arrow = pa.table({"n": rows, "v": pa.array(values, TYPES[type_][2])})
    frames = {
        backing: pd.DataFrame({"n": rows, "v": series_of(values, type_, backing)})
        for backing in ("numpy", "nullable", "arrow-backed")
    }
    cells = [None if v is None else np.float32(v) if type_ == "float32" else v for v in values]
    records = [{"n": row, "v": value} for row, value in enumerate(cells)]
    # A text of one short column with line ends in it can be read two ways unless its header is
    # quoted as well.
    broken = any(isinstance(value, str) and "\n" in value for value in values)
    quoting = csv.QUOTE_ALL if broken else csv.QUOTE_MINIMAL
    frames["nullable"].to_csv(folder / "t.csv", index=False, quoting=quoting)
    pq.write_table(arrow, folder / "t.parquet")
    texts = [
        {"n": row["n"], "v": row["v"].isoformat() if hasattr(row["v"], "isoformat") else row["v"]}
        for row in records
    ]
    with (folder / "t.jsonl").open("w", encoding="utf-8") as file:
        if ("json", type_) not in EXEMPT:
            file.writelines(json.dumps(row) + "\n" for row in texts)
    return frames | {
        "polars": pl.from_arrow(arrow),
        "arrow": arrow,
        "records": records,
        "columns": {"n": rows, "v": cells},
        "csv": folder / "t.csv",
        "parquet": folder / "t.parquet",
        "json": folder / "t.jsonl",
    }


def cells_at_collect(source, kind):
    raw = read_source(source, Reading(header=True, delimiter=",", names=("v",)))
    table = tabulate(raw, targets=("n",), kinds={"v": kind, "n": "numeric"})
    assert table.columns["v"].kind == kind
    return table.values["v"].tolist() if kind != "datetime" else list(table.values["v"])


def cells_at_predict(source, kind):
    schema = Schema(
        columns=(Column(name="n", kind="numeric", role="target"), Column(name="v", kind=kind)),
        targets=("n",),
        task="regression",
    )
    values = read(source, schema, reading_of(schema, {"delimiter": ","})).column("v")
    return values.tolist() if kind != "datetime" else list(values)


def same(found, wanted):
    return len(found) == len(wanted) and all(
        (a is None and b is None) or a == b or (a != a and b != b)
        for a, b in zip(found, wanted, strict=True)
    )


@st.composite
def columns(draw):
    type_ = draw(st.sampled_from(sorted(TYPES)))
    cell = TYPES[type_][0]
    nulls = draw(st.booleans())
    values = draw(st.lists(st.none() | cell if nulls else cell, min_size=1, max_size=5))
    if all(value is None for value in values):
        values.append(draw(cell))
    return type_, draw(st.sampled_from(KINDS[type_])), values


def check(case):
    type_, kind, values = case
    wanted = [expected(value, type_, kind) for value in values]
    with tempfile.TemporaryDirectory() as name:
        for form, source in sources(values, type_, Path(name)).items():
            if (form, type_) in EXEMPT:
                continue
            for place, cells in (("Collect", cells_at_collect), ("predict", cells_at_predict)):
                found = cells(source, kind)
                assert same(found, wanted), f"{form} at {place}: {found} for {wanted}"


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@example(("float32", "categorical", [0.1, None]))
@example(("float64", "categorical", [5e-324, 1e22, 3.0]))
@example(("decimal", "categorical", [Decimal("0.95"), Decimal("1.00"), None]))
@example(("wide int", "categorical", [2**60 + 1, 2**60 + 2]))
@example(("datetime", "datetime", [datetime(1700, 1, 1, 0, 0, 0, 1), None]))
@given(columns())
@pytest.mark.slow
def test_cells_of_a_typed_column_are_the_same_from_every_form(case):
    check(case)


def test_exempt_pairs_are_few_and_name_forms_and_types():
    assert len(EXEMPT) <= 15
    assert all(form in FORMS and type_ in TYPES for form, type_ in EXEMPT)
    assert all(EXEMPT.values())


@pytest.mark.parametrize("large", [0, 1 << 40], ids=["pyarrow", "csv"])
def test_cells_of_a_file_are_the_same_whoever_parses_it(monkeypatch, tmp_path, large):
    monkeypatch.setattr(delimited, "LARGE", large)
    values = ["a, b", 'say "hi"', "two\nlines", None, "Ж"]
    source = sources(values, "text", tmp_path)["csv"]
    wanted = [expected(value, "text", "text") for value in values]
    assert cells_at_collect(source, "text") == wanted
    assert cells_at_predict(source, "text") == wanted
