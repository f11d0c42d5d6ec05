import io
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Columns
from fivefold.errors import DataError
from fivefold.kinds.codec import Codec
from fivefold.kinds.scaling import ARRAYS

ROWS = 60
SCHEMA = Schema(
    columns=(
        Column(name="age", kind="numeric"),
        Column(name="id", kind="numeric", role="ignored"),
        Column(name="zip", kind="categorical", missing=("?",)),
        Column(name="vip", kind="boolean"),
        Column(name="when", kind="datetime"),
        Column(name="note", kind="text"),
        Column(name="numeric", kind="text"),
        Column(name="photo", kind="image"),
        Column(name="y", kind="categorical", role="target"),
    ),
    targets=("y",),
    task="multiclass",
    classes=("a", "b", "c"),
)


def make_table(seed=0, rows=ROWS):
    rng = np.random.default_rng(seed)
    age = rng.normal(40, 10, rows)
    age[rng.random(rows) < 0.1] = np.nan
    vip = rng.integers(0, 2, rows).astype(float)
    days = np.datetime64("2020-01-01", "us") + rng.integers(0, 10**13, rows).astype("m8[us]")
    words = np.array(["red", "green", "blue", "12345", "!"], object)
    note = np.array([" ".join(rng.choice(words, rng.integers(0, 6))) or None for _ in range(rows)])
    return Columns(
        {
            "age": age,
            "id": np.arange(rows, dtype=float),
            "zip": rng.choice(np.array(["10001", "00123", "x", None], object), rows),
            "vip": vip,
            "when": days,
            "note": note.astype(object),
            "numeric": note[::-1].astype(object),
            "photo": rng.integers(0, 256, (rows, 4, 5, 1), dtype=np.uint8),
            "y": rng.choice(np.array(["a", "b", "c"], object), rows),
        }
    )


TRAIN = np.arange(0, ROWS, 2)


def test_codec_encode_gives_what_blocks_promise():
    table = make_table()
    codec = Codec.fit(table, SCHEMA, TRAIN)
    arrays = codec.encode(table)
    assert list(arrays) == ["numeric", "codes", "note", "text/numeric", "photo"]
    assert [block.name for block in codec.blocks] == list(arrays)
    for block in codec.blocks:
        array = arrays[block.name]
        assert array.shape == (ROWS, *block.shape)
        assert array.dtype == block.dtype
    assert codec.blocks[0].features[:3] == ("age", "vip", "when.days")
    assert len(codec.blocks[0].features) == 10
    assert codec.raw_columns() == ("age", "zip", "vip", "when", "note", "numeric", "photo")
    classes = np.array(SCHEMA.classes, object)
    assert classes[codec.encode_target(table)].tolist() == table.column("y").tolist()


@settings(max_examples=20, deadline=None)
@given(
    st.integers(0, 100),
    st.sampled_from(["standard", "minmax", "robust", "quantile", "none"]),
    st.sampled_from(["clip", "drop", "keep"]),
    st.sampled_from(["onehot", "embed"]),
    st.sampled_from([None, (3, 2)]),
)
def test_codec_state_round_trips_exactly(seed, scale, outliers, categories, size):
    asked = Settings(scale=scale, outliers=outliers, categories=categories, image_size=size)
    table = make_table(seed)
    codec = Codec.fit(table, SCHEMA, TRAIN, asked)
    values, arrays = codec.state()
    assert all(array.dtype != object for array in arrays.values())
    again = Codec.from_state(json.loads(json.dumps(values)), arrays)
    assert again.digest() == codec.digest()
    assert (again.schema, again.settings) == (codec.schema, codec.settings)
    names = [(block.name, block.shape, block.features) for block in codec.blocks]
    assert [(b.name, b.shape, b.features) for b in again.blocks] == names
    wanted, found = codec.encode(table), again.encode(table)
    for name, array in wanted.items():
        np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize("scale", ["standard", "quantile"])
