"""Many files in a folder or an archive: which of them are rows, and which are cells."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from fivefold.codecs.coded import objects
from fivefold.core.wording import quoted
from fivefold.errors import DataError
from fivefold.kinds.known import KINDS
from fivefold.reading import documents, images
from fivefold.reading.beside import is_about, is_table, read_beside
from fivefold.reading.files import bytes_of, file_pieces, read_file, table_of
from fivefold.reading.names import DOCUMENTS, FILES, LABELS, SERIES
from fivefold.reading.options import Reading
from fivefold.reading.packed import (
    Member,
    decompressed,
    is_hidden,
    is_packed,
    members_of,
    unpack,
)
from fivefold.reading.raw import Raw, concatenate, digest_of_file
from fivefold.reading.suffix import stem_of, suffix_of
from fivefold.reading.unreadable import counted
from fivefold.reading.unsorted import sorting_advice

SHOWN = 12  # columns of a table that a message names


def read_folder(folder: Path, reading: Reading) -> Raw:
    """The rows of a folder; see `read_together`."""
    return read_together(members_of(folder), folder.name, reading)


def path_pieces(path: Path, reading: Reading, rows: int | None) -> Iterator[Raw]:
    """The rows of a file, packed or not, in consecutive pieces; all at once if `rows` is None."""
    told = reading.text.get("cells") if reading.asks else None
    if is_packed(path.name):
        whole = read_packed(path, reading).keeping(reading.keep)
    elif reading.asks and reading.long is None and _is_series(path, reading):
        whole = Raw(name=path.name, columns={str(reading.only): objects([path])})
    elif told == "documents" and documents.is_document(path.name):
        member = Member(path.name, path.read_bytes, path)
        whole = documents.read_documents([member], path.name, only=reading.only)
    else:
        yield from file_pieces(path, reading, rows)
        return
    yield from whole.pieces(rows or max(len(whole), 1))


def _is_series(path: Path, reading: Reading) -> bool:
    """Whether a file that looks like a table is a cell of the only column, which it does not name.

    So is each of the files of a folder on which a model was fitted.
    """
    if not reading.loose or reading.only not in reading.files or reading.headerless:
        return False
    loose = any(path.suffix.lower() in kind.loose for kind in KINDS)
    first = decompressed(bytes_of(path), path.name).lstrip().split(b"\n", 1)[0]
    return loose and str(reading.only).encode() not in first


def read_packed(path: Path, reading: Reading) -> Raw:
    """The rows of a zip or tar file; see `read_together`.

    Raises:
        DataError: if it is damaged.
    """
    content = bytes_of(path)
    members = unpack(decompressed(content, path.name), path.name)
    raw = read_together(members, path.name, reading)
    return raw.replace(files=(digest_of_file(str(path), content),))


def read_together(members: Sequence[Member], name: str, reading: Reading) -> Raw:
    """The rows of many files: of the first of these forms that they have.

    1. Tables that have the target, and a column that names others of the files.
    2. Pictures, sounds or series in one subfolder a class.
    3. Tables of one form, one after another.
    4. Texts in one subfolder a class.

    Where rows are to be answered, the form is the one that the model was fitted on.

    Args:
        members: by their paths inside.
        name: of the folder or archive, for messages.
        reading: how tables are read.

    Raises:
        DataError: if they have none of these forms.
    """
    shown = _within([m for m in members if not is_hidden(m.path) and not is_about(m)])
    if reading.asks:
        return _asked(shown, name, reading)
    cells = [member for member in shown if images.is_cell(member.path)]
    classes = images.classes_of(member.path for member in cells or shown)
    others = cells or any("/" in member.path for member in shown)  # than tables side by side
    if others and set(reading.names) - ({LABELS} if len(classes) > 1 else set()):
        beside = read_beside(shown, name, reading)
        if beside is not None:
            return beside
    tables = _tables(shown)
    if cells:
        if len(classes) < 2 and (about := next(filter(is_table, shown), None)) is not None:
            raise _beside_them(name, cells, about, reading)
        return images.read_classes(shown, name)
    if tables:
        return _read_tables(tables, name, reading)
    if documents.are_documents(shown):
        return documents.read_documents(shown, name)
    return images.read_classes(shown, name)


def _within(members: list[Member]) -> list[Member]:
    """The same by their paths below the one folder that holds all of them, unless it is a class."""
    while members and len({member.path.partition("/")[0] for member in members}) == 1:
        inner = [member._replace(path=member.path.partition("/")[2]) for member in members]
        flat = not any("/" in member.path for member in inner)
        if not all(m.path for m in inner) or (flat and any(images.is_cell(m.path) for m in inner)):
            break
        members = inner
    return members


def _asked(members: list[Member], name: str, reading: Reading) -> Raw:
    form = reading.text.get("cells")
    if form == "documents":
        return documents.read_documents(members, name, only=reading.only)
    beside = read_beside(members, name, reading) if form == "beside" else None
    if beside is not None:
        return beside
    found = images.cells_of(members, reading)
    if found and (reading.only in reading.files or not _tables(members)):
        return images.read_cells(found, reading)
    tables = _tables(members)
    return _read_tables(tables, name, reading) if tables else images.read_classes(members, name)


def _tables(members: list[Member]) -> list[Member]:
    """The tables on top, where those that end alike are all."""
    tables = [m for m in members if "/" not in m.path and is_table(m)]
    return tables if len({suffix_of(member.path) for member in tables}) == 1 else []


def _read_tables(tables: list[Member], name: str, reading: Reading) -> Raw:
    parts, told = [], ""
    if len(tables) > 1 and not reading.asks:
        are_texts = all(documents.is_document(member.path) for member in tables)
        advice = sorting_advice(name, tables, DOCUMENTS if are_texts else SERIES)
        told = f"Where each file is one row: {advice}"
    try:
        for member in tables:
            place = member.place
            raw = table_of(member, reading) if place is None else read_file(place, reading)
            parts.append(raw.of_file(stem_of(member.path)) if FILES in reading.names else raw)
        return concatenate(parts, name).replace(advice=told)
    except DataError as error:
        if told:
            error.add_note(told)
        raise


def _beside_them(name: str, cells: list[Member], table: Member, reading: Reading) -> DataError:
    try:
        columns = list(table_of(table, reading).columns)
    except DataError:
        columns = []
    kind = images.kind_in(member.path for member in cells)
    assert kind is not None  # or there were no cells
    return DataError(
        f"{name}: expected files in one subfolder a class, or target= with a column of a table "
        f"that names them, found {counted(len(cells), kind)} beside "
        f"{table.path}.",
        evidence=f"Columns of {table.path}: {quoted(columns, SHOWN)}." if columns else "",
        remedy="Pass target= with the column of that table that is to be predicted.",
        rows=len(cells),
        columns=tuple(columns),
    )
