"""The array that columns of one form share, and what a codec has fitted of it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

from fivefold.codecs.grid import Grid
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Array
from fivefold.core.wording import plural
from fivefold.errors import ConfigError
from fivefold.kinds.feature import Feature
from fivefold.kinds.occlusion import Pieces
from fivefold.kinds.pack import pack_state, unpack_state
from fivefold.kinds.plain import Places, Plain, Reader
from fivefold.kinds.quick import PlainRow, Quick

Quicks = Sequence[tuple[int, Quick]]
"""The place of each column in a row, and how its cells are read."""


class Named(Protocol):
    """What a block asks of a kind."""

    name: ClassVar[str]
    plural: ClassVar[str]

    def features(self, column: Column, state: Any) -> tuple[Feature, ...]:
        """What a column's numbers are, in a block of numbers."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """One input column of a fitted codec.

    Attributes:
        column: of the schema.
        kind: of its cells.
        state: what the kind has fitted.
        shared: what the block has fitted over all its columns.
        first: the place of the first of its numbers in the block's array.
        count: of its numbers there.
    """

    column: Column
    kind: Named
    state: Any
    shared: Any = None
    first: int = 0
    count: int = 1

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name


@dataclass(frozen=True, eq=False)
class Encoded:
    """One array that a codec gives.

    Attributes:
        name: its key among the codec's arrays.
        tensor: the key of what becomes of it, among the tensors of a network that reads several.
        block: what its numbers are.
        columns: that it holds, in the order of the schema; one, unless the block is shared.
        state: what the block has fitted over them.
    """

    name: str
    tensor: str
    block: "Block"
    columns: tuple[Fitted, ...]
    state: Any

    @property
    def dtype(self) -> str:
        """Of the array."""
        return self.block.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one row."""
        return self.block.shape(self.columns)

    @property
    def features(self) -> tuple[str, ...]:
        """What its numbers are: features, or columns."""
        return tuple(name for column in self.columns for name in self.block.features(column))


