import hashlib
import shutil
import subprocess

import numpy as np
import pytest

from fivefold.codecs.coded import objects
from fivefold.collect.provenance import digest_of_columns, provenance
from fivefold.reading.filerecords import digest_of_file, digest_of_files


def test_file_digest_is_the_sha256_of_its_bytes():
    found = digest_of_file("a.csv", b"abc")
    assert found == {
        "path": "a.csv",
        "bytes": 3,
        "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    }


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_digest_of_many_files_is_what_sha256sum_gives(tmp_path):
    for name, content in (("a", b"1"), ("b", b"2")):
        (tmp_path / name).write_bytes(content)
    lines = subprocess.run(
        ["sha256sum", "a", "b"], cwd=tmp_path, capture_output=True, check=True
    ).stdout
    found = digest_of_files("folder", [("a", b"1"), ("b", b"2")])
    assert found["sha256"] == hashlib.sha256(lines).hexdigest()
    assert (found["bytes"], found["files"]) == (2, 2)


def test_columns_digest_moves_with_any_value_name_or_order():
    base = {"a": np.array([1.0, 2.0]), "b": objects(["x", None])}
    others = [
        {"a": np.array([1.0, 3.0]), "b": objects(["x", None])},
        {"a": np.array([1.0, 2.0]), "b": objects(["x", ""])},
        {"a": np.array([1.0, 2.0]), "c": objects(["x", None])},
        {"b": objects(["x", None]), "a": np.array([1.0, 2.0])},
        {"a": np.array([1.0, 2.0]), "b": objects(["", "x"])},
    ]
    digests = {digest_of_columns(columns) for columns in [base, *others]}
    assert len(digests) == 6
    assert digest_of_columns({name: values.copy() for name, values in base.items()}) in digests


def test_columns_of_images_are_digested():
    one, two = np.zeros((2, 2, 1), np.uint8), np.ones((2, 2, 1), np.uint8)
    assert digest_of_columns({"i": objects([one, two])}) != digest_of_columns(
        {"i": objects([two, one])}
    )


def test_provenance_of_memory_digests_the_columns_and_knows_no_licence():
    columns = {"a": np.array([1.0, 2.0])}
    found = provenance("DataFrame in memory", (), columns, rows=2, licence=None)
    assert found == {
        "source": "DataFrame in memory",
        "sha256": digest_of_columns(columns),
        "bytes": 16,
        "rows": 2,
        "licence": None,
    }


def test_provenance_of_several_files_sums_them():
    files = [digest_of_file("a", b"1"), digest_of_file("b", b"22")]
    found = provenance("*.csv", files, {}, rows=3, licence=None, test_source="t.csv")
    assert found["bytes"] == 3
    assert found["files"] == files
    assert found["test_source"] == "t.csv"
    lines = f"{files[0]['sha256']}  a\n{files[1]['sha256']}  b\n".encode()
    assert found["sha256"] == hashlib.sha256(lines).hexdigest()


def test_digest_of_cells_is_that_of_one_after_another():
    cells = np.empty(9_000, object)
    for row in range(len(cells)):
        cells[row] = ["a", None, "é", 1, 1.0, True, "1", np.ones((2, row % 3))][row % 8]
    digest = hashlib.sha256(b"x\0O(9000,)\0")
    for cell in cells:
        content = b"\0" if cell is None else b"\1" + str(cell).encode()
        if isinstance(cell, np.ndarray):
            content = str(cell.shape).encode() + cell.tobytes()
        digest.update(len(content).to_bytes(8, "little") + content)
    assert digest_of_columns({"x": cells}) == digest.hexdigest()
