"""JSON lines, one object a row; and a JSON file that holds a list of objects."""

import json
from collections.abc import Mapping
from typing import Any

from fivefold.errors import DataError
from fivefold.reading.dialect import decode, detect_encoding, text_form
from fivefold.reading.frames import read_records
from fivefold.reading.raw import Raw


def read_json(content: bytes, name: str, *, encoding: str | None = None) -> Raw:
    r"""The rows of JSON text; a key that a row lacks is missing there.

    Args:
        content: JSON lines, or one list of objects.
        name: of the source, for messages.
        encoding: None to detect.

    Raises:
        DataError: naming the first line that is not a JSON object.

    Example:
        >>> raw = read_json(b'{"a": 1}\n{"a": 2, "b": "x"}\n', "a.jsonl")
        >>> {key: values.tolist() for key, values in raw.columns.items()}
        {'a': [1, 2], 'b': [None, 'x']}
    """
    chosen = encoding or detect_encoding(content)
    text = decode(content, chosen, name).removeprefix("\ufeff")
    records = _whole(text) if text.lstrip().startswith("[") else _lines(text, name)
    if records is None or not all(isinstance(record, Mapping) for record in records):
        raise DataError(
            f"{name}: expected JSON objects, one a row, found other values.",
            remedy='Write rows as {"column": value}, one a line.',
        )
    if not records:
        raise DataError(
            f"{name}: expected rows, found none.",
            remedy="Pass a file that holds rows.",
            rows=0,
        )
    return read_records(records, name).replace(text=text_form(content, chosen))


def _whole(text: str) -> list[Any] | None:
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return None
    return value if isinstance(value, list) else None


def _lines(text: str, name: str) -> list[Any]:
    records = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError as fault:
            raise DataError(
                f"{name}, line {number:,}: expected a JSON object, found {line.strip()[:40]!r}.",
                evidence=f"{fault.msg} at character {fault.colno}.",
                remedy="Repair that line, or write one JSON object a line.",
                line=number,
            ) from None
    return records
