"""Excel workbooks, where openpyxl is installed."""

import io
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

from fivefold.codecs.coded import objects
from fivefold.core.faults import missing_package
from fivefold.errors import DataError, PreflightError
from fivefold.reading.names import composed, unique_names
from fivefold.reading.objects import narrowed
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw

_DEEP = 50  # rows in which a header with known names is looked for


def missing_reader() -> PreflightError | None:
    """The fault of a machine without the reader, or None."""
    from importlib.util import find_spec

    if find_spec("openpyxl"):
        return None
    remedy = "Install it with pip install 'fivefold[excel]', or save the sheet as CSV."
    return missing_package("Collect", "openpyxl", "reads Excel files", remedy)


def workbook_pieces(
    content: bytes, name: str, reading: Reading | None = None, rows: int | None = None
) -> Iterator[Raw]:
    """The first sheet of an Excel workbook that is not hidden, formulas as their last results.

    Args:
        content: the bytes of an `.xlsx` file.
        name: of the source, for messages.
        reading: whether there is a header, and the rows to leave out above it; where rows are to
            be answered, known names show where it stands. None is plain.
        rows: of a piece, at most; all at once if None.

    Yields:
        One piece at least.

    Raises:
        DataError: if the file is damaged, has no rows, or names a column twice.
        PreflightError: if openpyxl is not installed.
    """
    reading = reading or Reading()
    grid = _grid(content, name)
    headed = reading.header is not False and not reading.headerless
    head = list(islice(grid, max(_DEEP, reading.skip + 1)))
    above = _above(head, reading) if reading.asks and headed else reading.skip
    present = (row for row in chain(head[above:], grid) if any(cell is not None for cell in row))
    first = next(present, None)
    names = list(first) if first is not None and headed else [None] * len(first or ())
    body = present if headed or first is None else chain([first], present)
    texts = unique_names([_name(cell) for cell in names], name)
    text = {"skip": str(reading.skip)} if reading.skip else {}
    raw = Raw(name=name, columns={}, positional=not headed, text=text)
    empty = True
    while (piece := list(islice(body, rows))) or empty:
        if not piece and not (reading.asks and first is not None):
            raise DataError(
                f"{name}: expected a header and rows in the first sheet, "
                f"found {int(first is not None)} rows.",
                remedy="Put the table in the first sheet.",
                rows=0,
            )
        cells = {
            key: [row[place] if place < len(row) else None for row in piece]
            for place, key in enumerate(texts)
        }
        columns = {key: narrowed(objects(values)) for key, values in cells.items()}
        yield raw.replace(columns=columns).keeping(reading.keep, cells)
        empty = False


def _grid(content: bytes, name: str) -> Iterator[tuple[Any, ...]]:
    """The cells of each row of the first sheet that is shown."""
    fault = missing_reader()
    if fault is not None:
        raise fault
    import openpyxl

    read = 0
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        for row in (shown or book.worksheets)[0].iter_rows(values_only=True):
            yield row
            read += 1
    except Exception as error:  # openpyxl lets zipfile, XML and key errors through
        where = f", line {read + 1:,} of the sheet" if read else ""
        raise DataError(
            f"{name}{where}: expected an Excel file, found a damaged one.",
            evidence=f"{type(error).__name__}: {error}.",
            remedy="Open it in a spreadsheet and save it again as .xlsx, or as CSV.",
            **({"lines": (read + 1,)} if read else {}),
        ) from None


def _name(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _above(grid: Sequence[Sequence[Any]], reading: Reading) -> int:
    """How many rows stand above the first that holds known names: one, or half of them below."""
    needed, known = 1.0, set(map(composed, reading.names))
    for place, row in enumerate(grid[:_DEEP]):
        if any(cell is not None for cell in row):
            if len(known & {composed(_name(cell)) for cell in row}) >= needed:
                return place
            needed = max(1.0, len(reading.inputs) / 2)
    return 0
