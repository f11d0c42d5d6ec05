import numpy as np
import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Columns
from fivefold.errors import RequestError
from fivefold.kinds.codec import Codec
from fivefold.kinds.quick_plan import Plan
from fivefold.kinds.scaling import HUGE
from fivefold.reading.plain_rows import PlainRows
from fivefold.serve.requests import read

COLUMNS = (
    Column(name="plain", kind="numeric"),
    Column(name="coded", kind="numeric", missing=("-999", "none")),
    Column(name="euro", kind="numeric", format="1.234,56"),
    Column(name="yes", kind="boolean"),
    Column(name="old", kind="categorical", rules=1),
    Column(name="when", kind="datetime", format="%d.%m.%Y"),
    Column(name="colour", kind="categorical", missing=("NA",)),
    Column(name="said", kind="text"),
)
SCHEMA = Schema(
    columns=(*COLUMNS, Column(name="y", kind="numeric", role="target")),
    targets=("y",),
    task="regression",
)
NAMES = [column.name for column in COLUMNS]


def fitted(without="", far=0.0):
    cells = {
        "plain": np.array([1.0, 2.5, np.nan, 3.0]) + far,
        "coded": [1.0, 2.0, 3.0, np.nan],
        "euro": [1234.5, 0.5, 7.0, 8.0],
        "yes": [1.0, 0.0, 1.0, np.nan],
        "old": ["1", "true", "1.10", None],
        "when": np.array(["2024-01-31", "2023-05-06T10:30", "NaT", "1969-12-31"], "M8[us]"),
        "colour": ["red", "1", "True", None],
        "said": ["a red house", "a green one", "houses", None],
    }
    arrays = {
        name: np.array(values, object) if isinstance(values[-1], str | None) else np.array(values)
        for name, values in cells.items()
    }
    kept = tuple(column for column in SCHEMA.columns if column.name != without)
    schema = Schema(columns=kept, targets=("y",), task="regression")
    return Codec.fit(Columns({**arrays, "y": np.arange(4.0)}), schema, np.arange(4), Settings())


CODEC = fitted()
PLAN, ROWS = Plan(CODEC), PlainRows(NAMES)
PLANS = [
    (codec, Plan(codec), PlainRows(codec.raw_columns()))
    for codec in (CODEC, fitted(without="when"), fitted(without="when", far=1e6))
]
COMMON = {
    "plain": st.floats(allow_nan=True, allow_infinity=False) | st.integers(-(10**6), 10**6),
    "coded": st.sampled_from([-999, -999.0, "-999", " none ", 3, 2.5, "4", None]),
    "euro": st.sampled_from(["1.234,56", "7", 7, 1.5, "-0,5", None, ""]),
    "yes": st.sampled_from([True, False, "yes", "F", 1, 0.0, None]),
    "old": st.sampled_from(["1", 1, 1.0, True, "true", "1.10", 1.5, None, "new"]),
    "when": st.sampled_from(["31.01.2024", "2024-01-31T10:00:00Z", None, 20240131, ""]),
    "colour": st.sampled_from(["red", " red ", "NA", 1, 1.0, True, "blue", None, 0.1]),
    "said": st.sampled_from(["a house", "", None, "red " * 9, 7, 0.1, "Hä\u0301user"]),
}
WILD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=6),
    st.sampled_from(["1e3", "1_000", "\u22125", "0x1", "12 %", "nan", "-inf", "\ud800"]),
    st.lists(st.integers(), max_size=2),
    st.sampled_from([np.float32(0.1), np.int64(7), b"7", np.datetime64("2024-01-01"), 2**70]),
)
common_rows = st.lists(st.fixed_dictionaries(COMMON), min_size=1, max_size=4)
wild_rows = st.lists(
    st.fixed_dictionaries(
        {name: st.one_of(COMMON[name], WILD) for name in NAMES},
        optional={"y": st.floats(), "other": WILD},
    ),
    min_size=1,
    max_size=4,
)


