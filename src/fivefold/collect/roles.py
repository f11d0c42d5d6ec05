"""Columns that a model should not read: empty, constant, repeated, or mere row labels."""

import re
from collections.abc import Collection
from dataclasses import replace
from hashlib import blake2b
from typing import NamedTuple

import numpy as np

from fivefold.codecs.cell import word
from fivefold.codecs.coded import coded_of
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.collect.tabulate import Tabulated
from fivefold.core.finding import Finding, Severity
from fivefold.core.wording import literal
from fivefold.keys import missing_rows

_ID_NAME = re.compile(
    r"(?:^|[_\s.\-])(?i:id|uuid|guid|index|idx|row|rowid|rownum|nr|key)$|[a-z](?:ID|Id)$"
)


class Verdict(NamedTuple):
    """Why a column is left out."""

    reason: str
    code: str
    severity: Severity
    sentence: str


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
        if column.role != "input" or column.kind == "image":
            continue
        values = table.values[name]
        verdict = judge(column, values, usable)
        if verdict is not None and verdict.code == "id_column" and name in numbers:
            verdict = None  # measurements with strays differ as well
        if verdict is None:
            wide = table.wide.get(name)
            same = values if wide is None or column.kind != "numeric" else wide.values
            first = seen.setdefault(_fingerprint(same), name)
            if first != name:
                verdict = Verdict(
                    *(f"the same as {first}", "duplicate_column", "note"),
                    f"Column `{name}` is the same as `{first}` in every row; left out.",
                )
        if verdict is None or name in keep:
            continue
        table.columns[name] = replace(column, role="ignored", reason=verdict.reason)
        table.findings.append(
            Finding(
                code=verdict.code,
                severity=verdict.severity,
                sentence=verdict.sentence,
                numbers={"column": name},
                stage="Collect",
            )
        )


def judge(column: Column, values: Array, usable: Array) -> Verdict | None:
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
        return Verdict("no values", "empty_column", "warning", sentence)
    here = _different(values, present)
    if count == usable.sum() and bool((here == here[0]).all()):
        sentence = f"Column `{name}` is {_shown(here[0])} in every row; left out."
        return Verdict("constant", "constant", "note", sentence)
    hint = f'Pass kinds={{{literal(name)}: "{column.kind}"}} to keep it.'
    if column.kind == "numeric" and is_row_number(name, here):
        sentence = f"Column `{name}` numbers the rows; left out. {hint}"
        return Verdict("row number", "row_number", "note", sentence)
    if column.kind == "categorical":
        enough = 10 if _ID_NAME.search(name) else 50
        if len(here) >= max(0.9 * count, enough):
            sentence = (
                f"Column `{name}` has {len(here):,} different values in {count:,} rows, as an id "
                f"has; left out. {hint}"
            )
            return Verdict("id", "id_column", "warning", sentence)
    return None


def _different(values: Array, rows: Array) -> Array:
    """The cells of these rows, of equal texts one."""
    if values.dtype != object:
        return values[rows]
    coded = coded_of(values)
    return coded.values[np.bincount(coded.codes[rows], minlength=len(coded.values)) > 0]


def is_row_number(name: str, values: Array) -> bool:
    """Whether whole numbers only count or label the rows.

    They do if they go up by one from row to row (a second file may begin anew), if they are a
    shuffled count, or if all differ and the name is that of an id.

    Example:
        >>> is_row_number("instant", np.arange(1.0, 31.0)), is_row_number("age", np.ones(30))
        (True, False)
    """
    if len(values) < 20 or not np.all(values == np.rint(values)):
        return False
    steps = np.diff(values)
    if (steps != 1).sum() <= 1:
        return True
    if len(np.unique(values)) < len(values):
        return False
    counted = values.max() - values.min() + 1 == len(values)
    return bool(counted) or bool(_ID_NAME.search(name))


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
