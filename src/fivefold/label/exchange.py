"""Labels from other programs and to them: Label Studio's JSON and doccano's JSONL."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from fivefold.codecs.coded import objects
from fivefold.codecs.table import Columns, Table
from fivefold.core.store import write_bytes
from fivefold.errors import DataError
from fivefold.label import doccano, labelstudio
from fivefold.label.annotation import Annotation
from fivefold.label.event import Act, Event
from fivefold.label.item import item_ids
from fivefold.label.ruler import Offsets
from fivefold.label.spread import Form
from fivefold.label.standing import settled, standing

Program = Literal["labelstudio", "doccano"]
ENDINGS: Mapping[str, Program] = {".json": "labelstudio", ".jsonl": "doccano"}
WHOLE = ("all", "unknown", "export", "doccano")
"""Names of doccano's files that are none of people."""


def read_labels(
    path: str | Path,
    form: Form = "class",
    *,
    column: str = "",
    control: str = "",
    offsets: Offsets = "utf16",
    who: str = "",
) -> list[Annotation]:
    """Labels that another program wrote.

    Args:
        path: `.json` of Label Studio, `.jsonl` of doccano.
        form: what was asked: one `class`, several `classes`, `spans`, or a `number`.
        column: that was labelled: whose text spans are of, and what doccano's `text` is called.
        control: the `from_name` in Label Studio; empty for the only one of that sort.
        offsets: what doccano counted spans in: its page counts halves of UTF-16 unless whole signs
            were asked for. What Label Studio counted is seen by the words of each span.
        who: labelled them, where the file does not say.

    Returns:
        One label a row and person; spans are in code points.

    Raises:
        DataError: naming the file, the task or line, and what is wrong there.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "ann.jsonl"
        ...     _ = path.write_text('{"text": "💩 Rome", "label": [[3, 7, "CITY"]]}', "utf-8")
        ...     [label] = read_labels(path, "spans", column="text")
        >>> label.who, label.value
        ('ann', [[2, 6, 'CITY']])
    """
    path = Path(path)
    program = _program(path)
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        remedy = "Pass a file of Label Studio (.json) or doccano (.jsonl) in UTF-8."
        raise DataError.expected(path, "labels", str(fault), remedy, path=path) from None
    if program == "labelstudio":
        tasks = _parsed(text, str(path))
        found = labelstudio.annotations_of(tasks, form, column, control, str(path))
        return [replace(one, who=who) if who and one.who == "imported" else one for one in found]
    lines = [line for line in text.split("\n") if line.strip()]
    parsed = [_parsed(line, f"{path}, line {n}") for n, line in enumerate(lines, 1)]
    person = who or ("imported" if path.stem.lower() in WHOLE else path.stem)
    return doccano.annotations_of(parsed, form, column, person, offsets, str(path))


def imported_events(
    labels: Sequence[Annotation], table: Table, by: Sequence[str]
) -> tuple[list[Event], int]:
    """What labels of another program are as events; predictions of models are left out.

    A label belongs to the rows whose cells are those that the other program showed, as far as they
    are among the columns by which rows are known again.

    Args:
        labels: as `read_labels` gives them.
        table: of canonical values.
        by: columns by whose cells a row is known again.

    Returns:
        The events, and how many labels are of no row.

    Raises:
        DataError: if the other program was not shown any of these columns.
    """
    shown = [name for name in by if all(name in label.cells for label in labels)]
    if labels and not shown:
        found = ", ".join(map(repr, labels[0].cells)) or "none"
        remedy = "Say which column was labelled: column=, or import rows with the same names."
        raise DataError.expected("Labels", f"cells of {', '.join(by)}", found, remedy, by=by)
    items: dict[str, dict[str, None]] = {}
    for key, item in zip(item_ids(table, shown), item_ids(table, by), strict=True):
        items.setdefault(key, {})[item] = None
    cells = {name: objects(label.cells[name] for label in labels) for name in shown}
    events, lost = list[Event](), 0
    for key, label in zip(item_ids(Columns(cells), shown), labels, strict=True):
        lost += key not in items
        for item in items.get(key, {}) if label.trusted else ():
            act: Act = "skip" if label.value is None else "label"
            event = Event(
                item=item,
                who=label.who,
                act=act,
                value=label.value,
                seconds=label.seconds,
                part="imported",
                at=label.at,
            )
            events.append(event)
    return events, lost


def write_labels(
    path: str | Path,
    rows: Mapping[str, Mapping[str, Any]],
    events: Iterable[Event],
    form: Form = "class",
    *,
    column: str,
    offsets: Offsets | None = None,
) -> int:
    """Write what people said as another program reads it.

    Args:
        path: `.json` for Label Studio, with what each person said; `.jsonl` for doccano, with one
            label a row: what was settled, or else what was said last.
        rows: cells of each item, plain values.
        events: all of them, in order.
        form: what was asked.
        column: that was labelled.
        offsets: what spans of texts are counted in; None for code points in Label Studio and
            halves of UTF-16 in doccano, as their pages do.

    Returns:
        How many rows were written; those without a label are among them.

    Raises:
        DataError: if it cannot be written there.
    """
    path = Path(path)
    program, events = _program(path), list(events)
    said: dict[str, list[Annotation]] = {item: [] for item in rows}
    last = settled(events)
    order = sorted(standing(events).values(), key=lambda e: (e == last.get(e.item), e.number))
    for event in order:
        if event.item in said:
            said[event.item].append(_annotation(event))
    pairs = [(cells, said[item]) for item, cells in rows.items()]
    if program == "labelstudio":
        tasks = labelstudio.tasks_of(pairs, form, column, offsets=offsets or "code_points")
        text = json.dumps(tasks, ensure_ascii=False, indent=1)
    else:
        lines = doccano.lines_of(pairs, form, column, offsets=offsets or "utf16")
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    try:
        write_bytes(path, text.encode())
    except OSError as fault:
        remedy = "Name a file in a folder that can be written."
        raise DataError.expected(path, "a file to write", str(fault), remedy, path=path) from None
    return len(pairs)


def _annotation(event: Event) -> Annotation:
    value = event.value if event.is_answer else None
    return Annotation(who=event.who, value=value, seconds=event.seconds, at=event.at)


def _program(path: Path) -> Program:
    program = ENDINGS.get(path.suffix.lower())
    if program is None:
        wanted = "a name that ends in .json (Label Studio) or .jsonl (doccano)"
        raise DataError.expected("Labels", wanted, repr(path.name), "Rename the file.", path=path)
    return program


def _parsed(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as fault:
        remedy = "Export once more; the file is not whole."
        raise DataError.expected(place, "JSON", str(fault), remedy) from None
