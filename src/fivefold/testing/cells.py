"""What every kind must keep to, of its cells, and of what is fitted and encoded."""

import json
from typing import Any

import numpy as np

from fivefold.codecs.cell import shown
from fivefold.codecs.coded import Coded, missing_rows, objects
from fivefold.codecs.table import Array
from fivefold.kinds.binned import MOST
from fivefold.kinds.codec import Codec
from fivefold.kinds.quick import FAULTS
from fivefold.serve.contract import Contract, contract_of
from fivefold.testing.probe import CELL, Probe, alike

DRAWN = 16
ODD: tuple[Any, ...] = (object(), {"a": [1]}, [[["a"], 2]], (), b"\xff\xfe", "\0odd", True, -1.5)
"""Cells that hardly any kind holds."""


def check_reading(probe: Probe, rows: Array) -> None:
    """These cells are read, and what is read is read again as the same."""
    with probe.rule("reader(column)"):
        read = probe.kind.reader(probe.column)
    for row in rows.tolist():
        cell = f"cell {row}, {shown(probe.raw[row])},"
        try:
            once = read(probe.raw[row])
        except FAULTS as fault:
            raise AssertionError(f"{probe.who}: {cell} is not read: {fault}") from fault
        with probe.rule(f"its reader, given what it made of {cell}"):
            twice = read(once)
        told = f"{cell} is read as {shown(once)}, and that as {shown(twice)}"
        probe.need(alike([once], [twice]), told)


def check_missing(probe: Probe) -> None:
    """Missing cells give `empty`, and others refuse with an error that Collect knows."""
    read, empty = probe.kind.reader(probe.column), probe.kind.empty
    for cell in (None, float("nan"), "", probe.column.missing[0]):
        with probe.rule(f"its reader, given the missing cell {cell!r},"):
            found = read(cell)
        told = f"the missing cell {cell!r} is read as {shown(found)}, not as {empty!r}"
        probe.need(alike([found], [empty]), told)
    told = f"`empty` is {empty!r}, which stands for no missing cell of dtype {probe.kind.dtype}"
    probe.need(missing_rows(probe.read(objects([None]))).all(), told)
    for cell in ODD:
        try:
            read(cell)
        except FAULTS:
            continue
        except Exception as fault:
            raise AssertionError(
                f"{probe.who}: its reader refuses {shown(cell)} with a {type(fault).__name__}, "
                "not with a ValueError or TypeError"
            ) from fault


def check_short_ways(probe: Probe) -> None:
    """`whole`, `texts` and `quick` give what `reader` and `encode` give."""
    kind, column, values = probe.kind, probe.column, probe.read()
    read = kind.reader(column)
    texts = [cell for cell in probe.raw if isinstance(cell, str)]
    written = [text or None for text in texts + kind.to_text(values, column)]
    with probe.rule("texts()"):
        found = kind.texts(written, column)
        if found is not None:
            left = np.setdiff1d(np.arange(len(written)), found[2])
            wanted = _column(probe, [read(written[row]) for row in left])
            same = len(found[1]) == 0 and alike(found[0][left], wanted)
            probe.need(same, "texts() gives other cells than its reader")
    for form, cells in _typed(probe, values).items():
        with probe.rule(f"whole(), given {form},"):
            known = kind.whole(cells, column)
            items = cells.tolist() if isinstance(cells, Coded) else list(cells)
            same = known is None or (
                len(known[1]) == 0 and alike(known[0], _column(probe, map(read, items)))
            )
        probe.need(same, f"whole(), given {form}, gives other cells than its reader")
    fitted = probe.fit().columns[CELL]
    quick = kind.quick(column, fitted.state)
    if quick is not None:
        plain = [c for c in kind.to_json(values, column) if not isinstance(c, list | dict)]
        with probe.rule("quick()"):
            cells = [quick.read(cell) for cell in plain]
            short = np.array(cells) if quick.finish is None else quick.finish(cells)
            wanted = kind.encode(probe.read(objects(plain)), column, fitted.state)
        same = np.array_equal(short, wanted, equal_nan=wanted.dtype.kind == "f")
        probe.need(same, "quick() gives other numbers than reader() and encode()")


def _typed(probe: Probe, values: Array) -> dict[str, Any]:
    """The cells as sources hold whole columns of them, as far as they can."""
    forms: dict[str, Any] = {}
    present = [cell for cell in probe.raw if cell is not None]
    if all(isinstance(cell, str) for cell in present):
        forms["codes"] = Coded.of(present)
    frame = probe.kind.to_frame(values[~missing_rows(values)], probe.column)
    if isinstance(frame, np.ndarray) and frame.dtype != object:
        forms[f"an array of {frame.dtype}"] = frame
    return forms


def _column(probe: Probe, cells: Any) -> Array:
    array: Array = objects(cells)
    return array if probe.kind.dtype == "O" else array.astype(probe.kind.dtype)


