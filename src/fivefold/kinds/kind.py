"""What the cells of a column are: one class a kind, one file a class."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from fivefold.codecs.coded import Coded
from fivefold.codecs.png import as_cell
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding
from fivefold.kinds.block import Block
from fivefold.kinds.cells import Cells
from fivefold.kinds.definition import check_definition
from fivefold.kinds.doors import Doors
from fivefold.kinds.feature import Feature
from fivefold.kinds.lists import read_numbers
from fivefold.kinds.measures import Measures
from fivefold.kinds.pack import pack_state, unpack_state
from fivefold.kinds.quick import Quick, plain_reader
from fivefold.kinds.recognition import Recognition
from fivefold.kinds.word import word_reader

EMPTY: dict[str, Any] = {"O": None, "f8": float("nan"), "M8[us]": np.datetime64("NaT", "us")}
"""The missing cell by the dtype of a canonical column."""


class Kind(Doors, Measures, Recognition, ABC):
    """What the cells of one column are, from a raw cell to the array a network is given.

    A kind is one object without arguments and without memory: what it learns of a column's
    training rows is its state, a plain value or a frozen dataclass of plain values and arrays. One
    of your own is a class in a file of yours with a name, a block, `wanted`, `reader` and `encode`;
    the rest has defaults that are right for cells that are texts. See docs/your-own-kind.md, and
    `fivefold.testing.check_kind`.

    Attributes:
        name: the word in `Collect(kinds=...)`, in schema.json and in reports.
        block: the array that its columns become, or share.
        wanted: what a message expects: `numbers`.
        dtype: of a canonical column; `O` where cells are texts or arrays.
        empty: the canonical cell that is missing; it follows from `dtype`.
        coded: whether cells are texts that repeat, so that codes are kept with them.
        explains: whether what a reader says of a bad cell stands in messages.
        parallel: whether many cells are read on all cores at once, as where a reader spends its
            time in decoding files.
        chunk: how many cells are made canonical and encoded at a time; 0 for all.
        state: the dataclass of what is fitted; None where that is nothing or a plain value: a
            number, a text, a tuple of such.
        settings: names of Preprocess's settings that change what becomes of its columns; None for
            those of its block.
        plural: what several of its cells are called in sentences, `texts`; `name` with an s by
            default.
        levels: whether the different cells of a column are counted and compared where they are few.
        dated: whether cells are moments, datetime64[us], by which rows may be put in order.

    What it says of requests and the page has attributes of its own, see `Doors`.
    What it says of raw columns, to be recognised by, likewise, see `Recognition`; what is asked of
    a column before and beside a model, see `Measures`.
    """

    name: ClassVar[str]
    block: ClassVar[Block]
    wanted: ClassVar[str]
    dtype: ClassVar[str] = "O"
    empty: ClassVar[Any] = None
    coded: ClassVar[bool] = False
    explains: ClassVar[bool] = True
    parallel: ClassVar[bool] = False
    chunk: ClassVar[int] = 0
    state: ClassVar[type | None] = None
    settings: ClassVar[tuple[str, ...] | None] = None
    plural: ClassVar[str] = ""
    levels: ClassVar[bool] = False
    dated: ClassVar[bool] = False

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "name" in vars(cls) and "plural" not in vars(cls):
            cls.plural = f"{cls.name}s"
        if "dtype" in vars(cls) and "empty" not in vars(cls):
            cls.empty = EMPTY.get(cls.dtype)

    def check_defined(self) -> None:
        """Refuse a class that cannot work, when it is handed over.

        Raises:
            ConfigError: naming the attribute.
        """
        check_definition(self, known=dir(Kind), dtypes=tuple(EMPTY))

    @property
    def setting_name(self) -> str:
        """What stands for it in a recipe."""
        return self.name

    # --- cells

    def text_of(self, cell: object, column: Column) -> str | None:
        """The stripped text of a cell; None where it stands for a missing one.

        Raises:
            TypeError: if it is a list, a dict or another thing without a text.
        """
        return word_reader(column)(cell)

    def numbers_of(self, cell: object, column: Column, shape: Sequence[int]) -> Array | None:
        """The numbers of a cell that is lists, an array or their JSON text; None where missing.

        Args:
            cell: raw.
            column: its missing texts.
            shape: that they have; -1 for an axis of any length.

        Returns:
            Float64 of this shape, finite.

        Raises:
            ValueError: if they have another shape, or one is not finite.
            TypeError: if it is no list.
        """
        return read_numbers(cell, column, shape)

    @abstractmethod
    def reader(self, column: Column) -> Callable[[object], Any]:
        """What reads one raw cell into its canonical form, missing ones into `empty`.

        What it gives it also takes, and gives again. It raises a ValueError, TypeError or
        OverflowError with a few words on a cell that is not of its kind.

        Args:
            column: its missing texts, format and rules.
        """

    def whole(self, values: "Array | Coded", column: Column) -> tuple[Array, Array] | None:
        """A typed column at once: canonical values, and the positions of bad cells.

        None, which is the default, where cells are to be read one by one. What it gives must
        equal what `reader` gives.

        Args:
            values: `(n, ...)` an array of any dtype but objects, or codes.
            column: its missing texts, format and rules.
        """
        return None

    def texts(
        self, values: list[str | None], column: Column
    ) -> tuple[Array, Array, list[int]] | None:
        """A column of texts at once: values, positions of bad cells, and of those left to `reader`.

        None, which is the default, where all are.
        """
        return None

    def positions(self, values: Array, column: Column) -> Array | None:
        """`(n,)` int64: how many positions each cell has that may have an answer of its own.

        None, which is the default, where a cell has none.

        Args:
            values: `(n,)` canonical.
            column: how its cells are read.
        """
        return None

    # --- what people see of it, and mark

    def extent(self, cell: Any, column: Column) -> float:
        """How far stretches of a canonical cell may reach, in what `marks` says."""
        return float(len(cell))

    def to_page(self, values: Array, column: Column) -> list[Any]:
        """A canonical column as a page shows it: JSON values, pictures as files however small."""
        if self.control != "picture":
            return self.to_json(values, column)
        drawn = [None if cell is None else self.drawn(cell, column) for cell in values]
        grids = [one if one is None else one.reshape(*one.shape[:2], -1) for one in drawn]
        return [None if one is None else as_cell(one) for one in grids]

    # --- what is fitted, and what comes out

    def fit(self, cells: Cells, column: Column, settings: Settings) -> Any:
        """What the training rows say: a `state`, a plain value, or None.

        Args:
            cells: of the training rows.
            column: what it is called, and how its cells are read.
            settings: of Preprocess.
        """
        return

    @abstractmethod
    def encode(self, values: Array, column: Column, state: Any) -> Array:
        """Canonical cells as the block wants them, each by itself.

        Args:
            values: `(n, ...)` canonical.
            column: what it is called.
            state: what `fit` gave.

        Returns:
            What the block joins: float64 `(n,)` or `(n, numbers)` with NaN for missing for
            `NUMBERS`, int32 `(n,)` for `CODES`; else `(n, *shape)` of the block's dtype.
        """

    def features(self, column: Column, state: Any) -> tuple[Feature, ...]:
        """What its numbers are, in a block of numbers; one of the column's name by default."""
        return (Feature(column.name),)

    # --- what Preprocess tells

    def is_changed_by(self, setting: str) -> bool:
        """Whether a setting of Preprocess changes what becomes of its columns."""
        names = self.block.settings if self.settings is None else self.settings
        return setting in names

    def lean(self, state: Any) -> Any:
        """The state without what a linear model beside a network alone reads; by default all."""
        return state

    def remarks(self, column: Column, state: Any) -> tuple[Finding, ...]:
        """What the training rows lose by what was fitted; nothing by default.

        A state that was loaded may know less than what `fit` gave.
        """
        return ()

    # --- its state as plain values

    def pack(self, state: Any) -> tuple[Any, dict[str, Array]]:
        """The state as JSON values and arrays by name, by default of a flat dataclass or value."""
        return pack_state(state, self.state)

    def unpack(self, values: Any, arrays: Mapping[str, Array], column: Column) -> Any:
        """The state that `pack` took apart."""
        return unpack_state(self.state, values, arrays)

    def quick(self, column: Column, state: Any) -> Quick | None:
        """How a server reads plain cells; None: by the usual way, which is several times slower.

        By default each cell by `reader`, and those of a request by `encode`; kinds whose cells are
        read in pieces, or must not be missing, go the usual way.
        """
        if self.chunk or not self.nullable:
            return None

        def finish(cells: list[Any]) -> Array:
            return self.encode(np.fromiter(cells, self.dtype, len(cells)), column, state)

        return Quick(plain_reader(self.reader(column)), finish)
