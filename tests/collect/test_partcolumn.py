"""Columns that say of each row whether it is learnt from or judged by."""

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.partition import draw

pytestmark = [pytest.mark.unrehearsed, pytest.mark.few_trees]

PARTS = ["train"] * 40 + ["valid"] * 10 + ["test"] * 14


def frame(words=PARTS, name="split"):
    rng = np.random.default_rng(0)
    values = rng.normal(size=len(words))
    label = np.where(values + rng.normal(size=len(words)) > 0, "yes", "no")
    return pd.DataFrame({"a": values, "b": rng.normal(size=len(words)), name: words, "y": label})


def collected(rows, **more):
    collect = ff.Collect(rows, target="y", **more)
    return ff.Pipeline([collect]).run(seed=0, progress=False)[ff.Collected]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("split", PARTS),
        ("data_split", [word.capitalize() for word in PARTS]),
        ("Usage", ["Training"] * 40 + ["PublicTest"] * 10 + ["PrivateTest"] * 14),
        ("set", ["train"] * 50 + ["eval"] * 14),
    ],
)
def test_a_column_of_parts_divides_the_rows_and_is_no_input(name, words):
    found = collected(frame(words, name))
    asked = {"train": 0, "valid": 1, "test": 2, "eval": 2}
    code = {"Training": 0, "PublicTest": 2, "PrivateTest": 2}
    expected = [code[w] if w in code else asked[w.lower()] for w in words]
    assert found.given.tolist() == expected
    parts = draw(found, seed=0)
    assert parts.test.tolist() == [n for n, part in enumerate(expected) if part == 2]
    assert [column.name for column in found.schema.inputs] == ["a", "b"]
    [told] = [f for f in found.findings if f.code == "parts_by_column"]
    assert sum(told.numbers["rows"].values()) == 64


def test_the_same_parts_from_csv_and_with_empty_cells(tmp_path):
    rows = frame([None if n % 8 == 7 else word for n, word in enumerate(PARTS)])
    rows.to_csv(tmp_path / "rows.csv", index=False)
    for source in (rows, tmp_path / "rows.csv"):
        given = collected(source).given
        assert given[:8].tolist() == [0] * 7 + [-1]
        assert np.bincount(given + 1).tolist() == [8, 35, 9, 12]


def test_a_column_that_the_user_speaks_of_or_of_other_words_divides_nothing():
    assert collected(frame(), drop=("split",)).given is None
    as_input = collected(frame(), kinds={"split": "categorical"})
    assert as_input.given is None
    assert "split" in [column.name for column in as_input.schema.inputs]
    assert collected(frame(name="mode")).given is None
    assert collected(frame(["train"] * 40 + ["plane"] * 24)).given is None
    assert collected(frame(["test"] * 40 + ["valid"] * 24)).given is None
    assert collected(frame([1] * 40 + [2] * 24)).given is None


def test_a_bundle_answers_rows_without_the_column_of_parts(tmp_path):
    rows = frame(PARTS * 4)
    stages = [
        ff.Collect(rows, target="y"),
        ff.Preprocess(),
        ff.Train("mlp", epochs=1),
        ff.Evaluate(),
        ff.Deploy(tmp_path / "m.ff"),
    ]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    assert len(result[ff.Preprocessed].test) == 56
    plain = rows.drop(columns=["split", "y"])
    assert ff.load(tmp_path / "m.ff").predict(plain).tolist() == result.predict(plain).tolist()
