"""The labels of a stage, taken from the files of other programs and written as these."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from fivefold.artifacts import Collected
from fivefold.codecs.coded import objects
from fivefold.collect.label import Label
from fivefold.errors import ConfigError
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.known import kind_of
from fivefold.label.annotation import Annotation
from fivefold.label.events import FILE, Events
from fivefold.label.exchange import imported_events, read_labels, write_labels
from fivefold.label.ruler import Offsets
from fivefold.reading.columnnames import Name, named_column


def import_labels(
    label: Label,
    source: Any,
    path: str | Path,
    *,
    column: Name = "",
    control: str = "",
    offsets: Offsets = "utf16",
    who: str = "",
) -> tuple[int, int]:
    """Take labels of Label Studio or doccano into the directory of a stage.

    What a file says again changes nothing. Test rows still come from what people here labelled at
    random: they are asked for such rows even where these have an imported label.

    Args:
        label: the stage, with its directory.
        source: the rows that are labelled, as `Collect` takes them, or the stage that reads them.
        path: `.json` of Label Studio, `.jsonl` of doccano.
        column: that was labelled, by name or place; the first of those that say which row it is if
            empty, and of spans the one that is marked.
        control: the `from_name` in Label Studio; empty for the only one of that sort.
        offsets: what doccano counted spans in.
        who: labelled them, where the file does not say.

    Returns:
        How many labels are new, and how many are of no row.

    Raises:
        ConfigError: if the stage has no directory.
        DataError: naming the file, the task or line, and what is wrong there.

    Example:
        >>> import fivefold as ff
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     stage = ff.Label(["ham", "spam"], by=["text"], directory=folder)
        ...     path = Path(folder) / "ann.jsonl"
        ...     _ = path.write_text('{"text": "win now", "label": ["spam"]}')
        ...     ff.import_labels(stage, {"text": ["win now", "see you"]}, path)
        (1, 0)
    """
    collected, columns, labelled = _rows(label, source, column)
    counted = kind_of(collected.schema[labelled].kind).marks
    told = read_labels(
        path,
        label.answer,
        column=labelled if counted == "code points" else "",
        control=control,
        offsets=offsets,
        who=who,
    )
    named = {str(one): one for one in label.classes}
    told = [replace(one, value=_named(one.value, named)) for one in told]
    events, lost = imported_events(_as_read(told, collected), collected.table, columns)
    with Events(_directory(label) / FILE) as kept:
        known = {(*place, repr(event.value)) for place, event in kept.standing().items()}
        new = [e for e in events if (e.item, e.who, repr(e.value)) not in known]
        kept.extend(new)
    return len(new), lost


def export_labels(
    label: Label,
    source: Any,
    path: str | Path,
    *,
    column: Name = "",
    offsets: Offsets | None = None,
) -> int:
    """Write the rows of a source and what people said of them for Label Studio or doccano.

    Args:
        label: the stage, with its directory.
        source: the rows that are labelled, as `Collect` takes them, or the stage that reads them.
        path: `.json` for Label Studio, with what each person said; `.jsonl` for doccano, with one
            label a row.
        column: that was labelled, by name or place; the first of those that say which row it is if
            empty, and of spans the one that is marked.
        offsets: what spans are counted in; None for what the pages of either count.

    Returns:
        How many rows were written.

    Raises:
        ConfigError: if the stage has no directory.
        DataError: if it cannot be written there.
    """
    collected, columns, labelled = _rows(label, source, column)
    with Events(_directory(label) / FILE) as kept:
        events = kept.all()
    rows = _plain(collected, columns, label.items(collected))
    form = label.answer
    return write_labels(path, rows, events, form, column=labelled, offsets=offsets)


def _named(value: Any, classes: Mapping[str, Any]) -> Any:
    """A label whose classes are those of the stage, which may be numbers: files have words."""
    if isinstance(value, list):
        return [
            [*one[:2], classes.get(one[2], one[2])]
            if isinstance(one, list)
            else _named(one, classes)
            for one in value
        ]
    return classes.get(value, value) if isinstance(value, str) else value


def _rows(label: Label, source: Any, column: Name) -> tuple[Collected, tuple[str, ...], str]:
    """The rows, the columns that say which row it is, and the one that was labelled."""
    collected = label.rows(source)
    columns = label.columns(collected)
    names = collected.table.names
    given = "" if column == "" else named_column(column, names, "Label", "column=")
    return collected, columns, given or label.spanned(collected) or columns[0]


def _as_read(told: list[Annotation], collected: Collected) -> list[Annotation]:
    """The labels with cells as Collect reads them, so that they are those of its rows."""
    known = collected.schema.by_name if told else {}
    shown = [name for name in known if all(name in one.cells for one in told)]
    cells = {
        name: canonical_column(
            objects(one.cells[name] for one in told), known[name], on_bad="missing"
        )[0]
        for name in shown
    }
    return [
        replace(one, cells={**one.cells, **{name: values[place] for name, values in cells.items()}})
        for place, one in enumerate(told)
    ]


def _directory(label: Label) -> Path:
    if label.directory is None:
        remedy = "Pass directory= to Label, where labels are kept."
        raise ConfigError.expected("Label", "a directory", "none", remedy)
    return Path(label.directory)


def _plain(
    collected: Collected, columns: tuple[str, ...], items: list[str]
) -> dict[str, Mapping[str, Any]]:
    """The cells of each item as JSON values."""
    found: dict[str, Mapping[str, Any]] = {}
    told = {
        name: kind_of(column.kind).to_json(collected.table.column(name), column)
        for name in columns
        for column in (collected.schema[name],)
    }
    for row, item in enumerate(items):
        found.setdefault(item, {name: values[row] for name, values in told.items()})
    return found
