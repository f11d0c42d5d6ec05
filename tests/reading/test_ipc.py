from functools import partial

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather, orc, parquet

from fivefold.errors import DataError
from fivefold.reading.source import read

TABLE = pa.table(
    {
        "n": [1.5, None, 3.0, 4.0],
        "word": ["red", None, "blue", "red"],
        "when": pa.array([0, 1, None, 3], pa.timestamp("s")),
        "y": pa.array(["a", "b", "a", "b"]).dictionary_encode(),
    }
)


def lists(raw):
    return {name: list(map(str, raw.column(name).tolist())) for name in raw.columns}


def stream(table, path):
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)


WRITERS = {
    "v2.feather": feather.write_feather,
    "plain.arrow": partial(feather.write_feather, compression="uncompressed"),
    "zstd.feather": partial(feather.write_feather, compression="zstd"),
    "stream.arrow": stream,
    "rows.parquet": parquet.write_table,
}


@pytest.mark.parametrize("name", WRITERS)
def test_files_of_arrow_hold_the_cells_of_the_table(tmp_path, name):
    WRITERS[name](TABLE, tmp_path / name)
    raw, known = read(tmp_path / name), read(TABLE)
    assert lists(raw) == lists(known)
    assert raw.types == known.types
    assert raw.files[0]["bytes"] == (tmp_path / name).stat().st_size


def test_orc_holds_the_cells_of_the_table(tmp_path):
    plain = TABLE.set_column(3, "y", TABLE.column("y").cast("string"))
    orc.write_table(plain, tmp_path / "rows.orc")
    found, known = lists(read(tmp_path / "rows.orc")), lists(read(plain))
    assert {k: found[k] for k in ("n", "word", "y")} == {k: known[k] for k in ("n", "word", "y")}


def test_batch_that_is_damaged_is_told_by_row_and_column(tmp_path):
    path = tmp_path / "rows.feather"
    rows = np.random.default_rng(0).normal(size=3_000)
    table = pa.table({"a": rows, "b": rows[::-1].copy(), "c": rows + 1})
    feather.write_feather(table, path, compression="lz4", chunksize=1_000)
    content = bytearray(path.read_bytes())
    whole = feather.read_table(path).column("b").chunk(1).to_numpy().tobytes()
    frame = pa.compress(whole, codec="lz4", asbytes=True)
    place = bytes(content).find(frame[:64])
    assert place > 0
    content[place + 4 : place + 40] = b"\xff" * 36
    path.write_bytes(content)
    with pytest.raises(DataError, match="column `b`, row 1,000") as caught:
        read(path)
    assert (caught.value.column, caught.value.rows) == ("b", (1_000,))


def test_text_that_is_none_is_told_by_row_and_column(tmp_path):
    path = tmp_path / "rows.arrow"
    words = pa.array([f"word {row}" for row in range(50)])
    feather.write_feather(pa.table({"n": range(50), "w": words}), path, compression="uncompressed")
    path.write_bytes(path.read_bytes().replace(b"word 37", b"wo\xff\xfe 37"))
    with pytest.raises(DataError, match="column `w`, row 37"):
        read(path)


@pytest.mark.parametrize("name", WRITERS)
def test_file_that_is_cut_off_is_refused(tmp_path, name):
    WRITERS[name](TABLE, tmp_path / name)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) * 2 // 3])
    with pytest.raises(DataError, match="damaged"):
        read(tmp_path / name)


def test_classes_of_hugging_face_are_read_by_name(tmp_path):
    told = b'{"info": {"features": {"y": {"names": ["neg", "pos"], "_type": "ClassLabel"}}}}'
    table = pa.table({"x": [1.0, 2.0, 3.0], "y": [0, 1, -1]})
    parquet.write_table(
        table.replace_schema_metadata({"huggingface": told}), tmp_path / "a.parquet"
    )
    raw = read(tmp_path / "a.parquet")
    assert raw.column("y").tolist() == ["neg", "pos", None]
    assert raw.types["y"] == "levels"