def planned(data, plan=PLAN, taken=ROWS):
    rows = taken.of(data)
    return None if rows is None else plan.encode(rows)


def assert_equal(found, wanted):
    assert list(found) == list(wanted)
    for name, values in wanted.items():
        assert found[name].dtype == values.dtype
        assert found[name].flags.c_contiguous
        np.testing.assert_array_equal(found[name], values)


def is_huge(row):
    return any(type(cell) in (int, float) and abs(cell) > HUGE for cell in row.values())


@given(common_rows, st.sampled_from(PLANS))
@settings(max_examples=100, deadline=None)
def test_plan_encodes_common_cells_as_the_codec_does(rows, planner):
    codec, plan, taken = planner
    wanted = codec.encode(read(rows, codec.schema))
    found = planned(rows, plan, taken)
    if found is None:  # it leaves fractions among words and numbers beyond float32, nothing else
        words = [row[name] for row in rows for name in ("old", "colour", "said")]
        assert any(type(cell) is float for cell in words) or any(map(is_huge, rows))
    else:
        assert_equal(found, wanted)


@given(wild_rows, st.sampled_from(PLANS))
@settings(max_examples=150, deadline=None)
@example([{**dict.fromkeys(NAMES), "plain": float("inf")}], PLANS[1])
@example([{**dict.fromkeys(NAMES), "plain": 10**400}], PLANS[1])
@example([{**dict.fromkeys(NAMES), "plain": 1e38}], PLANS[1])
@example([{**dict.fromkeys(NAMES), "plain": "1e38", "coded": "-1e300"}], PLANS[1])
@example([{**dict.fromkeys(NAMES), "colour": ["red"]}], PLANS[0])
def test_plan_encodes_any_cell_as_the_codec_does_or_hands_it_back(rows, planner):
    codec, plan, taken = planner
    try:
        wanted = codec.encode(read(rows, codec.schema))
    except RequestError:
        assert planned(rows, plan, taken) is None
        return
    found = planned(rows, plan, taken)
    if found is not None:
        assert_equal(found, wanted)


FRAMES = {
    "float64": [0.1, 2.5, np.nan],
    "float32": [0.1, 2.5, 3.0],
    "float16": [0.1, 2.5, 3.0],
    "int64": [1, 7, 2**53 + 1],
    "uint8": [1, 0, 200],
    "Int64": [1, None, 2**60],
    "bool": [True, False, True],
    "boolean": [True, None, False],
    "str": ["red", " 1 ", None],
    "string": ["1.234,56", None, "red"],
    "category": ["red", None, "7"],
    "object": ["red", 1, 0.5],
    "datetime64[us]": ["2024-01-31", "2023-05-06T10:30", None],
    "datetime64[ns, UTC]": ["2024-01-31", "2023-05-06T10:30", None],
    "timedelta64[us]": [1, 2, 3],
}


@given(st.fixed_dictionaries({name: st.sampled_from(sorted(FRAMES)) for name in NAMES}), st.data())
@settings(max_examples=80, deadline=None)
def test_plan_encodes_any_frame_as_the_codec_does_or_hands_it_back(dtypes, data):
    frame = pd.DataFrame({n: pd.Series(FRAMES[d], dtype=d) for n, d in dtypes.items()})
    rows = data.draw(st.sampled_from([[0], [1], [2], [2, 0, 1]]))
    frame = frame.iloc[rows][data.draw(st.permutations(NAMES))]
    try:
        wanted = CODEC.encode(read(frame, SCHEMA))
    except RequestError:
        assert planned(frame) is None
        return
    found = planned(frame)
    if found is not None:
        assert_equal(found, wanted)


def test_plan_encodes_a_common_frame():
    frame = pd.DataFrame({name: ["7"] for name in NAMES} | {"plain": [1.5], "when": ["31.01.2024"]})
    frame["yes"] = True
    assert_equal(planned(frame), CODEC.encode(read(frame, SCHEMA)))
