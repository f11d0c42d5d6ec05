"""What every kind must keep to, of what is fitted and encoded."""

import json

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.table import Array
from fivefold.kinds.codec import Codec
from fivefold.testing.probe import CELL, Probe


def check_class(probe: Probe) -> None:
    """Its attributes are of the right sorts."""
    kind = probe.kind
    name = getattr(kind.block, "name", None)
    said = isinstance(name, str) and name.isidentifier()
    probe.need(said, f"expected a word in `name` of its block, found {name!r}")
    with probe.rule("the dtype of its block"):
        np.dtype(kind.block.dtype)


def check_memory(probe: Probe, codec: Codec, part: Array) -> None:
    """What is fitted follows from the training rows alone.

    Args:
        probe: all its cells have been read by now.
        codec: fitted on a part of the rows before any other cell was read.
        part: that part.
    """
    wanted = codec.digest()
    same = probe.fit(part).digest() == wanted
    probe.need(same, "reading other rows than the training rows changes what is fitted")
    probe.fit(np.setdiff1d(probe.rows, part))
    same = probe.fit(part).digest() == wanted
    probe.need(same, "fitting another column before changes what is fitted")


def check_nothing(probe: Probe) -> None:
    """Training rows of which none has a cell are no fault."""
    nothing = probe.table(objects([None] * len(probe.raw)))
    with probe.rule("fitting on missing cells alone"):
        codec = Codec.fit(nothing, probe.schema, probe.rows)
    with probe.rule("encoding missing cells alone"):
        codec.encode(nothing)


def check_state(probe: Probe, codec: Codec, rows: Array) -> None:
    """What is fitted goes through JSON and arrays, and encodes as before."""
    with probe.rule("pack()"):
        values, arrays = codec.state()
    try:
        text = json.dumps(values, allow_nan=False)
    except (TypeError, ValueError) as fault:
        raise AssertionError(
            f"{probe.who}: what it fits is no plain value and no dataclass of such: {fault}"
        ) from None
    for name, array in arrays.items():
        plain = isinstance(array, np.ndarray) and array.dtype != object
        probe.need(plain, f"the array {name!r} of what it fits holds objects")
    with probe.rule("unpack()"):
        again = Codec.from_state(json.loads(text), arrays)
        same = again.digest() == codec.digest()
    probe.need(same, "what it fits changes on its way through JSON and arrays")
    with probe.rule("encoding cells"):
        table = probe.table().take(rows)
        one, other = codec.encode(table), again.encode(table)
    same = all(_equal(array, other[name]) for name, array in one.items())
    told = "it encodes otherwise after what it fits went through JSON and arrays"
    probe.need(same, told)


def check_encoding(probe: Probe, codec: Codec) -> None:
    """Rows are encoded each by itself, as the block promises."""
    kind, column, need = probe.kind, probe.column, probe.need
    [encoded] = codec.blocks
    values, state = probe.read(), codec.columns[CELL].state
    with probe.rule("encode()"):
        part = kind.encode(values, column, state)
    names = encoded.features
    need(len(set(names)) == len(names), "features() gives one name twice")
    need(part.dtype.kind != "f" or not np.isinf(part).any(), "encode() gives infinite numbers")
    with probe.rule("the encoding of its block"):
        whole, shape = codec.encode(probe.table())[encoded.name], encoded.shape
    found, promised = f"{whole.dtype} {whole.shape[1:]}", (np.dtype(encoded.block.dtype), shape)
    told = f"its block promises {encoded.block.dtype} {shape} a row, found {found}"
    need((whole.dtype, whole.shape[1:]) == promised, told)
    with probe.rule("encoding one row alone"):
        tables = [probe.table().take(np.array([row])) for row in probe.rows]
        single = [codec.encode(table)[encoded.name] for table in tables]
    alone = all(row.shape == (1, *shape) for row in single)
    same = alone and _equal(np.concatenate(single), whole)
    need(same, "rows are encoded otherwise one by one than in one go")
    with probe.rule("encoding no rows"):
        none = codec.encode(probe.table().take(probe.rows[:0]))[encoded.name]
    need(none.shape == (0, *shape), f"no rows are encoded as {none.shape}, not as {(0, *shape)}")
    if encoded.block.sequence:
        with probe.rule("lengths() of its block"):
            lengths = encoded.block.lengths(whole)
        within = lengths.shape == (len(whole),) and ((lengths >= 0) & (lengths <= shape[0])).all()
        need(within, f"lengths() of its block gives no length from 0 to {shape[0]} a row")


def _equal(one: Array, other: Array) -> bool:
    return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
