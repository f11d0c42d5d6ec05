"""Columns made of others by formulas: what Derive fits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np

from fivefold.codecs.cell import word
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Array, Columns, Table
from fivefold.core.wording import nearest
from fivefold.errors import ConfigError
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.codec import cells_of
from fivefold.kinds.known import kind_of, of_type
from fivefold.kinds.recognition import SourceType
from fivefold.travel.aggregates import Groups
from fivefold.travel.compute import Cell, Scope, check_function, compute, constant
from fivefold.travel.compute import Column as Computed
from fivefold.travel.expression import Call, Name, Node, names_of, parse, parts
from fivefold.travel.fault import FormulaError
from fivefold.travel.functions import DTYPES, MISSING, MOMENT, NUMBER, TEXT, TRUTH
from fivefold.travel.step import Step, pack_columns, unpack_columns

Tables = Mapping[str, Mapping[str, Cell]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Formulas(Step):
    """Formulas in order, each may read the columns of those before it.

    Attributes:
        formulas: by the name of the column that each makes.
        tables: for look-ups, by name; their keys are words.
        columns: what each makes, as the schema has it.
        types: of the columns that are read before any formula has made them.
        groups: what was fitted, by name and place of the call.
    """

    name = "derive"

    formulas: Mapping[str, str]
    tables: Tables = field(default_factory=dict)
    columns: Mapping[str, Column]
    types: Mapping[str, str]
    groups: Mapping[str, dict[int, Groups]]

    @classmethod
    def fit(
        cls,
        formulas: Mapping[str, str],
        table: Table,
        schema: Schema,
        *,
        tables: Tables | None = None,
        kinds: Mapping[str, str] | None = None,
    ) -> Self:
        """Check the formulas against the columns that there are, and fit their groups.

        Args:
            formulas: by the name of the column that each makes.
            table: the training rows.
            schema: their columns.
            tables: for look-ups, by name.
            kinds: of the new columns, where they do not follow from their types.

        Raises:
            ConfigError: naming the formula, with the place.
            DataError: if a cell is none of the kind that its column is said to be.
        """
        tables = {name: table_of(name, entries) for name, entries in (tables or {}).items()}
        columns, types, groups = dict[str, Column](), dict[str, str](), {}
        known: dict[str, Computed] = {}
        for name, text in formulas.items():
            tree, groups[name] = tree_of(name, text), dict[int, Groups]()
            try:
                _check_made(name, schema)
                for part in parts(tree):
                    if isinstance(part, Name) and part.name not in known:
                        known[part.name] = _read(part, table, schema)
                        types[part.name] = known[part.name].type
                found = compute(tree, Scope(known, len(table), tables, groups[name], fits=True))
                if found.type == MISSING:
                    raise FormulaError(tree.at, "a column", "what is always missing")
            except FormulaError as fault:
                raise fault.of(name, text) from None
            kind = (kinds or {}).get(name) or _kind_made(found.type)
            columns[name] = Column(name=name, kind=kind)
            cells = canonical_column(found.cells, columns[name])[0]
            known[name] = Computed(type_of(kind), cells)
        return cls(
            formulas=dict(formulas), tables=tables, columns=columns, types=types, groups=groups
        )

    @cached_property
    def trees(self) -> dict[str, Node]:
        """The formulas, parsed."""
        return {name: parse(text) for name, text in self.formulas.items()}

    def sources(self, names: Iterable[str]) -> set[str]:
        """The columns that they are made of."""
        needed = set(names)
        for name, tree in reversed(self.trees.items()):
            if name in needed:
                needed.discard(name)
                needed |= names_of(tree)
        return needed

    def rows(self, columns: Columns) -> Columns:
        """The columns with those that can be made of them."""
        known = {
            name: Computed(said, columns.column(name))
            for name, said in self.types.items()
            if name in columns.names
        }
        made = {}
        for name, tree in self.trees.items():
            if names_of(tree) <= known.keys():
                scope = Scope(known, len(columns), self.tables, self.groups[name])
                column, cells = self.columns[name], compute(tree, scope).cells
                made[name] = canonical_column(cells, column, on_bad="missing")[0]
                known[name] = Computed(type_of(column.kind), made[name])
            else:
                known.pop(name, None)
        return columns.replace(made)

    def made_of(self) -> Mapping[str, str]:
        """The formulas."""
        return self.formulas

    def pack(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """All of it as JSON values."""
        return {
            "formulas": dict(self.formulas),
            "tables": {name: dict(table) for name, table in self.tables.items()},
            "columns": pack_columns(self.columns),
            "types": dict(self.types),
            "groups": {
                name: {str(at): one.to_json() for at, one in calls.items()}
                for name, calls in self.groups.items()
                if calls
            },
        }, {}

    @classmethod
    def unpack(cls, values: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        """The formulas that `pack` took apart."""
        return cls(
            formulas=values["formulas"],
            tables=values["tables"],
            columns=unpack_columns(values["columns"]),
            types=values["types"],
            groups={
                name: {
                    int(at): Groups.from_json(one)
                    for at, one in values["groups"].get(name, {}).items()
                }
                for name in values["formulas"]
            },
        )


def tree_of(name: str, text: str) -> Node:
    """A formula, parsed, its functions known.

    Raises:
        ConfigError: naming the formula, with the place.
    """
    try:
        tree = parse(text)
        for part in parts(tree):
            if isinstance(part, Call):
                check_function(part)
    except FormulaError as fault:
        raise fault.of(name, text) from None
    return tree


def table_of(name: str, entries: Mapping[str, Cell]) -> dict[str, Cell]:
    """A table for look-ups, its keys as categories are written.

    Raises:
        ConfigError: if its values are not of one type.
    """
    types = {constant(value, 0).type for value in entries.values()} - {MISSING}
    if any(value != value or value in (np.inf, -np.inf) for value in entries.values()):
        types.add("numbers that are not finite")
    if len(types) != 1:
        found = ", ".join(sorted(types)) or "none"
        raise ConfigError(
            f"Derive, table {name!r}: expected values of one type, found {found}.",
            remedy="Give numbers, texts or truth values, None where one is missing.",
            table=name,
        )
    return {word(key): value for key, value in entries.items()}


def type_of(kind: str) -> str:
    """The type that cells of a kind have in formulas; empty if they have none."""
    of = kind_of(kind)
    if "truth" in of.sources:
        return TRUTH
    return {DTYPES[said]: said for said in (NUMBER, MOMENT, TEXT)}.get(of.dtype, "")


def _kind_made(said: str) -> str:
    """The name of the kind that a column of this type is of, where nothing else is said."""
    sources: dict[str, SourceType] = {NUMBER: "number", TRUTH: "truth", MOMENT: "moment"}
    kind = of_type(sources.get(said, "levels"))
    assert kind is not None, said
    return kind.name


def _check_made(name: str, schema: Schema) -> None:
    """Refuse a name that another role needs."""
    role = schema.by_name[name].role if name in schema.by_name else "input"
    if not name or role not in ("input", "ignored"):
        found = f"`{name}`, the {role} column" if name else "an empty one"
        raise FormulaError(0, "a name for the new column", found, "Choose another name.")


def _read(part: Name, table: Table, schema: Schema) -> Computed:
    """A column of the table."""
    name = part.name
    if name not in schema.by_name:
        near = nearest(name, [column.name for column in schema.columns])
        columns = ", ".join(column.name for column in schema.columns[:20])
        remedy = f"Write {near}." if near else f"Columns: {columns}."
        raise FormulaError(part.at, "a column", f"`{name}`", remedy)
    column = schema[name]
    if column.role == "target":
        remedy = "Leave it out: the answer is not there when rows are predicted."
        raise FormulaError(part.at, "a column to predict from", f"the target `{name}`", remedy)
    said = type_of(column.kind)
    cells = cells_of(table, column).values if said else np.empty(0)
    texts = said != TEXT or all(type(cell) in (str, type(None)) for cell in cells.tolist())
    if not said or not texts:
        wanted = "numbers, truth values, dates or texts"
        raise FormulaError(part.at, wanted, f"`{name}`, which is {column.kind}")
    return Computed(said, cells)
