"""Tasks of Label Studio: the JSON that it exports and imports."""

from collections.abc import Iterable, Mapping
from typing import Any

from fivefold.errors import DataError
from fivefold.label.annotation import Annotation
from fivefold.label.ruler import OFFSETS, Offsets, counted_in, in_code_points
from fivefold.label.spread import Form

SPANS = ("labels", "hypertextlabels", "paragraphlabels", "timeserieslabels")
NUMBERS = ("number", "rating")


def annotations_of(tasks: Any, form: Form, column: str, name: str, place: str) -> list[Annotation]:
    """The labels in tasks of Label Studio, one an annotation.

    Args:
        tasks: what the JSON holds.
        form: what was asked.
        column: of the text that spans are of; empty where they are of seconds or steps.
        name: of the control, `from_name`; empty for the only one of that sort.
        place: where the JSON stands, for messages.

    Raises:
        DataError: naming the task and what is wrong in it.
    """
    remedy = "Export from Label Studio as JSON, neither as JSON-MIN nor as CSV."
    if not isinstance(tasks, list):
        found = f"a JSON {type(tasks).__name__}"
        raise DataError.expected(place, "a list of tasks", found, remedy)
    found_labels = list[Annotation]()
    for number, task in enumerate(tasks):
        who = f"{place}, task {number}"
        cells = task.get("data") if isinstance(task, Mapping) else None
        if not isinstance(cells, Mapping):
            raise DataError.expected(who, "a task with `data`", repr(task)[:80], remedy)
        told = [(each, False) for each in _listed(task, "predictions")]
        told += [(each, True) for each in _listed(task, "annotations", "completions")]
        for each, trusted in told:
            if not isinstance(each, Mapping):
                raise DataError.expected(who, "annotations with `result`", repr(each)[:80], remedy)
            value = None
            if not each.get("was_cancelled"):
                value = _value(each.get("result") or [], form, column, name, cells, who)
                if value is None and form in ("class", "number"):
                    continue
            person = each.get("completed_by") if trusted else each.get("model_version")
            found_labels.append(
                Annotation(
                    cells=cells,
                    who=_person(person, trusted),
                    value=value,
                    seconds=float(each.get("lead_time") or 0.0),
                    at=str(each.get("created_at") or ""),
                    trusted=trusted,
                )
            )
    return found_labels


def _listed(task: Mapping[str, Any], *names: str) -> list[Any]:
    return next((task[name] for name in names if isinstance(task.get(name), list)), [])


def _person(told: Any, trusted: bool) -> str:
    if isinstance(told, Mapping):
        told = told.get("email") or told.get("username") or told.get("id")
    return str(told) if told not in (None, "") else "imported" if trusted else "model"


def _value(
    result: Iterable[Any], form: Form, column: str, name: str, cells: Mapping[str, Any], who: str
) -> Any:
    """What one annotation says; None where it does not answer."""
    sorts = {"number": NUMBERS, "spans": SPANS}.get(form, ("choices",))
    regions = [each for each in result if isinstance(each, Mapping) and each.get("type") in sorts]
    regions = [each for each in regions if not name or each.get("from_name") == name]
    names = sorted({str(each.get("from_name")) for each in regions})
    if len(names) > 1:
        remedy = f"Name the one that is meant: control={names[0]!r}."
        raise DataError.expected(who, "one question", f"{', '.join(names)}", remedy, names=names)
    if form == "number":
        return next((float(each["value"][each["type"]]) for each in regions), None)
    if form == "spans":
        spans = [_span(each, column, cells, who) for each in regions]
        return sorted((span for some in spans for span in some), key=lambda span: span[:2])
    chosen = [str(one) for each in regions for one in each["value"].get("choices", [])]
    if form == "classes":
        return chosen
    if len(chosen) > 1:
        remedy = 'Read them as several classes a row: form="classes".'
        raise DataError.expected(who, "one class", ", ".join(chosen), remedy)
    return chosen[0] if chosen else None


def _span(
    region: Mapping[str, Any], column: str, cells: Mapping[str, Any], who: str
) -> list[list[Any]]:
    """The span of a region, once for each of its classes; in code points where it is of a text."""
    value = region["value"]
    start, end = value["start"], value["end"]
    if column:
        start, end = _in_text(str(cells.get(column, "")), value, who)
    return [[start, end, str(label)] for label in value.get(region["type"], [])]


def _in_text(text: str, value: Mapping[str, Any], who: str) -> tuple[int, int]:
    """Where the words of a span stand, whichever way this version of Label Studio counted.

    It counted halves of UTF-16 up to 2021 and code points since, and ends of lines as one sign; the
    words that it tells beside the numbers say which.
    """
    words = value.get("text")
    start, end = int(value["start"]), int(value["end"])
    plain = _joined(str(words))
    known = None if words is None else (plain, plain.replace("\\n", "\n"))
    for unix in (False, True):
        for offsets in OFFSETS:
            span = in_code_points(text, start, end, offsets, unix=unix)
            if span is not None and (known is None or _joined(text[slice(*span)]) in known):
                return span
    found = f"none at {start} to {end}, however signs are counted"
    wanted = "a span of the text" if words is None else f"{str(words)[:40]!r}"
    remedy = "Import the text into Label Studio that is labelled here, or leave the task out."
    raise DataError.expected(who, wanted, found, remedy, start=start, end=end)


def _joined(text: str) -> str:
    return text.replace("\r\n", "\n")


def tasks_of(
    rows: Iterable[tuple[Mapping[str, Any], Iterable[Annotation]]],
    form: Form,
    column: str,
    *,
    control: str = "label",
    offsets: Offsets = "code_points",
) -> list[dict[str, Any]]:
    """Tasks as Label Studio imports them, with what people said of each.

    Args:
        rows: cells of each, and the labels that it has.
        form: what was asked.
        column: that is labelled, `to_name` of what is written.
        control: its `from_name`.
        offsets: what spans of texts are counted in.
    """
    found = []
    for number, (cells, labels) in enumerate(rows, 1):
        annotations = []
        for label in labels:
            result = _result(label.value, form, column, cells, offsets)
            annotations.append(
                {
                    "completed_by": {"email": label.who},
                    "was_cancelled": label.value is None,
                    "lead_time": label.seconds,
                    **({"created_at": label.at} if label.at else {}),
                    "result": [{"from_name": control, "to_name": column, **one} for one in result],
                }
            )
        found.append({"id": number, "data": dict(cells), "annotations": annotations})
    return found


def _result(
    told: Any, form: Form, column: str, cells: Mapping[str, Any], offsets: Offsets
) -> list[dict[str, Any]]:
    if told is None:
        return []
    if form == "number":
        return [{"type": "number", "value": {"number": told}}]
    if form != "spans":
        chosen = [told] if form == "class" else told
        return [{"type": "choices", "value": {"choices": [str(one) for one in chosen]}}]
    found, text = [], cells.get(column)
    for number, (start, end, name) in enumerate(told):
        value = {"start": start, "end": end, "labels": [str(name)]}
        if isinstance(text, str) and isinstance(start, int):
            first, last = counted_in(text, start, end, offsets)
            value = {**value, "start": first, "end": last, "text": text[start:end]}
        found.append({"id": f"span{number}", "type": "labels", "value": value})
    return found
