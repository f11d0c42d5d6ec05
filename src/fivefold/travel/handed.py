"""A stage of the user's that changes rows, and is handed over where a model is loaded."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Self

import numpy as np

from fivefold.codecs.cell import shown
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Array, Columns, Table
from fivefold.core.roster import file_of
from fivefold.errors import ConfigError, DataError
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.codec import cells_of
from fivefold.kinds.known import kind_of, of_type
from fivefold.kinds.recognition import SourceType
from fivefold.kinds.state import written_in
from fivefold.travel.step import Step, pack_columns, unpack_columns

ROWS, AMONG = 20, 1000
"""Rows that are tried alone, and among how many others."""


_CLASSES: dict[str, type[Any]] = {}


def changes_rows(cls: type[Any]) -> bool:
    """Whether it is a stage that can travel."""
    from fivefold.core.stage import Stage  # a server imports pydantic where a stage is handed over

    return issubclass(cls, Stage) and callable(getattr(cls, "rows", None))


def adopt_stage(cls: type[Any]) -> None:
    """Make the class of a stage known to this process by its name.

    Raises:
        ConfigError: if it has no `rows`, or another class has its name.
    """
    if not (isinstance(cls, type) and changes_rows(cls)):
        name = cls.__name__ if isinstance(cls, type) else repr(cls)
        raise ConfigError(
            f"Stage: expected a class that changes rows, found {name}.",
            remedy="Derive it from fivefold.Change, and give it rows(table) -> table.",
            found=cls,
        )
    name = cls.__qualname__
    former = _CLASSES.get(name, cls)
    if former is not cls and not _same(cls, former):
        raise ConfigError(
            f"Stage {name}: expected a name of its own, which {former.__module__}.{name} has.",
            remedy="Give one of them another name.",
            name=name,
        )
    _CLASSES[name] = cls


def _same(cls: type[Any], former: type[Any]) -> bool:
    """Whether one took the place of the other: a cell or a file that ran twice."""
    return cls.__module__ == former.__module__ or file_of(cls) == file_of(former) is not None


@dataclass(frozen=True, kw_only=True, eq=False)
class Handed(Step):
    """What the user's stage does to the rows.

    Attributes:
        stage: with its settings, and `rows(table) -> table`.
        reads: the columns that it looks at.
        columns: those that it changes or adds.
    """

    name = "own"

    stage: Any
    reads: tuple[str, ...]
    columns: Mapping[str, Column]

    @classmethod
    def fit(
        cls,
        stage: Any,
        table: Table,
        schema: Schema,
        kinds: Mapping[str, str] | None = None,
    ) -> Self:
        """See what a stage does to a table.

        Args:
            stage: of the user's.
            table: all rows, as `schema` says.
            schema: the columns; the target is not shown.
            kinds: of the columns that it adds, where they do not follow from their cells.

        Raises:
            DataError: if it does not keep the rows, or a row alone is not what it is among others.
            RecipeError: if a setting does not go into JSON.
        """
        shown = [c for c in schema.columns if c.role != "target" and c.name in table.names]
        given = Columns({c.name: cells_of(table, c).values for c in shown})
        watched = Watched({name: given.column(name) for name in given.names})
        new = handed_to(stage, watched)
        reads = tuple(watched.seen or given.names)
        columns = {
            name: _column(name, new.column(name), schema, (kinds or {}).get(name))
            for name in new.names
            if name not in given.names or new.column(name) is not given.column(name)
        }
        step = cls(stage=stage, reads=reads, columns=columns)
        check_alone(step, Columns({name: given.column(name) for name in reads}))
        step.pack()  # settings that do not go into JSON are refused now
        return step

    def sources(self, names: Iterable[str]) -> set[str]:
        """What it looks at, where one of these is its own; all columns that it leaves alone."""
        names = set(names)
        own = names & self.columns.keys()
        return (names - own) | set(self.reads if own else ())

    def rows(self, columns: Columns) -> Columns:
        """The columns with those of its own."""
        if not set(self.reads) <= set(columns.names):
            return columns
        new = handed_to(self.stage, Columns({name: columns.column(name) for name in self.reads}))
        cells = {name: new.column(name) for name in self.columns}
        return columns.replace(
            {n: canonical_column(c, self.columns[n], on_bad="missing")[0] for n, c in cells.items()}
        )

    def made_of(self) -> Mapping[str, str]:
        """The stage."""
        return dict.fromkeys(self.columns, type(self.stage).__name__)

    def pack(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """Its name and settings; the class is the user's to hand over.

        Raises:
            RecipeError: if a setting does not go into JSON.
        """
        from fivefold.core.recipe import write_recipe

        (told,) = json.loads(write_recipe([self.stage]))["stages"]
        return {
            "class": type(self.stage).__qualname__,
            "written": written_in(self.stage),
            "settings": told.get("with", {}),
            "reads": list(self.reads),
            "columns": pack_columns(self.columns),
        }, {}

    @classmethod
    def unpack(cls, values: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        """The step that `pack` took apart.

        Raises:
            ConfigError: if the class was not handed over; it carries `noun`, `name` and `written`.
        """
        name = values["class"]
        if name not in _CLASSES:
            raise ConfigError(
                f"Stage: expected the class {name}, found that it was not handed over.",
                remedy=f"Write load(path, stages=[{name.rpartition('.')[2]}]).",
                noun="stage",
                name=name,
                written=values["written"],
            )
        return cls(
            stage=_CLASSES[name].from_settings(json.dumps(values["settings"])),
            reads=tuple(values["reads"]),
            columns=unpack_columns(values["columns"]),
        )


class Watched(Columns):
    """Columns that note which of them are looked at."""

    def __init__(self, columns: Mapping[str, Array]) -> None:
        super().__init__(columns)
        self.seen: dict[str, None] = {}

    def column(self, name: str) -> Array:
        """All values of one column."""
        values = super().column(name)
        self.seen[name] = None
        return values

    def _part(self, columns: Mapping[str, Array]) -> Columns:
        self.seen |= dict.fromkeys(self.names)
        return super()._part(columns)


def handed_to(stage: Any, table: Columns) -> Table:
    """What a stage gives of a table.

    Raises:
        DataError: if it is no table of as many rows.
    """
    new: Table = stage.rows(table)
    name, rows = type(stage).__name__, len(table)
    if not (hasattr(new, "names") and hasattr(new, "column")):
        found = type(new).__name__
    elif len(new) != rows:
        found = f"{len(new):,} rows"
    else:
        return new
    raise DataError(
        f"{name}.rows: expected a table of the {rows:,} rows it was given, found {found}.",
        remedy="Give table.replace({...}).",
        stage=name,
    )


def check_alone(step: Step, columns: Columns) -> None:
    """Refuse a step of which a row gives something else alone than among others.

    Args:
        step: to be tried.
        columns: canonical, those that it reads.

    Raises:
        DataError: naming row and column.
    """
    last, some = max(len(columns) - 1, 0), min(len(columns), AMONG)
    others = np.unique(np.linspace(0, last, some).astype(int))
    places = np.arange(0, some, max(some // ROWS, 1))
    among, rows = step.rows(columns.take(others)).take(places), others[places]
    backward = step.rows(columns.take(rows[::-1])).take(np.arange(len(rows))[::-1])
    single = [step.rows(columns.take(rows[place : place + 1])) for place in range(len(rows))]
    for name, (place, row) in product(among.names, enumerate(rows.tolist())):
        wanted = among.column(name)[place]
        for found in (single[place].column(name)[0], backward.column(name)[place]):
            if not _equal(found, wanted):
                who = type(getattr(step, "stage", step)).__name__
                raise DataError(
                    f"{who}, `{name}`: expected row {row:,} to give alone what it gives among "
                    f"others, {shown(wanted)}, found {shown(found)}.",
                    remedy="Make it of the row itself; what is fitted on training rows stands in "
                    "ff.Derive: group_mean(x, town), for one.",
                    column=name,
                    row=row,
                )


def _equal(one: Any, other: Any) -> bool:
    """Whether two cells are equal but for rounding."""
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    if isinstance(one, float):
        return bool(np.isclose(one, other, rtol=1e-9, atol=1e-12, equal_nan=True))
    return bool(one == other or (one != one and other != other))


def _column(name: str, cells: Array, schema: Schema, said: str | None) -> Column:
    """What a column is that a stage gives; texts that meant missing are taken as such already."""
    old = schema.by_name.get(name, Column(name=name, kind=said or ""))
    if not said:
        dtype = np.asarray(cells).dtype.kind
        if old.kind and (dtype in "OUS") == (kind_of(old.kind).dtype == "O"):
            said = old.kind
        else:
            sources: dict[str, SourceType] = {"b": "truth", "M": "moment"}
            sources |= dict.fromkeys("fiu", "number")
            kind = of_type(sources.get(dtype, "levels"))
            assert kind is not None
            said = kind.name
    return replace(old, kind=said, missing=(), format="")
