"""What fivefold knows of collected data, by the questions of a datasheet."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from fivefold.codecs.coded import missing_rows, objects
from fivefold.core.wording import bytes_text, plural, quoted, together, unfolded
from fivefold.keys import codes_of, is_countable
from fivefold.kinds.known import kind_of
from fivefold.sheet.annotators import told_of_labels
from fivefold.sheet.datasheet import Datasheet
from fivefold.sheet.queried import queries_told
from fivefold.sheet.testimony import Answers, answers_of
from fivefold.tasks.known import task_of

if TYPE_CHECKING:
    from fivefold.codecs.schema import Column, Schema
    from fivefold.codecs.table import Array, Table
    from fivefold.core.finding import Finding
    from fivefold.decided import Provenance
    from fivefold.travel.changes import Changes

MOST = 50
"""Columns, classes and files that are told of one by one."""
LABEL = "Label"
"""The stage whose findings tell of labels."""
_PARTS = ("training", "validation", "test")
_ADVICE = re.compile(r"(?<=\.) (?:Pass|Write|Ask|Run|Repair|Name|If) .*$")


class Data(Protocol):
    """What is looked at of collected data."""

    @property
    def table(self) -> "Table":
        """All rows."""

    @property
    def schema(self) -> "Schema":
        """The columns."""

    @property
    def usable(self) -> "Array":
        """`(n,)` bool."""

    @property
    def given(self) -> "Array | None":
        """`(n,)` the part that the source puts a row in."""

    @property
    def findings(self) -> "tuple[Finding, ...]":
        """What was noticed."""

    @property
    def provenance(self) -> "Provenance":
        """Where it came from."""

    @property
    def changes(self) -> "Changes | None":
        """What stages did to the rows."""

    @property
    def cleaning(self) -> "tuple[Mapping[str, Any], ...] | None":
        """What `Clean` changed."""

    @property
    def labelling(self) -> "tuple[Mapping[str, Any], ...] | None":
        """Who labelled the rows."""


def datasheet_of(data: Data, answers: Answers | None = None) -> Datasheet:
    """The datasheet of collected data, filled in as far as the rows and their source tell.

    Args:
        data: collected.
        answers: what people say: see `answers_of`.

    Raises:
        ConfigError: if the answers cannot be read, or are of no question.
    """
    return Datasheet(
        name=name_of(data.provenance.source), facts=facts_of(data), answers=answers_of(answers)
    )


def facts_of(data: Data) -> dict[str, list[str]]:
    """What is known, in sentences by the name of a question; empty lists are left out."""
    told = {
        "rows": list(_rows(data)),
        "columns": list(_columns(data.schema)),
        "target": list(_targets(data)),
        "missing": list(_missing(data)),
        "relations": list(_relations(data)),
        "parts": list(_parts(data)),
        "errors": [_fact(one) for one in data.findings if one.severity != "note"],
        "sources": list(_sources(data.provenance)),
        "identity": [_fact(one) for one in data.findings if one.code == "personal_data"],
        "period": list(_period(data)),
        "cleaning": list(_cleaning(data)),
        "labelling": list(_labels(data)),
        "raw": list(_files(data.provenance)),
        "licence": [f"{data.provenance.licence}."] if data.provenance.licence else [],
        "version": list(_versions(data.provenance)),
    }
    return {name: sentences for name, sentences in told.items() if sentences}


def name_of(source: str) -> str:
    """What a source is called: without the folders that it lies in, unless it is an address.

    Example:
        >>> name_of("data/2024/adult.csv"), name_of("https://example.org/a.csv"), name_of("")
        ('adult.csv', 'https://example.org/a.csv', 'data')
    """
    plain = source.replace("\\", "/")
    return (plain if "://" in plain else plain.rstrip("/").rsplit("/", 1)[-1]) or "data"


def _fact(finding: "Finding") -> str:
    """What was found, without the advice."""
    return _ADVICE.sub("", finding.sentence)


def _rows(data: Data) -> Iterator[str]:
    rows, usable = len(data.table), int(np.sum(data.usable))
    yield (
        f"{plural(rows, 'row')}, {usable:,} of them usable."
        if usable < rows
        else (f"{plural(rows, 'row')}, all usable.")
    )


def _columns(schema: "Schema") -> Iterator[str]:
    kinds = Counter(column.kind for column in schema.columns)
    counts = together([f"{count:,} {kind}" for kind, count in kinds.most_common()])
    yield f"{plural(len(schema.columns), 'column')}: {counts}."
    for column in schema.columns[:MOST]:
        why = f" ({column.reason})" if column.reason else ""
        yield f"`{column.name}`: {column.kind}, {column.role}{why}."
    if len(schema.columns) > MOST:
        yield f"And {len(schema.columns) - MOST:,} more."


def _targets(data: Data) -> Iterator[str]:
    for name in data.schema.targets:
        if name in data.table.names and name in data.schema.by_name:
            values, each = data.table.column(name)[data.usable], ""
            task = task_of(data.schema)
            if task.placed and not task.spells:  # a label for each position, blanks between them
                labels = chain.from_iterable((text or "").split() for text in values.tolist())
                values, each = objects(labels), ", by position"
            yield f"`{name}` ({data.schema.task}{each}): {_spread(values, data.schema[name])}."


def _spread(values: "Array", column: "Column") -> str:
    """How cells are spread: how often each value stands, or from where to where numbers go."""
    known = values[~missing_rows(values)]
    if not len(known):
        return "no value"
    if not is_countable(known):
        return f"{plural(len(known), 'value')}, no numbers or words"
    _, first, counts = np.unique(codes_of(known), return_index=True, return_counts=True)
    if len(counts) <= MOST or known.dtype.kind not in "fiuM":
        order = np.argsort(-counts, kind="stable")[:MOST]
        texts = kind_of(column.kind).to_text(known[first[order]], column)
        each = [f"{text} {counts[at]:,}" for text, at in zip(texts, order, strict=True)]
        more = len(counts) - len(each)
        return together([*each, f"{more:,} values more"] if more else each)
    return f"{_span(known)}, half of them up to {_number(np.quantile(known, 0.5))}"


def _span(known: "Array") -> str:
    return f"from {_number(known.min())} to {_number(known.max())}"


def _number(value: Any) -> str:
    return str(value)[:19] if np.asarray(value).dtype.kind == "M" else f"{float(value):.6g}"


def _missing(data: Data) -> Iterator[str]:
    rows = max(len(data.table), 1)
    counts = {name: int(missing_rows(data.table.column(name)).sum()) for name in data.table.names}
    gone = sorted(((n, c) for n, c in counts.items() if c), key=lambda one: -one[1])
    for name, count in gone[:MOST]:
        words = data.schema.by_name[name].missing if name in data.schema.by_name else ()
        also = f"; {', '.join(map(repr, words))} stood for it" if words else ""
        yield f"`{name}`: {plural(count, 'cell')} of {rows:,} ({count / rows:.1%}){also}."
    if not gone:
        yield "No cell is."


def _relations(data: Data) -> Iterator[str]:
    schema = data.schema
    for role, what in (("group", "belong together"), ("until", "look ahead")):
        name = schema.named(role)  # type: ignore[arg-type]
        if name is not None and name in data.table.names:
            many = len(np.unique(codes_of(data.table.column(name))))
            yield f"Rows of one value of `{name}` {what}: {plural(many, 'value')}."
    weight = schema.named("weight")
    if weight is not None:
        yield f"`{weight}` says how much each row counts."


def _parts(data: Data) -> Iterator[str]:
    if data.given is None:
        return
    each = [f"{int(np.sum(data.given == n)):,} {part}" for n, part in enumerate(_PARTS)]
    free = int(np.sum(data.given < 0))
    yield f"The source itself says: {together([*each, f'{free:,} of no part'])} rows."


def _sources(provenance: "Provenance") -> Iterator[str]:
    if provenance.source:
        size = f", {bytes_text(provenance.bytes)}" if provenance.bytes else ""
        yield f"{name_of(provenance.source)}{size}."
    if provenance.test_source:
        yield f"Test rows: {name_of(provenance.test_source)}."
    for name, one in provenance.joined.items():
        licence = f", {one['licence']}" if one.get("licence") else ""
        read = f"{name_of(str(one['source']))}, {plural(one['rows'], 'row')}{licence}"
        yield f"{name}, joined by {together([*one['on']])}: {read}."
    for name, query in queries_told(provenance):
        yield f"Asked{f' of {name}' if name else ''}: {query}."
    for name, value in provenance.items():
        if name not in _PLAIN and isinstance(value, str | int | float) and value not in ("", 0):
            held = unfolded(value)
            if isinstance(held, dict):  # how it was read
                told = {key.replace("_", " "): one for key, one in held.items() if one}
                value = ", ".join(
                    f"{key} {' '.join(map(str, one)) if isinstance(one, list) else one}"
                    for key, one in told.items()
                )
            yield f"{name.replace('_', ' ')}: {value}."


_PLAIN = frozenset(
    {"source", "test_source", "sha256", "bytes", "rows", "licence", "files", "joined"}
    | {"query", "parameters", "labels"}
)


def _files(provenance: "Provenance") -> Iterator[str]:
    joined = [file for one in provenance.joined.values() for file in one.get("files", ())]
    files = [*provenance.files, *joined]
    for file in files[:MOST]:
        yield f"{name_of(str(file['path']))}: SHA-256 {file['sha256']}, {file['bytes']:,} bytes."
    if len(files) > MOST:
        yield f"And {len(files) - MOST:,} files more."


def _versions(provenance: "Provenance") -> Iterator[str]:
    if provenance.sha256:
        yield f"SHA-256 of what was read: {provenance.sha256}."
    if labels := provenance.get("labels"):
        yield f"SHA-256 of what people labelled: {labels}."


def _labels(data: Data) -> Iterator[str]:
    """Who labelled how much, and how good that is."""
    yield from (_fact(one) for one in data.findings if one.stage == LABEL)
    yield from told_of_labels(data.labelling or ())


def _period(data: Data) -> Iterator[str]:
    name = data.schema.named("time")
    if name is not None and name in data.table.names:
        values = data.table.column(name)
        known = values[~missing_rows(values)]
        if len(known) and known.dtype.kind in "fiuM":
            yield f"`{name}` goes {_span(known)}."


def _cleaning(data: Data) -> Iterator[str]:
    for name, how in ({} if data.changes is None else data.changes.made_of()).items():
        yield f"`{name}` is made of others: {how}."
    for line in data.cleaning or ():
        yield f"{'; '.join(f'{name} {value}' for name, value in line.items())}."
    left = [column.name for column in data.schema.columns if column.role == "ignored"]
    if left:
        yield f"Left out: {quoted(left, MOST)}."
