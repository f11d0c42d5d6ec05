"""What a kind says at the doors of a model: cells out and in again, the request, the page."""

from typing import Any, ClassVar, Literal, NamedTuple, get_args

import numpy as np

from fivefold.codecs.coded import missing_rows
from fivefold.codecs.rendering import cell_text, json_value
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.errors import ConfigError
from fivefold.kinds.area import Area
from fivefold.kinds.block import Fitted
from fivefold.kinds.disturbance import Change, Disturbance, missing_cells
from fivefold.kinds.scripted import Scripted

Control = Literal[
    "number",
    "menu",
    "toggle",
    "moment",
    "words",
    "lines",
    "picture",
    "colour",
    "sound",
    "film",
    "numbers",
]
"""What the page has to fill in a cell with."""

CONTROLS: tuple[str, ...] = get_args(Control)

TEXTS: tuple[Control, ...] = ("lines", "words", "menu")
"""Those of columns whose cells are texts."""


class Handed(NamedTuple):
    """One column as each door takes it in.

    Attributes:
        frame: an array without objects, or a list of texts, numbers and None, or one of bytes,
            arrays and None.
        texts: cells of a CSV file.
        json: JSON values.
    """

    frame: Any
    texts: list[str]
    json: list[Any]


class Doors:
    """The part of a kind that meets requests; its defaults are right for cells that are texts.

    Attributes:
        control: the one of the page's controls that a cell is filled in with: `number`; `menu`,
            which lists the `categories` of `field`; `toggle`; `moment`, a date and time; `words`,
            one line of text; `lines`, several; `picture`, to draw or open, which needs a `shape`
            of channels, height and width; `colour`, `#rrggbb`; `sound`, to record or open;
            `film`, to open, which needs a `shape` of channels, frames, height and width; `numbers`,
            to paste or open.
        marks: what stretches of a cell are counted in, where people may mark some: `code points` of
            what is shown as a text, unless said; else empty.
        item: one cell, for messages: `a picture`.
        nullable: whether a request may hold a missing cell.
        nullable_beside: whether it may where other columns stand beside it.
        depth: how many lists a cell in JSON is nested in; 0 where it is a text, a number or truth.
        requires: distributions that a server needs beside those of every bundle.
        raw: how the graph for raw values takes it. `number` is float64, NaN for missing: for kinds
            that share `NUMBERS` and encode a cell as the one number it is. `word` is a text, empty
            for missing: for kinds that share `CODES`, with `categories` in their state. None where
            there is no such graph.
        written_as: the key of the column's format in the request contract.
    """

    wanted: ClassVar[str]
    dtype: ClassVar[str]
    empty: ClassVar[Any]
    saved_as: ClassVar[str]

    control: ClassVar[Control] = "lines"
    marks: ClassVar[str] = "code points"
    item: ClassVar[str] = "a value"
    nullable: ClassVar[bool] = True
    nullable_beside: ClassVar[bool] = False
    depth: ClassVar[int] = 0
    requires: ClassVar[tuple[str, ...]] = ()
    raw: ClassVar[Literal["number", "word"] | None] = None
    written_as: ClassVar[str] = "format"

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "control" in vars(cls) and "marks" not in vars(cls):
            cls.marks = "code points" if cls.control in TEXTS else ""
        if cls.control not in CONTROLS:
            raise ConfigError(
                f"{cls.__name__}: expected a control of the page, found {cls.control!r}.",
                remedy=f"Name one of {', '.join(map(repr, CONTROLS))}.",
                control=cls.control,
            )

    def weight(self, cell: object) -> int:
        """How many numbers a raw cell unfolds to, so that few large ones are read at a time.

        It is asked where the kind has a `chunk`; 0 where it is not known.
        """
        return 0

    # --- canonical cells as others hold them

    def to_frame(self, values: Array, column: Column) -> Any:
        """A canonical column as a frame would hold it; see `Handed`."""
        return values

    def to_text(self, values: Array, column: Column) -> list[str]:
        """A canonical column as cells of a CSV file, empty where missing; the reader takes them."""
        gone = missing_rows(values).tolist()
        return ["" if no else cell_text(v) for v, no in zip(values, gone, strict=True)]

    def to_json(self, values: Array, column: Column) -> list[Any]:
        """A canonical column as JSON values, None where missing; the reader takes them."""
        return [json_value(value) for value in values]

    def handed(self, values: Array, column: Column) -> Handed:
        """A canonical column as each door takes it in, at once."""
        return Handed(
            self.to_frame(values, column),
            self.to_text(values, column),
            self.to_json(values, column),
        )

    # --- the request

    def pace(self, column: Column) -> float | None:
        """Seconds from one step of what is written down to the next; None where steps have none.

        Args:
            column: how its cells are read.
        """
        return None

    def field(self, fitted: Fitted, seen: Array | None) -> dict[str, Any]:
        """What a request must know of the column, as plain values.

        Args:
            fitted: the column.
            seen: its part of its block's array of the training rows, or None.

        Returns:
            `form` in words and `example` as JSON; where they apply `low`, `high`, `usual`,
            `categories`, `shape`, `unit`, and in `policy` what is done about odd values; see
            `fivefold.serve.contract.Field`.
        """
        [example] = self.synthesise(fitted, (), 1, np.random.default_rng(0))
        return {"form": self.wanted, "example": example}

    def synthesise(
        self, fitted: Fitted, usual: tuple[float, ...], rows: int, rng: np.random.Generator
    ) -> list[Any]:
        """Cells as JSON that no row of the data held; missing ones by default.

        Args:
            fitted: the column.
            usual: what `field` gave as `usual`.
            rows: how many.
            rng: to draw with.
        """
        return [None] * rows

    def remedy(self, *, explained: bool = False) -> str:
        """What to do about a cell that is none, or is missing; in one sentence.

        Args:
            explained: whether what is wrong with it is said.
        """
        if self.nullable:
            return "Correct it, or give null where a value is not known."
        saved = f", or save it again as {self.saved_as}" if self.saved_as else ""
        return f"Correct it{saved}." if explained else f"Give {self.item} in every row."

    def scripted(self, fitted: Fitted) -> Scripted | None:
        """How a page that no server answers reads and encodes it; None where it cannot, as usual.

        Args:
            fitted: the column.
        """
        return None

    # --- what may happen to cells before they come

    def disturbances(self, column: Column, seen: Array) -> tuple[Disturbance, ...]:
        """What a model should bear, each at strengths from one that people hardly notice.

        By default some cells are missing, where cells may be.

        Args:
            column: how its cells are read.
            seen: `(m, ...)` canonical cells of some training rows.
        """
        return missing_cells(self.empty) if self.nullable and seen.dtype == self.dtype else ()

    def areas(self, column: Column, seen: Array) -> tuple[Area, ...]:
        """Small areas of a cell that should not tell the answer alone; by default there are none.

        It takes what `disturbances` does.
        """
        return ()

    def strays(self, values: Array, seen: Array) -> Array:
        """`(n,)` bool: cells outside what training rows hold; by default none is.

        Args:
            values: `(n, ...)` canonical.
            seen: `(m, ...)` canonical, of all training rows.
        """
        return np.zeros(len(values), bool)

    def nonsense(self, column: Column, seen: Array) -> Change | None:
        """What puts cells like those of no training row in place of any; by default there is none.

        It takes what `disturbances` does.
        """
        return None

    # --- the check for leaks

    def corrupt(self, values: Array, some: Array, few: Array) -> Array:
        """Canonical cells made worse, which stay cells of the kind.

        By default a few are missing, where cells may be, and nothing else is changed.

        Args:
            values: `(n, ...)`, a copy that may be written to, in another order already.
            some: `(n,)` bool: cells to change, one at least.
            few: `(n,)` bool: cells to take away.
        """
        if self.nullable and values.dtype == self.dtype:
            values[few] = self.empty
        return values
