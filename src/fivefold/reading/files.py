"""One file as a table, whatever its form."""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from fivefold.codecs.coded import objects
from fivefold.core.store import digest_of_file as digest_of_path
from fivefold.errors import DataError, FivefoldError, PreflightError
from fivefold.reading import (
    conll,
    declared,
    fasta,
    idx,
    images,
    ipc,
    numpyfiles,
    records,
    sqlite,
    stata,
    workbook,
)
from fivefold.reading.delimited import open_delimited
from fivefold.reading.filerecords import digest_of_file
from fivefold.reading.options import Reading
from fivefold.reading.packed import Member, decompressed
from fivefold.reading.parquet import MARK, read_parquet
from fivefold.reading.paths import follow
from fivefold.reading.query import Query
from fivefold.reading.raw import Raw
from fivefold.reading.streamed import stream
from fivefold.reading.suffix import (
    ARROW,
    CONLL,
    EXCEL,
    FASTA,
    FASTQ,
    JSON,
    NUMPY,
    PACKED,
    PARQUET,
    SQLITE,
    STATA,
    TABLES,
    TEXT,
    suffix_of,
)

OTHERS = {
    ".xls": "Save it as .xlsx or .csv.",
    ".ods": "Save it as .xlsx or .csv.",
    ".7z": "Unpack it and pass the folder, or pack it as .zip.",
    ".rar": "Unpack it and pass the folder, or pack it as .zip.",
}
"""What to do with files of other endings that people have."""


def read_file(path: Path, reading: Reading) -> Raw:
    """The rows of one file, gzipped or not; what it is shows in its first bytes and its ending.

    Raises:
        DataError: if it is damaged, or of no form that can be read.
    """
    return next(file_pieces(path, reading, None))


def table_of(member: Member, reading: Reading) -> Raw:
    """The rows of a table in a folder or an archive; its texts are followed nowhere.

    Raises:
        DataError: if it is damaged, or of no form that can be read.
    """
    content, name = member.whole, PurePosixPath(member.path).name
    plain, path = decompressed(content, name), member.place or Path(name)
    raw = next(_pieces(plain, path, suffix_of(name), reading, None)).keeping(reading.keep)
    return raw.replace(files=(digest_of_file(str(path), content),))


def file_pieces(path: Path, reading: Reading, rows: int | None) -> Iterator[Raw]:
    """The rows of one file in consecutive pieces, all at once if `rows` is None; one at least.

    Raises:
        DataError: if it is damaged, or of no form that can be read; if it holds no rows, unless
            rows are to be answered.
    """
    suffix = suffix_of(path.name)
    streamed = None if rows is None else stream(path, reading, rows, suffix)
    if streamed is not None:
        for raw in streamed:
            yield _followed(raw, path, reading)
        return
    if sqlite.is_sqlite(path):
        record = {"path": str(path), "bytes": path.stat().st_size, "sha256": digest_of_path(path)}
        for raw in sqlite.sqlite_pieces(path, Query(str(path)), reading, rows):
            yield _followed(raw, path, reading).replace(files=(record,))
        return
    plain, file = _opened(path)
    if idx.is_idx(plain):
        raw = _read_idx_beside(path, plain, file, reading)
        yield from raw.pieces(rows or max(len(raw), 1))
        return
    for raw in _pieces(plain, path, suffix, reading, rows):
        if not len(raw) and not reading.asks:
            remedy = "Pass a file that holds rows."
            raise DataError.expected(path.name, "rows", "none", remedy, rows=0)
        yield _followed(raw, path, reading).replace(files=(file,))


def _followed(raw: Raw, path: Path, reading: Reading) -> Raw:
    return follow(raw.keeping(reading.keep), reading, reading.root or path.parent)


