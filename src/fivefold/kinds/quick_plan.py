"""Plain cells to the blocks of a codec, by readers and tables that are made once."""

from collections.abc import Sequence
from typing import Self

from fivefold.codecs.table import Array
from fivefold.kinds.codec import Codec
from fivefold.kinds.quick import FAULTS, OddCellError, PlainRow


class Plan:
    """How rows of plain cells become blocks, made ready once: a reader and a table a column.

    It gives what `Codec.encode` gives for the same rows, or nothing. Cells of common form take a
    step or two; all others go to the kind's reader, which is what defines how they are read.

    Args:
        codec: fitted; all its kinds have a `quick` way.
    """

    def __init__(self, codec: Codec) -> None:
        self.names = codec.raw_columns()
        places = {name: place for place, name in enumerate(self.names)}
        self._arrays = []
        for block in codec.blocks:
            quicks = []
            for column in block.columns:
                quick = column.kind.quick(column.column, column.state)
                assert quick is not None, f"{column.kind.name} has no quick way"
                quicks.append((places[column.name], quick))
            self._arrays.append((block.name, block.block.quick(quicks, block.state)))

    @classmethod
    def of(cls, codec: Codec) -> Self | None:
        """The plan of a codec; None if one of its kinds has no quick way, or cells have bounds."""
        columns = codec.columns.values()
        ready = all(column.kind.quick(column.column, column.state) for column in columns)
        ready &= all(column.column.role != "exposure" for column in columns)
        return cls(codec) if ready else None

    def encode(self, rows: Sequence[PlainRow]) -> dict[str, Array] | None:
        """The blocks of these rows; None if a cell is odd or not of its kind.

        Args:
            rows: at least one, with a cell for each of `names`.
        """
        try:
            return {name: array(rows) for name, array in self._arrays}
        except (OddCellError, *FAULTS):
            return None
