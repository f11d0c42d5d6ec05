"""Answers as an Excel workbook, where openpyxl is installed."""

import math
from datetime import date
from pathlib import Path
from typing import Any

from fivefold.codecs.rendering import cell_text, cells_of
from fivefold.errors import DataError
from fivefold.serve.asked import Answered, columns_of
from fivefold.serve.predictor import Predictor
from fivefold.serve.writer import Writer

MOST_ROWS = 1_048_575  # rows that a sheet holds below its header

MOST_COLUMNS = 16_384
MOST_LETTERS = 32_767
_EXACT = 10**15  # whole numbers up to here keep all their digits in Excel


class ExcelWriter(Writer):
    """Answers as the one sheet of a workbook: carried columns, the prediction, probabilities.

    Texts stay texts, whatever they look like: `007`, `=1+1`.
    """

    needs = ("openpyxl", "writes Excel files")
    remedy = "Install it with pip install 'fivefold[excel]', or name a .csv file."

    def __init__(self, target: Path, model: Predictor) -> None:
        import openpyxl

        super().__init__(target, model)
        self._book = openpyxl.Workbook(write_only=True)
        self._sheet = self._book.create_sheet("answers")
        self._names: list[str] = []
        self._rows = 0

    def write(self, piece: Answered) -> None:
        """Write some rows; the names of the columns above the first.

        Raises:
            DataError: if there are more rows or columns than a sheet holds, or a longer text.
        """
        columns = {**piece.carried, **columns_of(self._model, piece.scores, piece.sizes)}
        most = max(piece.total, self._rows + len(piece.scores))
        if most > MOST_ROWS or len(columns) > MOST_COLUMNS:
            what = f"{most:,} rows" if most > MOST_ROWS else f"{len(columns):,} columns"
            raise _too_large(what, f"{MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns")
        if not self._names:
            self._names = list(columns)
            self._sheet.append([self._cell(name, name) for name in columns])
        cells = [cells_of(values) for values in columns.values()]
        for row in zip(*cells, strict=True):
            self._rows += 1
            self._sheet.append([self._cell(*pair) for pair in zip(row, columns, strict=True)])

    def finish(self) -> None:
        self._book.save(self._target)

    def release(self) -> None:
        """Close the sheet, which is a file of its own until then."""
        if not self._sheet.closed:
            self._sheet.close()

    def _cell(self, value: Any, column: str) -> Any:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.utils.escape import escape

        if value is None or value != value:
            return None
        is_whole = isinstance(value, int) and abs(value) <= _EXACT
        if is_whole or (isinstance(value, float) and math.isfinite(value)):
            return value
        if isinstance(value, date) and value.year >= 1900 and not getattr(value, "tzinfo", None):
            return value
        text = cell_text(value)
        if len(text) > MOST_LETTERS:
            where = f"{len(text):,} letters in row {self._rows - 1:,}, column {column!r}"
            raise _too_large(where, f"{MOST_LETTERS:,} letters in a cell")
        cell = WriteOnlyCell(self._sheet, value=escape(text))
        cell.data_type = "s"
        return cell


def _too_large(found: str, wanted: str) -> DataError:
    remedy = "Name a .csv or .parquet file in --to."
    return DataError.expected("--to", f"at most {wanted}, as Excel holds", found, remedy)
