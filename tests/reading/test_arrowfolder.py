"""The layout is what `save_to_disk` of datasets 5.2 writes."""

import json

import pyarrow as pa
import pytest

from fivefold.errors import DataError
from fivefold.reading.source import read

FEATURES = {
    "text": {"dtype": "string", "_type": "Value"},
    "label": {"names": ["neg", "pos"], "_type": "ClassLabel"},
}


def save(folder, rows, files=2):
    folder.mkdir(parents=True)
    told = json.dumps({"info": {"features": FEATURES}})
    table = pa.table({"text": [f"row {row}" for row in rows], "label": [row % 2 for row in rows]})
    table = table.replace_schema_metadata({"huggingface": told})
    names = [f"data-{n:05}-of-{files:05}.arrow" for n in range(files)]
    size = -(-len(table) // files)
    for place, name in enumerate(names):
        part = table.slice(place * size, size)
        with (
            pa.OSFile(str(folder / name), "wb") as sink,
            pa.ipc.new_stream(sink, part.schema) as to,
        ):
            to.write_table(part)
    state = {"_data_files": [{"filename": name} for name in names], "_format_columns": None}
    (folder / "state.json").write_text(json.dumps(state))
    (folder / "dataset_info.json").write_text(json.dumps({"features": FEATURES, "license": "mit"}))


def test_data_set_is_read_with_its_classes_and_licence(tmp_path):
    save(tmp_path / "reviews", range(5))
    raw = read(tmp_path / "reviews")
    assert raw.column("text").tolist() == [f"row {row}" for row in range(5)]
    assert raw.column("label").tolist() == ["neg", "pos", "neg", "pos", "neg"]
    assert (raw.licence, raw.given) == ("mit", None)


def test_dictionary_of_data_sets_keeps_its_parts(tmp_path):
    for name, rows in (("train", range(4)), ("validation", range(4, 6)), ("test", range(6, 9))):
        save(tmp_path / "all" / name, rows, files=1)
    (tmp_path / "all" / "dataset_dict.json").write_text(
        '{"splits": ["train", "validation", "test"]}'
    )
    raw = read(tmp_path / "all")
    assert raw.column("text").tolist() == [f"row {row}" for row in range(9)]
    assert raw.given.tolist() == [0] * 4 + [1] * 2 + [2] * 3


def test_file_that_is_missing_or_damaged_is_named(tmp_path):
    save(tmp_path / "reviews", range(500))
    path = tmp_path / "reviews" / "data-00001-of-00002.arrow"
    path.write_bytes(path.read_bytes().replace(b"row 400", b"r\xff\xfe 400"))
    with pytest.raises(DataError, match=r"data-00001-of-00002.arrow, column `text`, row 150"):
        read(tmp_path / "reviews")
    path.unlink()
    with pytest.raises(DataError, match=r"data-00001-of-00002.arrow"):
        read(tmp_path / "reviews")
