"""Rows that a model was asked about, piece by piece, with its answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from fivefold.codecs.coded import objects
from fivefold.codecs.table import Array
from fivefold.core.jsontext import RepeatedKeyError, parse_json
from fivefold.core.wording import nearest, quoted
from fivefold.errors import ConfigError, RequestError
from fivefold.kinds.known import kind_of
from fivefold.reading.images import is_cell, list_pictures
from fivefold.reading.options import EVERY
from fivefold.reading.raw import Raw
from fivefold.serve.planes import (
    PICTURES,
    Sizes,
    as_cells,
    plane_of,
    sizes_asked,
    sizes_in,
    sizes_of,
)
from fivefold.serve.predictor import Predictor
from fivefold.serve.requests import missing, raw_pieces
from fivefold.tasks.conformal import SETS, bounds_told
from fivefold.tasks.known import task_of
from fivefold.tasks.threshold import decided

ROWS = 16_384  # rows of a piece
CHUNK = 1 << 16  # bytes of a stream that are taken at a time, at most

PREDICTION = "prediction"
PROBABILITIES = "probabilities"
_FILES = 1024


class Bytes(Protocol):
    """A source that gives what is there, and waits only when nothing is."""

    def read1(self, size: int) -> bytes:
        """At most `size` bytes; none at the end."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Answered:
    """Some rows with their answers."""

    scores: Array  # float32 `(n, classes)` probabilities, or float64 `(n,)` values
    # cells of the rows by column, as the source holds them
    carried: Mapping[str, Any] = field(default_factory=dict)
    total: int = 0  # rows of the source; 0 where that is not known
    sizes: Sizes = ()  # of pictures whose pixels have answers


def columns_of(model: Predictor, scores: Array, sizes: Sizes = ()) -> dict[str, Array]:
    """Answers as columns: the prediction, where it is one value a row, then what goes with it.

    Args:
        model: its task and classes decide which.
        scores: `(n, ...)` as the model gives them.
        sizes: of pictures whose pixels have answers, which become base64 of PNG.
    """
    answers = model.answers(scores, sizes) if sizes else model.answers(scores)
    if task_of(model.task).plane:
        answers = as_cells(answers, model.schema)
    predicted = {PREDICTION: answers} if answers.ndim == 1 else {}
    told = predicted | task_of(model.task).shares(scores, model.schema)
    return told | bound_columns(model, scores)


def bound_columns(model: Predictor, scores: Array) -> dict[str, Array]:
    """What holds the truth of rows as columns, `low` and `high`, or `set`; none where nothing does.

    They stand in the place of what a task says of its own, which has the same names.

    Args:
        model: to ask.
        scores: `(n, ...)` as it gives them.
    """
    conformal = model.conformal
    if conformal is None:
        return {}
    task = task_of(model.schema)
    told = bounds_told(task, scores, decided(scores, model.threshold), model.schema, conformal)
    if SETS in told:
        return {"set": objects(told[SETS])}
    low, high = conformal.intervals(task, scores, model.schema).T
    return {"low": low, "high": high}


def ask(
    model: Predictor, source: Any, root: str | None = None, *, columns: Sequence[str] = ()
) -> Iterator[Answered]:
    """Ask a model about a file of rows, a picture or sound, or a folder of them, piece by piece.

    Args:
        model: to ask.
        source: of any form that Collect reads; for a model of pictures or sounds also those.
        root: the folder below which texts of the file may name pictures; its own if None.
        columns: of the file, to be carried along; `EVERY` for all.

    Yields:
        Answers in the order of the rows; one piece at least. Pictures carry their `file`.

    Raises:
        ConfigError: if columns are named twice, or as an answer is, or are not in the file.
        RequestError: naming row and column.
    """
    check_columns(model, columns)
    inputs = model.schema.inputs
    kind = kind_of(inputs[0].kind) if len(inputs) == 1 else None
    form = model.contract.text.get("cells")
    path = source if isinstance(source, Path) else None
    files = [path] if path is not None and is_cell(path.name) else []
    if path is not None and path.is_dir() and form is None:
        files = list_pictures(path, kind if kind is not None and kind.suffixes else None)
    if files:
        most = PICTURES if plane_of(model.schema) else _FILES
        for start in range(0, len(files), most):
            some = files[start : start + most]
            names = {"file": [str(file) for file in some]}
            sizes = sizes_of(some) if plane_of(model.schema) else ()
            scores = model.scores(some)
            yield Answered(scores=scores, carried=names, total=len(files), sizes=sizes)
        return
    first = 0
    reading = model.reading(root, keep=tuple(columns))
    most = PICTURES if plane_of(model.schema) else ROWS
    for raw in raw_pieces(source, model.schema, reading, rows=most):
        carried = _carried(raw, columns)
        check_columns(model, list(carried))
        scores = model.score_raw(raw, first)
        sizes = sizes_in(raw, model.schema)
        yield Answered(scores=scores, carried=carried, total=raw.whole or len(raw), sizes=sizes)
        first += len(raw)


