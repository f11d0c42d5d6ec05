"""Sources that are joined to the rows: read, told what they are, and looked at."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Columns
from fivefold.collect.apart import Joins, named, of_source
from fivefold.collect.join import Join
from fivefold.collect.joinedroles import role_columns, with_roles
from fivefold.collect.matched import key_aside, matched
from fivefold.collect.provenance import provenance
from fivefold.collect.roles import set_aside
from fivefold.collect.tabulate import Tabulated, tabulate
from fivefold.collect.wishes import Wishes
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import literal, quoted
from fivefold.errors import DataError
from fivefold.kinds.known import labels, number_kind
from fivefold.reading.columnnames import absent_column
from fivefold.reading.names import FROM
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw
from fivefold.reading.source import describe, read
from fivefold.travel.lookup import Lookup
from fivefold.travel.rollup import COUNT, LAST, NUMBERS, ROW, SINCE

USUAL = ("mean", "max", LAST)
"""What is made of numbers where nothing is said of them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Joined:
    """A source that was joined."""

    step: Lookup
    findings: tuple[Finding, ...]
    record: Mapping[str, Any]  # where it came from, and how it was joined


def join_source(
    name: str,
    source: Any,
    how: Join,
    *,
    rows: Collected,
    wishes: Wishes,
    joins: Collection[str],
) -> Joined:
    """Read a source, infer what its columns are, and join it.

    Args:
        name: of the source.
        source: of any form.
        how: it is joined.
        rows: to which it is joined, with what was joined before.
        wishes: what the user says; of its columns by their new names, `customers_age`.
        joins: the names of all that are joined.

    Raises:
        DataError: if it cannot be joined as asked.
    """
    raw = _renamed(read(source, Reading()), name)
    columns, targets = rows.schema.by_name, rows.schema.targets
    _check_named(name, raw, how, columns, targets)
    on = tuple((mine, f"{name}_{theirs}") for mine, theirs in how.keys_on)
    time = None if how.pair is None else (how.pair[0], f"{name}_{how.pair[1]}")
    said = of_source(wishes, name, joins, columns)
    roles = role_columns(said, raw.columns)
    keys = {theirs: labels().name for _, theirs in on} | {n: k for n, k in roles.items() if k}
    table = tabulate(
        raw,
        targets=(),
        kinds={**keys, **said.kinds},
        missing=said.missing,
        on_bad=said.on_bad_value,
        notations=said.notations,
    )
    dated = None if time is None else _check_times(name, time, rows, table)
    asked = {f"{name}_{column}" for column in how.functions}
    used = {*(theirs for _, theirs in on), *(() if time is None else time[1:])}
    for one in used:
        table.columns[one] = replace(table.columns[one], role="ignored", reason="joined by it")
    keep = {*said.kinds, *said.notations.kinds, *asked, *roles}
    set_aside(table, keep, np.ones(len(raw), bool))
    taken = _taken(table, used, name, targets)
    _check_asked(name, asked, taken, table)
    made = _made(name, how, taken, table)
    made = {new: what for new, what in made.items() if new not in said.drop}
    made = {new: what for new, what in made.items() if what[1] not in said.drop}
    _check_said(name, said, list(dict.fromkeys([*raw.columns, *made])), list(made))
    _check_new(name, made, columns, table)
    kept = {column for _, column in made.values()}
    step = Lookup.of(
        Columns({one: table.values[one] for one in table.columns if one in {*used, *kept}}),
        source=name,
        on=on,
        time=time,
        delay=None if dated is None else how.length("delay", dated=dated),
        within=None if dated is None else how.length("within", dated=dated),
        made=made,
        columns=with_roles({new: _column(new, what, table) for new, what in made.items()}, said),
        read=tuple(
            replace(column, role="input", reason="")
            for one, column in table.columns.items()
            if one in {*used, *kept}
        ),
    )
    found = matched(step, rows, table)
    record = provenance(
        describe(source),
        raw.files,
        table.values,
        rows=len(raw),
        licence=raw.licence,
        text=raw.text,
    )
    told = {"on": dict(how.keys_on), **({} if how.pair is None else {"time": list(how.pair)})}
    return Joined(step=step, findings=(*table.findings, *found), record={**record, **told})


def keys_aside(table: Tabulated, joins: Joins, keep: Collection[str]) -> None:
    """Mark keys of many values as ignored: a model would know single ones by heart.

    Args:
        table: of the rows, changed in place.
        joins: whose keys these are.
        keep: columns that are said to be of a kind.
    """
    for one in dict.fromkeys(own for _, how in joins.values() for own, _ in how.keys_on):
        column = table.columns.get(one)
        if column is None or column.role != "input" or one in keep:
            continue
        found = key_aside(column, table.values[one])
        if found is not None:
            table.findings.append(found)
            table.columns[one] = replace(column, role="ignored", reason="key")


def _renamed(raw: Raw, name: str) -> Raw:
    """The rows with the name of their source before that of each column."""

    def new(mapping: Mapping[str, Any]) -> dict[str, Any]:
        return {f"{name}_{column}": value for column, value in mapping.items()}

    return raw.replace(
        columns=new(raw.columns),
        types=new(raw.types),
        absent=new(raw.absent),
        named=new(raw.named),
        seconds=new(raw.seconds),
        kept={},
    )


def _check_named(
    name: str, raw: Raw, how: Join, columns: Mapping[str, Column], targets: Sequence[str]
) -> None:
    """Refuse keys and times that are no columns, and a target among them."""
    theirs = [column.removeprefix(f"{name}_") for column in raw.columns]
    rows = "rows, each an origin of steps" if FROM in columns else "rows"
    for (mine, other), what in named(how):
        where = f"join= of {name}, `{what}`"
        if mine not in columns:
            raise absent_column(mine, list(columns), rows, where)
        if other not in theirs:
            raise absent_column(other, theirs, name, where)
        if mine in targets:
            remedy = "Join by a column that is there when rows are to be answered."
            wanted, found = "a key or time that rows to answer have", f"the target `{mine}`"
            raise DataError.expected(where, wanted, found, remedy, column=mine)
    for column in how.functions:
        if column not in theirs:
            raise absent_column(column, theirs, name, f"join= of {name}, `aggregates`")


