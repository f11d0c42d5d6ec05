"""Rows and the tree of a formula to a column."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from fivefold.codecs.coded import missing_rows, objects
from fivefold.codecs.table import Array
from fivefold.core.wording import nearest
from fivefold.errors import DataError
from fivefold.kinds.kind import EMPTY
from fivefold.travel.aggregates import AGGREGATES, COUNTS, Groups, words_of
from fivefold.travel.expression import Call, Literal, Name, Node
from fivefold.travel.fault import FormulaError
from fivefold.travel.functions import (
    DTYPES,
    FUNCTIONS,
    MISSING,
    MOMENT,
    NUMBER,
    TEXT,
    TRUTH,
    function_of,
)

LOOKUP = "lookup"
LOOKUPS = {
    'lookup(x: any, "table") -> any': "what stands for x in the table; missing where nothing does",
    'lookup(x: any, "table", other: any) -> any': "the other where nothing stands for x",
}
KNOWN = (*FUNCTIONS, LOOKUP, *AGGREGATES, *COUNTS)
"""The names of all functions and operators."""

Cell = float | bool | str | None


class Column(NamedTuple):
    """Cells of one type."""

    type: str
    cells: Array


@dataclass(frozen=True, eq=False)
class Scope:
    """What a formula may read.

    Attributes:
        columns: by name, those at least that the formula reads.
        rows: how many each has.
        tables: for look-ups, by name.
        groups: what was fitted of each call by its place; filled where `fits`.
        fits: whether these are the training rows, and groups are to be fitted on them.
    """

    columns: Mapping[str, Column]
    rows: int
    tables: Mapping[str, Mapping[str, Cell]]
    groups: dict[int, Groups] = field(default_factory=dict)
    fits: bool = False


def compute(node: Node, scope: Scope) -> Column:
    """The column that a formula makes of rows, each by itself.

    Raises:
        FormulaError: if types do not go together.

    Example:
        >>> from fivefold.travel.expression import parse
        >>> rows = {"w": Column(NUMBER, np.array([1.0, np.nan]))}
        >>> compute(parse("w * 2 > 1"), Scope(rows, 2, {})).cells.tolist()
        [1.0, nan]
    """
    if isinstance(node, Literal):
        return constant(node.value, scope.rows)
    if isinstance(node, Name):
        return scope.columns[node.name]
    if node.function == LOOKUP:
        return _lookup(node, scope)
    if node.function in AGGREGATES or node.function in COUNTS:
        return _group(node, scope)
    return _called(node, [compute(argument, scope) for argument in node.arguments], scope.rows)


def constant(value: Cell, rows: int) -> Column:
    """The same cell in every row."""
    if isinstance(value, str):
        return Column(TEXT, np.full(rows, value, object))
    if value is None:
        return Column(MISSING, np.full(rows, np.nan))
    return Column(TRUTH if isinstance(value, bool) else NUMBER, np.full(rows, float(value)))


def check_function(node: Call) -> None:
    """Refuse a function that there is not.

    Raises:
        FormulaError: with the one that is likely meant.
    """
    if node.function not in KNOWN:
        near = nearest(node.function, [name for name in KNOWN if name.isidentifier()])
        remedy = f"Write {near}." if near else "See docs/derive.md for all functions."
        raise FormulaError(node.at, "a function", f"`{node.function}`", remedy)


def _called(node: Call, given: list[Column], rows: int) -> Column:
    found = function_of(node.function, tuple(column.type for column in given))
    if found is None:
        raise _misfit(node, given)
    function, (*types, gives) = found
    arrays = [_typed(column, said).cells for column, said in zip(given, types, strict=True)]
    absent = np.zeros(rows, bool)
    if function.how != "whole":
        for cells in arrays:
            absent |= missing_rows(cells)
    with np.errstate(all="ignore"):
        if absent.any():
            present = np.flatnonzero(~absent)
            cells = _empty(gives, rows)
            cells[present] = function.column(*(array[present] for array in arrays))
        else:
            cells = np.asarray(function.column(*arrays))
    if gives == NUMBER and not np.isfinite(cells).all():
        cells = np.where(np.isfinite(cells), cells, np.nan)
    return Column(gives, cells)


def _typed(column: Column, wanted: str) -> Column:
    """The literal `missing` as what is wanted in its place."""
    if column.type != MISSING or wanted == MISSING:
        return column
    return Column(wanted, _empty(wanted, len(column.cells)))


def _empty(said: str, rows: int) -> Array:
    return np.full(rows, EMPTY[DTYPES[said]], DTYPES[said])


def _misfit(node: Call, given: list[Column]) -> FormulaError:
    ways = [function.signature for function in FUNCTIONS[node.function]]
    types = ", ".join(column.type for column in given) or "nothing"
    remedy = ""
    if node.function in ("and", "or", "not", "where"):
        remedy = "Compare a number to make a truth value: x != 0."
    elif TRUTH in [column.type for column in given] and any(NUMBER in way for way in ways):
        remedy = "Write number(x) to count a truth value as 1 or 0."
    elif any(NUMBER in way for way in ways) and TEXT in [column.type for column in given]:
        remedy = "Write number(x) to read a number from a text."
    return FormulaError(node.at, " or ".join(ways), f"`{node.function}` of {types}", remedy)


def _lookup(node: Call, scope: Scope) -> Column:
    wanted = f'{LOOKUP}(x, "table"[, default])'
    if len(node.arguments) not in (2, 3):
        raise FormulaError(node.at, wanted, f"{len(node.arguments)} arguments")
    asked = node.arguments[1]
    name = asked.value if isinstance(asked, Literal) else None
    if not isinstance(name, str) or name not in scope.tables:
        known = ", ".join(map(repr, scope.tables)) or "none"
        remedy = 'Pass tables={"table": {...}} to Derive.'
        found = repr(name) if isinstance(name, str) else "something else"
        raise FormulaError(asked.at, f"a table of {known}", found, remedy)
    given = compute(node.arguments[0], scope)
    if given.type == MOMENT:
        raise FormulaError(node.at, "a text, a number or a truth value to look up", MOMENT)
    table = scope.tables[name]
    said = next(constant(cell, 0).type for cell in table.values() if cell is not None)
    names = _names(given)
    values = [table.get(one) if one is not None else None for one in names]
    cells = objects(values) if said == TEXT else np.array(values, np.float64)
    if len(node.arguments) == 2:
        return Column(said, cells)
    default = _typed(compute(node.arguments[2], scope), said)
    if default.type != said:
        raise FormulaError(node.arguments[2].at, f"a {said} as in the table", default.type)
    unknown = np.array([one is not None and one not in table for one in names], bool)
    return Column(said, np.where(unknown, default.cells, cells))


def _names(column: Column) -> list[str | None]:
    """Cells as they stand in a table of the user's."""
    if column.type != TRUTH:
        return words_of(column.cells)
    return [None if np.isnan(v) else str(bool(v)) for v in column.cells.tolist()]


def _group(node: Call, scope: Scope) -> Column:
    counts = node.function in COUNTS
    if len(node.arguments) != 2 - counts:
        wanted = f"{node.function}({'by' if counts else 'x, by'})"
        raise FormulaError(node.at, wanted, f"{len(node.arguments)} arguments")
    *values, by = (compute(argument, scope) for argument in node.arguments)
    if by.type not in (TEXT, TRUTH, NUMBER):
        raise FormulaError(node.at, "a text, a truth value or a number to group by", by.type)
    if values and values[0].type not in (NUMBER, TRUTH):
        raise FormulaError(node.at, "numbers to put together", values[0].type)
    if scope.fits:
        cells = values[0].cells if values else None
        try:
            scope.groups[node.at] = Groups.fit(node.function, cells, by.cells)
        except DataError:
            wanted, remedy = "whole numbers to group by", "Write floor(x / 10), say."
            raise FormulaError(node.at, wanted, "fractions", remedy) from None
    return Column(NUMBER, scope.groups[node.at].of(by.cells))
