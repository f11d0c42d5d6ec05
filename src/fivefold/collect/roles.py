"""What columns are used for, and which a model should not read: empty, repeated, row labels."""

from collections.abc import Collection
from dataclasses import replace
from hashlib import blake2b
from typing import NamedTuple

import numpy as np

from fivefold.codecs.cell import word
from fivefold.codecs.coded import coded_of
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.collect.amounts import EXPOSURE, WEIGHT, give_amount
from fivefold.collect.horizon import give_ends
from fivefold.collect.tabulate import DROPPED, Tabulated
from fivefold.collect.wishes import Wishes
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import literal
from fivefold.errors import DataError
from fivefold.keys import is_countable, missing_rows
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.known import kind_of, labels, of_type
from fivefold.reading.raw import Raw


class Aside(NamedTuple):
    """Why a column is left out; or, without a reason, what is told of one that stays."""

    reason: str
    finding: Finding


def set_aside(table: Tabulated, keep: Collection[str], usable: Array) -> None:
    """Mark the columns that a model should not read as ignored, each with a finding.

    Args:
        table: changed in place.
        keep: names that were asked for, which are left as they are.
        usable: `(n,)` bool, rows that count.
    """
    seen: dict[bytes, str] = {}
    numbers = {f.numbers["column"] for f in table.findings if f.code == "number_like"}
    for name, column in list(table.columns.items()):
        values = table.values[name]
        if column.role != "input" or not is_countable(values):
            continue
        verdict = judge(column, values, usable)
        if verdict is not None and verdict.finding.code == "id_column" and name in numbers:
            verdict = None  # measurements with strays differ as well
        if verdict is None or not verdict.reason:
            wide = table.wide.get(name)
            same = values if wide is None or values.dtype == object else wide.values
            first = seen.setdefault(_fingerprint(same), name)
            if first != name:
                sentence = f"Column `{name}` is the same as `{first}` in every row; left out."
                found = finding("duplicate_column", sentence, column=name)
                verdict = Aside(f"the same as {first}", found)
        if verdict is None or name in keep:
            continue
        if verdict.reason:
            table.columns[name] = replace(column, role="ignored", reason=verdict.reason)
        table.findings.append(verdict.finding)


def judge(column: Column, values: Array, usable: Array) -> Aside | None:
    """Why a column should be left out on its own account, or None.

    Args:
        column: its name and kind.
        values: `(n,)` canonical.
        usable: `(n,)` bool, rows that count.
    """
    name = column.name
    present = usable & ~missing_rows(values)
    count = int(present.sum())
    if not count:
        sentence = f"Column `{name}` has no value in any row; left out."
        return Aside("no values", finding("empty_column", sentence, column=name))
    here = _different(values, present)
    if count == usable.sum() and bool((here == here[0]).all()):
        sentence = f"Column `{name}` is {_shown(here[0])} in every row; left out."
        return Aside("constant", finding("constant", sentence, column=name))
    dull = kind_of(column.kind).dull(name, here, count)
    if dull is None:
        return None
    keep = f'left out. Pass kinds={{{literal(name)}: "{column.kind}"}} to keep it.'
    drop = (
        f"it is read as {kind_of(column.kind).plural}. Pass drop=({literal(name)},) if it is one."
    )
    sentence = f"Column `{name}` {dull.predicate}; {keep if dull.left_out else drop}"
    found = Finding(  # of a code that a kind of the user's may have
        code=dull.code,
        severity=dull.severity,
        sentence=sentence,
        numbers={"column": name},
        stage="Collect",
    )
    return Aside(dull.reason if dull.left_out else "", found)


def _different(values: Array, rows: Array) -> Array:
    """The cells of these rows, of equal texts one."""
    if values.dtype != object:
        return values[rows]
    coded = coded_of(values)
    return coded.values[np.bincount(coded.codes[rows], minlength=len(coded.values)) > 0]


def _shown(value: object) -> str:
    if isinstance(value, np.datetime64):
        return word(value)
    return f"{value:g}" if isinstance(value, float) else repr(value)


def _fingerprint(values: Array) -> bytes:
    """Equal for columns that are equal in every row, missing cells among them."""
    digest = blake2b(values.dtype.kind.encode(), digest_size=16)
    if values.dtype == object:
        coded = coded_of(values)
        digest.update(coded.codes.tobytes())
        digest.update(repr(coded.values.tolist()).encode())
    else:
        digest.update(values.tobytes())
    return digest.digest()


def give_roles(table: Tabulated, wishes: Wishes, raw: Raw, usable: Array) -> None:
    """Mark what the user says of columns: left out, a group, a time, an amount.

    Raises:
        DataError: if one cannot be what it is said to be.
    """
    for name in wishes.drop:
        table.columns[name] = replace(table.columns[name], role="ignored", reason=DROPPED)
    if wishes.group is not None:
        _give_group(table, wishes.group, raw.name)
    if wishes.time is not None:
        column = table.columns[wishes.time]
        numbers = of_type("number")
        if wishes.time in table.wide and numbers is not None:
            column = replace(column, kind=numbers.name)
            table.values[wishes.time] = table.wide[wishes.time].shifted()
        if not kind_of(column.kind).ordered:
            raise DataError(
                f"{raw.name}, column `{column.name}`: expected dates or numbers for time=, found "
                f"{column.kind} values.",
                remedy="Name a column of dates, or write its dates as 2024-01-31.",
                column=column.name,
            )
        table.columns[wishes.time] = replace(column, role="time")
    give_ends(table, wishes, raw.name)
    for held, amount in ((wishes.weight, WEIGHT), (wishes.exposure, EXPOSURE)):
        if held is not None:
            give_amount(table, held, raw, usable, amount)


def _give_group(table: Tabulated, name: str, source: str) -> None:
    """Groups are compared as they stand, never as floats that are equal where they are not."""
    column = table.columns[name]
    if not is_countable(table.values[name]):
        raise DataError(
            f"{source}, column `{name}`: expected words or numbers for group=, found "
            f"{column.kind} values.",
            remedy="Name a column that says which rows belong together.",
            column=name,
        )
    if name in table.wide and column.kind != labels().name:
        column = replace(column, kind=labels().name)
        table.values[name] = canonical_column(table.wide[name].values, column)[0]
    table.columns[name] = replace(column, role="group")
