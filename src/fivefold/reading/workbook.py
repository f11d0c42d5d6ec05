"""Excel workbooks, where openpyxl is installed."""

import io
from typing import Any

from fivefold.codecs.coded import objects
from fivefold.errors import DataError, PreflightError
from fivefold.reading.cells import narrowed
from fivefold.reading.raw import Raw, unique_names


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


def read_workbook(
    content: bytes, name: str, *, header: bool | None = None, empty: bool = False
) -> Raw:
    """The first sheet of an Excel workbook, formulas as their last results.

    Args:
        content: the bytes of an `.xlsx` file.
        name: of the source, for messages.
        header: False if the first row is data already.
        empty: a header alone will do.

    Raises:
        DataError: if the file is damaged, has no rows, or names a column twice.
        PreflightError: if openpyxl is not installed.
    """
    fault = missing_reader()
    if fault is not None:
        raise fault
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        grid = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    except Exception as error:  # openpyxl lets zipfile, XML and key errors through
        raise DataError(
            f"{name}: expected an Excel file, found a damaged one.",
            evidence=f"{type(error).__name__}: {error}.",
            remedy="Open it in a spreadsheet and save it again as .xlsx, or as CSV.",
        ) from None
    rows: list[list[Any]] = [row for row in grid if any(cell is not None for cell in row)]
    names = rows[0] if rows and header is not False else [None] * len(rows[0] if rows else [])
    body = rows if header is False else rows[1:]
    if not body and not (empty and rows):
        raise DataError(
            f"{name}: expected a header and rows in the first sheet, found {len(rows)} rows.",
            remedy="Put the table in the first sheet.",
            rows=0,
        )
    texts = unique_names(["" if cell is None else str(cell).strip() for cell in names], name)
    columns = {
        key: narrowed(objects(row[place] if place < len(row) else None for row in body))
        for place, key in enumerate(texts)
    }
    return Raw(name=name, columns=columns, positional=header is False)
