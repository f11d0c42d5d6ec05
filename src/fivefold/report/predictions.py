"""Predictions as CSV, as JSON lines, or as a stream of them."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO

import numpy as np

from fivefold.errors import RequestError
from fivefold.reading.images import is_image, list_pictures
from fivefold.reading.jsontext import RepeatedKeyError, parse_json
from fivefold.reading.raw import listed
from fivefold.serve.requests import ROWS, raw_pieces

if TYPE_CHECKING:
    from fivefold.codecs.table import Array
    from fivefold.serve.predictor import Predictor

CHUNK = 1 << 16
_FILES = 1024


class Bytes(Protocol):
    """A source that gives what is there, and waits only when nothing is."""

    def read1(self, size: int) -> bytes:
        """At most `size` bytes; none at the end."""


def spoken(model: "Predictor", scores: "Array") -> Iterator[dict[str, Any]]:
    """What to say of each row.

    Args:
        model: its task and classes decide the form.
        scores: `(n, classes)` probabilities or `(n,)` values.

    Returns:
        One dict a row: `prediction`, and `probabilities` by class unless a number is predicted.
    """
    if model.task == "regression":
        for value in scores.tolist():
            yield {"prediction": value}
        return
    names = [str(label) for label in model.classes]
    for label, shares in zip(model.answers(scores).tolist(), scores.tolist(), strict=True):
        yield {"prediction": label, "probabilities": dict(zip(names, shares, strict=True))}


Asked = tuple[dict[str, Sequence[Any]], list[dict[str, Any]]]
"""Columns to be printed beside the answers, and the answers."""


def ask(model: "Predictor", path: Path, root: str | None = None) -> Iterator[Asked]:
    """Ask a model about a file of rows, a picture, or a folder of pictures, piece by piece.

    Args:
        model: to ask.
        path: of any form that Collect reads; for a model of pictures also those.
        root: the folder below which texts of the file may name pictures; its own if None.

    Yields:
        Columns of the file with their answers; one piece at least.

    Raises:
        RequestError: naming row and column.
    """
    files = list_pictures(path) if path.is_dir() else [path] if is_image(path.name) else []
    if files:
        for start in range(0, max(len(files), 1), _FILES):
            some = files[start : start + _FILES]
            yield {"file": list(map(str, some))}, list(spoken(model, model.scores(some)))
        return
    first = 0
    for raw in raw_pieces(path, model.schema, model.reading(root), rows=ROWS):
        said = list(spoken(model, model.score_raw(raw, first)))
        yield {name: _printed(values) for name, values in raw.columns.items()}, said
        first += len(raw)


def _printed(values: Any) -> list[Any]:
    cells = listed(values)
    if cells and isinstance(cells[0], np.datetime64):
        return [None if np.isnat(cell) else str(cell) for cell in cells]
    return cells


def write_json_lines(sink: TextIO, said: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object a row."""
    for answer in said:
        print(json.dumps(answer, ensure_ascii=False), file=sink)


def write_csv(sink: TextIO, asked: Iterable[Asked], classes: Sequence[object] = ()) -> None:
    """The rows that were asked about, each followed by its answer.

    Args:
        sink: text is written there.
        asked: columns by name with an answer for each row; columns that hold lists (pixels) are
            left out, and numbers get seven digits, all that float32 holds.
        classes: of the model; they name the columns where no row was asked about.
    """
    writer = csv.writer(sink, lineterminator="\n")
    plain: list[str] | None = None
    for columns, said in asked:
        if plain is None:
            plain = [name for name, values in columns.items() if all(map(_is_plain, values))]
            names = said[0].get("probabilities", ()) if said else classes
            shares = [f"probability of {name}" for name in names]
            writer.writerow([*plain, "prediction", *shares])
        for number, answer in enumerate(said):
            own = [columns[name][number] for name in plain]
            told = [answer["prediction"], *answer.get("probabilities", {}).values()]
            writer.writerow([*own, *(f"{v:.7g}" if isinstance(v, float) else v for v in told)])


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)


def stream(model: "Predictor", source: Bytes, sink: TextIO) -> int:
    """Answer JSON lines as they come: a line out for each line in.

    What has arrived is answered at once as one batch, so that neither a slow writer waits for its
    answer nor a fast one for single rows. Blank lines get no answer.

    Args:
        model: to ask.
        source: bytes of JSON lines.
        sink: JSON lines are written there, and flushed after each batch.

    Returns:
        How many rows were answered.

    Raises:
        RequestError: with the `line`, counted from 1, blank ones too; all before it is answered.
    """
    rest, first, rows = b"", 1, 0
    while chunk := source.read1(CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        rows += _answer_lines(model, lines, first, sink)
        first += len(lines)
    return rows + _answer_lines(model, [rest], first, sink)


def _answer_lines(model: "Predictor", lines: Sequence[bytes], first: int, sink: TextIO) -> int:
    """Answer lines of which the first has this number; how many were not blank."""
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
            _answer_rows(model, rows, sink)
            raise RequestError(
                f"Stream, line {number:,}: expected {wanted}, found {found}.",
                remedy="Write one JSON object a line.",
                row=None,
                line=number,
                column=None,
                wanted=wanted,
                found=line,
            )
        rows[number] = value
    _answer_rows(model, rows, sink)
    return len(rows)


def _answer_rows(model: "Predictor", rows: Mapping[int, Any], sink: TextIO) -> None:
    """Answer rows by their line; of those that hold a fault, all before the first such line."""
    if not rows:
        return
    numbers = list(rows)
    try:
        said = list(spoken(model, model.scores(list(rows.values()), complete=True)))
    except RequestError as error:
        if len(numbers) == 1:
            raise _at_line(error, numbers[0]) from None
        middle = len(numbers) // 2
        for half in (numbers[:middle], numbers[middle:]):
            _answer_rows(model, {number: rows[number] for number in half}, sink)
        return
    write_json_lines(sink, said)
    sink.flush()


def _at_line(error: RequestError, line: int) -> RequestError:
    """The error of a single row, told of its line."""
    told = error.summary.removeprefix("Request").removeprefix(", row 0")
    told = told if told.startswith((":", ",")) else f": {told}"
    facts = {**error.facts, "row": None, "line": line}
    return RequestError(
        f"Stream, line {line:,}{told}", evidence=error.evidence, remedy=error.remedy, **facts
    )
