"""Files of Stata, where pandas is installed."""

import io
import warnings
from typing import Any

from fivefold.core.faults import missing_package
from fivefold.core.finding import finding
from fivefold.errors import DataError, PreflightError
from fivefold.reading.frames import read_frame
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw

BEGIN, END = b"<stata_dta>", b"</stata_dta>"  # of files since Stata 13
_FAULTS = (Exception,)  # pandas lets those of struct and others through


def missing_reader() -> PreflightError | None:
    """The fault of a machine without the reader, or None."""
    from importlib.util import find_spec

    if find_spec("pandas"):
        return None
    remedy = "Install it with pip install pandas, or save the file as CSV."
    return missing_package("Collect", "pandas", "reads files of Stata", remedy)


def read_stata(content: bytes, name: str, reading: Reading) -> Raw:
    """The rows of a `.dta` file: value labels are levels without an order, dates are moments.

    Labels that stand for two values leave the numbers as they are.

    Raises:
        DataError: if it is damaged, naming the row.
        PreflightError: if pandas is not installed.
    """
    fault = missing_reader()
    if fault is not None:
        raise fault
    if content.startswith(BEGIN) and not content.rstrip(b"\r\n\0 ").endswith(END):
        raise _damaged(content, name, EOFError("The end of the file is missing"))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", UnicodeWarning)
        try:
            frame = _frame(content, labels=True)
        except _FAULTS as error:
            try:
                frame = _frame(content, labels=False)
            except _FAULTS:
                raise _damaged(content, name, error) from None
            if "unique" not in str(error):
                raise _damaged(content, name, error) from None
    raw = read_frame(frame, name).keeping(reading.keep)
    if not any(warning.category is UnicodeWarning for warning in told):
        return raw
    sentence = (
        f"Texts of {name} that are no UTF-8 were read as Latin-1; see whether they are right."
    )
    return raw.replace(findings=(*raw.findings, finding("damaged_text", sentence)))


def _frame(
    content: bytes, *, labels: bool, rows: int | None = None, names: list[str] | None = None
) -> Any:
    with _reader(content, labels=labels) as reader:
        return reader.read(nrows=rows, columns=names)


def _reader(content: bytes, *, labels: bool) -> Any:
    from pandas.io.stata import StataReader

    return StataReader(io.BytesIO(content), convert_categoricals=labels, order_categoricals=False)


def _damaged(content: bytes, name: str, fault: Exception) -> DataError:
    row, column = _place(content)
    where = "" if column is None else f", column `{column}`"
    where += "" if row is None else f", row {row:,}"
    said = next(iter(str(fault).splitlines()), "") or type(fault).__name__
    return DataError.expected(
        f"{name}{where}",
        "a whole file of Stata",
        "a damaged one",
        "Fetch the file again, or save it again in Stata.",
        evidence=f"{said.partition('. ')[0].removesuffix('.')}.",
        column=column,
        rows=None if row is None else (row,),
    )


def _place(content: bytes) -> tuple[int | None, str | None]:
    """The first row that is not whole, and its column; None where that is not told."""
    try:
        with _reader(content, labels=False) as reader:
            names = list(reader.variable_labels())
    except _FAULTS:
        return None, None
    row = _whole_rows(content)
    wrong = [name for name in names if not _reads(content, row + 1, [name])]
    if not wrong:  # what is damaged stands behind the rows, such as the texts of levels
        return None, None
    return row, wrong[0] if len(wrong) < len(names) else _ends_in(content, row)


def _whole_rows(content: bytes) -> int:
    """How many rows can be read."""
    low, high = 0, max(len(content), 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _reads(content, middle) else (low, middle)
    return low


def _reads(content: bytes, rows: int, names: list[str] | None = None) -> bool:
    try:
        _frame(content, labels=False, rows=rows, names=names)
    except _FAULTS:
        return False
    return True


def _ends_in(content: bytes, row: int) -> str | None:
    """The column in which a file ends that is cut off in a row."""
    with _reader(content, labels=False) as reader:
        try:
            reader.variable_labels()
            # no door of pandas tells these
            start, cells, names = reader._data_location, reader._dtype, reader._varlist
            rest = len(content) - start - row * cells.itemsize
            begun = [place for place, n in enumerate(cells.names) if cells.fields[n][1] <= rest]
            return str(names[begun[-1]]) if begun else None
        except (AttributeError, *_FAULTS):
            return None
