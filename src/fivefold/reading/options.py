"""How a source is to be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike

from fivefold.errors import PreflightError

EVERY = "*"  # stands for all columns in `Reading.keep`


@dataclass(frozen=True, kw_only=True)
class Long:
    """A long table, a row a step of a series.

    Args:
        series_id: the column that says which series a row belongs to.
        step: the column that says where in it; None for the order of the rows.
        constant: columns, by name or place, that must have one value within a series.
        channels: the columns that are its numbers; empty to find them.
        spacing: the usual distance from step to step, where channels are known; 0 for none.
    """

    series_id: str
    step: str | None = None
    constant: tuple[str | int, ...] = ()
    channels: tuple[str, ...] = ()
    spacing: float = 0.0

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns, as far as they are known."""
        return (self.series_id, *([self.step] if self.step else []), *self.channels)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a source is to be read; what is None is detected.

    Args:
        delimiter: between the fields of a text.
        header: whether the first row names the columns.
        encoding: of a text.
        skip: lines to leave out at the top of a text.
        names: of columns that a header would hold: the target's when rows are collected, all of
            them when rows are to be answered.
        targets: those of them that are predicted.
        roles: columns of groups, times and weights; where tables name files, another of them may
            hold these.
        inputs: the columns that a model reads, in order, when rows are to be answered; no other
            needs to be there.
        files: columns whose texts may name files, each of which is a cell, as pictures are.
        lists: in how many lists a cell in JSON is nested, by column; others are in none.
        text: how the file is written that the model was fitted on: `encoding`, `delimiter`.
        headerless: that file had no header.
        root: the folder below which texts may name files of pictures; None is the table's own.
        loose: whether the only column a model reads is of a kind whose files may look like tables.
        long: how a table with a row a step is one of series; None for a row each.
        keep: columns whose cells are wanted as the source holds them (`Raw.kept`); `EVERY` is all.
    """

    delimiter: str | None = None
    header: bool | None = None
    encoding: str | None = None
    skip: int = 0
    names: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    files: frozenset[str] = frozenset()
    lists: Mapping[str, int] = field(default_factory=dict)
    text: Mapping[str, str] = field(default_factory=dict)
    headerless: bool = False
    root: str | PathLike[str] | None = None
    loose: bool = False
    long: Long | None = None
    keep: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an encoding that Python does not know."""
        try:
            "a".encode(self.encoding or "utf-8")
        except (LookupError, ValueError):
            wanted, found = "the name of an encoding", f"the unknown encoding {self.encoding!r}"
            remedy = 'Pass encoding="utf-8" or another that Python knows, or leave it out.'
            raise PreflightError.expected(
                "Collect", wanted, found, remedy, encoding=self.encoding
            ) from None

    @property
    def asks(self) -> bool:
        """Whether rows are to be answered, and not collected."""
        return bool(self.inputs)

    @property
    def only(self) -> str | None:
        """The one column that a model reads, if it reads no more."""
        return self.inputs[0] if len(self.inputs) == 1 else None

    @property
    def row_names(self) -> bool:
        """Whether the file that the model was fitted on has names of rows, as R writes them."""
        unnamed = not self.headerless and self.names[:1] == ("column_0",)
        return unnamed or "row_names" in self.text

    def layouts(self) -> list[tuple[str, ...]]:
        """What rows without names may hold: all columns, all but the targets, or the inputs."""
        rest = tuple(name for name in self.names if name not in self.targets)
        return [self.names, rest, self.inputs]