class Block(ABC):
    """The array that columns of one form share, or that one column becomes.

    Attributes:
        name: the key of the array, if it is shared.
        dtype: of the array.
        shared: whether columns stand side by side in one array, in the order of the schema; else
            each column has an array of its own.
        bounded: whether `inliers` tells rows apart.
        state: the dataclass of what is fitted over all its columns; None where that is nothing, or
            a plain value.
        settings: names of Preprocess's settings that change what becomes of its columns.
        changes: names of the random changes that its part knows, for `Train(augment=...)`.
        moving: those of them that move what stands at positions, away from answers to each.
        usual: those of them that are made where Train says nothing of it.
        doubtful: those of these that pay for some data and cost for others, or alter what a row
            means: validation rows choose whether they are made.
        contest: fraction of a run for which networks learn with the doubtful ones and without, to
            choose; where it is 1 the better of both is kept.
        often: epochs from which on each of these is, by name, others always; what is seen a few
            times needs no change, and what changes more pays later.
        sequence: whether a row is positions, filled from the first one on, whose number is the
            first of its shape; a task may want an answer for each.
        spells: whether a network may go through the steps of a row and write down what it says.
        plane: whether a row is a picture, whose pixels may have an answer each; see `grid`.
        single: what `at_one` gives, in words, for one more simple model; empty for none.
    """

    name: ClassVar[str]
    dtype: ClassVar[str]
    shared: ClassVar[bool] = False
    bounded: ClassVar[bool] = False
    state: ClassVar[type | None] = None
    settings: ClassVar[tuple[str, ...]] = ()
    changes: ClassVar[tuple[str, ...]] = ()
    moving: ClassVar[tuple[str, ...]] = ()
    usual: ClassVar[tuple[str, ...]] = ()
    doubtful: ClassVar[tuple[str, ...]] = ()
    contest: ClassVar[float] = 0.1
    often: ClassVar[Mapping[str, int]] = {}
    sequence: ClassVar[bool] = False
    spells: ClassVar[bool] = False
    plane: ClassVar[bool] = False
    single: ClassVar[str] = ""

    def features(self, column: Fitted) -> tuple[str, ...]:
        """Names of a column's numbers in a shared array."""
        return (column.name,)

    def fit(
        self,
        columns: Sequence[Fitted],
        pieces: Callable[[], Iterable[Sequence[Array]]],
        settings: Settings,
    ) -> Any:
        """What the training rows of all columns say together: a `state`, or None.

        Args:
            columns: their kinds' part is fitted.
            pieces: gives the training rows each time it is called, piece by piece: what each
                column's kind encodes.
            settings: of Preprocess.
        """
        return

    def encode(self, parts: Sequence[Array], state: Any) -> Array:
        """What the kinds of its columns encode, as one array `(n, *shape)` of `dtype`."""
        return np.require(parts[0], self.dtype, ["C_CONTIGUOUS", "WRITEABLE"])

    def misfit(self, part: Array, column: Fitted) -> str:
        """What was expected of what a kind encodes; empty if `encode` can take it."""
        shape = self.shape([column])
        fits = part.shape[1:] == shape and np.can_cast(part.dtype, self.dtype, "same_kind")
        return "" if fits else f"{self.dtype} of shape {('rows', *shape)}".replace("'", "")

    @abstractmethod
    def shape(self, columns: Sequence[Fitted]) -> tuple[int, ...]:
        """Of one row of the array."""

    def inliers(self, array: Array, state: Any) -> Array:
        """`(n,)` bool: rows that are missing or within bounds, where the block is `bounded`."""
        return np.ones(len(array), dtype=bool)

    def positions(self, columns: Sequence[Fitted]) -> int:
        """How many positions a row has at most, where it is a `sequence` or `spells`."""
        return self.shape(columns)[0]

    def grid(self, columns: Sequence[Fitted]) -> Grid:
        """How the pixels of a row lie, where the block is a `plane`: its last two axes."""
        height, width = self.shape(columns)[-2:]
        return Grid(height, width)

    def lengths(self, array: Array) -> Array:
        """`(n,)` how many positions of each row are filled; all of them, by default.

        It is asked where the block is a `sequence`, or `spells`.
        """
        return np.full(len(array), array.shape[1])

    def filled(self, array: Array, columns: Sequence[Fitted]) -> Array:
        """The same, where the columns of a block say where that stands; `lengths` by default."""
        return self.lengths(array)

    def lean(self, array: Array, columns: Sequence[Fitted]) -> Array:
        """The array as columns of `Kind.lean` states encode it; by default as it is."""
        return array

    def quick(self, columns: Quicks, state: Any) -> Callable[[Sequence[PlainRow]], Array]:
        """Rows of plain cells to the array, made ready once."""

        def array(rows: Sequence[PlainRow]) -> Array:
            parts = []
            for place, (read, finish) in columns:
                cells = [read(row[place]) for row in rows]
                parts.append(np.array(cells) if finish is None else finish(cells))
            return self.encode(parts, state)

        return array

    def offsets(self, state: Any) -> Array | None:
        """What is taken off each number of a row before it is float32; None for nothing.

        Where `encode` does more than to put parts side by side, a page cannot read its columns.
        """
        return None

    # --- what Preprocess tells

    def summary(self, encoded: Encoded) -> str:
        """What went in, in a few words of one line: its columns, and the shape of a row.

        Args:
            encoded: as fitted.
        """
        shape = "x".join(map(str, encoded.shape)) or "1"
        if self.shared:
            return f"{plural(len(encoded.columns), f'{self.name} column')} ({shape})"
        return f"{encoded.columns[0].kind.name} {encoded.name!r} ({shape})"

    # --- its half in torch

    def part(self) -> Any:
        """Its half in torch, of a class derived from `fivefold.models.part.Part`.

        It is asked for where a network is made, once a process: import torch within this method,
        never at the top of the file, since a server has none. Those of fivefold's own blocks stand
        in models/parts.py.
        """
        raise ConfigError(
            f"{type(self).__name__}: expected a half in torch, found none.",
            remedy="Give the block a method `part` that imports torch and returns a Part.",
        )

    # --- its state as plain values

    def pack(self, state: Any) -> tuple[Any, dict[str, Array]]:
        """The state as JSON values and arrays by name; of any flat dataclass by default."""
        return pack_state(state, self.state)

    def unpack(self, values: Any, arrays: Mapping[str, Array]) -> Any:
        """The state that `pack` took apart."""
        return unpack_state(self.state, values, arrays)

    # --- what simple models read of it; by default nothing

    def linear(self, array: Array, columns: Sequence[Fitted]) -> Sequence[Plain]:
        """What a linear model reads; it says that the columns are left out where this is empty.

        Args:
            array: `(n, *shape)`; n may be 0.
            columns: that it holds; each has the block's state in `shared`.
        """
        return ()

    def at_one(self, array: Array, columns: Sequence[Fitted]) -> Sequence[Plain]:
        """The same of one moment of each row, where the block is `single`; else as `linear`."""
        return self.linear(array, columns)

    def trees(self, array: Array, columns: Sequence[Fitted]) -> tuple[Array, Array] | None:
        """What boosted trees read; None where the columns are left out, which is said.

        Args:
            array: `(n, *shape)`; n may be 0.
            columns: that it holds; each has the block's state in `shared`.

        Returns:
            `(n, width)` numbers, NaN for missing; and `(width,)` bool: which are codes of
            categories, less than 256 of them.
        """
        return None

    def places(self, array: Array, columns: Sequence[Fitted]) -> Places | None:
        """What a simple model sees at each position, where the block is a `sequence`; or None.

        Its arguments are those of `trees`.
        """
        return None

    def pieces(self, cell: Any, column: Any) -> Pieces | None:
        """Parts of a canonical cell that can be taken out of it; None where it has none."""
        return None

    def note(self, columns: Sequence[Fitted], reader: Reader) -> str:
        """What to know of how a simple model sees them: `images pooled to 14 pixels a side`."""
        return ""
