"""The target columns of a table, and what they are settled to be."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from fivefold.codecs.coded import Coded
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.codecs.tags import are_lists, as_texts
from fivefold.codecs.transcript import Spelt
from fivefold.collect.null_texts import asked_tokens
from fivefold.collect.tabulate import Tabulated
from fivefold.collect.wishes import Wishes
from fivefold.core.finding import finding
from fivefold.core.wording import literal, plural
from fivefold.errors import DataError
from fivefold.keys import is_countable, missing_rows
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import kind_of, labels, number_kind
from fivefold.reading.raw import Raw
from fivefold.tasks.known import number_task, settle, text_task
from fivefold.tasks.labels import plain_label
from fivefold.tasks.target import Settled, Target, Targets
from fivefold.tasks.task import Task


def settle_targets(
    names: Sequence[str], raw: Raw, table: Tabulated, usable: Array, wishes: Wishes
) -> tuple[Task, Settled]:
    """Say what the targets are, and put them into the table as that."""
    targets = Targets(
        columns=tuple(_target(name, raw, table, wishes) for name in names),
        usable=usable,
        source=raw.name,
        positions=_positions(names, table, wishes),
        sizes=_sizes(names, table, wishes),
        named=wishes.classes,
        asked=wishes.task is not None,
        positive=wishes.positive,
        orders=wishes.orders(names),
        said=wishes.said(names),
        tasks=wishes.tasks,
        normal=wishes.normal,
        number_kind=number_kind(),
        number_task=number_task(),
        text_task=text_task() if _are_spelt(names, table) else "",
    )
    task, settled = settle(targets, wishes.task)
    several = settled.words if isinstance(settled.words, tuple) else (settled.words,) * len(names)
    formats = settled.formats or (settled.format,) * len(names)
    for name, values, words, form in zip(names, settled.values, several, formats, strict=True):
        worded: dict[str, Any] = {"kind": labels().name} if words else {}
        worded |= {"format": form} if words or form else {}
        table.columns[name] = replace(table.columns[name], role="target", **worded)
        table.values[name] = values
    table.findings += settled.findings
    return task, settled


def _are_spelt(names: Sequence[str], table: Tabulated) -> bool:
    """Whether the inputs have a column that can be written down."""
    inputs = (c for name, c in table.columns.items() if name not in names and c.role == "input")
    return any(kind_of(column.kind).block.spells for column in inputs)


def _positions(names: Sequence[str], table: Tabulated, wishes: Wishes) -> Array | None:
    """`(n,)` how many positions the one sequence among the inputs has in each row, if it is one."""
    found = [
        kind_of(table.columns[name].kind).positions(table.values[name], table.columns[name])
        for name in _inputs(names, table, wishes)
    ]
    counts = [each for each in found if each is not None]
    return counts[0] if len(counts) == 1 else None


def _sizes(names: Sequence[str], table: Tabulated, wishes: Wishes) -> Array | None:
    """`(n, 2)` height and width of the one picture among the inputs, if it is one."""
    inputs = _inputs(names, table, wishes)
    planes = [name for name in inputs if kind_of(table.columns[name].kind).block.plane]
    if len(planes) != 1:
        return None
    (name,) = planes
    found = kind_of(table.columns[name].kind).sizes(table.values[name], table.columns[name])
    return np.stack([*found.values()][:2], axis=1)


def _inputs(names: Sequence[str], table: Tabulated, wishes: Wishes) -> list[str]:
    """Columns that will be inputs, as far as that is known."""
    aside = {*names, *wishes.drop, *wishes.roles.values()}
    return [n for n, column in table.columns.items() if n not in aside and column.role == "input"]


def usable_rows(table: Tabulated, targets: Sequence[str], source: str, wishes: Wishes) -> Array:
    """`(n,)` bool: rows that are readable and lack no target; findings count the others."""
    usable = np.ones(len(table), bool)
    usable[sorted(table.unreadable)] = False
    if wishes.task is not None and wishes.task.ahead:  # a row is judged by the steps it has
        usable &= ~np.all([missing_rows(table.values[name]) for name in targets[:-2]], axis=0)
        return usable
    for target in targets:
        usable &= ~_lacking(table, target, source, wishes)
    return usable


def _lacking(table: Tabulated, target: str, source: str, wishes: Wishes) -> Array:
    """`(n,)` bool: rows that lack this target; a finding counts them."""
    values, column = table.values[target], table.columns[target]
    if column.reason:
        raise DataError(
            f"{source}, target `{target}`: expected classes or numbers, found {column.reason}.",
            remedy="Choose another target.",
            column=target,
        )
    lacking = missing_rows(values)
    if lacking.any():
        count, rows = int(lacking.sum()), len(values)
        tokens = _tokens_in(table, target)
        why, remedy = _lost_to_tokens(column, tokens, wishes)
        end = f": {why} {remedy}".rstrip() if why else "."
        sentence = (
            f"{count:,} of {plural(rows, 'row')} "
            f"{'has' if count == 1 else 'have'} no `{target}` and will not be used{end}"
        )
        table.findings.append(
            finding(
                "target_missing", sentence, column=target, count=count, rows=rows, tokens=tokens
            )
        )
    return lacking


def _tokens_in(table: Tabulated, name: str) -> dict[str, int]:
    """How often each text that stands for missing occurs in a column."""
    found = (f.numbers["columns"].get(name) for f in table.findings if f.code == "null_tokens")
    return {token: count for token, count in (next(found, None) or {}).items() if token}


def _lost_to_tokens(column: Column, tokens: dict[str, int], wishes: Wishes) -> tuple[str, str]:
    """What texts make cells missing, and what makes them values again."""
    if not tokens:
        return "", ""
    listed = [f"{token!r} in {plural(count, 'row')}" for token, count in tokens.items()]
    why = f"{' and '.join(listed)} stand{'s' * (len(listed) == 1)} for missing."
    usual = [token for token in tokens if token not in asked_tokens(wishes.missing, column.name)]
    if not usual:
        return why, ""
    out = ", ".join(f"{literal(token)}: False" for token in usual)
    settings = f"missing={{{literal(column.name)}: {{{out}}}}}"
    if not kind_of(column.kind).coded:
        settings += f", kinds={{{literal(column.name)}: {literal(labels().name)}}}"
    what = "it is a class" if len(usual) == 1 else "they are classes"
    return why, f"Pass {settings} if {what}."


def _target(name: str, raw: Raw, table: Tabulated, wishes: Wishes) -> Target:
    """A column as tasks are given it: in canonical values, and as the source gave it."""
    column, values, cells = table.columns[name], table.values[name], raw.columns[name]
    listed = bool(
        kind_of(column.kind).places
    )  # cells may be lists, which are no labels as they are
    said = kind_of(column.kind) if name in wishes.kinds or listed else None
    told = said.as_labels(values) if said is not None else None
    why, remedy = _lost_to_tokens(column, _tokens_in(table, name), wishes)
    return Target(
        name=name,
        values=values,
        present=~missing_rows(values),
        what=f"{column.kind} values",
        reads_as=_read_as(kind_of(column.kind), values),
        cells=cells if told is None else told,
        format=column.format,
        typed=not raw.untyped and (said is None or said.dtype == "O"),  # 1 and "1" are one number
        wide=table.wide.get(name),
        lost=why[:1].upper() + why[1:],
        remedy=remedy or raw.advice * (name == raw.target),
    )


def _read_as(kind: Kind, values: Array) -> frozenset[str]:
    return kind.reads_as if is_countable(values) or kind.places == "regions" else frozenset()


def with_orders(wishes: Wishes, raw: Raw, targets: Sequence[str]) -> Wishes:
    """With the order of classes that the types of a source's columns say, where none is said."""
    if wishes.order is not None:
        return wishes
    orders = {}
    for name in targets:
        task, column = wishes.task_of(name), raw.columns[name]
        ranked = raw.types.get(name) == "ranks" and (task is None or "order" in task.heeds)
        if ranked and isinstance(column, Coded):
            orders[name] = tuple(plain_label(one) for one in column.values.tolist())
    return replace(wishes, order=orders, order_found=True)


def spelt_targets(raw: Raw, targets: tuple[str, ...], wishes: Wishes) -> dict[str, Spelt]:
    """How a target is read that rows spell: in words where it holds lists, or is said to."""
    if wishes.task is None or not wishes.task.spells or len(targets) != 1:
        return {}
    (name,) = targets
    listed = are_lists(raw.columns[name])
    said = name in wishes.kinds and kind_of(wishes.kinds[name]).places == "words"
    return {name: Spelt("words" if listed or said else "letters")}


def with_tags(raw: Raw, targets: tuple[str, ...], wishes: Wishes) -> Raw:
    """Lists of labels in the target as texts, unless something else is to be predicted."""
    if not (wishes.task is None or wishes.task.several or wishes.task.separate):
        return raw
    listed = [n for n in targets if n not in wishes.kinds and are_lists(raw.columns[n])]
    if not listed:
        return raw
    columns = {**raw.columns, **{name: as_texts(raw.column(name)) for name in listed}}
    types = {name: kind for name, kind in raw.types.items() if name not in listed}
    return replace(raw, columns=columns, types=types)
