from dataclasses import replace

import numpy as np
import pytest

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Columns
from fivefold.errors import DataError
from fivefold.kinds.codec import Codec
from fivefold.partition import Partition
from fivefold.preprocess.encode import encode_parts, encode_rows, summarise

SCHEMA = Schema(
    columns=(
        Column(name="x", kind="numeric"),
        Column(name="c", kind="categorical"),
        Column(name="y", kind="categorical", role="target"),
    ),
    targets=("y",),
    task="binary",
    classes=("no", "yes"),
)


@pytest.fixture
def collected():
    rng = np.random.default_rng(0)
    x = rng.normal(size=300)
    x[[3, 4]] = 1e6
    table = Columns(
        {
            "x": x,
            "c": rng.choice(np.array(["a", "b", None], object), 300),
            "y": rng.choice(np.array(["no", "yes"], object), 300),
        }
    )
    return Collected(
        table=table,
        schema=SCHEMA,
        usable=np.ones(300, bool),
        given=None,
        findings=(),
        provenance={},
    )


PARTITION = Partition(
    train=np.arange(4, 300), valid=np.array([3, 1]), test=np.array([0, 2]), how="by hand"
)


def test_encode_parts_holds_each_row_where_the_partition_says(collected):
    data = encode_parts(collected, PARTITION)
    for rows, index in (
        (data.train, PARTITION.train),
        (data.valid, PARTITION.valid),
        (data.test, PARTITION.test),
    ):
        np.testing.assert_array_equal(rows.index, index)
        expected = (collected.table.column("y")[index] == "yes").astype(int)
        np.testing.assert_array_equal(rows.target, expected)
        assert rows.inputs["numeric"].shape == (len(index), 1)
        np.testing.assert_allclose(
            rows.inputs["numeric"][:, 0], collected.table.column("x")[index], rtol=1e-6
        )


def test_encode_parts_fits_on_training_rows_only(collected):
    codec = Codec.fit(collected.table, SCHEMA, PARTITION.train)
    assert encode_parts(collected, PARTITION).codec.digest() == codec.digest()


def test_encode_parts_drop_leaves_outliers_out_of_training_only(collected):
    data = encode_parts(collected, PARTITION, Settings(outliers="drop"))
    assert data.train.index.tolist() == list(range(5, 300))
    assert data.valid.index.tolist() == [3, 1]
    kept = encode_parts(collected, PARTITION, Settings(outliers="clip"))
    assert len(kept.train) == 296


def test_encode_parts_nothing_left_is_an_error(collected, monkeypatch):
    monkeypatch.setattr(Codec, "inlier_rows", lambda self, table: np.zeros(len(table), bool))
    with pytest.raises(DataError, match="found none of 296"):
        encode_parts(collected, PARTITION, Settings(outliers="drop"))


def test_encode_parts_empty_test_part_is_empty(collected):
    partition = PARTITION.replace(test=np.array([], np.int64))
    data = encode_parts(collected, partition)
    assert len(data.test) == 0
    assert data.test.inputs["codes"].shape == (0, 1)


def test_encode_rows_are_in_the_order_asked_for(collected):
    codec = Codec.fit(collected.table, SCHEMA, PARTITION.train)
    rows = encode_rows(codec, collected.table, np.array([9, 7]))
    assert rows.index.tolist() == [9, 7]
    assert rows.index.dtype == np.int64


def test_rows_in_no_part_are_counted(collected):
    rows = np.arange(300)
    whole = Partition(train=rows[:200], valid=rows[200:250], test=rows[250:], how="by hand")
    assert encode_parts(collected, whole).findings == ()
    less = Partition(train=rows[:200], valid=rows[210:250], test=rows[251:], how="by hand")
    (finding,) = encode_parts(collected, less).findings
    assert (finding.code, finding.severity) == ("rows_in_no_part", "warning")
    assert finding.sentence == (
        "11 rows of 300 are in no part (by hand): nothing is learnt from them or judged by them."
    )
    assert finding.numbers == {"rows": 11, "usable": 300}


def weighted(collected, weight):
    table = collected.table.replace({"w": np.asarray(weight, float)})
    columns = (*SCHEMA.columns, Column(name="w", kind="numeric", role="weight"))
    return collected.replace(table=table, schema=replace(SCHEMA, columns=columns))


