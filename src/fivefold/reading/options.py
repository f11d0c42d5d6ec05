"""How a source is to be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from typing import Self

from fivefold.errors import PreflightError
from fivefold.reading.columnnames import Name, placed

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
        labels: the target, by name or place, if it is one: where it varies within most series it is
            a label for each step.
        history: steps of the pieces that series are cut into, each with the target of its last
            step; 0 leaves them whole.
        stride: steps from piece to piece; 0 to settle.
        whole: where rows are to be answered: every piece, as Collect takes them, and not the last.
    """

    series_id: str
    step: str | None = None
    constant: tuple[Name, ...] = ()
    channels: tuple[str, ...] = ()
    spacing: float = 0.0
    labels: Name | None = None
    history: int = 0
    stride: int = 0
    whole: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns, as far as they are known."""
        return (self.series_id, *([self.step] if self.step else []), *self.channels)

    def read(self, names: tuple[str, ...], *, asks: bool) -> tuple[str, ...]:
        """The columns that are looked for, besides these names."""
        return (*self.names[: None if asks else 2], *names)

    def placed(self, names: Sequence[str], source: str) -> Self:
        """The same with names in the place of places, once the columns are known.

        Raises:
            DataError: if there are fewer columns.
        """
        [series] = placed([self.series_id], names, source, "series_id=")
        step = None if self.step is None else placed([self.step], names, source, "step=")[0]
        return replace(self, series_id=series, step=step)


@dataclass(frozen=True, kw_only=True)
class Windows:
    """A table of steps, of which windows are forecast from.

    Args:
        target: the column of numbers that is forecast.
        time: the column that says when a row is; or one of days and one of hours.
        horizon: steps ahead that are forecast at once.
        history: steps before them that are looked at; 0 to settle.
        series_id: the column that says which series a row belongs to; None where there is one.
        past: columns of numbers that are known up to now.
        known: columns of numbers that are known ahead.
        stride: steps from origin to origin in rows to judge by; others have all.
        clock: `Clock.text`, where it is known; empty to find it.
        pattern: of the texts of times, where it is known.
        season: steps after which the series is likest itself; 0 to find it.
        thinned: steps from origin to origin in all rows.
        whole: where rows are to be answered: every window, as Collect takes them, and not the last.
        logs: whether errors are those of the logarithm, as where returns of a price are forecast.
    """

    target: str
    time: tuple[str, ...]
    horizon: int
    history: int = 0
    series_id: str | None = None
    past: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    stride: int = 1
    clock: str = ""
    pattern: str | None = None
    season: int = 0
    thinned: int = 0
    whole: bool = False
    logs: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns."""
        series = (self.series_id,) if self.series_id else ()
        return (self.target, *self.time, *series, *self.past, *self.known)

    def read(self, names: tuple[str, ...], *, asks: bool) -> tuple[str, ...]:
        """The columns that are looked for; other names are those of windows."""
        return self.names

    def placed(self, names: Sequence[str], source: str) -> Self:
        """The same with names in the place of places, once the columns are known.

        Raises:
            DataError: if there are fewer columns.
        """
        [target] = placed([self.target], names, source, "target=")
        own = () if self.series_id is None else (self.series_id,)
        return replace(
            self,
            target=target,
            series_id=next(iter(placed(own, names, source, "series_id=")), None),
            time=tuple(placed(self.time, names, source, "time=")),
            past=tuple(placed(self.past, names, source, "past=")),
            known=tuple(placed(self.known, names, source, "known=")),
        )

    @property
    def ahead(self) -> tuple[str, ...]:
        """The columns of what is forecast, a step each."""
        return tuple(f"{self.target}+{step}" for step in range(1, self.horizon + 1))

    @property
    def beside(self) -> tuple[str, str]:
        """Columns by which forecasts are judged: a naive one's squared error, and a usual error."""
        return f"{self.target} naive", f"{self.target} scale"


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
        reels: whether folders of pictures are clips; None to find out.
        long: how a table with a row a step is one of series, or of windows; None for a row each.
        keep: columns whose cells are wanted as the source holds them (`Raw.kept`); `EVERY` is all.
        unlabelled: whether rows may come without classes, which a later stage gives.
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
    reels: bool | None = None
    long: Long | Windows | None = None
    keep: tuple[str, ...] = ()
    unlabelled: bool = False

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
