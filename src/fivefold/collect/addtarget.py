"""A target that no source has: given by labelling, and said to be one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from fivefold.artifacts import Collected
from fivefold.codecs.cell import word
from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column, Label, Schema
from fivefold.codecs.table import Array, Canonical
from fivefold.codecs.tags import as_texts
from fivefold.core.wording import together
from fivefold.errors import DataError
from fivefold.keys import missing_rows
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.known import KINDS, kind_of, number_kind, of_places
from fivefold.kinds.known import labels as words
from fivefold.label.spread import Form
from fivefold.tasks.known import TASKS, number_task, settle
from fivefold.tasks.tagging import OUTSIDE
from fivefold.tasks.target import Settled, Target, Targets
from fivefold.tasks.task import Task

GIVEN = "given by labelling"


class Wanted(NamedTuple):
    """What the target is to be.

    Args:
        name: of its column.
        form: of the labels.
        classes: in their order.
        ordered: whether that goes from the least to the most.
        positive: the class that a binary model is judged by; None to guess.
        remedy: what to do where there are too few labels.
    """

    name: str
    form: Form
    classes: tuple[Any, ...]
    ordered: bool = False
    positive: Label | None = None
    remedy: str = ""


def add_target(
    collected: Collected, wanted: Wanted, cells: Sequence[Any], usable: Array, text: str = ""
) -> tuple[Collected, Settled]:
    """The same rows with a target, and what was settled about it.

    Args:
        collected: without a target, or with one of this name, which is exchanged.
        wanted: what it is to be.
        cells: a label a row, None where there is none.
        usable: `(n,)` bool, rows with a label that may be used.
        text: of spans the column that these stand in.

    Raises:
        DataError: if there are fewer than 10 labelled rows, or labels of one class only.
    """
    if wanted.form == "spans":
        collected, cells = _tagged(collected, text, cells)
    column = Column(name=wanted.name, kind=words().name, role="target", reason=GIVEN)
    if wanted.form == "number":
        column = replace(column, kind=number_kind())
    raw = as_texts(objects(cells)) if wanted.form == "classes" else objects(cells)
    values = canonical_column(raw, column)[0]
    target = Target(
        name=wanted.name,
        values=values,
        present=~missing_rows(values),
        what="labels",
        reads_as=frozenset({"numbers" if wanted.form == "number" else "labels"}),
        cells=values if wanted.form == "number" else raw,
        typed=True,
        remedy=wanted.remedy,
    )
    said = {"positive": (wanted.name,)} if wanted.positive is not None else {}
    targets = Targets(
        columns=(target,),
        usable=usable,
        source="Label",
        positions=_positions(collected, text) if wanted.form == "spans" else None,
        asked=True,
        positive=wanted.positive,
        orders={wanted.name: wanted.classes} if wanted.ordered else {},
        said=said,
        number_kind=number_kind(),
        number_task=number_task(),
    )
    task, settled = settle(targets, _task(wanted.form))
    column = replace(column, kind=words().name if settled.words else column.kind)
    column = replace(column, format=settled.format)
    others = tuple(one for one in collected.schema.columns if one.name != wanted.name)
    schema = Schema(
        columns=(*others, column),
        targets=(wanted.name,),
        task=task.name,
        classes=settled.classes,
        each=settled.each,
    )
    old = collected.table
    kept = {name: old.column(name) for name in old.names if name != wanted.name}
    table = Canonical({**kept, wanted.name: settled.values[0]}, schema.columns)
    if settled.unfit is not None:
        usable = usable & ~settled.unfit
    changes = collected.changes
    if changes is not None:  # a server knows of the target what it knows of other columns
        own = tuple(one for one in changes.source.columns if one.name != wanted.name)
        changes = replace(changes, source=replace(schema, columns=(*own, column)))
    made = collected.replace(table=table, schema=schema, usable=usable, changes=changes)
    return made, settled


def _task(form: Form) -> Task | None:
    """What is predicted by labels of a form; None where that depends on how many classes."""
    if form == "number":
        return TASKS[number_task()]
    if form == "class":
        return None
    several = form == "classes"
    tasks = TASKS.known.values()
    if several:
        return next(task for task in tasks if task.several and not task.separate)
    return next(task for task in tasks if task.sequence and not task.spells)


def _positions(collected: Collected, text: str) -> Array | None:
    column = collected.schema[text]
    return kind_of(column.kind).positions(collected.table.column(text), column)


def _tagged(
    collected: Collected, text: str, cells: Sequence[Any]
) -> tuple[Collected, list[str | None]]:
    """A label a position in place of spans; a text is read as its words from now on.

    Raises:
        DataError: if the column has no positions that may have a label each.
    """
    column, values = collected.schema[text], collected.table.column(text)
    kind, worded = kind_of(column.kind), of_places("words")
    if kind.marks and kind.places in ("", "words") and worded is not None and _are_texts(values):
        tags = [
            None if spans is None or cell is None else tags_of_words(cell, spans)
            for cell, spans in zip(values.tolist(), cells, strict=True)
        ]
        return (_worded(collected, text, worded.name) if not kind.places else collected), tags
    counts = kind.positions(values, column) if kind.marks and kind.places else None
    if counts is None:
        able = together([one.plural for one in KINDS.known.values() if one.marks and one.places])
        raise DataError.expected(
            f"Label, column `{text}`",
            f"texts, or one of {able}, whose positions can be learnt",
            f"{kind.plural}",
            "Label classes of whole rows, or export the spans.",
            column=text,
        )
    pace = kind.pace(column)
    return collected, [
        None if spans is None else tags_of_steps(int(count), spans, pace)
        for count, spans in zip(counts, cells, strict=True)
    ]


def _worded(collected: Collected, text: str, kind: str) -> Collected:
    """The same with a column of texts as one of words, for those who ask the model too."""
    schema = collected.schema.replace(text, kind=kind, format="")
    columns = {name: collected.table.column(name) for name in collected.table.names}
    columns[text] = canonical_column(columns[text], schema[text])[0]
    changes = collected.changes
    if changes is not None and text in changes.source.by_name:
        changes = replace(changes, source=changes.source.replace(text, kind=kind, format=""))
    table = Canonical(columns, schema.columns)
    return collected.replace(table=table, schema=schema, changes=changes)


def _are_texts(values: Array) -> bool:
    return all(value is None or isinstance(value, str) for value in values.tolist())


def tags_of_words(text: str, spans: Sequence[Sequence[Any]]) -> str:
    """A tag for each word of a text: `B-` where a span begins, `I-` inside, `O` outside.

    Args:
        text: as it was labelled.
        spans: `[start, end, class]` each, in code points.

    Example:
        >>> tags_of_words("Ann Lee lives in Rome.", [[0, 7, "person"], [17, 21, "place"]])
        'B-person I-person O O B-place'
    """
    tags, inside = [], -1
    ordered = sorted(spans, key=lambda span: span[0])
    for found in re.finditer(r"\S+", text):
        start, end = found.span()
        number = next(
            (n for n, (low, high, _) in enumerate(ordered) if low < end and start < high), -1
        )
        if number < 0:
            tags.append(OUTSIDE)
        else:
            label = "_".join(str(ordered[number][2]).split())
            tags.append(f"{'I' if number == inside else 'B'}-{label}")
        inside = number
    return " ".join(tags)


def tags_of_steps(count: int, spans: Sequence[Sequence[Any]], pace: float | None = None) -> str:
    """A label for each step: the class of the span that it is in, else `O`.

    Args:
        count: of steps.
        spans: `[start, end, class]` each, in steps, or in seconds where these have a pace.
        pace: seconds from one step to the next; a step is in the span that its middle is in, and
            no span is in none.

    Example:
        >>> tags_of_steps(4, [[1, 3, "walk"]]), tags_of_steps(3, [[0.031, 0.05, "bark"]], 0.02)
        ('O walk walk O', 'O O bark')
    """
    tags = [OUTSIDE] * count
    for start, end, label in spans:
        ends = (start, end) if pace is None else (start / pace - 0.5, end / pace - 0.5)
        low, high = (max(0, min(count, int(np.ceil(end)))) for end in ends)
        low, high = (low, high) if pace is None or high > low else (min(low, count - 1), low + 1)
        tags[low:high] = ["_".join(str(label).split())] * len(tags[low:high])
    return " ".join(tags)


def labels_of_source(collected: Collected) -> list[Any]:
    """The labels that a source brought, one a row, as people write them; None where missing.

    Raises:
        DataError: if its target is not one class a row.
    """
    schema = collected.schema
    known: Mapping[str, Label] = {word(label): label for label in schema.classes}
    values = collected.table.column(schema.target)
    if not known or any(value is not None and value not in known for value in values.tolist()):
        raise DataError.expected(
            "Label",
            f"one class a row in `{schema.target}`, to correct",
            f"a target of {schema.task}",
            "Leave target= out of the stage that reads the rows, and label them anew.",
            column=schema.target,
        )
    return [None if value is None else known[value] for value in values.tolist()]
