"""Lines of doccano: the JSONL that it exports and imports."""

from collections.abc import Iterable, Mapping
from typing import Any

from fivefold.errors import DataError
from fivefold.label.annotation import Annotation
from fivefold.label.ruler import Offsets, counted_in, in_code_points
from fivefold.label.spread import Form

LABELS = ("label", "labels", "entities")
ASIDE = ("id", *LABELS, "relations", "Comments", "comments", "annotation_approver")
TEXTS = ("text", "data")


def annotations_of(
    lines: Iterable[Any], form: Form, column: str, who: str, offsets: Offsets, place: str
) -> list[Annotation]:
    """The labels in lines of doccano, one a line that has any.

    Nothing says of a line without one that somebody looked at it.

    Args:
        lines: what each line holds.
        form: what was asked.
        column: that doccano's `text` is, or `data`.
        who: labelled them; doccano writes a file a person.
        offsets: what spans are counted in; doccano's page counts halves of UTF-16.
        place: where the lines stand, for messages.

    Raises:
        DataError: naming the line and what is wrong in it.
    """
    found = list[Annotation]()
    for number, line in enumerate(lines, 1):
        at = f"{place}, line {number}"
        key = next((k for k in TEXTS if isinstance(line, Mapping) and k in line), None)
        told = next((k for k in LABELS if isinstance(line, Mapping) and k in line), None)
        if key is None or told is None or not isinstance(line[told], list):
            wanted = "an object with `text` and a list `label`"
            remedy = "Export from doccano as JSONL."
            raise DataError.expected(at, wanted, repr(line)[:80], remedy, line=number)
        cells = {name: value for name, value in line.items() if name not in (*ASIDE, key)}
        cells[column or key] = line[key]
        labels = line[told]
        if not labels:
            continue
        if form == "spans":
            value: Any = [_span(each, str(line[key]), offsets, at) for each in labels]
            value.sort(key=lambda span: span[:2])
        else:
            value = _plain(labels, form, at)
        found.append(Annotation(cells=cells, who=who, value=value))
    return found


def _plain(labels: list[Any], form: Form, at: str) -> Any:
    if form == "classes":
        return [str(label) for label in labels]
    if len(labels) > 1:
        remedy = 'Read them as several classes a row: form="classes".'
        raise DataError.expected(at, "one label", ", ".join(map(str, labels)), remedy)
    if form == "class":
        return str(labels[0])
    try:
        return float(labels[0])
    except (TypeError, ValueError):
        remedy = "Read them as classes, or mend the line."
        raise DataError.expected(at, "a number", repr(labels[0]), remedy) from None


def _span(label: Any, text: str, offsets: Offsets, at: str) -> list[Any]:
    if isinstance(label, Mapping):
        label = [label.get("start_offset"), label.get("end_offset"), label.get("label")]
    is_span = isinstance(label, list) and len(label) == 3
    if not is_span or not all(type(edge) is int for edge in label[:2]):
        remedy = "Export a project for sequence labelling."
        raise DataError.expected(at, "spans [start, end, class]", repr(label)[:80], remedy)
    span = in_code_points(text, label[0], label[1], offsets)
    if span is None:
        other = "code_points" if offsets == "utf16" else "utf16"
        found = f"one from {label[0]} to {label[1]}, counted in {offsets}"
        remedy = f"Say how they are counted: offsets={other!r}."
        raise DataError.expected(at, f"spans of {len(text)} signs", found, remedy)
    return [*span, str(label[2])]


def lines_of(
    rows: Iterable[tuple[Mapping[str, Any], Iterable[Annotation]]],
    form: Form,
    column: str,
    *,
    offsets: Offsets = "utf16",
) -> list[dict[str, Any]]:
    """Lines as doccano imports them: each row with its label, and its other cells beside.

    Args:
        rows: cells of each, and the labels that it has, of which the last counts.
        form: what was asked.
        column: that becomes doccano's `text`.
        offsets: what spans are counted in.
    """
    found = []
    for number, (cells, labels) in enumerate(rows, 1):
        said = [label.value for label in labels if label.value is not None]
        others = {name: value for name, value in cells.items() if name != column}
        text = cells.get(column)
        line = {"id": number, "text": text, **{n: v for n, v in others.items() if n not in ASIDE}}
        value: Any = said[-1] if said else []
        if form == "spans" and isinstance(text, str):
            value = [[*counted_in(text, s, e, offsets), str(name)] for s, e, name in value]
        elif said and form != "spans":
            value = [str(one) for one in (value if form == "classes" else [value])]
        found.append({**line, "label": value})
    return found
