"""The same rows as a frame, as CSV text and as JSON, for the replay."""

import base64
import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from fivefold.codecs.numerals import Numerals
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Array, Table
from fivefold.kinds.canonical import canonical_column

NESTED = 64  # images of a stack given to JSON as rows of pixels; the others as base64
EXACT = 2.0**53  # whole floats up to here are whole numbers too


def write_doors(table: Table, schema: Schema, folder: Path) -> None:
    """Write `frame.json` with its arrays, `rows.csv` and `rows.jsonl`.

    Args:
        table: canonical columns.
        schema: names the inputs.
        folder: exists and is empty.
    """
    columns = {c: canonical_column(table.column(c.name), c)[0] for c in schema.inputs}
    pictures = {c.name: list(map(as_cell, a)) for c, a in columns.items() if c.kind == "image"}
    entries = []
    for number, (column, values) in enumerate(columns.items()):
        loose = column.kind == "image" and values.dtype == object
        framed = pictures[column.name] if loose else as_frame(values, column)
        entries.append(_save(framed, column, folder, number))
    (folder / "frame.json").write_text(json.dumps(entries), encoding="utf-8")
    texts = [
        list(map(_cell_text, pictures[c.name])) if c.kind == "image" else as_text(a, c)
        for c, a in columns.items()
    ]
    # Marked: a model of a file in another encoding would try that one first.
    with (folder / "rows.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow([column.name for column in columns])
        writer.writerows(zip(*texts, strict=True))
    cells = [
        _json_images(a, pictures[c.name]) if c.kind == "image" else as_json(a, c)
        for c, a in columns.items()
    ]
    names = [column.name for column in columns]
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as file:
        for row in zip(*cells, strict=True):
            file.write(json.dumps(dict(zip(names, row, strict=True))) + "\n")


def as_frame(values: Array, column: Column) -> Array:
    """A canonical column with the type that pandas would have given it.

    Whole numbers are int64, or float64 if one is missing; so are categories that are whole
    numbers. True and false are bool, or objects if one is missing.
    """
    if column.kind == "numeric":
        whole = np.isfinite(values) & (values == np.rint(values)) & (np.abs(values) < EXACT)
        return values.astype(np.int64) if whole.all() else values
    if column.kind == "boolean":
        truths = [None if np.isnan(value) else bool(value) for value in values]
        return np.array(truths, dtype=bool if None not in truths else object)
    if column.kind != "categorical":
        return values
    known = [value for value in values if value is not None]
    if known and all(_is_whole(value) for value in known):
        if len(known) == len(values):
            return values.astype(np.int64)
        return np.array([np.nan if v is None else float(v) for v in values], np.float64)
    if known and set(known) <= {"True", "False"}:
        truths = [None if value is None else value == "True" for value in values]
        return np.array(truths, dtype=bool if None not in truths else object)
    return values


def as_text(values: Array, column: Column) -> list[str]:
    """A canonical column as the cells of a CSV file."""
    match column.kind:
        case "numeric":
            form = Numerals.from_example(column.format) if column.format else None
            write = form.write if form else _number
            return ["" if np.isnan(v) else write(v) for v in values.tolist()]
        case "boolean":
            return ["" if np.isnan(v) else str(bool(v)) for v in values.tolist()]
        case "datetime":
            return ["" if np.isnat(v) else str(v) for v in values]
        case _:
            return ["" if v is None else v for v in values]


def as_json(values: Array, column: Column) -> list[Any]:
    """A canonical column as JSON values."""
    match column.kind:
        case "numeric":
            return [None if np.isnan(v) else json.loads(_number(v)) for v in values.tolist()]
        case "boolean":
            return [None if np.isnan(v) else bool(v) for v in values.tolist()]
        case "datetime":
            return [None if np.isnat(v) else str(v) for v in values]
        case "categorical":
            return [int(v) if v is not None and _is_whole(v) else v for v in values]
        case _:
            return list(values)


def as_cell(image: Array) -> Any:
    """A canonical image as JSON holds it: base64 of a PNG file, or rows of pixels."""
    grey = image.shape[2] == 1
    if image.dtype == np.uint8 or (image.dtype == np.uint16 and grey):
        return encode_png(image)
    return _rows(image)


def encode_png(image: Array) -> str:
    """An 8-bit image, or a grey 16-bit one, as base64 of a PNG file, which loses nothing."""
    from PIL import Image

    file = io.BytesIO()
    pixels = image[:, :, 0] if image.shape[2] == 1 else image
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return base64.b64encode(file.getvalue()).decode("ascii")


def _rows(image: Array) -> list[Any]:
    rows: list[Any] = (image[:, :, 0] if image.shape[2] == 1 else image).tolist()
    return rows


def _cell_text(cell: Any) -> str:
    return cell if isinstance(cell, str) else json.dumps(cell)


def _json_images(values: Array, pictures: list[Any]) -> list[Any]:
    if values.dtype == object:  # of several depths, perhaps, which only files tell apart
        return pictures
    return [_rows(image) for image in values[:NESTED]] + pictures[NESTED:]


def _save(values: Any, column: Column, folder: Path, number: int) -> dict[str, Any]:
    plain = isinstance(values, np.ndarray) and values.dtype != object
    name = f"column-{number}.{'npy' if plain else 'json'}"
    if plain:
        np.save(folder / name, values, allow_pickle=False)
    else:
        (folder / name).write_text(json.dumps(list(values)), encoding="utf-8")
    return {"name": column.name, "file": name, "bytes": column.kind == "image" and not plain}


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < EXACT else repr(value)


def _is_whole(text: str) -> bool:
    digits = text.removeprefix("-")
    few = 0 < len(digits) <= 15 and digits.isascii() and digits.isdigit()
    return few and text == str(int(text))