def _carried(raw: Raw, columns: Sequence[str]) -> Mapping[str, Any]:
    for name in columns:
        if name not in raw.kept and name != EVERY:
            there = list(dict.fromkeys([*raw.columns, *raw.others]))
            near = nearest(name, there)
            raise ConfigError(
                f"--columns: expected columns of {raw.name}, found {name!r}, which it lacks.",
                evidence=f"It has {quoted(there)}." if there else "",
                remedy=f"Write {near!r}." if near else "Name columns that it has.",
                column=name,
            )
    return raw.kept


def check_columns(model: Predictor, columns: Sequence[str]) -> None:
    """Refuse columns that cannot stand before the answers.

    Raises:
        ConfigError: if one is named twice, or as an answer is.
    """
    twice = [name for name in dict.fromkeys(columns) if columns.count(name) > 1]
    nothing = task_of(model.task).empty(model.schema, model.steps)
    taken = {PREDICTION, PROBABILITIES, *columns_of(model, nothing)}
    clashes = [name for name in columns if name in taken]
    if not twice and not clashes:
        return
    found = f"{quoted(twice)} more than once" if twice else quoted(clashes)
    wanted = "each column once" if twice else "columns of the file that no answer is named as"
    remedy = "Leave it out." if twice else "Rename it in the file, or leave it out."
    raise ConfigError.expected("--columns", wanted, found, remedy, columns=tuple(twice or clashes))


def stream(model: Predictor, source: Bytes, *, columns: Sequence[str] = ()) -> Iterator[Answered]:
    """Answer JSON lines as they come.

    What has arrived is answered at once as one piece, so that neither a slow writer waits for its
    answer nor a fast one for single rows. Blank lines get no answer.

    Yields:
        Answers in the order of the lines; one piece at least, which may be empty.

    Raises:
        ConfigError: if columns are named twice, or as an answer is.
        RequestError: with the `line`, counted from 1, blank ones too; all before it is answered.
    """
    check_columns(model, columns)
    if EVERY in columns:
        raise ConfigError(
            f"--columns: expected names of columns for a stream, found {EVERY!r}.",
            remedy="Name them: --columns id,name.",
        )
    rest, first, empty = b"", 1, True
    while chunk := source.read1(CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        for answered in _answer_lines(model, lines, first, columns):
            empty = False
            yield answered
        first += len(lines)
    for answered in _answer_lines(model, [rest], first, columns):
        empty = False
        yield answered
    if empty:
        yield Answered(scores=model.scores([]), carried={name: [] for name in columns})


def _answer_lines(
    model: Predictor, lines: Sequence[bytes], first: int, columns: Sequence[str]
) -> Iterator[Answered]:
    """Answer lines of which the first has this number."""
    rows: dict[int, Any] = {}
    for number, line in enumerate(lines, start=first):
        if not line.strip():
            continue
        wanted, found = "a JSON object", repr(line[:60].decode(errors="replace"))
        try:
            value = parse_json(line)
        except RepeatedKeyError as fault:
            value, wanted, found = None, "each key once", f"{fault.key!r} twice"
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            yield from _answer_rows(model, rows, columns)
            who, remedy = f"Stream, line {number:,}", "Write one JSON object a line."
            facts = {"row": None, "line": number, "column": None}
            raise RequestError.expected(who, wanted, found, remedy, **facts)
        rows[number] = value
    yield from _answer_rows(model, rows, columns)


def _answer_rows(
    model: Predictor, rows: Mapping[int, Any], columns: Sequence[str]
) -> Iterator[Answered]:
    """Answer rows by their line; of those that hold a fault, all before the first such line."""
    if not rows:
        return
    numbers = list(rows)
    try:
        scores = model.scores(list(rows.values()), complete=True)
        carried = _carried_cells(list(rows.values()), columns)
    except RequestError as error:
        if len(numbers) == 1:
            raise _at_line(error, numbers[0]) from None
        middle = len(numbers) // 2
        for half in (numbers[:middle], numbers[middle:]):
            yield from _answer_rows(model, {number: rows[number] for number in half}, columns)
        return
    sizes = sizes_asked(list(rows.values()), model.schema)
    yield Answered(scores=scores, carried=carried, sizes=sizes)


def _carried_cells(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> dict[str, Any]:
    lacking = ((name, row) for row in rows for name in columns if name not in row)
    for name, row in lacking:
        raise missing(name, row)
    return {name: [row[name] for row in rows] for name in columns}


def _at_line(error: RequestError, line: int) -> RequestError:
    """The error of a single row, told of its line."""
    told = error.summary.removeprefix("Request").removeprefix(", row 0")
    told = told if told.startswith((":", ",")) else f": {told}"
    facts = {**error.facts, "row": None, "line": line}
    return RequestError(
        f"Stream, line {line:,}{told}", evidence=error.evidence, remedy=error.remedy, **facts
    )
