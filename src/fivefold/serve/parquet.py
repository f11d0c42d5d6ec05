"""Answers as Parquet, where pyarrow is installed."""

import shutil
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from fivefold.codecs.rendering import cell_text, cells_of
from fivefold.errors import DataError
from fivefold.reading.texts import ArrowTexts
from fivefold.serve.asked import Answered, columns_of
from fivefold.serve.predictor import Predictor
from fivefold.serve.writer import Writer


class ParquetWriter(Writer):
    """Answers as Parquet: carried columns in their own types, the prediction, probabilities.

    Cells of JSON and Excel show their types only as they come. A column of whole and other numbers
    is one of floats, one of several other types is one of texts.
    """

    needs = ("pyarrow", "writes Parquet files")
    remedy = "Install it with pip install pyarrow, or name a .csv or .jsonl file."

    def __init__(self, target: Path, model: Predictor) -> None:
        super().__init__(target, model)
        self._parts: list[Any] = []  # files, one for each schema that was met
        self._writer: Any = None

    def write(self, piece: Answered) -> None:
        import pyarrow as pa

        told = columns_of(self._model, piece.scores, piece.sizes)
        columns = {name: _column(cells) for name, cells in piece.carried.items()}
        table = pa.table(columns | {name: _column(values) for name, values in told.items()})
        if self._writer is not None and _fits(table.schema, self._writer.schema):
            table = table.cast(self._writer.schema)
        else:
            self._begin(table.schema)
        self._writer.write_table(table)

    def _begin(self, schema: Any) -> None:
        import pyarrow.parquet as parquet

        if self._writer is not None:
            self._writer.close()
        # What comes after the first part goes to files without a name, which vanish by themselves.
        part = TemporaryFile(dir=self._target.parent) if self._parts else self._target.open("w+b")  # noqa: SIM115
        self._parts.append(part)
        self._writer = parquet.ParquetWriter(part, schema)

    def finish(self) -> None:
        """Write the end of the file; where types differed, all of it once more."""
        self._writer.close()
        if len(self._parts) > 1:
            self._join()

    def release(self) -> None:
        if self._writer is not None:
            self._writer.close()
        for part in self._parts:
            part.close()

    def _join(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as parquet

        files = [parquet.ParquetFile(part) for part in self._parts]
        schema = _common([file.schema_arrow for file in files])
        with TemporaryFile(dir=self._target.parent) as joined:
            with parquet.ParquetWriter(joined, schema) as writer:
                for file in files:
                    for group in range(file.num_row_groups):
                        try:
                            writer.write_table(file.read_row_group(group).cast(schema))
                        except pa.ArrowException as fault:
                            raise _strange(fault) from None
            joined.seek(0)
            with self._target.open("wb") as whole:
                shutil.copyfileobj(joined, whole)


def _column(cells: Any) -> Any:
    """Cells as an Arrow column."""
    import pyarrow as pa

    if isinstance(cells, ArrowTexts):
        return cells.arrow
    if hasattr(cells, "to_pylist"):
        return cells
    values = cells_of(cells)
    kinds = {type(value) for value in values} - {type(None)}
    if kinds == {int, float}:
        values = [None if value is None else float(value) for value in values]
    try:
        if getattr(cells, "dtype", None) is not None and cells.dtype.kind == "f":
            return pa.array(cells)
        return pa.array(values)
    except (pa.ArrowException, OverflowError):
        return pa.array([None if value is None else cell_text(value) for value in values])


def _fits(schema: Any, wanted: Any) -> bool:
    """Whether a piece has the columns of what was written, or holds nothing in them."""
    import pyarrow.types as types

    pairs = zip(schema.types, wanted.types, strict=True)
    return all(own == other or types.is_null(own) for own, other in pairs)


def _common(schemas: list[Any]) -> Any:
    """The schema that all others can be cast to."""
    import pyarrow as pa
    import pyarrow.types as types

    fields = []
    for place, name in enumerate(schemas[0].names):
        kinds = {
            schema.types[place] for schema in schemas if not types.is_null(schema.types[place])
        }
        numbers = all(types.is_integer(kind) or types.is_floating(kind) for kind in kinds)
        common = pa.float64() if numbers else pa.string()
        fields.append(pa.field(name, kinds.pop() if len(kinds) == 1 else common))
    return pa.schema(fields)


def _strange(fault: Exception) -> DataError:
    return DataError(
        "--columns: expected cells that fit in one type a column, found others.",
        evidence=f"{str(fault).splitlines()[0]}.",
        remedy="Name a .jsonl file in --to, or leave that column out.",
    )
