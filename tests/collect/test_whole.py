from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.artifacts import Collected
from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.whole import wide_integers
from fivefold.errors import DataError
from fivefold.partition import Partition

ROWS = 300
DRAW = np.random.default_rng(0)
X = DRAW.normal(size=ROWS)
FEW = DRAW.integers(0, 5, ROWS)
Y = np.where(X > 0, "a", "b")


def collect(source, **settings):
    settings.setdefault("target", "y")
    run = ff.Pipeline([ff.Collect(source, **settings)]).run(seed=0, progress=False)
    return run[Collected]


def codes(collected):
    return [finding.code for finding in collected.findings]


@pytest.mark.parametrize(
    "cells",
    [
        np.array([2**60, 2**60 + 1, 2**60]),
        np.array([2**63, 2**63 + 1, 2**63], np.uint64),
        np.array([-(2**60), -(2**60) - 1, -(2**60)]),
        objects([2**60, None, 2**60 + 1]),
        objects([np.int64(2**60), np.int64(2**60 + 1), 3]),
        objects([2**80, 2**80 + 1, 2**80]),
        objects([Decimal(2**60), Decimal(2**60 + 1), Decimal("0.5")]),
        objects([str(2**60), str(2**60 + 1), "0.25"]),
        objects([f"{2**60}.0", f"+{2**60 + 1}", "x"]),
        Coded(np.array([0, 1, 0]), objects([str(2**60), str(2**60 + 1)])),
    ],
)
def test_whole_numbers_that_are_one_float_are_wide(cells):
    listed = cells.array() if isinstance(cells, Coded) else cells
    known = [value for value in listed.tolist() if value not in (None, "x")]
    floats = np.array([np.nan if v in (None, "x") else float(v) for v in listed.tolist()])
    found = wide_integers(cells, floats)
    assert found is not None
    assert found.distinct == len({Decimal(str(value)) for value in known})
    assert found.floats == len({float(value) for value in known})


@pytest.mark.parametrize(
    "cells",
    [
        np.array([2**53 - 1, 1, -(2**53) + 1]),
        np.array([2**60, 2**61, 2**62]),
        np.array([2.0**60, 2.0**60 + 1, np.nan]),
        objects(["1e20", "1e20", "0.1"]),
        objects(["123456789.123456789123", "123456789.123456789124"]),
    ],
)
def test_numbers_that_float64_holds_apart_are_not_wide(cells):
    assert wide_integers(cells, cells.astype(np.float64)) is None


def sources(tmp_path, frame):
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_json(tmp_path / "t.jsonl", orient="records", lines=True)
    frame.to_parquet(tmp_path / "t.parquet")
    first = next(iter(frame))
    return [
        frame,
        frame.astype({first: "uint64"}),
        frame.astype({first: "Int64"}),
        frame.astype({first: object}),
        frame.astype({first: "int64[pyarrow]"}),
        frame.to_dict("records"),
        frame.to_dict("list"),
        *(str(tmp_path / f"t.{end}") for end in ("csv", "jsonl", "parquet")),
    ]


def test_wide_numbers_from_every_source_are_categories(tmp_path):
    frame = pd.DataFrame({"a": 2**60 + FEW, "x": X, "y": Y})
    wanted = [str(2**60 + step) for step in FEW]
    for source in sources(tmp_path, frame):
        collected = collect(source)
        assert collected.schema["a"].kind == "categorical"
        assert collected.schema["a"].role == "input"
        assert collected.table.column("a").tolist() == wanted
        [finding] = [f for f in collected.findings if f.code == "wide_integers"]
        assert finding.numbers == {"column": "a", "distinct": 5, "floats": 1}
        assert not {"constant", "duplicate_column", "row_number"} & {*codes(collected)}


def test_wide_numbers_with_nulls_stay_exact():
    wide = pd.Series(2**60 + FEW).astype("Int64").where(np.arange(ROWS) % 7 > 0)
    for column in (wide, wide.astype("int64[pyarrow]"), wide.astype(object).where(wide.notna())):
        collected = collect(pd.DataFrame({"a": column, "x": X, "y": Y}))
        values = collected.table.column("a")
        assert [v is None for v in values] == (np.arange(ROWS) % 7 == 0).tolist()
        assert set(values) - {None} == {str(2**60 + step) for step in range(5)}


def test_wide_ids_are_judged_by_their_words():
    frame = pd.DataFrame({"a": 2**60 + DRAW.permutation(ROWS), "x": X, "y": Y})
    collected = collect(frame)
    assert collected.schema["a"].reason == "id"
    [finding] = [f for f in collected.findings if f.code == "id_column"]
    assert finding.sentence.startswith("Column `a` has 300 different values in 300 rows")


def test_two_wide_columns_are_the_same_only_where_they_are():
    frame = pd.DataFrame({"a": 2**60 + FEW, "b": 2**60 + FEW[::-1], "c": 2**60 + FEW, "y": Y})
    for settings in ({}, {"kinds": {"a": "numeric"}}, {"kinds": {"a": "numeric", "b": "numeric"}}):
        collected = collect(frame, **settings)
        assert [collected.schema[name].reason for name in "ab"] == ["", ""]
    assert collect(frame).schema["c"].reason == "the same as a"


def test_wide_numbers_that_were_declared_stay_numbers_without_a_false_word():
    frame = pd.DataFrame({"a": 2**60 + FEW, "b": 2**60 + np.arange(ROWS), "y": Y})
    collected = collect(frame, kinds={"a": "numeric", "b": "numeric"})
    assert {collected.schema[name].kind for name in "ab"} == {"numeric"}
    assert sorted(codes(collected)) == ["rows", "wide_integers", "wide_integers"]
    assert "as asked" in collected.findings[0].sentence