def test_codec_digest_moves_with_training_rows_and_with_no_other(scale):
    table, other, asked = make_table(0), make_table(1), Settings(scale=scale)
    digest = Codec.fit(table, SCHEMA, TRAIN, asked).digest()
    held_out = np.setdiff1d(np.arange(ROWS), TRAIN)
    names = Codec.fit(table, SCHEMA, TRAIN).raw_columns()
    moved = {}
    for rows in (held_out, TRAIN):
        for name in names:
            values = table.column(name).copy()
            values[rows] = other.column(name)[rows]
            changed = Codec.fit(table.replace({name: values}), SCHEMA, TRAIN, asked)
            moved.setdefault(rows is TRAIN, {})[name] = changed.digest() != digest
    assert not any(moved[False].values())
    assert all(moved[True][name] for name in ("age", "when", "note", "photo"))


def test_codec_encode_is_the_same_through_frame_csv_and_json():
    table = make_table()
    codec = Codec.fit(table, SCHEMA, TRAIN)
    names = ["age", "zip", "vip", "when", "note", "numeric"]
    frame = pd.DataFrame({name: table.column(name) for name in names})
    frame["vip"] = frame["vip"].astype(bool)
    csv = pd.read_csv(io.StringIO(frame.to_csv(index=False)), dtype=str)
    json_rows = json.loads(frame.to_json(orient="records", date_format="iso", date_unit="us"))
    doors = {
        "frame": {name: frame[name].to_numpy() for name in names},
        "csv": {name: csv[name].to_numpy(dtype=object) for name in names},
        "json": {name: np.array([row[name] for row in json_rows], object) for name in names},
    }
    wanted = codec.encode(table)
    for door, columns in doors.items():
        columns["photo"] = [image.tolist() for image in table.column("photo")]
        found = codec.encode(Columns(columns))
        for name, array in wanted.items():
            np.testing.assert_allclose(found[name], array, rtol=1e-6, err_msg=f"{door} {name}")


def test_codec_encode_needs_neither_target_nor_order():
    table = make_table()
    codec = Codec.fit(table, SCHEMA, TRAIN)
    shuffled = Columns({name: table.column(name) for name in reversed(codec.raw_columns())})
    for name, array in codec.encode(table).items():
        np.testing.assert_array_equal(codec.encode(shuffled)[name], array)


def test_codec_encode_absent_column_is_named():
    codec = Codec.fit(make_table(), SCHEMA, TRAIN)
    with pytest.raises(DataError, match="expected a column `age`") as caught:
        codec.encode(Columns({"zip": np.array(["1"], object)}))
    assert caught.value.column == "age"


def test_codec_encode_one_row_equals_the_row_of_many():
    table = make_table()
    codec = Codec.fit(table, SCHEMA, TRAIN, Settings(scale="quantile"))
    many = codec.encode(table)
    for row in (0, 7):
        for name, array in codec.encode(table.take(np.array([row]))).items():
            np.testing.assert_array_equal(array[0], many[name][row])


def test_codec_fit_only_looks_at_the_rows_taken():
    class Watched(Columns):
        def column(self, name):
            raise AssertionError("the whole table was looked at")

    table = make_table()
    watched = Watched({name: table.column(name) for name in table.names})
    assert Codec.fit(watched, SCHEMA, TRAIN).digest() == Codec.fit(table, SCHEMA, TRAIN).digest()


def test_codec_fit_all_missing_columns_of_three_rows_works():
    columns = {
        "age": np.full(3, np.nan),
        "zip": np.full(3, None),
        "vip": np.full(3, np.nan),
        "when": np.full(3, "NaT", "M8[us]"),
        "note": np.full(3, None),
        "numeric": np.full(3, None),
        "photo": np.full(3, None),
        "y": np.array(["a", "b", "c"], object),
    }
    for scale in ("standard", "minmax", "robust", "quantile", "none"):
        codec = Codec.fit(Columns(columns), SCHEMA, np.arange(3), Settings(scale=scale))
        arrays = codec.encode(make_table())
        assert arrays["codes"].max() == 1
        assert np.isfinite(codec.blocks[0].state.scale).all()
        assert codec.blocks[0].state.indicator[:3].tolist() == [True, True, True]


def test_codec_fit_without_rows_is_refused():
    with pytest.raises(DataError, match="expected training rows"):
        Codec.fit(make_table(), SCHEMA, np.array([], int))


