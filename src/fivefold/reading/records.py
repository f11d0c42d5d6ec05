"""Rows in JSON: lines, a list of objects, an object of columns, the body of a request."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TextIO

from fivefold.codecs.coded import objects
from fivefold.core.jsontext import RepeatedKeyError, parse_json
from fivefold.errors import DataError
from fivefold.reading.arrays import read_columns, read_records
from fivefold.reading.encoding import decodings, text_form
from fivefold.reading.frames import label_text
from fivefold.reading.names import composed, unique_names
from fivefold.reading.options import EVERY, Reading
from fivefold.reading.raw import Raw

_SPLIT = ({"columns", "index", "data"}, {"columns", "data"})
_UNNAMED = re.compile(r"index|level_\d+")


def read_json(content: bytes, name: str, reading: Reading | None = None) -> Raw:
    r"""The rows of JSON text; a key that a row lacks is missing there.

    Args:
        content: JSON lines, one list of objects, one object of lists, what `DataFrame.to_json`
            writes, or `{"instances": [...]}`.
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
    for text in decodings(content, reading, name):
        try:
            raw = _rows(_values(text.content, name), name, reading)
            return raw.replace(text=text_form(content, text.encoding))
        except DataError as error:
            fault = error
    raise fault


def _values(text: str, name: str) -> Any:
    """The value of one JSON text, or the list of those of its lines."""
    try:
        return parse_json(text)
    except RepeatedKeyError as fault:
        raise _repeated(fault, name) from None
    except (ValueError, RecursionError):
        return list(line_values(text.split("\n"), name))


def _repeated(fault: RepeatedKeyError, where: str, **facts: Any) -> DataError:
    wanted, found = "each key once in an object", f"{fault.key!r} twice"
    remedy = "Give each value a key of its own."
    return DataError.expected(where, wanted, found, remedy, column=fault.key, **facts)


def _rows(value: Any, name: str, reading: Reading) -> Raw:
    if isinstance(value, Mapping):
        instances = value.get("instances")
        if set(value) == {"instances"} and isinstance(instances, list):
            value = instances
        elif reading.asks and _is_row(value, reading):
            value = [value]
        elif (raw := _written_by_pandas(value, name, reading)) is not None:
            return raw
        elif value and all(isinstance(column, list) for column in value.values()):
            return read_columns(value, name)
        else:
            value = [value]  # JSON lines with one line
    if isinstance(value, list) and reading.only and not any(isinstance(v, Mapping) for v in value):
        return read_columns({reading.only: value}, name)
    _check_objects(value, name)
    if not value and not reading.asks:
        raise DataError.expected(name, "rows", "none", "Pass a file that holds rows.", rows=0)
    raw = read_records(value, name)
    return raw.keeping(reading.keep, _cells(value, raw.columns, raw) if reading.keep else None)


def _is_row(value: Mapping[str, Any], reading: Reading) -> bool:
    """Whether a column holds one cell that is a list, and not a list of such cells."""
    return any(_nesting(value.get(name)) == depth for name, depth in reading.lists.items())


def _nesting(value: Any) -> int:
    """In how many lists the first item of the innermost is."""
    depth = 0
    while isinstance(value, list) and value:
        value, depth = value[0], depth + 1
    return depth