def check_doors(probe: Probe) -> None:
    """Canonical cells go through frame, text and JSON, and come back as they were."""
    kind, column, values, need = probe.kind, probe.column, probe.read(), probe.need
    gone = missing_rows(values).tolist()
    with probe.rule("to_text()"):
        texts = kind.to_text(values, column)
    strings = len(texts) == len(values) and all(isinstance(text, str) for text in texts)
    need(strings, "to_text() gives no text a cell")
    told = any(text for text, no in zip(texts, gone, strict=True) if no)
    need(not told, "to_text() of a missing cell is not empty")
    _check_back(probe, values, texts, "to_text()")
    with probe.rule("to_json()"):
        plain = kind.to_json(values, column)
    try:
        cells = json.loads(json.dumps(plain, allow_nan=False))
    except (TypeError, ValueError) as fault:
        raise AssertionError(
            f"{probe.who}: to_json() gives what JSON cannot hold: {fault}"
        ) from None
    missing = all((cell is None) == no for cell, no in zip(cells, gone, strict=True))
    need(missing, "to_json() gives null for other cells than the missing ones")
    _check_back(probe, values, cells, "to_json()")
    deepest, depth = max(map(_depth, cells), default=0), kind.depth
    nested = f"cells in JSON are nested in {deepest} lists, `depth` is {depth}"
    need(bool(deepest) == bool(depth) or not deepest, nested)
    with probe.rule("to_frame()"):
        frame = kind.to_frame(values, column)
    _check_back(probe, values, frame, "to_frame()")
    with probe.rule("handed()"):
        handed = kind.handed(values, column)
    _check_back(probe, values, handed.texts, "handed()")
    _check_back(probe, values, handed.json, "handed()")


def _check_back(probe: Probe, values: Array, cells: Any, door: str) -> None:
    with probe.rule(f"its reader, given what {door} made of the cells,"):
        back = probe.read(cells if isinstance(cells, np.ndarray) else objects(cells))
    probe.need(alike(values, back), f"cells that went through {door} are read as others")


def _depth(cell: Any) -> int:
    """How many lists the first innermost value of a JSON value stands in."""
    return 1 + _depth(cell[0] if cell else None) if isinstance(cell, list) else 0


def check_request(probe: Probe) -> None:
    """`field` tells plain values, its example and synthetic cells are accepted and none's."""
    codec = probe.fit()
    with probe.rule("field()"):
        contract = contract_of(codec, codec.encode(probe.table()))
        text = json.dumps(contract.to_json(), allow_nan=False)
    same = Contract.from_json(json.loads(text)) == contract
    probe.need(same, "what field() tells changes on its way through JSON")
    [field] = contract.fields
    with probe.rule("its reader, given the example of field(),"):
        probe.read(objects([field.example]))
    fitted = codec.columns[CELL]
    with probe.rule("synthesise()"):
        drawn = probe.kind.synthesise(fitted, field.usual, DRAWN, np.random.default_rng(0))
        told = json.loads(json.dumps(drawn, allow_nan=False))
    probe.need(len(told) == DRAWN, f"synthesise() gives {len(told)} cells, not {DRAWN}")
    with probe.rule("its reader, given cells of synthesise(),"):
        values = probe.read(objects(told))
    data = probe.read()
    known = {json.dumps(cell) for cell in probe.kind.to_json(data, probe.column)}
    plain = probe.kind.to_json(values, probe.column)
    copied = sum(cell is not None and json.dumps(cell) in known for cell in plain)
    few = copied <= DRAWN // 2 or not len(known) == len(data) >= DRAWN
    probe.need(few, f"synthesise() gives cells of the data, {copied} of {DRAWN}")


def check_class(probe: Probe) -> None:
    """Its attributes are of the right sorts."""
    kind = probe.kind
    name = getattr(kind.block, "name", None)
    said = isinstance(name, str) and name.isidentifier()
    probe.need(said, f"expected a word in `name` of its block, found {name!r}")
    with probe.rule("the dtype of its block"):
        np.dtype(kind.block.dtype)


def check_memory(probe: Probe, codec: Codec, part: Array) -> None:
    """What was fitted on a part of the rows, before others were read, follows from it alone."""
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
            lengths = encoded.block.filled(whole, encoded.columns)
        within = lengths.shape == (len(whole),) and ((lengths >= 0) & (lengths <= shape[0])).all()
        need(within, f"lengths() of its block gives no length from 0 to {shape[0]} a row")


def check_shown(probe: Probe) -> None:
    """Cells are shown as texts, and stand in bins of a histogram, missing ones in none."""
    values, kind = probe.read(), probe.kind
    there = ~missing_rows(values)
    with probe.rule("shown()"):
        texts = [kind.shown(cell, probe.column) for cell in values[there]]
    probe.need(all(isinstance(text, str) and text for text in texts), "shown() gives no text")
    with probe.rule("binned()"):
        found = kind.binned(values, probe.column)
    if found is not None:
        told = f"binned() gives {len(found.labels)} bins, not {MOST} at most"
        probe.need(len(found.labels) <= MOST, told)
        place = found.place
        within = place.shape == there.shape and (place < max(1, len(found.labels))).all()
        probe.need(within and (place[~there] < 0).all(), "binned() gives no bin a cell")


def _equal(one: Array, other: Array) -> bool:
    return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
