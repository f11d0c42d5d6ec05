import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.artifacts import Collected
from fivefold.collect.null_texts import asked_tokens, tokens_of
from fivefold.errors import ConfigError, DataError

ROWS = 90
X = np.random.default_rng(0).normal(size=ROWS)


def collect(source, **settings):
    run = ff.Pipeline([ff.Collect(source, target="y", **settings)]).run(seed=0, progress=False)
    return run[Collected]


def csv(path, frame):
    frame.to_csv(path, index=False)
    return str(path)


def test_tokens_are_added_taken_out_or_none():
    usual = ("", "NA", "?")
    assert tokens_of((), "a", usual) == usual
    assert tokens_of(("-9",), "a", usual) == (*usual, "-9")
    assert tokens_of({"a": [0, "x"]}, "a", usual) == (*usual, "0", "x")
    assert tokens_of({"a": 0}, "b", usual) == usual
    assert tokens_of({"a": ()}, "a", usual) == ()
    assert tokens_of({"a": {"NA": False, "x": True}}, "a", usual) == ("", "?", "x")
    assert asked_tokens({"a": {"NA": False, "-9.0": True}}, "a") == ("-9",)


@pytest.mark.parametrize(
    "missing", [{"y": {"NA": False}}, {"y": ()}, {"y": {"NA": False, "": True}}]
)
def test_na_can_be_a_class(tmp_path, missing):
    frame = pd.DataFrame({"x": X, "y": np.array(["NA", "DE", "FR"])[np.arange(ROWS) % 3]})
    for source in (frame, csv(tmp_path / "t.csv", frame), frame.to_dict("records")):
        collected = collect(source, missing=missing)
        assert collected.schema.classes == ("DE", "FR", "NA")
        assert collected.usable.all()
        assert "target_missing" not in {finding.code for finding in collected.findings}


def test_rows_without_a_target_name_the_texts_and_the_remedy():
    labels = np.array(["NA", "?", "a", "b", "-"])[np.arange(ROWS) % 5]
    collected = collect(pd.DataFrame({"x": X, "y": labels}), missing={"y": ["-"]})
    [finding] = [f for f in collected.findings if f.code == "target_missing"]
    assert finding.sentence == (
        "54 of 90 rows have no `y` and will not be used: 'NA' in 18 rows and '?' in 18 rows and "
        "'-' in 18 rows stand for missing. "
        'Pass missing={"y": {"NA": False, "?": False}} if they are classes.'
    )
    assert finding.numbers["tokens"] == {"NA": 18, "?": 18, "-": 18}


def test_rows_without_a_target_by_real_nulls_name_no_text():
    labels = pd.Series(["a", "b", None] * 30)
    collected = collect(pd.DataFrame({"x": X, "y": labels}), missing={"y": ()})
    [finding] = [f for f in collected.findings if f.code == "target_missing"]
    assert finding.sentence == "30 of 90 rows have no `y` and will not be used."


def test_numbers_with_a_token_for_a_class_need_a_kind_too():
    labels = np.array(["0", "1", "NA"])[np.arange(ROWS) % 3]
    frame = pd.DataFrame({"x": X, "y": labels})
    [finding] = [f for f in collect(frame).findings if f.code == "target_missing"]
    remedy = 'Pass missing={"y": {"NA": False}}, kinds={"y": "categorical"} if it is a class.'
    assert finding.sentence.endswith(remedy)
    told = collect(frame, missing={"y": {"NA": False}}, kinds={"y": "categorical"})
    assert told.schema.classes == ("0", "1", "NA")


@pytest.mark.parametrize("rows", [ROWS, 8])
def test_errors_about_the_target_name_the_lost_texts(rows):
    frame = pd.DataFrame({"x": X, "y": np.where(np.arange(ROWS) < rows, "yes", "NA")})
    frame.loc[0, "y"] = "NA"
    with pytest.raises(DataError) as caught:
        collect(frame)
    assert "'NA' in " in str(caught.value)
    assert str(caught.value).splitlines()[2].startswith('Pass missing={"y": {"NA": False}}')


@pytest.mark.parametrize(
    "token",
    ["NA", "None", "none", "nan", "NaN", "-", "--", ".", "?", "null", "NULL", "N/A", "<NA>", "na"],
)
def test_any_usual_text_can_be_level_and_class_and_null_stays_missing(tmp_path, token):
    values = np.array([token, "u", "w"], object)[np.arange(ROWS) % 3]
    frame = pd.DataFrame({"c": values, "x": X, "y": values})
    frame.loc[5, "c"] = None
    for source in (frame, csv(tmp_path / "t.csv", frame), frame.to_dict("records")):
        for missing in ({"c": {token: False}, "y": {token: False}}, {"c": (), "y": ()}):
            collected = collect(source, missing=missing)
            assert set(collected.table.column("c")) == {token, "u", "w", None}
            assert set(collected.schema.classes) == {token, "u", "w"}
            assert collected.table.column("c")[5] is None
            assert token not in collected.schema["c"].missing


def test_a_token_taken_out_of_numbers_is_a_bad_cell_and_numbers_can_be_added():
    texts = [f"{value:.3f}" for value in X]
    texts[3], texts[4], texts[5] = "NA", "?", "-999"
    frame = pd.DataFrame({"n": texts, "x": X, "y": np.where(X > 0, "a", "b")})
    missing = {"n": {"NA": False, "-999.0": True}}
    collected = collect(frame, missing=missing)
    assert np.flatnonzero(np.isnan(collected.table.column("n"))).tolist() == [3, 4, 5]
    [finding] = [f for f in collected.findings if f.code == "bad_cells"]
    assert finding.numbers["rows"] == [3]
    assert "NA" not in collected.schema["n"].missing
    assert {"?", "-999"} <= set(collected.schema["n"].missing)


def test_a_mapping_of_tokens_survives_a_recipe():
    missing = {"y": {"NA": False, "x": True}, "a": [0], "b": ()}
    pipeline = ff.Pipeline([ff.Collect("t.csv", target="y", missing=missing)])
    again = ff.Pipeline.from_json(pipeline.to_json())
    assert again["collect"].missing == {"y": {"NA": False, "x": True}, "a": (0,), "b": ()}


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ({"y": {"": False}}, "the empty text always stands for missing, also in `y`"),
        ({"y": {"NA": "no"}}, "expected {text: True or False} for `y`"),
        ({"y": {0: "no"}}, "expected {text: True or False} for `y`"),
        ({"NA": False}, "expected columns first"),
    ],
)
def test_a_mapping_that_says_nothing_is_refused(missing, message):
    with pytest.raises(ConfigError, match=message.replace("{", r"\{")):
        ff.Collect("t.csv", missing=missing)


def test_a_column_that_is_not_there_is_refused():
    with pytest.raises(DataError, match="'z' \\(missing=\\)"):
        collect(pd.DataFrame({"x": X, "y": "a"}), missing={"z": {"NA": False}})
