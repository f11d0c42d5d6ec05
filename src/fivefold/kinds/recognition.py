"""What a kind says of raw columns: which are its own, and how they are written."""

from typing import ClassVar, Literal

from fivefold.codecs.coded import Coded
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.codecs.whole import WideIntegers
from fivefold.core.finding import Finding
from fivefold.kinds.sample import Sample

_Cells = Literal["number", "truth", "moment", "levels", "ranks", "span"]
SourceType = Literal[_Cells, "raster", "sound", "footage", "steps", "window", "ratios", "origin"]
"""What the type of a column says in its source: numbers, truth values, dates and times, one of some
levels, of levels that stand in order, spans of time in seconds, arrays of pixels, sounds, clips,
numbers over time, the last of them, those above 0 whose ratios matter, moments to forecast from.
Texts and objects say nothing."""


class Recognition:
    """The part of a kind that is asked what a raw column is.

    A kind of your own is taken where a user asks for it, `Collect(kinds={"column": MyKind})`, and
    its cells are read by its `reader`; nothing here must be written for that. Where it overrides
    `recognise`, other columns of that table may be guessed to be of it.

    Attributes:
        sources: types of a source's column that say this kind.
        suffixes: endings of files, in lower case with their dot, of which each is a cell. Where
            two kinds have one, a file is of the one that says so (`is_cell`), else of the first.
        loose: endings of files, of which each is a cell where nothing says that they are tables: in
            folders that hold no tables of their own, and in paths of a column of the kind.
        made_of: endings of files of which several, numbered in a folder of their own, are a cell.
        opaque: whether cells are files or arrays, which are never counted as words are; one says
            what all are, see `is_cell`.
        notation: settings of Collect that say how its texts are written.
        nulls: which texts stand for missing, beside those that the user names: `usual` ones, where
            they can mean nothing else; those `found` in the column; of a column that is guessed
            none but those `asked` for.
        reads_as: what a target can be predicted as, `numbers`, `labels`, both or neither; or
            `regions`, of a picture beside it.
        ordered: whether rows can be put in order by it.
        spoils: whether a row with a cell that cannot be read is of no use; else that cell is
            missing.
        places: what stands at the positions of a cell that may have an answer each: `words`,
            `letters`, `steps` of numbers, or `frames` of a sound; `regions` where a cell has these
            answers; empty for neither.
        saved_as: forms of files that are surely read, for messages: `PNG or JPEG`.
    """

    sources: ClassVar[frozenset[SourceType]] = frozenset()
    suffixes: ClassVar[frozenset[str]] = frozenset()
    loose: ClassVar[frozenset[str]] = frozenset()
    made_of: ClassVar[frozenset[str]] = frozenset()
    opaque: ClassVar[bool] = False
    notation: ClassVar[tuple[str, ...]] = ()
    nulls: ClassVar[Literal["usual", "found", "asked"]] = "found"
    reads_as: ClassVar[frozenset[str]] = frozenset({"labels"})
    ordered: ClassVar[bool] = False
    spoils: ClassVar[bool] = False
    places: ClassVar[Literal["words", "letters", "steps", "frames", "regions", ""]] = ""
    saved_as: ClassVar[str] = ""

    # --- recognition

    def recognise(self, sample: Sample) -> float:
        """How sure it is that a column is of this kind, from 0 to 1; 0, which is never, by default.

        The surest kind gets the column, of equals the first in the table. fivefold's own give 0.95
        for `true` and `false`, 0.9 for numbers, 0.8 for dates, 0.7 for numbers with strays, 0.4
        for sentences and 0.1 for all that has a text.

        Args:
            sample: the evidence; what it shows of the cells is worked out when it is looked at.
        """
        return 0.0

    def is_cell(self, value: object) -> bool:
        """Whether a raw cell can be of no other kind: a file that begins as its files do, say.

        It is asked of the first cell of a column, where the kind is `opaque`.
        """
        return False

    def form(self, sample: Sample) -> str:
        """How the cells of a column of this kind are written: its `Column.format`."""
        return ""

    def noted(self, sample: Sample, name: str) -> list[Finding]:
        """Findings about the way in which a column of this kind is written."""
        return []

    def doubted(self, sample: Sample, name: str, read_as: str) -> list[Finding]:
        """Findings about a column that looks like this kind, and is read as words.

        Args:
            sample: of its cells.
            name: of the column.
            read_as: the words, `categories` or `text`.
        """
        return []

    # --- whole columns, as Collect keeps them

    def settle(self, values: Array) -> Array:
        """The canonical cells of a whole column in the form that is kept of it."""
        return values

    def exact(self, cells: "Array | Coded", values: Array, column: Column) -> WideIntegers | None:
        """What canonical cells do not tell apart and raw ones do; None where there is no such.

        Args:
            cells: `(n,)` raw.
            values: `(n,)` canonical.
            column: its format.
        """
        return None

    def as_labels(self, values: Array) -> Array | None:
        """The cells of a target that was said to be of this kind as labels are told.

        Args:
            values: `(n,)` canonical.

        Returns:
            Objects, None where missing; None, which is the default, for cells as the source has
            them.
        """
        return None

    def are_labels(self, cells: "Array | Coded", format: str) -> bool:
        """Whether the cells of a target, written like `format`, are rather labels as they stand."""
        return False
