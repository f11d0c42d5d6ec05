"""Answers as CSV or JSON lines, and which writer a file is for."""

import csv
import importlib.util
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from fivefold.codecs.rendering import cell_text, cells_of, json_value, number_texts
from fivefold.core.faults import missing_package
from fivefold.errors import PreflightError
from fivefold.serve.asked import (
    PREDICTION,
    PROBABILITIES,
    Answered,
    bound_columns,
    columns_of,
)
from fivefold.serve.parquet import ParquetWriter
from fivefold.serve.predictor import Predictor
from fivefold.serve.workbook import ExcelWriter
from fivefold.serve.writer import Writer
from fivefold.tasks.known import task_of


class TextWriter(Writer):
    """Writes text to a stream of somebody else's, or to a file of its own."""

    def __init__(self, target: TextIO | Path, model: Predictor) -> None:
        super().__init__(target, model)
        self._stream: TextIO = (
            target.open("w", encoding="utf-8", newline="") if isinstance(target, Path) else target
        )

    def release(self) -> None:
        """Close the file, if it is one of its own."""
        if isinstance(self._target, Path):
            self._stream.close()


class CsvWriter(TextWriter):
    """Answers as CSV: carried columns, the prediction, a probability for each class."""

    def __init__(self, target: TextIO | Path, model: Predictor) -> None:
        super().__init__(target, model)
        self._rows = csv.writer(self._stream, lineterminator="\n")
        self._begun = False

    def write(self, piece: Answered) -> None:
        told = columns_of(self._model, piece.scores, piece.sizes)
        if not self._begun:
            self._rows.writerow([*map(cell_text, piece.carried), *map(cell_text, told)])
            self._begun = True
        columns: list[Iterable[str]] = [map(cell_text, cells_of(v)) for v in piece.carried.values()]
        for name, values in told.items():
            if values.dtype.kind != "f" or (name == PREDICTION and self._model.classes):
                columns.append(map(cell_text, values.tolist()))
            else:  # a bundle of 0.1.0 gives numbers in the digits of float32
                columns.append(number_texts(values.astype(piece.scores.dtype)))
        self._rows.writerows(zip(*columns, strict=True))


class JsonLinesWriter(TextWriter):
    """Answers as JSON lines: carried columns, the prediction, probabilities by class."""

    def __init__(self, target: TextIO | Path, model: Predictor) -> None:
        super().__init__(target, model)
        self._keys = [f"{_json(str(label))}: " for label in model.classes]

    def write(self, piece: Answered) -> None:
        rows: Iterable[str] = self._told(piece)
        if bounds := bound_columns(self._model, piece.scores):
            more = zip(rows, _objects(bounds), strict=True)
            rows = (f"{own[:-1]}, {held[1:]}" for own, held in more)
        if piece.carried:
            carried = zip(_objects(piece.carried), rows, strict=True)
            rows = (f"{own[:-1]}, {row[1:]}" for own, row in carried)
        self._stream.writelines(f"{row}\n" for row in rows)
        self._stream.flush()

    def _told(self, piece: Answered) -> Iterable[str]:
        scores, task = piece.scores, task_of(self._model.task)
        if task.plane:
            return _objects(columns_of(self._model, scores, piece.sizes))
        found = self._model.answers(scores)
        if found.ndim > 1 or task.network:  # several values, each named
            return _objects(columns_of(self._model, scores))
        answers, chances = found.tolist(), task.chances(scores)
        if chances is None or chances.ndim != 2:
            return (f'{{"{PREDICTION}": {_json(value)}}}' for value in answers)
        number = repr if np.isfinite(chances).all() else _json
        several = any(isinstance(answer, list) for answer in answers)
        told = (
            map(_json, answers)
            if several
            else map({a: _json(a) for a in set(answers)}.get, answers)
        )
        return (
            f'{{"{PREDICTION}": {answer}, "{PROBABILITIES}": {{'
            + ", ".join([key + number(share) for key, share in zip(self._keys, row, strict=True)])
            + "}}"
            for answer, row in zip(told, chances.tolist(), strict=True)
        )


def _objects(columns: Mapping[str, Any]) -> Iterable[str]:
    """Each row of these columns as JSON."""
    cells = [map(json_value, cells_of(values)) for values in columns.values()]
    return (_json(dict(zip(columns, row, strict=True))) for row in zip(*cells, strict=True))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


_WRITERS: dict[str, type[Writer]] = {
    ".csv": CsvWriter,
    ".jsonl": JsonLinesWriter,
    ".parquet": ParquetWriter,
    ".xlsx": ExcelWriter,
}


def check_suffix(path: Path) -> None:
    """Refuse a file whose form cannot be written.

    Raises:
        PreflightError: for another ending, or if what writes this one is not installed.
    """
    suffix = path.suffix.lower()
    writer = _WRITERS.get(suffix)
    if writer is None:
        wanted, found = f"a file that ends in {', '.join(_WRITERS)}", f"{path.name!r}"
        remedy = "Name one of these; the ending says the form."
        raise PreflightError.expected("--to", wanted, found, remedy, path=path)
    if writer.needs is not None and importlib.util.find_spec(writer.needs[0]) is None:
        raise missing_package("--to", *writer.needs, writer.remedy)


def writer_of(suffix: str, target: Path | TextIO, model: Predictor) -> Writer:
    """The writer of one form.

    Args:
        suffix: see `check_suffix`.
        target: a path, or a stream of text for `.csv` and `.jsonl`.
        model: whose answers are written.
    """
    return _WRITERS[suffix.lower()](target, model)
