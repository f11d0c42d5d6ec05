"""One array that a codec gives, described."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fivefold.codecs.schema import Column
from fivefold.kinds.codes import CategoricalState
from fivefold.kinds.numbers import NumericState
from fivefold.kinds.pixels import ImageState
from fivefold.kinds.tokens import TextState


@dataclass(frozen=True, kw_only=True)
class Block:
    """One array that a codec gives.

    Args:
        name: its key: `numeric`, `codes`, or the name of a text or image column (see
            `block_name`).
        kind: how a network reads it.
        dtype: of the array.
        shape: of one row.
        columns: what its numbers are: features, or columns.
    """

    name: str
    kind: Literal["numeric", "codes", "text", "image"]
    dtype: Literal["float32", "int32", "uint8"]
    shape: tuple[int, ...]
    columns: tuple[str, ...]


def block_name(column: Column) -> str:
    """The name of a text or image column's block: its own, unless a table's blocks have it.

    Example:
        >>> block_name(Column(name="codes", kind="text"))
        'codes_'
    """
    return column.name + "_" if column.name in {"numeric", "codes"} else column.name


def list_blocks(
    columns: Sequence[Column],
    numeric: NumericState,
    categorical: CategoricalState,
    texts: Mapping[str, TextState],
    images: Mapping[str, ImageState],
) -> tuple[Block, ...]:
    """The arrays that fitted rules give: numbers, codes, texts, images; empty ones left out."""
    blocks = [
        Block(
            name="numeric",
            kind="numeric",
            dtype="float32",
            shape=(len(numeric),),
            columns=numeric.names,
        ),
        Block(
            name="codes",
            kind="codes",
            dtype="int32",
            shape=(len(categorical),),
            columns=categorical.names,
        ),
    ]
    for column in (column for column in columns if column.kind == "text"):
        name = block_name(column)
        shape = (texts[name].length,)
        blocks.append(
            Block(name=name, kind="text", dtype="int32", shape=shape, columns=(column.name,))
        )
    for column in (column for column in columns if column.kind == "image"):
        name = block_name(column)
        size = images[name].shape
        blocks.append(
            Block(name=name, kind="image", dtype="uint8", shape=size, columns=(column.name,))
        )
    return tuple(block for block in blocks if block.columns)