def _check_times(
    name: str,
    time: tuple[str, str],
    rows: Collected,
    table: Tabulated,
) -> bool:
    """Whether times are dates; they are numbers otherwise.

    Raises:
        DataError: if they are neither, or not the same in both sources.
    """
    own, theirs = rows.table.column(time[0]), table.values[time[1]]
    if own.dtype.kind == theirs.dtype.kind and own.dtype.kind in "Mf":
        return own.dtype.kind == "M"
    kinds = rows.schema[time[0]].kind, table.columns[time[1]].kind
    raise DataError.expected(
        f"join= of {name}, `time`",
        "dates in both sources, or numbers in both",
        f"{kinds[0]} values in `{time[0]}` and {kinds[1]} values in `{time[1]}`",
        f"Write both as dates, or pass kinds= or date_format= of {literal(time[1])}.",
        columns=time,
    )


def _taken(table: Tabulated, used: set[str], name: str, targets: Sequence[str]) -> list[str]:
    """The columns that can be joined; the target's name and cells that are files are left out."""
    taken = []
    for one, column in table.columns.items():
        if one in used or column.role != "input":
            continue
        plain = one.removeprefix(f"{name}_")
        values = table.values[one]
        words = values.dtype == object and all(type(c) in (str, type(None)) for c in values)
        if plain in targets:
            sentence = (
                f"`{plain}` of {name} is called as the target, so it is not joined. Rename it "
                "there if it is known when rows are to be answered."
            )
            table.findings.append(finding("target_not_joined", sentence, source=name, column=plain))
        elif values.ndim == 1 and (words or values.dtype.kind in "fM"):
            taken.append(one)
        else:
            sentence = f"`{plain}` of {name} holds {column.kind} values, which are not joined."
            table.findings.append(finding("not_joined", sentence, source=name, column=plain))
    return taken


def _check_asked(name: str, asked: set[str], taken: Sequence[str], table: Tabulated) -> None:
    """Refuse aggregates of columns that are not joined."""
    for one in sorted(asked - set(taken)):
        plain = one.removeprefix(f"{name}_")
        raise DataError.expected(
            f"join= of {name}, `aggregates`",
            f"columns that are joined, {quoted([o.removeprefix(f'{name}_') for o in taken])}",
            f"`{plain}`, which is left out: {table.columns[one].reason or 'see its finding'}",
            "Name others, or give a copy of that column another name.",
            column=plain,
        )


def _made(
    name: str, how: Join, taken: Sequence[str], table: Tabulated
) -> dict[str, tuple[str, str]]:
    """The new columns: function and column of the source by name."""
    if how.aggregates is False:
        return {one: (ROW, one) for one in taken}
    made = {f"{name}_{COUNT}": (COUNT, "")}
    if how.pair is not None:
        dated = table.values[f"{name}_{how.pair[1]}"].dtype.kind == "M"
        made[f"{name}_{'days_' * dated}{SINCE}"] = (SINCE, "")
    asked = {f"{name}_{column}": functions for column, functions in how.functions.items()}
    for one in taken:
        numbers = table.values[one].dtype.kind == "f"
        if how.aggregates is not True and one not in asked:
            continue
        for function in asked.get(one, USUAL if numbers else (LAST,)):
            if function in NUMBERS and not numbers:
                plain, kind = one.removeprefix(f"{name}_"), table.columns[one].kind
                where, remedy = f"join= of {name}, {function} of `{plain}`", f"Write {LAST!r}."
                raise DataError.expected(where, "numbers", f"{kind} values", remedy, column=plain)
            made[f"{one}_{function}"] = (function, one)
    return made


def _column(new: str, what: tuple[str, str], table: Tabulated) -> Column:
    function, column = what
    if function in (ROW, LAST):
        return replace(table.columns[column], name=new)
    return Column(name=new, kind=number_kind())


def _check_new(
    name: str, made: Mapping[str, Any], columns: Mapping[str, Column], table: Tabulated
) -> None:
    if clashes := [new for new in (name, *made) if new in columns]:
        where, remedy = f"join= of {name}", f"Give the source another name than {literal(name)}."
        found = f"{quoted(clashes)} in the rows already"
        wanted = f"no column `{name}` and none that is to begin with `{name}_`"
        raise DataError.expected(where, wanted, found, remedy, columns=tuple(clashes))
    if not made:
        reasons = ", ".join(f"`{c.name}` {c.reason}" for c in table.columns.values() if c.reason)
        remedy = "Drop fewer of its columns, pass kinds= to keep one, or leave the source out."
        evidence = f"Left out: {reasons}."
        wanted = "columns to join"
        raise DataError.expected(f"join= of {name}", wanted, "none", remedy, evidence=evidence)


def _check_said(name: str, said: Wishes, names: Sequence[str], made: Sequence[str]) -> None:
    for role, one in said.roles.items():
        if one not in made:
            raise absent_column(one, made, name, f"{role}=")
    by_column = said.missing if isinstance(said.missing, Mapping) else {}
    for setting, columns in (("drop", said.drop), ("kinds", said.kinds), ("missing", by_column)):
        for one in columns:
            if one not in names:
                raise absent_column(one, names, name, f"{setting}=")
    for setting, one in said.notations.named():
        if one not in names:
            raise absent_column(one, names, name, f"{setting}=")
