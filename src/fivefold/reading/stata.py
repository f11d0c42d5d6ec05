"""Files of Stata, where pandas is installed."""

import io
from typing import Any

from fivefold.core.faults import missing_package
from fivefold.errors import DataError, PreflightError
from fivefold.reading.frames import read_frame
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw

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
    try:
        frame = _frame(content, labels=True)
    except _FAULTS as error:
        try:
            frame = _frame(content, labels=False)
        except _FAULTS:
            raise _damaged(content, name, error) from None
        if "unique" not in str(error):
            raise _damaged(content, name, error) from None
    return read_frame(frame, name).keeping(reading.keep)


def _frame(content: bytes, *, labels: bool, rows: int | None = None) -> Any:
    from pandas.io.stata import StataReader

    reader: Any = StataReader(
        io.BytesIO(content), convert_categoricals=labels, order_categoricals=False
    )
    with reader:
        return reader.read(nrows=rows)


def _damaged(content: bytes, name: str, fault: Exception) -> DataError:
    row, where = _whole_rows(content), ""
    if row is not None:
        where = f", row {row:,}"
    return DataError.expected(
        f"{name}{where}",
        "a whole file of Stata",
        "a damaged one",
        "Fetch the file again, or save it again in Stata.",
        evidence=f"{next(iter(str(fault).splitlines()), type(fault).__name__).removesuffix('.')}.",
        rows=None if row is None else (row,),
    )


def _whole_rows(content: bytes) -> int | None:
    """How many rows can be read; None where not even the header can."""
    low, high = 0, max(len(content), 1)

    def reads(rows: int) -> bool:
        try:
            return len(_frame(content, labels=False, rows=rows)) >= rows
        except _FAULTS:
            return False

    if not reads(1):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if reads(middle) else (low, middle)
    return low