def _pieces(
    content: bytes, path: Path, suffix: str, reading: Reading, rows: int | None
) -> Iterator[Raw]:
    name = path.name
    is_zip = content[:4] == b"PK\x03\x04"
    if suffix in TEXT and not is_zip and not content.startswith((MARK, sqlite.MARK)):
        yield from _text_pieces(content, name, suffix, reading, rows)
        return
    if content.startswith(sqlite.MARK) or suffix in SQLITE:
        yield from sqlite.sqlite_pieces(content, Query(name), reading, rows)
        return
    is_parquet = content[:4] == MARK or suffix in PARQUET
    if not is_parquet and (suffix in EXCEL or (is_zip and suffix not in NUMPY)):
        yield from workbook.workbook_pieces(content, name, reading, rows)
        return
    if is_parquet:
        raw = read_parquet(content, name, reading)
    elif suffix in ARROW:
        raw = ipc.read_ipc(content, name, reading)
    elif suffix in STATA:
        raw = stata.read_stata(content, name, reading)
    elif suffix in (*FASTA, *FASTQ):
        raw = fasta.read_fasta(content, name, reading)
    elif suffix in CONLL:
        raw = conll.read_conll(content, name, reading)
    elif suffix == ".arff":
        raw = declared.read_arff(content, name, reading)
    elif suffix == ".ts":
        raw = declared.read_ts(content, name, reading)
    elif suffix == ".npz":
        raw = numpyfiles.read_npz(content, name)
    elif suffix == ".npy" and reading.only not in reading.files:
        raw = numpyfiles.read_npy(content, name)
    elif suffix in JSON:
        raw = records.read_json(content, name, reading)
    elif images.is_cell(name) and reading.asks:
        raw = images.read_cells([Member(name, path.read_bytes, path)], reading)
    elif reading.asks and reading.only in reading.files:  # what its kind says of it is told
        raw = Raw(name=name, columns={str(reading.only): objects([path])})
    else:
        raise unfit(path) or _unknown(name)
    yield from raw.pieces(rows or max(len(raw), 1))


def _text_pieces(
    content: bytes, name: str, suffix: str, reading: Reading, rows: int | None
) -> Iterator[Raw]:
    opened = open_delimited(content, name, reading, suffix)
    empty = True
    for raw in opened.pieces(rows):
        if empty and not len(raw) and not reading.asks:
            raise DataError(
                f"{name}: expected rows below the header, found none.",
                evidence=f"Header: {', '.join(opened.names)}.",
                remedy="Pass a file that holds rows, or header=False if that line is a row.",
                rows=0,
            )
        empty = False
        yield raw


def _opened(path: Path) -> tuple[bytes, dict[str, Any]]:
    """The bytes inside a file, gzipped or not, and its record."""
    content = bytes_of(path)
    return decompressed(content, path.name), digest_of_file(str(path), content)


def unfit(path: Path) -> FivefoldError | None:
    """The fault of a file whose ending says that it cannot be read here."""
    suffix = suffix_of(path.name)
    if suffix in EXCEL:
        return workbook.missing_reader()
    if suffix in STATA:
        return stata.missing_reader()
    known = {*TABLES, *TEXT, *EXCEL, *PACKED, *NUMPY, *SQLITE}
    return None if suffix in known or "idx" in path.name else _unknown(path.name)


def _unknown(name: str) -> PreflightError:
    suffix = suffix_of(name)
    remedy = "Load it in Python, and pass a frame, arrays (X, y) or a mapping of columns."
    if images.is_cell(name):
        remedy = (
            "Pass the folder above it, with one subfolder a class, or a table that names files."
        )
    if suffix in OTHERS:
        remedy = OTHERS[suffix]
    return PreflightError(
        f"{name}: expected a table, an archive or a folder, found the ending {suffix!r}.",
        evidence=f"Known: {' '.join(TABLES)} (also with .gz, .bz2, .xz), {' '.join(PACKED)}, "
        ".npy, idx files.",
        remedy=remedy,
        path=name,
    )


def bytes_of(path: Path) -> bytes:
    """All of a file.

    Raises:
        DataError: if it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as fault:
        raise DataError(
            f"{path.name}: expected a file that can be read, found {fault.strerror}.",
            remedy="Check the permissions of that file.",
            path=str(path),
        ) from None


def _read_idx_beside(path: Path, content: bytes, file: Mapping[str, Any], reading: Reading) -> Raw:
    wanted = idx.labels_name(path.name)
    stem = wanted.removesuffix(".gz")
    beside = [path.with_name(name) for name in dict.fromkeys((wanted, stem, stem + ".gz"))]
    found = next((each for each in beside if each.exists() and each != path), None)
    if found is None and reading.asks:
        return idx.read_pictures(content, path.name).replace(files=(file,))
    if found is None:
        raise DataError(
            f"{path.name}: expected its labels beside it in {wanted}, found no such file.",
            remedy="Pass source=(images, labels) with both paths.",
            path=str(path.with_name(wanted)),
        )
    return _pair(path.name, content, file, found)


def read_pair(path: Path, labels: Path) -> Raw:
    """The images of one idx file with the labels of another."""
    return _pair(path.name, *_opened(path), labels)


def _pair(name: str, content: bytes, file: Mapping[str, Any], labels: Path) -> Raw:
    classes, record = _opened(labels)
    return idx.read_idx(content, classes, name, labels.name).replace(files=(file, record))