def _written_by_pandas(value: Mapping[str, Any], name: str, reading: Reading) -> Raw | None:
    """The rows of an object as `DataFrame.to_json` writes it; None if it is none such.

    Labels of rows are left out, as those of every index without a name are.
    """
    data: Any = value.get("data")
    labels, schema = value.get("columns"), value.get("schema")
    if set(value) in _SPLIT and isinstance(labels, list) and isinstance(data, list):
        keys = [label_text(tuple(key) if isinstance(key, list) else key) for key in labels]
        if all(isinstance(row, list) and len(row) == len(keys) for row in data):
            cells = [[row[place] for row in data] for place in range(len(keys))]
            return read_columns(dict(zip(unique_names(keys, name), cells, strict=True)), name)
    are_rows = isinstance(data, list) and all(isinstance(row, Mapping) for row in data)
    if set(value) == {"schema", "data"} and isinstance(schema, Mapping) and are_rows:
        unnamed = {key for key in schema.get("primaryKey", ()) if _UNNAMED.fullmatch(str(key))}
        return read_records([{k: row[k] for k in row if k not in unnamed} for row in data], name)
    parts = list(value.values())
    if not parts or not all(isinstance(part, Mapping) and part for part in parts):
        return None
    if any(list(part) != list(parts[0]) for part in parts):
        return None
    by_column, by_row = (bool({*reading.names} & {*keys}) for keys in (value, parts[0]))
    if by_column == by_row:
        by_column, by_row = (all(map(str.isdigit, keys)) for keys in (parts[0], value))
    if by_row and not by_column:  # orient="index"
        return read_records(parts, name)
    if by_column or not reading.asks:  # orient="columns"
        return read_columns({key: list(part.values()) for key, part in value.items()}, name)
    return None


def line_values(lines: Iterable[str], name: str) -> Iterator[Any]:
    """The values of JSON lines, blank ones left out.

    Raises:
        DataError: naming the first line that is no JSON.
    """
    row = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = parse_json(line)
        except RepeatedKeyError as fault:
            where = f"{name}, line {number:,}"
            raise _repeated(fault, where, line=number, rows=(row,)) from None
        except (ValueError, RecursionError) as fault:
            place = getattr(fault, "colno", 1)
            raise DataError(
                f"{name}, line {number:,}: expected a JSON object, found {line.strip()[:40]!r}.",
                evidence=f"{getattr(fault, 'msg', 'Too deep')} at character {place}.",
                remedy="Repair that line, or write one JSON object a line.",
                line=number,
                rows=(row,),
                wanted="a JSON object",
                found=line.strip()[:40],
            ) from None
        yield value
        row += 1


def line_pieces(
    opener: Callable[[], TextIO], name: str, reading: Reading, rows: int
) -> Iterator[Raw]:
    """The rows of JSON lines that are to be answered, in pieces.

    A column is there if one row of all has it, as where all rows are read at once; so the rows
    that are still to come are looked through, once, where a piece lacks one.

    Raises:
        DataError: naming the first line that is not a JSON object.
    """
    known = EVERY in reading.keep  # all keys of the file are
    every = _keys(opener, name) if known else {}
    keys = set(every)
    carried = tuple(every.values()) if known else reading.keep
    asked = (*reading.inputs, *carried)
    with opener() as lines:
        values = line_values(lines, name)
        while piece := list(islice(values, rows)):
            _check_objects(piece, name)
            raw = read_records(piece, name)
            keys.update(map(composed, raw.columns))
            if not known and not keys.issuperset(map(composed, asked)):
                keys.update(_keys(opener, name))
                known = True
            present = set(map(composed, raw.columns))
            lacking = {n: composed(n) for n in asked if composed(n) not in present}
            empty = {n: objects([None] * len(piece)) for n, key in lacking.items() if key in keys}
            raw = raw.replace(columns={**raw.columns, **empty})
            yield raw.keeping(reading.keep, _cells(piece, carried, raw))


def _keys(opener: Callable[[], TextIO], name: str) -> dict[str, str]:
    """All keys of all rows by their composed form, in the order of first appearance."""
    keys: dict[str, str] = {}
    with opener() as lines:
        for row in line_values(lines, name):
            for key in row if isinstance(row, Mapping) else ():
                keys.setdefault(composed(label_text(key)), label_text(key))
    return keys


def _cells(rows: Sequence[Mapping[str, Any]], names: Iterable[str], raw: Raw) -> dict[str, Any]:
    """The values of these keys as they stand there."""
    return {name: [row.get(name) for row in rows] for name in names if name in raw.columns}


def _check_objects(values: Any, name: str) -> None:
    if isinstance(values, list) and all(isinstance(value, Mapping) for value in values):
        return
    remedy = 'Write rows as {"column": value}, one a line.'
    raise DataError.expected(name, "JSON objects, one a row", "other values", remedy)
