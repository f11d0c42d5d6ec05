"""States of codecs as fivefold 0.1 and the first 0.2 wrote them."""

from collections.abc import Mapping
from typing import Any

from fivefold.codecs.intensity import Intensity
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Array
from fivefold.errors import DataError
from fivefold.kinds.codes import CODES
from fivefold.kinds.known import kind_of
from fivefold.kinds.numbers import NUMBERS
from fivefold.kinds.pixels import PIXELS
from fivefold.kinds.scaling import ARRAYS, CURVE
from fivefold.kinds.state import EncodedColumns, FittedColumn, grouped, joined
from fivefold.kinds.tokens import TOKENS


def older_space_of(column: Column) -> tuple[str, str]:
    """The names of array and tensor in bundles of 0.1 and of the first 0.2.

    Example:
        >>> [older_space_of(Column(name=name, kind="text")) for name in ("note", "codes", "table")]
        [('note', 'note'), ('codes_', 'codes_'), ('table', 'table_')]
    """
    array = column.name + "_" if column.name in {"numeric", "codes"} else column.name
    return array, array + "_" if array in {"table", "codes"} else array


def older_blocks(
    values: Mapping[str, Any], arrays: Mapping[str, Array], schema: Schema
) -> list[EncodedColumns]:
    """The blocks of a state of version 1 or 2.

    Raises:
        DataError: if an array is absent.
    """
    is_curved = values["numeric"] and values["settings"]["scale"] == "quantile"
    known = {f"numeric.{name}" for name in ARRAYS if is_curved or name not in CURVE}
    known |= {f"images.{name}.{part}" for name in values["images"] for part in ("mean", "std")}
    lost = known.difference(arrays)
    if lost:
        raise DataError(f"Codec: expected the array {min(lost)!r}, found none of that name.")
    categories = iter(values["categories"])
    plain = Intensity().to_json()
    fitted = []
    for column in schema.inputs:
        kind = kind_of(column.kind)
        own: Any
        colours: dict[str, Array] = {}
        name = column.name if kind.block.shared else older_space_of(column)[0]
        if kind.block is TOKENS:
            own = values["texts"][name]
        elif kind.block is CODES:
            own = {"categories": next(categories)}
        elif kind.block is PIXELS:
            intensity = values.get("intensities", {}).get(name, plain)
            own = {"shape": values["images"][name], "intensity": intensity}
            colours = {part: arrays[f"images.{name}.{part}"] for part in ("mean", "std")}
        else:
            own = {"times": name in values.get("timed", ())}
        state = None if kind.state is None else kind.unpack(own, colours, column)
        fitted.append(FittedColumn(column, kind, state))
    shared = {
        NUMBERS: (
            {"names": values["numeric"]},
            {name: arrays[f"numeric.{name}"] for name in ARRAYS if f"numeric.{name}" in arrays},
        ),
        CODES: ({"mode": values["settings"]["categories"]}, {}),
    }
    return [
        joined(
            block,
            columns,
            block.unpack(*shared[block]) if block.shared else None,
            names=None if block.shared else older_space_of(columns[0].column),
        )
        for block, columns in grouped(fitted)
    ]
