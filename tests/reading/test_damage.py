"""Every form of file, cut off, overwritten in its middle, begun otherwise, empty: one error."""

import gzip
import io
import re
import sqlite3
import tarfile
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fivefold.errors import DataError
from fivefold.reading.options import Reading
from fivefold.reading.source import pieces, read

pa = pytest.importorskip("pyarrow")

ROWS, GROUP = 600, 200
DRAW = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "size": DRAW.normal(size=ROWS).round(6),
        "note": [f"row {n} {DRAW.integers(10**9)}" for n in range(ROWS)],
        "day": pd.date_range("2020-01-01", periods=ROWS, freq="h"),
    }
)
CSV = FRAME.to_csv(index=False).encode()
NOISE = b"\xfe," * 32
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + NOISE


def held(write: Callable[[Any], object]) -> bytes:
    stream = io.BytesIO()
    write(stream)
    return stream.getvalue()


def arrow(stream: Any, *, is_file: bool) -> None:
    table = pa.Table.from_pandas(FRAME, preserve_index=False)
    options = pa.ipc.IpcWriteOptions(compression="lz4" if is_file else None)
    new = pa.ipc.new_file if is_file else pa.ipc.new_stream
    with new(stream, table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=GROUP)


def zipped(stream: Any) -> None:
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("rows.csv", CSV)


def taped(stream: Any) -> None:
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo("rows.csv")
        info.size = len(CSV)
        archive.addfile(info, io.BytesIO(CSV))


def arff() -> bytes:
    columns = (("size", "numeric"), ("note", "string"), ("again", "numeric"))
    head = "".join(f"@attribute {name} {kind}\n" for name, kind in columns)
    pairs = zip(FRAME["size"], FRAME["note"], strict=True)
    return (
        f"@relation r\n{head}@data\n" + "".join(f"{size},'{note}',{size}\n" for size, note in pairs)
    ).encode()