def test_rows_bring_their_weights_and_are_encoded_as_without(collected):
    weight = np.arange(300) / 7
    data, plain = (
        encode_parts(weighted(collected, weight), PARTITION),
        encode_parts(collected, PARTITION),
    )
    assert plain.train.weight is None
    for rows in (data.train, data.valid, data.test):
        np.testing.assert_array_equal(rows.weight, weight[rows.index])
    np.testing.assert_array_equal(data.train.inputs["numeric"], plain.train.inputs["numeric"])
    some = data.train.take(np.array([5, 2]))
    np.testing.assert_array_equal(some.weight, weight[some.index])
    pieces = list(data.train.chunks(100))
    np.testing.assert_array_equal(np.concatenate([p.weight for p in pieces]), data.train.weight)


@pytest.mark.parametrize(("part", "words"), [("train", "296 training"), ("valid", "2 validation")])
def test_rows_of_a_part_that_all_have_weight_zero_are_refused(collected, part, words):
    weight = np.ones(300)
    weight[getattr(PARTITION, part)] = 0
    with pytest.raises(DataError, match=rf"weight above 0 in some of the {words} rows.*`w`"):
        encode_parts(weighted(collected, weight), PARTITION)
    weight[:] = 1
    weight[PARTITION.test] = 0
    assert not encode_parts(weighted(collected, weight), PARTITION).test.weight.any()


def test_weights_that_a_stage_spoilt_are_refused(collected):
    with pytest.raises(DataError, match=r"weight, row 1: .* found -1"):
        encode_parts(weighted(collected, [1, 1, -1, *[1] * 297]), PARTITION)


def test_summary_counts_what_went_in():
    schema = Schema(
        columns=(
            Column(name="x", kind="numeric"),
            Column(name="z", kind="numeric"),
            Column(name="c", kind="categorical"),
            Column(name="p", kind="image"),
            Column(name="y", kind="numeric", role="target"),
        ),
        targets=("y",),
        task="regression",
    )
    table = Columns(
        {
            "x": np.array([1.0, 2.0]),
            "z": np.array([1.0, np.nan]),
            "c": np.array(["a", "b"], object),
            "p": np.zeros((2, 3, 4, 3), np.uint8),
            "y": np.array([1.0, 2.0]),
        }
    )
    codec = Codec.fit(table, schema, np.array([0, 1]))
    assert summarise(codec, 1_200, 1) == (
        "Fitted on 1,200 training rows: 2 numbers (+ 1 missing), "
        "1 category column (2 values kept, onehot), image 'p' (3x4 RGB); "
        "1 row left out as outliers."
    )


@pytest.mark.parametrize(("role", "by"), [("group", "auto"), ("group", "random"), ("time", "time")])
def test_validation_rows_know_what_holds_them_together(collected, role, by):
    held = np.arange(300)[::-1] // 7
    schema = replace(
        collected.schema,
        columns=(*collected.schema.columns, Column(name="who", kind="numeric", role=role)),
    )
    table = Columns({**{n: collected.table.column(n) for n in "xcy"}, "who": held.astype(float)})
    rows = np.arange(300)
    parts = {"train": rows[:100], "valid": rows[100:200], "test": rows[200:]}
    partition = Partition(**parts, how="", by=by)
    data = encode_parts(collected.replace(table=table, schema=schema), partition)
    (bond,) = data.valid.bonds.values()
    assert list(data.valid.bonds) == [role]
    assert np.array_equal(bond[:, None] == bond, held[100:200, None] == held[100:200])
    assert np.array_equal(data.valid.take(np.arange(9)).bonds[role], bond[:9])
    if role == "time":
        assert (np.diff(bond) * np.diff(held[100:200]) >= 0).all()
    assert not data.train.bonds
    assert not encode_parts(collected, partition).valid.bonds
    many = replace(data.valid, index=rows).take(np.resize(np.arange(100), 1200))
    stopping, deciding = (set(half.bonds[role].tolist()) for half in many.divided())
    assert stopping.isdisjoint(deciding)
    assert min(len(stopping), len(deciding)) >= 7
