"""The same rows as a frame, as CSV text and as JSON, for the replay."""

import base64
import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Table
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.known import kind_of


def json_rows(table: Table, schema: Schema) -> list[dict[str, Any]]:
    """Rows as a request in JSON has them.

    Args:
        table: canonical columns.
        schema: names the inputs.
    """
    return _rows([column.name for column in schema.inputs], _handed(table, schema))


def write_doors(table: Table, schema: Schema, folder: Path) -> None:
    """Write `frame.json` with its arrays, `rows.csv` and `rows.jsonl`.

    Args:
        table: canonical columns.
        schema: names the inputs.
        folder: exists and is empty.
    """
    names = [column.name for column in schema.inputs]
    columns = _handed(table, schema)
    entries = [
        {"name": name, **_save(column.frame, folder, number)}
        for number, (name, column) in enumerate(zip(names, columns, strict=True))
    ]
    (folder / "frame.json").write_text(json.dumps(entries), encoding="utf-8")
    # Marked: a model of a file in another encoding would try that one first.
    with (folder / "rows.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(names)
        writer.writerows(zip(*(column.texts for column in columns), strict=True))
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as file:
        for row in _rows(names, columns):
            file.write(json.dumps(row) + "\n")


def _handed(table: Table, schema: Schema) -> list[Any]:
    return [
        kind_of(c.kind).handed(canonical_column(table.column(c.name), c)[0], c)
        for c in schema.inputs
    ]


def _rows(names: list[str], columns: list[Any]) -> list[dict[str, Any]]:
    lines = zip(*(column.json for column in columns), strict=True)
    return [dict(zip(names, line, strict=True)) for line in lines]


def _save(values: Any, folder: Path, number: int) -> dict[str, Any]:
    """Write a column of the frame; `bytes` says that its texts are files and its lists arrays."""
    plain = isinstance(values, np.ndarray) and values.dtype != object
    name = f"column-{number}.{'npy' if plain else 'json'}"
    if plain:
        np.save(folder / name, values, allow_pickle=False)
        return {"file": name, "bytes": False}
    cells = list(values)
    (folder / name).write_text(json.dumps([_packed(cell) for cell in cells]), encoding="utf-8")
    return {"file": name, "bytes": any(isinstance(cell, bytes | np.ndarray) for cell in cells)}


def _packed(cell: Any) -> Any:
    if isinstance(cell, bytes):
        return base64.b64encode(cell).decode("ascii")
    return cell.tolist() if isinstance(cell, np.ndarray | np.generic) else cell
