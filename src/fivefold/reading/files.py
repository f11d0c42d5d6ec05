"""One file as a table, whatever its form."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fivefold.errors import DataError, FivefoldError, PreflightError
from fivefold.reading import frames, idx, images, records, workbook
from fivefold.reading.delimited import read_delimited
from fivefold.reading.fingerprint import digest_of_file
from fivefold.reading.raw import Raw

PARQUET = (".parquet", ".pq")
JSON = (".jsonl", ".ndjson", ".json")
TEXT = (".csv", ".tsv", ".tab", ".txt", ".data", ".dat", "")
EXCEL = (".xlsx", ".xlsm")
TABLES = (".csv", ".tsv", ".tab", ".txt", *PARQUET, *JSON, ".xlsx")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How files are to be read; None is detected.

    Args:
        delimiter: between the fields of a text.
        header: whether the first row names the columns.
        encoding: of a text.
        target: a name that a header would hold.
    """

    delimiter: str | None = None
    header: bool | None = None
    encoding: str | None = None
    target: str = ""

    def __post_init__(self) -> None:
        """Refuse an encoding that Python does not know.

        Raises:
            PreflightError: if there is none of that name.
        """
        try:
            "a".encode(self.encoding or "utf-8")
        except (LookupError, ValueError):
            raise PreflightError(
                "Collect: expected the name of an encoding, found the unknown encoding "
                f"{self.encoding!r}.",
                remedy='Pass encoding="utf-8" or another that Python knows, or leave it out.',
                encoding=self.encoding,
            ) from None


def read_file(path: Path, reading: Reading) -> Raw:
    """The rows of one file, gzipped or not; what it is shows in its first bytes and its ending.

    Raises:
        DataError: if it is damaged, or of no form that can be read.
    """
    content = bytes_of(path)
    plain, name = unpacked(content, path.name), path.name
    suffix = suffix_of(name)
    file = digest_of_file(str(path), content)
    if idx.is_idx(plain):
        return _read_idx_beside(path, plain, file)
    if plain[:4] == b"PAR1" or suffix in PARQUET:
        raw = _read_parquet(plain, name)
    elif suffix in EXCEL or (plain[:4] == b"PK\x03\x04" and suffix != ".zip"):
        raw = workbook.read_workbook(plain, name, header=reading.header)
    elif plain[:4] == b"PK\x03\x04" or suffix == ".zip":
        raw = _read_zip(plain, name, reading)
    elif suffix in JSON:
        raw = records.read_json(plain, name, encoding=reading.encoding)
    elif suffix in TEXT:
        raw = _read_text(plain, name, suffix, reading)
    else:
        raise unfit(path) or _unknown(name)
    if not len(raw):
        raise DataError(
            f"{name}: expected rows, found none.", remedy="Pass a file that holds rows.", rows=0
        )
    return raw.replace(files=(file,), folder=str(path.parent))


def unpacked(content: bytes, name: str) -> bytes:
    """The bytes inside a gzip file; others as they are.

    Raises:
        DataError: if the gzip file is cut short or damaged.
    """
    if content[:2] != b"\x1f\x8b":
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as fault:
        raise DataError(
            f"{name}: expected a whole gzip file, found a damaged one.",
            evidence=f"{fault}.",
            remedy="Fetch the file again.",
        ) from None


def suffix_of(name: str) -> str:
    """The ending that tells the form, in lower case, without `.gz`."""
    return Path(name.lower().removesuffix(".gz")).suffix


def unfit(path: Path) -> FivefoldError | None:
    """The fault of a file whose ending says that it cannot be read here."""
    suffix = suffix_of(path.name)
    if suffix in EXCEL:
        return workbook.missing_reader()
    known = {*TABLES, *TEXT, *EXCEL, ".zip"}
    return None if suffix in known or "idx" in path.name else _unknown(path.name)


def _unknown(name: str) -> PreflightError:
    return PreflightError(
        f"{name}: expected a table or idx images, found the ending {suffix_of(name)!r}.",
        evidence=f"Known: {' '.join(TABLES)} (also with .gz), .zip, idx files.",
        remedy="Save it as one of these, or pass a frame.",
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


def _read_text(content: bytes, name: str, suffix: str, reading: Reading) -> Raw:
    return read_delimited(
        content,
        name,
        delimiter=reading.delimiter,
        header=reading.header,
        encoding=reading.encoding,
        target=reading.target,
        suffix=suffix,
    )


def _read_parquet(content: bytes, name: str) -> Raw:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        table = parquet.ParquetFile(pa.BufferReader(content)).read()
    except (pa.ArrowException, OSError) as fault:
        raise DataError(
            f"{name}: expected a Parquet file, found a damaged one.",
            evidence=f"{str(fault).splitlines()[0]}.",
            remedy="Fetch or write the file again.",
        ) from None
    return frames.read_arrow(table, name)


def _read_zip(content: bytes, name: str, reading: Reading) -> Raw:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [info.filename for info in archive.infolist() if not info.is_dir()]
            if any(images.is_image(member) for member in members):
                return images.read_image_zip(content, name)
            tables = [member for member in members if suffix_of(member) in TABLES]
            if len(tables) == 1:
                inner = archive.read(tables[0])
                suffix = suffix_of(tables[0])
                if suffix in PARQUET:
                    return _read_parquet(inner, name)
                if suffix in JSON:
                    return records.read_json(inner, name, encoding=reading.encoding)
                return _read_text(inner, name, suffix, reading)
    except zipfile.BadZipFile as fault:
        raise DataError(
            f"{name}: expected a whole zip file, found a damaged one.",
            evidence=f"{fault}.",
            remedy="Fetch the file again.",
        ) from None
    raise DataError(
        f"{name}: expected one table or images in class folders, found {len(members):,} files.",
        remedy="Unpack it and pass the file or the folder that holds the rows.",
    )


def _read_idx_beside(path: Path, content: bytes, file: Mapping[str, Any]) -> Raw:
    wanted = idx.labels_name(path.name)
    stem = wanted.removesuffix(".gz")
    beside = [path.with_name(name) for name in dict.fromkeys((wanted, stem, stem + ".gz"))]
    found = next((each for each in beside if each.exists() and each != path), None)
    if found is None:
        raise DataError(
            f"{path.name}: expected its labels beside it in {wanted}, found no such file.",
            remedy="Pass source=(images, labels) with both paths.",
            path=str(path.with_name(wanted)),
        )
    return _pair(path.name, content, file, found)


def read_pair(path: Path, labels: Path) -> Raw:
    """The images of one idx file with the labels of another."""
    content = bytes_of(path)
    file = digest_of_file(str(path), content)
    return _pair(path.name, unpacked(content, path.name), file, labels)


def _pair(name: str, content: bytes, file: Mapping[str, Any], labels: Path) -> Raw:
    packed = bytes_of(labels)
    raw = idx.read_idx(content, unpacked(packed, labels.name), name, labels.name)
    return raw.replace(files=(file, digest_of_file(str(labels), packed)))
