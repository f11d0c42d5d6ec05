"""Rows in JSON: lines, a list of objects, an object of columns, the body of a request."""

from collections.abc import Mapping
from typing import Any

from fivefold.errors import DataError
from fivefold.reading.arrays import read_columns, read_records
from fivefold.reading.encoding import Text, decode, decodings, detect_encoding, text_form
from fivefold.reading.jsontext import RepeatedKeyError, parse_json
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw


def read_json(content: bytes, name: str, reading: Reading | None = None) -> Raw:
    r"""The rows of JSON text; a key that a row lacks is missing there.

    Args:
        content: JSON lines, one list of objects, one object of lists (or of objects by row, as
            pandas writes it), or `{"instances": [...]}`.
        name: of the source, for messages.
        reading: its encoding; None detects it.

    Raises:
        DataError: naming the first line that is not a JSON object.

    Example:
        >>> raw = read_json(b'{"a": 1}\n{"a": 2, "b": "x"}\n', "a.jsonl")
        >>> {key: values.tolist() for key, values in raw.columns.items()}
        {'a': [1, 2], 'b': [None, 'x']}
    """
    reading = reading or Reading()
    if reading.asks and reading.encoding is None:
        texts = decodings(content, reading.text, name)
    else:
        encoding = reading.encoding or detect_encoding(content)
        texts = [decode(content, encoding, name, detected=reading.encoding is None)]
    for text in texts[:-1]:
        try:
            return _read_text(text, content, name, reading)
        except DataError:
            continue
    return _read_text(texts[-1], content, name, reading)


def _read_text(text: Text, content: bytes, name: str, reading: Reading) -> Raw:
    raw = _rows(_values(text.content, name), name, reading)
    return raw.replace(text=text_form(content, text.encoding))


def _values(text: str, name: str) -> Any:
    """The value of one JSON text, or the list of those of its lines."""
    try:
        return parse_json(text)
    except RepeatedKeyError as fault:
        raise _repeated(fault, name) from None
    except (ValueError, RecursionError):
        return _lines(text, name)


def _repeated(fault: RepeatedKeyError, where: str, **facts: Any) -> DataError:
    return DataError(
        f"{where}: expected each key once in an object, found {fault.key!r} twice.",
        remedy="Give each value a key of its own.",
        column=fault.key,
        wanted="each key once in an object",
        found=f"{fault.key!r} twice",
        **facts,
    )


def _rows(value: Any, name: str, reading: Reading) -> Raw:
    if isinstance(value, Mapping):
        instances = value.get("instances")
        if set(value) == {"instances"} and isinstance(instances, list):
            value = instances
        elif reading.asks and any(_is_picture(value.get(name)) for name in reading.images):
            value = [value]
        elif value and all(isinstance(column, list) for column in value.values()):
            return read_columns(value, name)
        elif _is_by_row(value):
            return read_columns({key: list(rows.values()) for key, rows in value.items()}, name)
        else:
            value = [value]  # JSON lines with one line
    if isinstance(value, list) and reading.only and not any(isinstance(v, Mapping) for v in value):
        return read_columns({reading.only: value}, name)
    if not isinstance(value, list) or not all(isinstance(record, Mapping) for record in value):
        raise DataError(
            f"{name}: expected JSON objects, one a row, found other values.",
            remedy='Write rows as {"column": value}, one a line.',
            wanted="JSON objects, one a row",
            found="other values",
        )
    if not value and not reading.asks:
        raise DataError(
            f"{name}: expected rows, found none.",
            remedy="Pass a file that holds rows.",
            rows=0,
        )
    return read_records(value, name)


def _is_picture(value: Any) -> bool:
    """Whether it is rows of pixels, and not a list of pictures."""
    is_rows = isinstance(value, list) and value and isinstance(value[0], list) and value[0]
    return bool(is_rows) and not isinstance(value[0][0], list)


def _is_by_row(value: Mapping[str, Any]) -> bool:
    """Whether it is `{column: {row: cell}}` with the same rows in every column."""
    columns = list(value.values())
    if not columns or not all(isinstance(column, Mapping) and column for column in columns):
        return False
    return all(list(column) == list(columns[0]) for column in columns) and all(
        key.isdigit() for key in columns[0]
    )


def _lines(text: str, name: str) -> list[Any]:
    rows: list[Any] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            rows.append(parse_json(line))
        except RepeatedKeyError as fault:
            where, row = f"{name}, line {number:,}", len(rows)
            raise _repeated(fault, where, line=number, rows=(row,)) from None
        except (ValueError, RecursionError) as fault:
            place = getattr(fault, "colno", 1)
            raise DataError(
                f"{name}, line {number:,}: expected a JSON object, found {line.strip()[:40]!r}.",
                evidence=f"{getattr(fault, 'msg', 'Too deep')} at character {place}.",
                remedy="Repair that line, or write one JSON object a line.",
                line=number,
                rows=(len(rows),),
                wanted="a JSON object",
                found=line.strip()[:40],
            ) from None
    return rows
