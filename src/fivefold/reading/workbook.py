"""Excel workbooks, where openpyxl is installed."""

import io
from typing import Any

from fivefold.codecs.coded import objects
from fivefold.errors import DataError, PreflightError
from fivefold.reading.cells import narrowed
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw, composed, unique_names

_DEEP = 50
"""Rows in which a header with known names is looked for."""


def missing_reader() -> PreflightError | None:
    """The fault of a machine without the reader, or None."""
    from importlib.util import find_spec

    if find_spec("openpyxl"):
        return None
    return PreflightError(
        "Collect: expected the package openpyxl, which reads Excel files, found it missing.",
        remedy="Install it with pip install openpyxl, or save the sheet as CSV.",
        package="openpyxl",
    )


def read_workbook(content: bytes, name: str, reading: Reading | None = None) -> Raw:
    """The first sheet of an Excel workbook that is not hidden, formulas as their last results.

    Args:
        content: the bytes of an `.xlsx` file.
        name: of the source, for messages.
        reading: whether there is a header, and the rows to leave out above it; where rows are to
            be answered, known names show where it stands. None is plain.

    Raises:
        DataError: if the file is damaged, has no rows, or names a column twice.
        PreflightError: if openpyxl is not installed.
    """
    fault = missing_reader()
    if fault is not None:
        raise fault
    import openpyxl

    reading = reading or Reading()
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        sheet = (shown or book.worksheets)[0]
        grid = [list(row) for row in sheet.iter_rows(values_only=True)]
    except Exception as error:  # openpyxl lets zipfile, XML and key errors through
        raise DataError(
            f"{name}: expected an Excel file, found a damaged one.",
            evidence=f"{type(error).__name__}: {error}.",
            remedy="Open it in a spreadsheet and save it again as .xlsx, or as CSV.",
        ) from None
    headed = reading.header is not False and not reading.headerless
    above = _above(grid, reading) if reading.asks and headed else reading.skip
    rows: list[list[Any]] = [r for r in grid[above:] if any(cell is not None for cell in r)]
    names = rows[0] if rows and headed else [None] * len(rows[0] if rows else [])
    body = rows[1:] if headed else rows
    if not body and not (reading.asks and rows):
        raise DataError(
            f"{name}: expected a header and rows in the first sheet, found {len(rows)} rows.",
            remedy="Put the table in the first sheet.",
            rows=0,
        )
    texts = unique_names([_name(cell) for cell in names], name)
    columns = {
        key: narrowed(objects(row[place] if place < len(row) else None for row in body))
        for place, key in enumerate(texts)
    }
    text = {"skip": str(reading.skip)} if reading.skip else {}
    return Raw(name=name, columns=columns, positional=not headed, text=text)


def _name(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _above(grid: list[list[Any]], reading: Reading) -> int:
    """How many rows stand above the first that holds known names: one, or half of them below."""
    needed, known = 1.0, set(map(composed, reading.names))
    for place, row in enumerate(grid[:_DEEP]):
        if any(cell is not None for cell in row):
            if len(known & {composed(_name(cell)) for cell in row}) >= needed:
                return place
            needed = max(1.0, len(reading.inputs) / 2)
    return 0