def test_wide_sentinels_are_missing():
    frame = pd.DataFrame({"a": np.where(FEW > 0, 2**60 + FEW, -999), "x": X, "y": Y})
    for missing in ((-999,), {"a": {"-999": True}}):
        collected = collect(frame, missing=missing)
        words = collected.table.column("a")
        assert [word is None for word in words] == (FEW == 0).tolist()


def test_wide_groups_are_told_apart(tmp_path):
    frame = pd.DataFrame({"g": 2**60 + np.arange(ROWS) // 6, "x": X, "y": Y})
    for source in sources(tmp_path, frame):
        collected = collect(source, group="g")
        assert collected.table.column("g").tolist() == [str(2**60 + n // 6) for n in range(ROWS)]
    declared = collect(frame, group="g", kinds={"g": "numeric"})
    assert len(set(declared.table.column("g"))) == 50


def test_wide_times_keep_their_order(tmp_path):
    frame = pd.DataFrame({"t": 2**60 + np.arange(ROWS), "x": X, "y": Y})
    for source in sources(tmp_path, frame):
        stages = [ff.Collect(source, target="y", time="t"), ff.Preprocess()]
        result = ff.Pipeline(stages).run(seed=0, progress=False)
        assert result[Partition].test.tolist() == list(range(240, ROWS))
        assert result[Collected].table.column("t").tolist() == list(range(ROWS))


def test_wide_classes_are_exact(tmp_path):
    frame = pd.DataFrame({"y": 2**60 + FEW, "x": X})
    for source in sources(tmp_path, frame):
        collected = collect(source)
        assert collected.schema.task == "multiclass"
        assert collected.schema.classes == tuple(2**60 + step for step in range(5))
        assert collected.table.column("y").tolist() == [str(2**60 + step) for step in FEW]


@pytest.mark.parametrize("settings", [{}, {"task": "regression"}, {"kinds": {"y": "numeric"}}])
def test_wide_regression_is_refused_with_its_remedy(tmp_path, settings):
    steps = np.arange(ROWS) * 7 % 211
    frame = pd.DataFrame({"y": 2**60 + 5 + steps, "x": X})
    for source in sources(tmp_path, frame):
        with pytest.raises(DataError) as caught:
            collect(source, **settings)
        assert "found 211 different whole numbers of which it tells 2" in str(caught.value)
        assert f"Subtract the smallest value, {2**60 + 5}, from `y`." in str(caught.value)
        assert "only" not in str(caught.value)


def test_wide_target_over_a_wide_range_is_a_regression():
    y = np.linspace(0, 2**62, ROWS).astype(np.int64)
    y[-1] = y[-2] + 1
    collected = collect(pd.DataFrame({"x": X, "y": y}))
    assert collected.schema.task == "regression"


def test_wide_target_whose_unusable_rows_alone_are_wide_is_fine():
    frame = pd.DataFrame({"y": [2**60, 2**60 + 1, *range(ROWS - 2)], "x": X})
    collected = collect(frame, missing={"y": [str(2**60), str(2**60 + 1)]})
    assert collected.schema.task == "regression"
    assert collected.usable.sum() == ROWS - 2


def test_signed_and_unsigned_files_are_joined_exactly(tmp_path):
    frame = pd.DataFrame({"a": 2**60 + FEW, "x": X, "y": Y})
    collected = collect(frame, test_source=frame.astype({"a": "uint64"}).head(50))
    assert set(collected.table.column("a")) == {str(2**60 + step) for step in range(5)}


@pytest.mark.slow
def test_wide_columns_are_served_as_they_were_trained(tmp_path):
    frame = pd.DataFrame({"a": 2**60 + FEW, "x": X, "y": np.where(FEW % 2, "odd", "even")})
    path = tmp_path / "wide.ff"
    stages = [
        *(ff.Collect(frame, target="y"), ff.Preprocess(), ff.Train(epochs=4, quality="fast")),
        *(ff.Evaluate(), ff.Deploy(path)),
    ]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    model, wanted = ff.load(path), result.predict_proba(frame)
    assert abs(wanted[FEW == 0, 0].mean() - wanted[FEW == 1, 0].mean()) > 0.1
    for source in sources(tmp_path, frame)[:-1]:
        assert np.abs(model.predict_proba(source) - wanted).max() < 1e-5


@pytest.mark.parametrize("mark", [",", ".", " "])
def test_wide_numbers_with_thousands_are_told_apart(tmp_path, mark):
    texts = [f"{2**60 + step:,}".replace(",", mark) for step in FEW]
    path = tmp_path / "t.csv"
    pd.DataFrame({"a": texts, "x": X, "y": Y}).to_csv(path, index=False)
    collected = collect(str(path))
    assert collected.schema["a"].kind == "categorical"
    assert set(collected.table.column("a")) == set(texts)
    assert not {"constant", "id_column"} & {*codes(collected)}
    said = collect(str(path), thousands={"a": mark})
    assert said.schema["a"].kind == "numeric"
    assert "wide_integers" in codes(said)
    pd.DataFrame({"y": texts, "x": X}).to_csv(path, index=False)
    with pytest.raises(DataError, match=f"Subtract the smallest value, {2**60},"):
        collect(str(path), task="regression", thousands={"y": mark})