def test_codec_without_numbers_or_categories_has_only_its_block():
    schema = Schema(
        columns=(SCHEMA["note"], SCHEMA["y"]), targets=("y",), task="multiclass", classes=("a", "b")
    )
    codec = Codec.fit(make_table(), schema, TRAIN, Settings(scale="quantile"))
    assert [block.name for block in codec.blocks] == ["note"]
    values, arrays = codec.state()
    assert Codec.from_state(values, arrays).digest() == codec.digest()
    assert codec.inlier_rows(make_table()).all()


def test_codec_from_state_of_another_version_or_with_a_lost_array_is_refused():
    values, arrays = Codec.fit(make_table(), SCHEMA, TRAIN, Settings(scale="quantile")).state()
    with pytest.raises(DataError, match="version 3 or older, found 4"):
        Codec.from_state({**values, "version": 4}, arrays)
    for name in arrays:
        rest = {other: array for other, array in arrays.items() if other != name}
        with pytest.raises(DataError, match=name):
            Codec.from_state(values, rest)


def test_codec_inlier_rows_are_those_within_bounds():
    table = make_table()
    age = table.column("age").copy()
    age[:4] = [1e6, np.nan, -1e6, 40.0]
    codec = Codec.fit(table, SCHEMA, TRAIN, Settings(outliers="drop"))
    found = codec.inlier_rows(table.replace({"age": age}))
    assert found[:4].tolist() == [False, True, False, True]


def test_codec_time_of_day_follows_from_training_rows_only():
    table = make_table()
    when = table.column("when").astype("M8[D]").astype("M8[us]")
    late = when.copy()
    late[1] += np.timedelta64(1, "h")
    assert 1 not in TRAIN
    names = Codec.fit(table.replace({"when": late}), SCHEMA, TRAIN).blocks[0].features
    assert "when.hour_sin" not in names
    late[0] += np.timedelta64(1, "h")
    names = Codec.fit(table.replace({"when": late}), SCHEMA, TRAIN).blocks[0].features
    assert "when.hour_sin" in names


def test_codec_of_pictures_keeps_the_range_of_training_in_its_state():
    schema = Schema(
        columns=(
            Column(name="i", kind="image"),
            Column(name="y", kind="categorical", role="target"),
        ),
        targets=("y",),
        task="binary",
        classes=("a", "b"),
    )
    stack = np.arange(4 * 9).reshape(4, 3, 3).astype(np.uint16) * 100
    codec = Codec.fit(Columns({"i": stack}), schema, np.arange(3))
    state, arrays = codec.state()
    state = json.loads(json.dumps(state))
    seen = {"low": 0.0, "high": 2600.0, "depths": ["uint16"]}
    assert state["columns"] == {"i": {"shape": [1, 3, 3], "intensity": seen}}
    again = Codec.from_state(state, arrays)
    wanted = np.clip(np.rint(stack / 2600 * 255), 0, 255)
    np.testing.assert_array_equal(again.encode(Columns({"i": stack}))["i"][:, 0], wanted)


def test_codec_of_pictures_from_a_first_state_reads_them_by_its_own_maximum():
    columns = [
        {"name": "i", "kind": "image", "role": "input", "missing": [], "format": "", "reason": ""},
        {"name": "y", "kind": "numeric", "role": "target", "missing": [], "format": ""},
    ]
    state = {
        "version": 1,
        "schema": {"columns": columns, "target": "y", "task": "regression", "classes": []},
        "settings": Settings().to_json(),
        "timed": [],
        "numeric": [],
        "categories": [],
        "texts": {},
        "images": {"i": [1, 2, 3]},
    }
    arrays = {f"images.i.{part}": np.ones(1, np.float32) for part in ("mean", "std")}
    with pytest.raises(DataError, match=r"numeric\.centre"):
        Codec.from_state(state, arrays)
    arrays |= {f"numeric.{part}": np.empty(0) for part in ARRAYS}
    old = Codec.from_state(state, arrays)
    parts = np.array([[[0.0, 0.5, 0.25], [1.0, 0.0, 0.0]]])
    found = old.encode(Columns({"i": parts}))["i"]
    assert found[0, 0].tolist() == [[0, 128, 64], [255, 0, 0]]
