"""The blocks of a codec: which columns share one, and how they are kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Array
from fivefold.core.roster import file_of
from fivefold.errors import ConfigError, DataError
from fivefold.kinds.block import Block, Encoded, Fitted
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import BLOCKS, KINDS, kind_of
from fivefold.tasks.known import TASKS

_TAKEN = frozenset({"numeric", "codes", "table"})


@dataclass(frozen=True, eq=False)
class FittedColumn(Fitted):
    """One input column of a fitted codec, whose kind says all that it knows of it."""

    kind: Kind


@dataclass(frozen=True, eq=False)
class EncodedColumns(Encoded):
    """One array that a codec gives, and its columns."""

    columns: tuple[FittedColumn, ...]


def grouped(columns: Sequence[FittedColumn]) -> Iterator[tuple[Block, list[FittedColumn]]]:
    """The columns by array: fivefold's blocks in the order of their table, then a user's own.

    Columns of a shared block stand together, in the order given.
    """
    own = (column.kind.block for column in columns if column.kind.block not in BLOCKS)
    for block in dict.fromkeys((*BLOCKS, *own)):
        of = [column for column in columns if column.kind.block is block]
        if block.shared and of:
            yield block, of
        elif not block.shared:
            yield from ((block, [column]) for column in of)


def shared_names(columns: Sequence[FittedColumn]) -> frozenset[str]:
    """Names of the arrays that these columns share, so that no column's own has one of them."""
    return frozenset(c.kind.block.name for c in columns if c.kind.block.shared)


def check_names(blocks: Sequence[EncodedColumns]) -> None:
    """Refuse arrays of one name, of which a network would read the last alone.

    Raises:
        ConfigError: naming the block.
    """
    fivefold = {block.name for block in BLOCKS} | {"table"}
    for place, one in enumerate(blocks):
        others = {other.name for other in blocks[:place]}
        own = one.block not in BLOCKS and one.block.shared
        if one.name in others or (own and one.name in fivefold):
            raise ConfigError(
                f"{type(one.block).__name__}: expected a block with a name of its own, found "
                f"{one.name!r}, which another array has.",
                remedy="Give it another `name`.",
                name=one.name,
            )


def space_of(column: Column, shared: frozenset[str] = frozenset()) -> str:
    """The name of the array, and of the tensor, of a column that does not share one.

    It is the column's own, unless a table's arrays have that name; then the kind stands before it,
    as before every name with a slash, so that no two columns of any names meet.

    Args:
        column: of the schema.
        shared: names of arrays that columns share, besides those of fivefold.

    Example:
        >>> [space_of(Column(name=name, kind="text")) for name in ("note", "codes", "a/b")]
        ['note', 'text/codes', 'text/a/b']
    """
    taken = column.name in _TAKEN or column.name in shared or "/" in column.name
    return f"{column.kind}/{column.name}" if taken else column.name


def joined(
    block: Block,
    columns: Sequence[FittedColumn],
    state: Any,
    shared: frozenset[str] = frozenset(),
    names: tuple[str, str] | None = None,
) -> EncodedColumns:
    """One array of a codec.

    Args:
        block: of its columns.
        columns: in order.
        state: what the block has fitted.
        shared: names of all arrays that columns share.
        names: of the array and of the tensor; by the rules of today if None.
    """
    placed, place = [], 0
    for column in columns:
        count = len(block.features(column))
        placed.append(replace(column, shared=state, first=place, count=count))
        place += count
    name = block.name if block.shared else space_of(columns[0].column, shared)
    array, tensor = names or (name, name)
    return EncodedColumns(
        name=array, tensor=tensor, block=block, columns=tuple(placed), state=state
    )


def pack_blocks(blocks: Sequence[EncodedColumns]) -> tuple[dict[str, Any], dict[str, Array]]:
    """What blocks and their columns have fitted, as JSON values and arrays."""
    values: dict[str, Any] = {"columns": {}, "blocks": {}}
    arrays: dict[str, Array] = {}
    for block in blocks:
        values["blocks"][block.name], some = block.block.pack(block.state)
        arrays |= _beneath(f"blocks.{block.name}", some)
        for column in block.columns:
            values["columns"][column.name], some = column.kind.pack(column.state)
            arrays |= _beneath(f"columns.{column.name}", some)
    return values | {"arrays": sorted(arrays)}, arrays


def _beneath(start: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    for name in arrays:
        if "." in name:
            raise ConfigError(
                f"{start}: expected names of arrays without a dot from `pack`, found {name!r}.",
                remedy="Call the array otherwise.",
            )
    return {f"{start}.{name}": array for name, array in arrays.items()}


def own_classes(schema: Schema) -> dict[str, dict[str, str]]:
    """Where the kinds and the task of the user's are defined that a schema names."""
    kinds = {column.kind: KINDS.own(column.kind) for column in schema.columns}
    tasks = {schema.task: TASKS.own(schema.task)}
    found = {
        noun: {name: written_in(one) for name, one in own.items() if one is not None}
        for noun, own in (("kind", kinds), ("task", tasks))
    }
    return {noun: own for noun, own in found.items() if own}


def written_in(own: object) -> str:
    """Where a kind or task of the user's is defined, for messages: `colour.py:Colour`."""
    file = file_of(type(own))
    return f"{'a notebook' if file is None else file.name}:{type(own).__qualname__}"


def unpack_blocks(
    values: Mapping[str, Any], arrays: Mapping[str, Array], schema: Schema
) -> list[EncodedColumns]:
    """The blocks that `pack_blocks` took apart.

    Raises:
        DataError: if an array is absent.
        ConfigError: if a kind is not known here.
    """
    lost = set(values["arrays"]).difference(arrays)
    if lost:
        raise DataError(f"Codec: expected the array {min(lost)!r}, found none of that name.")
    fitted = []
    for column in schema.inputs:
        kind = kind_of(column.kind)
        own = _within(arrays, values["arrays"], f"columns.{column.name}.")
        state = kind.unpack(values["columns"][column.name], own, column)
        fitted.append(FittedColumn(column, kind, state))
    blocks, shared = [], shared_names(fitted)
    for block, columns in grouped(fitted):
        made = joined(block, columns, None, shared)
        own = _within(arrays, values["arrays"], f"blocks.{made.name}.")
        state = block.unpack(values["blocks"][made.name], own)
        blocks.append(joined(block, columns, state, shared))
    return blocks


def _within(arrays: Mapping[str, Array], names: Sequence[str], start: str) -> dict[str, Array]:
    """Arrays whose names begin so and have no more dots, which names of columns may have."""
    inner = {name: name[len(start) :] for name in names if name.startswith(start)}
    return {short: arrays[name] for name, short in inner.items() if "." not in short}
