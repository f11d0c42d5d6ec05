"""Collected columns as Arrow has them, with what Croissant calls their types."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fivefold.kinds.known import kind_of

if TYPE_CHECKING:
    from fivefold.codecs.table import Array
    from fivefold.sheet.filled import Data

SPLIT = "split"
PARTS = ("train", "validation", "test")
_FILES = {"picture": "sc:ImageObject", "sound": "sc:AudioObject", "film": "sc:VideoObject"}
"""What a cell that is a file holds, by the control that the page fills it in with."""


class Columnar(NamedTuple):
    """One column.

    Attributes:
        name: of the column.
        values: an Arrow array.
        types: of Croissant, the atomic one first.
        shape: of a cell that is an array, -1 for what varies; empty where it is none.
        role: what it is used for; `split` for the parts of the source.
        told: what it is, in a few words.
    """

    name: str
    values: Any
    types: tuple[str, ...]
    shape: tuple[int, ...]
    role: str
    told: str


def columns_as_arrow(data: "Data") -> list[Columnar]:
    """All columns of collected data that have cells, in their order; its own parts last."""
    import pyarrow as pa

    schema, found = data.schema, list[Columnar]()
    for name in data.table.names:
        if name not in schema.by_name:
            continue
        column = schema[name]
        kind = kind_of(column.kind)
        values, shape = _arrow(kind.to_frame(data.table.column(name), column))
        plain = _type(values.type, _FILES.get(kind.control, "sc:Text"))
        types = (plain, "cr:Label") if column.role == "target" else (plain,)
        why = f": {column.reason}" if column.reason else ""
        told = f"{column.kind}, {column.role}{why}."
        found.append(Columnar(name, values, types, shape, column.role, told))
    if data.given is not None and SPLIT not in data.table.names:
        names = [PARTS[part] if part >= 0 else None for part in data.given.tolist()]
        told = "The part that the source puts the row in."
        found.append(Columnar(SPLIT, pa.array(names, pa.string()), ("sc:Text",), (), SPLIT, told))
    return found


def _arrow(cells: Any) -> tuple[Any, tuple[int, ...]]:
    """Cells as an Arrow array, and the shape of one that is an array."""
    import pyarrow as pa

    if isinstance(cells, np.ndarray) and cells.dtype != object:
        if cells.ndim == 1:
            return pa.array(cells, from_pandas=True), ()
        return _dense(cells), cells.shape[1:]
    plain = [_plain(cell) for cell in cells]
    known = [cell for cell in plain if cell is not None]
    if known and all(isinstance(cell, str) for cell in known):
        words = [None if c is None else c.encode("utf-8", "replace").decode() for c in plain]
        return pa.array(words, pa.string()), ()
    values = pa.array(plain)
    depth, inner = 0, values.type
    while pa.types.is_list(inner):
        depth, inner = depth + 1, inner.value_type
    return values, (-1,) * depth


def _dense(cells: "Array") -> Any:
    """Arrays of one shape, as nested lists of one size, without a Python object a number."""
    import pyarrow as pa

    values = pa.array(np.ascontiguousarray(cells).reshape(-1), from_pandas=True)
    for size in reversed(cells.shape[1:]):
        values = pa.FixedSizeListArray.from_arrays(values, size)
    return values


def _plain(cell: Any) -> Any:
    """What Arrow takes for a cell: arrays as lists, other objects as their text."""
    if isinstance(cell, np.ndarray):
        return cell.tolist()
    if cell is None or isinstance(cell, str | bytes | bool | int | float | list):
        return cell
    return str(cell)


def _type(arrow: Any, file: str) -> str:
    """The type of a column, or of the cells of its arrays."""
    import pyarrow as pa

    while pa.types.is_list(arrow) or pa.types.is_fixed_size_list(arrow):
        arrow = arrow.value_type
    if pa.types.is_boolean(arrow):
        return "sc:Boolean"
    if pa.types.is_integer(arrow):
        return "sc:Integer"
    if pa.types.is_floating(arrow):
        return "sc:Float"
    if pa.types.is_timestamp(arrow):
        return "sc:DateTime"
    return file if pa.types.is_binary(arrow) else "sc:Text"
