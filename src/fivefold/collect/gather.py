"""From a source to a collected table: the whole of Collect as one plain function."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array, Canonical
from fivefold.collect.aligned import aligned
from fivefold.collect.apart import Joins, apart, keys_as_words
from fivefold.collect.glance import glance
from fivefold.collect.joinedroles import check_roles
from fivefold.collect.joinfaults import own_faults
from fivefold.collect.joining import join_source, keys_aside
from fivefold.collect.masked import masked
from fivefold.collect.noticed import noticed
from fivefold.collect.partcolumn import parts_said
from fivefold.collect.provenance import provenance
from fivefold.collect.roles import give_roles, set_aside
from fivefold.collect.tabulate import DROPPED, Tabulated, tabulate, wide_findings
from fivefold.collect.target import (
    settle_targets,
    spelt_targets,
    usable_rows,
    with_orders,
    with_tags,
)
from fivefold.collect.unlabelled import NOT_THERE, with_answer
from fivefold.collect.wishes import Wishes
from fivefold.core.cores import cores
from fivefold.core.finding import Finding
from fivefold.core.wording import literal, plural, quoted
from fivefold.decided import Provenance
from fivefold.errors import DataError
from fivefold.kinds.known import kind_of, labels, number_kind
from fivefold.reading.longtable import learnt
from fivefold.reading.names import FROM, LABELS
from fivefold.reading.options import Reading, Windows
from fivefold.reading.origin import Source, origin_of
from fivefold.reading.raw import Raw, append_test
from fivefold.reading.source import describe, read
from fivefold.reading.windowtable import windows_of
from fivefold.tasks.target import Settled

MANY = 100
"""Files from which on it is told how fast they were decoded."""


def gather(
    source: Any,
    wishes: Wishes,
    *,
    test_source: Any = None,
    reading: Reading | None = None,
    joins: Joins | None = None,
    seed: int = 0,
    needs_inputs: bool = True,
) -> tuple[Collected, list[str]]:
    """Read a source, infer its schema, look for what deserves a remark.

    Args:
        source: of any form that `read` knows.
        wishes: what the user says of the columns.
        test_source: rows to be marked as test rows.
        reading: how files are written.
        joins: sources that are joined to it, each with how, by name.
        seed: of the samples that the findings are made on.
        needs_inputs: whether rows without a column to learn from are refused.

    Returns:
        The collected table, and decisions worth a line each.

    Raises:
        DataError: if the data cannot be used as asked.
        PreflightError: if the source does not exist or its reader is not installed.
    """
    reading, joins = reading or Reading(), joins or {}
    raw = read(source, reading)
    wishes = wishes.named(raw.steps or list(raw.columns), raw.name)
    for fault in own_faults(wishes, reading, joins, raw.columns):
        raise fault
    every, wishes = wishes, apart(wishes, joins, list(raw.columns))
    given, raw = raw.target, with_answer(raw, wishes)
    reading, wishes = _as_long(reading, wishes, raw)
    text, origins = raw.text, [origin_of(source, reading, raw)]
    _refuse_faults(wishes, raw)
    targets = wishes.target_names(list(raw.columns), raw.target, raw.name)
    wishes = with_orders(wishes, raw, targets)
    said = None if test_source is not None or reading.long else parts_said(raw, wishes, targets)
    if said is not None:
        raw = said.divided(raw)
    if test_source is not None:
        test = with_answer(_read_alike(test_source, raw, reading), wishes)
        origins.append(origin_of(test_source, reading, test))
        raw = append_test(raw, test, targets)
    raw, table = _tabulated(raw, targets, wishes, joins)
    usable = usable_rows(table, targets, raw.name, wishes)
    task, settled = None, Settled(values=())
    if targets:
        task, settled = settle_targets(targets, raw, table, usable, wishes)
    if raw.target != given:
        table.columns[raw.target] = replace(table.columns[raw.target], reason=NOT_THERE)
    if settled.unfit is not None:
        usable &= ~settled.unfit
    if said is not None:
        said.set_aside(table)
    _give_roles(table, wishes, joins, raw, usable)
    schema = Schema(
        columns=tuple(table.columns.values()),
        targets=targets,
        task="" if task is None else task.name,
        classes=settled.classes,
        levels=wishes.levels if task is not None and task.ahead else (),
        each=settled.each,
    )
    collected = Collected(
        table=Canonical(table.values, schema.columns),
        schema=schema,
        usable=usable,
        given=raw.given,
        findings=(),
        provenance=provenance(
            describe(source),
            (*raw.files, *(record for origin in origins for record, _ in origin.pictures)),
            table.values,
            rows=len(table),
            licence=raw.licence,
            text=text,
            test_source="" if test_source is None else describe(test_source),
        ),
        source=Source(origins=tuple(origins)),
        decoded={name: len(table) / spent for name, spent in table.seconds.items()},
    )
    collected = _with_joined(collected, joins, every, table)
    if needs_inputs and not collected.schema.inputs:
        raise _nothing_to_learn_from(table, raw.name)
    collected = collected.replace(findings=_found(table, collected, seed))
    return collected, _notes(settled, schema)


def _give_roles(table: Tabulated, wishes: Wishes, joins: Joins, raw: Raw, usable: Array) -> None:
    """Say what each column is used for, and which are left out."""
    give_roles(table, wishes, raw, usable)
    keys_aside(table, joins, wishes.kinds)
    set_aside(table, {*wishes.kinds, *wishes.notations.kinds}, usable)
    table.findings += wide_findings(table.columns, table.wide)


def _tabulated(
    raw: Raw, targets: tuple[str, ...], wishes: Wishes, joins: Joins
) -> tuple[Raw, Tabulated]:
    """The source, lists of labels in it as texts, and its table in canonical values."""
    kinds = masked(raw, targets, wishes) or aligned(raw, targets, wishes)
    raw = raw if kinds else with_tags(raw, targets, wishes)
    # The kind of columns of weights and exposures is not guessed: 0 and 1 are numbers there.
    amounts = (wishes.weight, wishes.exposure)
    weights = {name: number_kind() for name in amounts if name is not None}
    return raw, tabulate(
        raw,
        targets=targets,
        kinds={**keys_as_words(joins, raw.columns), **weights, **kinds, **wishes.kinds},
        missing=wishes.missing,
        on_bad=wishes.on_bad_value,
        notations=wishes.notations,
        labels=wishes.labels(),
        spelt=spelt_targets(raw, targets, wishes),
    )


def _with_joined(collected: Collected, joins: Joins, wishes: Wishes, table: Tabulated) -> Collected:
    """The same rows with what other sources tell of them; what is noticed is told the table."""
    records, own = {}, collected.schema.by_name
    for name, (source, how) in joins.items():
        joined = join_source(name, source, how, rows=collected, wishes=wishes, joins=joins)
        collected = collected.changed_by(joined.step)
        table.findings += joined.findings
        records[name] = joined.record
    if not records:
        return collected
    check_roles(collected, wishes, joins, own)
    told = collected.provenance
    lines = [f"{told.sha256}\n"]
    lines += [f"{record['sha256']}  {name}\n" for name, record in records.items()]
    digest = sha256("".join(lines).encode()).hexdigest()
    whole = Provenance(**{**told, "sha256": digest, "joined": records})
    return collected.replace(provenance=whole)


def _found(table: Tabulated, collected: Collected, seed: int) -> tuple[Finding, ...]:
    """All that is remarkable, the serious first."""
    every = collected.table
    values = {**{name: every.column(name) for name in every.names}, **table.values}
    held = {**values, **_held_apart(table)}
    schema, usable = collected.schema, collected.usable
    return noticed(held, values, schema, usable, collected.given, table.findings, seed=seed)


def _refuse_faults(wishes: Wishes, raw: Raw) -> None:
    faults = wishes.faults(list(raw.columns), raw.name, raw.target)
    if faults and raw.advice and wishes.target in (None, LABELS):
        faults[0].add_note(raw.advice)
    if faults:
        raise faults[0]


def _as_long(reading: Reading, wishes: Wishes, raw: Raw) -> tuple[Reading, Wishes]:
    """Both with what a long table told; the id of its series is nothing to learn from."""
    if reading.long is None:
        return reading, wishes
    if isinstance(reading.long, Windows):
        return _as_windows(reading, wishes, raw)
    long = learnt(reading.long, raw)
    if long.history and wishes.group is None:
        wishes = replace(wishes, group=long.series_id)
    if wishes.group != long.series_id:
        wishes = replace(wishes, drop=(*wishes.drop, long.series_id))
    return replace(reading, long=long), wishes


def _as_windows(reading: Reading, wishes: Wishes, raw: Raw) -> tuple[Reading, Wishes]:
    """Both with what was settled: the targets are the steps ahead, and rows lie in time."""
    windows = windows_of(raw.text)
    assert windows is not None
    targets = (*windows.ahead, *windows.beside)
    there = {name: kind for name, kind in wishes.kinds.items() if name in raw.columns}
    drop = tuple(name for name in wishes.drop if name in raw.columns)
    wishes = replace(wishes, target=targets, time=FROM, kinds=there, drop=drop)
    return replace(reading, long=windows), wishes


def _read_alike(test_source: Any, raw: Raw, reading: Reading) -> Raw:
    """The test rows, with a header exactly where the first source has one, unless it is said.

    Raises:
        DataError: if they have one beyond doubt, and the first source has none.
    """
    if reading.header is not None or not raw.positional:
        return read(test_source, reading)
    rows = read(test_source, replace(reading, header=False))
    try:
        names = glance(test_source, reading) if rows.positional else []
    except DataError:  # cells that are equal, and so no names
        names = []
    if names and names != list(rows.columns):
        raise DataError(
            f"{rows.name}: expected rows from the first line on, as {raw.name} has no header, "
            f"found names there: {quoted(names, 5)}.",
            remedy="Remove that line from the test rows, or pass header=False if it is a row.",
            lines=(1,),
            names=tuple(names),
        )
    return rows


def _held_apart(table: Tabulated) -> dict[str, Array]:
    """Whole numbers as they stand where floats would make them equal, by name."""
    return {
        name: wide.values
        for name, wide in table.wide.items()
        if table.columns[name].role == "input" and table.columns[name].kind != labels().name
    }


def _nothing_to_learn_from(table: Tabulated, source: str) -> DataError:
    ignored = [column for column in table.columns.values() if column.role == "ignored"]
    reasons = "; ".join(f"`{column.name}`: {column.reason}" for column in ignored[:20])
    example = next((c for c in ignored if c.reason in {"id", "row number"}), None)
    gone = [f.sentence for f in table.findings if f.code == "files_not_there"]
    reasons = "; ".join(filter(None, [reasons, *gone]))
    return DataError(
        f"{source}: expected at least one column to learn from, found none besides the target.",
        evidence=f"Left out: {reasons.removesuffix('.')}." if ignored else "",
        remedy=f'Pass kinds={{{literal(example.name)}: "{example.kind}"}} to keep a column.'
        if example
        else "Drop fewer columns."
        if any(column.reason == DROPPED for column in ignored)
        else "Collect more columns.",
        columns=tuple(column.name for column in ignored),
    )


def _notes(settled: Settled, schema: Schema) -> list[str]:
    aside = [c.name for c in schema.columns if c.role == "ignored" and c.reason != DROPPED]
    return [*settled.notes, *([f"Left out: {quoted(aside)}."] if aside else [])]


def decoding(collected: Collected) -> Iterator[str]:
    """How fast cells that are files were decoded, where there are many."""
    rows = len(collected.table)
    for name, rate in collected.decoded.items():
        kind = kind_of(collected.schema[name].kind)
        if rows >= MANY:
            yield (
                f"Decoded {rows:,} {kind.plural} of `{name}` in {rows / rate:.2g} s: "
                f"{rate:,.0f} a second on {plural(cores(), 'core')}."
            )
