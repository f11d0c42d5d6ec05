"""Many files in a folder or an archive: which of them are rows, and which are cells."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from fivefold.codecs.coded import objects
from fivefold.core.wording import quoted
from fivefold.errors import DataError, PreflightError
from fivefold.kinds.known import KINDS
from fivefold.reading import documents, idx, images, packed, paired
from fivefold.reading.arrowfolder import read_saved, saved_among
from fivefold.reading.beside import (
    SHOWN,
    Beside,
    is_about,
    rows_beside,
    tables_beside,
    untold,
)
from fivefold.reading.classfolders import classes_of
from fivefold.reading.collectedfolder import is_collected, read_collected
from fivefold.reading.filerecords import digest_of_file
from fivefold.reading.files import bytes_of, file_pieces, read_file, table_of
from fivefold.reading.hive import hive_among, read_hive
from fivefold.reading.index import MOST, Index, is_table
from fivefold.reading.joined import File, first_taught, in_parts, joined
from fivefold.reading.licence import licence_in
from fivefold.reading.names import DOCUMENTS, FILES, LABELS, MASKS, SERIES
from fivefold.reading.options import Reading
from fivefold.reading.packed import Member, decompressed, is_hidden, is_packed, members_of, unpack
from fivefold.reading.raw import Raw
from fivefold.reading.reels import reels_of
from fivefold.reading.suffix import stem_of, suffix_of
from fivefold.reading.unreadable import counted
from fivefold.reading.unsorted import sorting_advice


def read_folder(folder: Path, reading: Reading) -> Raw:
    """The rows of a folder; see `read_together`."""
    members = members_of(folder)
    raw = read_together(members, folder.name, reading)
    return raw.replace(licence=raw.licence or licence_in(members))


def path_pieces(path: Path, reading: Reading, rows: int | None) -> Iterator[Raw]:
    """The rows of a file, packed or not, in consecutive pieces; all at once if `rows` is None."""
    told = reading.text.get("cells") if reading.asks else None
    if is_packed(path.name):
        whole = read_packed(path, reading).keeping(reading.keep)
    elif reading.asks and reading.long is None and _is_series(path, reading):
        whole = Raw(name=path.name, columns={str(reading.only): objects([path])})
    elif told == "documents" and documents.is_document(path.name):
        member = Member(path.name, path.read_bytes, path)
        whole = documents.read_documents([member], path.name, reading, only=reading.only)
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
    with packed.named(path.name):
        raw = read_together(members, path.name, reading)
    files = (digest_of_file(str(path), content),)
    return raw.replace(files=files, licence=raw.licence or licence_in(members))


def read_together(members: Sequence[Member], name: str, reading: Reading) -> Raw:
    """The rows of many files: of the first of these forms that they have.

    0. What `Collected.save` wrote; stacks of pictures in idx files; saved data sets;
       tables in folders whose names are columns.
    1. Tables that have the target, and a column that names others of the files.
    2. Tables of one form, one after another, with more rows than there are other files.
    3. Pictures, sounds, series or texts in one subfolder a class.
    4. Tables that name others of the files; what they do not have is told later.

    Ahead of them come pictures with masks of equal names, unless another target is named.

    Where rows are to be answered, the form is the one that the model was fitted on.

    Args:
        members: by their paths inside.
        name: of the folder or archive, for messages.
        reading: how tables are read.

    Raises:
        DataError: if they have none of these forms.
    """
    shown = _within([m for m in members if not is_hidden(m.path) and not is_about(m)])
    if is_collected(shown):
        return read_collected(shown, name, reading)
    if stacks := idx.images_among({member.path for member in shown}):
        return _stacked(shown, stacks, name, reading)
    if states := saved_among(shown):
        return read_saved(states, shown, name, reading)
    if hive := hive_among(shown):
        return read_hive(hive, name, reading)
    if reading.asks:
        return _asked(shown, name, reading)
    if set(reading.names) <= {MASKS} and paired.pairs_among(shown):
        return paired.read_pairs(shown, name)
    cells, nested = [m for m in shown if images.is_cell(m.path)], any("/" in m.path for m in shown)
    rows = images.rows_among(shown)
    classes = classes_of(member.path for member in rows or shown)
    wanted = set(reading.names)
    plain = len(classes) > 1 and all(images.is_cell(member.path) for member in rows)
    beside = list[Beside]()
    if (cells or nested) and not (plain and wanted <= {LABELS}):
        beside = tables_beside(shown, reading, wanted)
    divided = len(classes) > 1 and all(len(classes_of(one.files)) > 1 for one in beside)
    having = [one for one in beside if wanted <= set(one.raw.columns)] if wanted else []
    if having and not (divided and wanted <= {LABELS}):
        return rows_beside(having, name, reading, others=beside)
    wanted -= {LABELS} if len(classes) > 1 else set()
    tables = None
    if wanted or not plain:
        tables = _tables_among(shown, rows, beside, name, reading, wanted)
    if tables is not None:
        left = images.others_than([member.path for member in cells], name, "tables")
        return tables.replace(findings=(*tables.findings, *left))
    if beside and not divided:
        if len({frozenset(one.raw.columns) for one in beside}) > 1:
            raise untold(beside, reading.names, name)
        return rows_beside(beside, name, reading)
    about = next(iter(Index(shown).apart()), None) if rows and len(classes) < 2 else None
    if about is not None:
        raise _beside_them(name, rows, about, reading)
    if not plain and documents.are_documents(shown):
        return documents.read_documents(shown, name, reading)
    if reels := reels_of(shown, asked=reading.reels):
        return images.read_reels(reels, name)
    return images.read_classes(shown, name, unlabelled=reading.unlabelled)


def _within(members: list[Member]) -> list[Member]:
    """The same by their paths below the one folder that holds all of them, unless it is a class."""
    while members and len({member.path.partition("/")[0] for member in members}) == 1:
        inner = [member._replace(path=member.path.partition("/")[2]) for member in members]
        flat = not any("/" in member.path for member in inner)
        if not all(m.path for m in inner) or (flat and any(images.is_cell(m.path) for m in inner)):
            break
        members = inner
    return members


def _stacked(members: Sequence[Member], stacks: list[str], name: str, reading: Reading) -> Raw:
    """Pictures of idx files with their labels, as MNIST and its followers come."""
    there = {member.path: member for member in members}
    files = list[File]()
    for path, part in in_parts(stacks, stacks):
        pair = [path, idx.labels_name(path)]
        images, labels = (decompressed(there[file].whole, file) for file in pair)
        raw = idx.read_pictures(images, path)
        raw = raw if reading.asks else idx.read_idx(images, labels, *pair)
        records = tuple(digest_of_file(str(there[p].place or p), there[p].content) for p in pair)
        files.append(File(path=path, part=part, raw=raw.replace(files=records)))
    return joined(files, name, reading)


def _asked(members: list[Member], name: str, reading: Reading) -> Raw:
    form = reading.text.get("cells")
    if form == "documents":
        return documents.read_documents(members, name, reading, only=reading.only)
    if form == paired.FORM:
        members = paired.pictures_among(members) or members
    wanted = set(reading.inputs)
    beside = tables_beside(members, reading, wanted) if form == "beside" else []
    if having := [one for one in beside if wanted <= set(one.raw.columns)]:
        return rows_beside(_fullest(having, reading), name, reading, others=having)
    found = images.cells_of(members, reading)
    if found and (reading.only in reading.files or not _tables(members)):
        return images.read_cells(found, reading)
    tables = _tables(members)
    return _read_tables(tables, name, reading) if tables else images.read_classes(members, name)


def _fullest(tables: Sequence[Beside], reading: Reading) -> list[Beside]:
    """Tables like the one that has most of the columns which the model was fitted on.

    Other tables of the same files, that say to which groups they belong, are not the rows.
    """

    def known(one: Beside) -> tuple[bool, int]:
        columns = set(one.raw.columns)
        return set(reading.targets) <= columns, len(columns.intersection(reading.names))

    columns = set(max(tables, key=known).raw.columns)
    return [one for one in tables if set(one.raw.columns) == columns]


def _tables(members: list[Member]) -> list[Member]:
    """The tables on top, where those that end alike are all."""
    tables = [m for m in members if "/" not in m.path and is_table(m)]
    return tables if len({suffix_of(member.path) for member in tables}) == 1 else []


def _tables_among(
    members: list[Member],
    rows: Sequence[Member],
    beside: Sequence[Beside],
    name: str,
    reading: Reading,
    wanted: set[str],
) -> Raw | None:
    """The rows of the tables on top; None where other files are rather rows than theirs.

    Args:
        members: of the folder or archive.
        rows: those of them that may be rows, as pictures are.
        beside: tables that name some.
        name: of the folder or archive.
        reading: how tables are read.
        wanted: columns that are to be predicted.
    """
    inner = _within([m for m in members if not images.is_cell(m.path)])
    apart = Index(inner).apart()
    tables = [table for table in _tables(inner) if not rows or table in apart]
    taught = first_taught(tables, [table.path for table in tables])
    meant = taught is not None and bool(wanted) and wanted <= _columns(taught, reading)
    if wanted and not meant:  # other tables may tell of them
        having = [m for m in apart if wanted <= _columns(m, reading)]
        meant = len({suffix_of(member.path) for member in having}) == 1
        tables = having if meant else tables
    if not tables or (beside and not meant):
        return None
    try:
        raw = _read_tables(tables, name, reading)
    except DataError:
        if rows:
            return None
        raise
    return raw if len(rows) < MOST * len(raw) else None


def _columns(table: Member, reading: Reading) -> set[str]:
    try:
        return set(table_of(table, reading).columns)
    except (DataError, PreflightError):
        return set()


def _read_tables(tables: list[Member], name: str, reading: Reading) -> Raw:
    files, told = list[File](), ""
    paths = [member.path for member in tables]
    if len(tables) > 1 and not reading.asks:
        are_texts = all(documents.is_document(member.path) for member in tables)
        advice = sorting_advice(name, tables, DOCUMENTS if are_texts else SERIES)
        told = f"Where each file is one row: {advice}"
    try:
        for member, part in in_parts(tables, paths, apart=FILES not in reading.names):
            place = member.place
            raw = table_of(member, reading) if place is None else read_file(place, reading)
            raw = raw.of_file(stem_of(member.path)) if FILES in reading.names else raw
            files.append(File(path=member.path, part=part, raw=raw))
        whole = joined(files, name, reading, strays=True)
        return whole if whole.advice or whole.given is not None else whole.replace(advice=told)
    except DataError as error:
        if told:
            error.add_note(told)
        raise


def _beside_them(name: str, cells: list[Member], table: Member, reading: Reading) -> DataError:
    columns = sorted(_columns(table, reading))
    kind = images.kind_in(cells)
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
