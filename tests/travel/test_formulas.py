"""Columns made by formulas: against pandas by hand, and a row alone as among others."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.errors import ConfigError
from fivefold.travel.changes import Changes
from fivefold.travel.formulas import Formulas

KINDS = {
    **{"x": "numeric", "z": "numeric", "whole": "numeric", "flag": "boolean"},
    **{"t": "datetime", "u": "datetime", "town": "categorical", "note": "text"},
}
SCHEMA = Schema(
    columns=(
        *(Column(name=name, kind=kind) for name, kind in KINDS.items()),
        Column(name="y", kind="categorical", role="target"),
    ),
    targets=("y",),
    task="binary",
    classes=("no", "yes"),
)
TOWNS = np.array(["Ulm", "Bonn", "Köln", None], object)


def frame(rows: int = 60, seed: int = 0) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    day = np.timedelta64(86_400, "s")
    found = pd.DataFrame(
        {
            "x": draw.normal(size=rows) * 10,
            "z": draw.exponential(size=rows) - 0.3,
            "whole": draw.integers(0, 4, rows).astype(float),
            "flag": draw.integers(0, 2, rows).astype(float),
            "t": np.datetime64("2020-01-30T10:00", "us") + draw.integers(0, 900, rows) * day,
            "u": np.datetime64("1968-12-31T23:59", "us") + draw.integers(0, 900, rows) * day,
            "town": TOWNS[draw.integers(4, size=rows)],
            "note": np.array(["a small Cat", "no dog", "12", None], object)[
                draw.integers(4, size=rows)
            ],
        }
    )
    for name in ("x", "z", "flag", "t", "whole"):
        found.loc[draw.random(rows) < 0.1, name] = None
    return found


def columns(of: pd.DataFrame) -> Columns:
    cells = {n: of[n].to_numpy() for n in ("x", "z", "whole", "flag")}
    cells |= {n: of[n].to_numpy().astype("M8[us]") for n in ("t", "u")}
    texts = {n: [None if v is None or v != v else v for v in of[n]] for n in ("town", "note")}
    return Columns(cells | {n: np.array(v, object) for n, v in texts.items()})


def made(text: str, of: pd.DataFrame | None = None, **options: Any) -> list[Any]:
    """What a formula makes of each row, None where it is missing."""
    table = columns(frame() if of is None else of)
    step = Formulas.fit({"new": text}, table, SCHEMA, **options)
    cells = step.rows(table).column("new")
    return [None if v is None or v != v else v for v in cells.tolist()]


F = frame()
DAY = pd.Timedelta(days=1)
BY_HAND = {
    "x * z + 1": F.x * F.z + 1,
    "x / z": F.x / F.z,
    "x // z": F.x // F.z,
    "x % z": F.x % F.z,
    "-x ** 2": -(F.x**2),
    "z / 0": F.z * np.nan,
    "log(z)": np.log(F.z.where(F.z > 0)),
    "log1p(abs(x))": np.log1p(F.x.abs()),
    "exp(x * 1000)": np.exp((F.x * 1000).where(F.x * 1000 < 709)),
    "sqrt(z)": np.sqrt(F.z.where(F.z >= 0)),
    "sin(x) + cos(z)": np.sin(F.x) + np.cos(F.z),
    "round(x)": F.x.round(),
    "floor(x) + ceil(z)": np.floor(F.x) + np.ceil(F.z),
    "clip(x, -1, 1)": F.x.clip(-1, 1),
    "least(x, z, 2)": F[["x", "z"]].min(axis=1, skipna=False).clip(upper=2),
    "greatest(x, z)": F[["x", "z"]].max(axis=1, skipna=False),
    "fill(x, 0)": F.x.fillna(0),
    "fill(x, z)": F.x.fillna(F.z),
    "number(is_missing(x))": F.x.isna().astype(float),
    "where(x > z, x, -z)": F.x.where(F.x > F.z, -F.z).where(F.x.notna() & F.z.notna()),
    "number(x < 0 and z > 0 or flag)": (
        (((F.x < 0) & (F.z > 0)) | (F.flag == 1))
        .astype(float)
        .where(F.x.notna() & F.z.notna() & F.flag.notna())
    ),
    "number(not flag)": 1 - F.flag,
    "(t - u) / 365.25": (F.t - F.u) / DAY / 365.25,
    "(t + 1.5) - t": F.t.notna().map({True: 1.5, False: np.nan}),
    "year(t) * 10000 + month(t) * 100 + day(t)": (
        F.t.dt.year * 10000 + F.t.dt.month * 100 + F.t.dt.day
    ),
    "hour(t) + minute(u) / 60": F.t.dt.hour + F.u.dt.minute / 60,
    "yearday(u) + hour(u) + weekday(u)": (F.u.dt.day_of_year + F.u.dt.hour + F.u.dt.day_of_week),
    "weekday(t)": F.t.dt.day_of_week,
    "yearday(t)": F.t.dt.day_of_year,
    "number(t > date('2021-03-01'))": (F.t > "2021-03-01").astype(float).where(F.t.notna()),
    "length(note)": F.note.str.len(),
    "words(note)": F.note.str.split().str.len(),
    "number(contains(lower(note), 'cat'))": (
        F.note.str.lower().str.contains("cat").astype(float).where(F.note.notna())
    ),
    "number(starts(note, 'no') or ends(note, 'dog'))": (
        F.note.str.startswith("no").astype(float).where(F.note.notna())
    ),
    "number(note)": pd.to_numeric(F.note, errors="coerce"),
    "lookup(town, 'km')": F.town.map({"Ulm": 10.0, "Köln": 30.0}),
    "lookup(town, 'km', -1)": F.town.map({"Ulm": 10.0, "Köln": 30.0, "Bonn": -1.0}),
    "lookup(whole, 'rank')": F.whole.map({0.0: 5.0, 1.0: 7.0}),
    "group_mean(x, town)": F.town.map(F.groupby("town").x.mean()).fillna(F.x.mean()),
    "group_median(x, whole)": F.whole.map(F.groupby("whole").x.median()).fillna(F.x.median()),
    "group_min(x, town)": F.town.map(F.groupby("town").x.min()).fillna(F.x.min()),
    "group_max(x, town)": F.town.map(F.groupby("town").x.max()).fillna(F.x.max()),
    "group_std(x, flag)": F.flag.map(F.groupby("flag").x.std()).fillna(F.x.std()),
    "group_count(town)": F.town.map(F.town.value_counts()).fillna(0),
    "group_share(town)": (F.town.map(F.town.value_counts()) / len(F)).fillna(0),
}
TABLES = {"km": {"Ulm": 10.0, "Köln": 30}, "rank": {"0": 5, "1.0": 7}}


@pytest.mark.parametrize("text", BY_HAND)
def test_formula_of_numbers_gives_what_pandas_gives_by_hand(text):
    wanted = pd.to_numeric(pd.Series(BY_HAND[text]), errors="coerce").astype(float).to_numpy()
    found = np.array([np.nan if v is None else v for v in made(text, F, tables=TABLES)])
    assert np.isfinite(wanted).any() or text == "z / 0"  # else it would show nothing
    np.testing.assert_allclose(found, np.where(np.isfinite(wanted), wanted, np.nan), rtol=1e-13)


def test_formula_of_texts_gives_texts_as_categories_are_written():
    town = [None if v is None or v != v else v for v in F.town]
    note = [None if v is None or v != v else v for v in F.note]
    assert made("upper(town)", F) == [v and v.upper() for v in town]
    assert made("join('/', town, town)", F) == [v and f"{v}/{v}" for v in town]
    assert made("part(note, ' ', 1)", F) == [
        v.split(" ")[1] if v and len(v.split(" ")) > 1 else None for v in note
    ]
    assert made("replace(trim(note), 'no', 'a')", F) == [
        v and v.strip().replace("no", "a") for v in note
    ]
    assert made("text(whole)", F) == [None if v != v else str(int(v)) for v in F.whole]
    assert made("where(town in ['Ulm', 'Bonn'], 'near', 'far')", F) == [
        v and ("near" if v in ("Ulm", "Bonn") else "far") for v in town
    ]


def test_group_that_training_rows_do_not_have_gets_what_all_rows_give():
    train = columns(F)
    step = Formulas.fit({"m": "group_mean(x, town)", "n": "group_count(town)"}, train, SCHEMA)
    other = Columns({n: train.column(n)[:2] for n in train.names})
    other = other.replace({"town": np.array(["Rom", None], object)})
    found = step.rows(other)
    assert found.column("m").tolist() == [pytest.approx(F.x.mean())] * 2
    assert found.column("n").tolist() == [0.0, 0.0]


def test_formula_reads_those_before_it_and_replaces_an_input_of_its_name():
    formulas = {"x": "-x", "twice": "x * 2", "side": "where(twice > 0, 'r', 'l')"}
    table = columns(F)
    step = Formulas.fit(formulas, table, SCHEMA)
    found = step.rows(table)
    np.testing.assert_array_equal(found.column("x"), -F.x)
    np.testing.assert_array_equal(found.column("twice"), -F.x * 2)
    kinds = {c.name: c.kind for c in step.schema(SCHEMA).columns}
    assert list(kinds) == [*KINDS, "y", "twice", "side"]
    assert (kinds["twice"], kinds["side"]) == ("numeric", "categorical")
    assert step.sources(["side", "town"]) == {"x", "town"}


def test_formula_gives_a_column_of_the_kind_of_its_type_or_of_the_one_that_is_said():
    formulas = {"a": "x + 1", "b": "x > 1", "c": "t + 1", "d": "upper(town)", "e": "note"}
    step = Formulas.fit(formulas, columns(F), SCHEMA, kinds={"e": "text"})
    assert {name: c.kind for name, c in step.columns.items()} == {
        **{"a": "numeric", "b": "boolean", "c": "datetime", "d": "categorical", "e": "text"}
    }


REFUSED = {
    "w * x": ("`w`", 0),
    "xx": ("Write x.", 0),
    "x + y": ("the target `y`", 4),
    "x + town": ("Write number(x)", 2),
    "flag + 1": ("number(x) to count", 5),
    "x and flag": ("x != 0", 2),
    "where(x, 1, 2)": ("x != 0", 0),
    "where(flag, 1, 'a')": ("number", 0),
    "log(x, 2)": ("log(x: number) -> number", 0),
    "missing": ("always missing", 0),
    "lookup(town, 'no')": ("'km'", 13),
    "lookup(t, 'km')": ("moment", 0),
    "lookup(town, 'km', 'a')": ("a number as in the table", 19),
    "group_mean(x)": ("group_mean(x, by)", 0),
    "group_mean(town, town)": ("numbers to put together", 0),
    "group_mean(x, t)": ("moment", 0),
    "group_mean(x, z)": ("whole numbers", 0),
    "t + u": ("days: number", 2),
}


@pytest.mark.parametrize("text", REFUSED)
def test_formula_whose_types_do_not_go_together_is_refused_at_its_place(text):
    with pytest.raises(ConfigError) as caught:
        Formulas.fit({"new": text}, columns(F), SCHEMA, tables=TABLES)
    words, at = REFUSED[text]
    assert words in str(caught.value)
    assert caught.value.at == at


@pytest.mark.parametrize("name", ["", "y"])
def test_formula_for_a_name_that_is_taken_is_refused(name):
    with pytest.raises(ConfigError, match="name"):
        Formulas.fit({name: "x + 1"}, columns(F), SCHEMA)


@pytest.mark.parametrize("table", [{"a": 1, "b": "c"}, {}, {"a": None}, {"a": math.inf, "b": 1}])
def test_table_without_one_type_of_values_is_refused(table):
    with pytest.raises(ConfigError, match="one type"):
        Formulas.fit({"n": "x"}, columns(F), SCHEMA, tables={"t": table})


def test_formula_as_long_as_is_allowed_is_computed():
    total = made("+".join(["x"] * 200), F)
    assert total[1] == pytest.approx(200 * F.x[1])


MANY = {
    **{str(place): text for place, text in enumerate(BY_HAND)},
    **{"up": "upper(town)", "both": "join('/', town, note)", "later": "t + x", "p": "z ** x"},
}


def test_formulas_packed_and_unpacked_give_the_same_to_the_bit():
    table = columns(F)
    step = Formulas.fit(MANY, table, SCHEMA, tables=TABLES)
    changes = Changes(source=SCHEMA, steps=(step,))
    values, arrays = changes.pack()
    other = Changes.unpack(values, arrays)
    same(changes.apply(table), other.apply(table))
    assert other.pack() == (values, arrays)
    assert other.needed(["later", "up"]) == {"t", "x", "town"}


def same(one: Any, other: Any) -> None:
    """Equal to the bit, but that all missing cells are one."""
    assert one.names == other.names
    for name in one.names:
        first, second = one.column(name), other.column(name)
        assert first.dtype == second.dtype
        if first.dtype == object:
            assert first.tolist() == second.tolist()
        else:
            assert first.tobytes() == second.tobytes() or np.array_equal(
                first, second, equal_nan=True
            )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), rows=st.integers(1, 70))
def test_row_alone_gives_to_the_bit_what_it_gives_among_others(seed, rows):
    step = Formulas.fit(MANY, columns(F), SCHEMA, tables=TABLES)
    table = columns(frame(rows, seed))
    draw = np.random.default_rng(seed)
    scale = 10.0 ** draw.integers(-8, 9, rows)
    table = table.replace({"x": table.column("x") * scale})
    among = step.rows(table)
    order = draw.permutation(rows)
    same(among.take(order), step.rows(table.take(order)))
    for row in {0, rows // 2, rows - 1}:
        same(among.take(np.array([row])), step.rows(table.take(np.array([row]))))


def test_numbers_of_a_formula_are_finite_or_missing():
    extreme = F.assign(x=np.where(np.arange(len(F)) % 2, 1e308, -1e308))
    for text in ("x * 10", "x ** 3", "exp(x)", "x - -x", "t + x", "log(x) / 0"):
        found = [v for v in made(text, extreme) if v is not None and not hasattr(v, "year")]
        assert all(map(math.isfinite, found)), text