def series() -> bytes:
    lines = (",".join(f"{x:.3f}" for x in DRAW.normal(size=9)) + ":a\n" for _ in range(60))
    return ("@classLabel true a b\n@data\n" + "".join(lines)).encode()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A whole file of each form, by its name."""
    from pyarrow import feather, orc, parquet

    folder = tmp_path_factory.mktemp("whole")
    table = pa.Table.from_pandas(FRAME, preserve_index=False)
    texts = FRAME.assign(day=FRAME["day"].astype(str))
    base = sqlite3.connect(folder / "a.db")
    texts.to_sql("t", base, index=False)
    base.commit()
    base.close()
    FRAME.to_stata(folder / "a.dta", write_index=False, version=118)
    FRAME[:99].to_excel(folder / "a.xlsx", index=False)
    x = DRAW.normal(size=(ROWS, 2))
    made = {
        "a.csv": CSV,
        "a.tsv": FRAME.to_csv(index=False, sep="\t").encode(),
        "a.csv.gz": gzip.compress(CSV, mtime=0),
        "a.jsonl": texts.to_json(orient="records", lines=True).encode(),
        "a.parquet": held(lambda s: parquet.write_table(table, s, row_group_size=GROUP)),
        "sums.parquet": held(
            lambda s: parquet.write_table(
                table, s, row_group_size=GROUP, compression="none", write_page_checksum=True
            )
        ),
        "a.feather": held(lambda s: feather.write_feather(FRAME, s, chunksize=GROUP)),
        "a.arrow": held(lambda s: arrow(s, is_file=True)),
        "stream.arrow": held(lambda s: arrow(s, is_file=False)),
        "a.orc": held(lambda s: orc.write_table(table, s, compression="zlib")),
        "a.arff": arff(),
        "a.ts": series(),
        "a.fasta": "".join(f">id{n} class=a\nACGTACGT\n" for n in range(90)).encode(),
        "a.npz": held(lambda s: np.savez(s, x=x, y=x[:, 0])),
        "a.npy": held(lambda s: np.save(s, x)),
        "a.zip": held(zipped),
        "a.tar": held(taped),
        "a.tar.gz": gzip.compress(held(taped), mtime=0),
    }
    return made | {p.name: p.read_bytes() for p in folder.iterdir()}


LINE, CELL = r"lines? 30\d", r"column `\w+`, (row|from row) (\d+)"
PLACES = {  # what the error of a file names that is cut off, or overwritten in its middle
    "a.csv": (LINE, LINE),
    "a.tsv": (LINE, LINE),
    "a.csv.gz": ("", ""),
    "a.jsonl": (LINE, LINE),
    "a.parquet": ("", CELL),
    "sums.parquet": ("", CELL),
    "a.feather": ("", CELL),
    "a.arrow": ("", CELL),
    "stream.arrow": ("row 200", r"column `note`, row 2\d\d"),
    "a.orc": ("", CELL),
    "a.dta": (r"column `\w+`, row 2\d\d", None),  # texts of other bytes are texts
    "a.arff": (r"line 30\d, column `\w+`", r"line 30\d"),
    "a.ts": ("line 3", "line 3"),
    "a.fasta": (None, None),  # a shorter record is one
    "a.npz": ("", ""),
    "a.npy": ("", None),  # all bytes are numbers
    "a.db": ("", CELL),
    "a.xlsx": ("", ""),
    "a.zip": ("", "rows.csv"),
    "a.tar": ("", "rows.csv, line 3"),
    "a.tar.gz": ("", ""),
}


@pytest.mark.parametrize("name", PLACES)
def test_damaged_file_is_refused_by_name_and_by_its_place(whole, tmp_path, name):
    content, path = whole[name], tmp_path / name
    middle = len(content) // 2 - 20  # amid a row of texts
    path.write_bytes(content)
    assert len(read(path)) > 50
    cut, torn = PLACES[name]
    for place, damaged in (
        (cut, content[:middle]),
        (torn, content[:middle] + NOISE + content[middle + len(NOISE) :]),
        ("", PNG),
        ("", b""),
    ):
        path.write_bytes(damaged)
        if place is None:
            continue
        with pytest.raises(DataError) as caught:
            read(path)
        assert re.match(
            rf"{re.escape(name)}.*{place}.*: expected .+, found .+\.$", caught.value.summary
        )
        assert caught.value.remedy
        assert "pickle.load" not in str(caught.value)


def test_whole_forms_are_all_damaged(whole):
    assert set(whole) == set(PLACES)


def test_row_groups_that_are_answered_one_by_one_name_the_first_damaged(whole, tmp_path):
    content, path = whole["sums.parquet"], tmp_path / "a.parquet"
    middle = len(content) // 2 - 20  # amid a row of texts
    path.write_bytes(content[:middle] + NOISE + content[middle + len(NOISE) :])
    with pytest.raises(DataError, match="column `note`, from row 200 on"):
        list(pieces(path, Reading(inputs=("size", "note")), 50))


def test_text_in_parquet_that_is_no_text_names_its_row(tmp_path):
    from pyarrow import parquet

    good = pa.array([b"fine"] * 90 + [b"\xff\xfe"] + [b"fine"] * 9, pa.binary())
    table = pa.table({"note": good.view(pa.string()), "n": range(100)})
    parquet.write_table(table, tmp_path / "a.parquet", use_dictionary=False)
    with pytest.raises(DataError, match="column `note`, row 90: expected a whole file of Parquet"):
        read(tmp_path / "a.parquet")
    with pytest.raises(DataError, match="column `note`, row 90"):
        list(pieces(tmp_path / "a.parquet", Reading(inputs=("note", "n")), 40))


def test_saved_data_set_that_is_damaged_names_its_file(whole, tmp_path):
    (tmp_path / "state.json").write_text('{"_data_files": [{"filename": "data.arrow"}]}')
    content = whole["stream.arrow"]
    for damaged in (content[: len(content) // 2], b"", PNG):
        (tmp_path / "data.arrow").write_bytes(damaged)
        with pytest.raises(DataError, match=r"^data\.arrow.*: expected a whole file of Arrow"):
            read(tmp_path)
    for state in (b"", b"{", PNG):
        (tmp_path / "state.json").write_bytes(state)
        with pytest.raises(DataError, match=r"state\.json: expected JSON"):
            read(tmp_path)
