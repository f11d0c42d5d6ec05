"""The one door from raw values to the codec, for frames, CSV text and JSON alike."""

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np

from fivefold.codecs.cell import shown
from fivefold.codecs.coded import Coded, objects, remember, remembered
from fivefold.codecs.schema import RULES, Column
from fivefold.codecs.table import Array
from fivefold.core.cores import cores
from fivefold.errors import DataError
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import kind_of, labels
from fivefold.kinds.quick import FAULTS

DEFAULT_MISSING = (
    *("", "?", "NA", "N/A", "n/a", "NaN", "nan", "NAN", "null", "NULL", "Null"),
    *("None", "none", "NaT", "<NA>", "#N/A", "#NA", "-", "--", "."),
)
"""Texts that usually stand for a missing value."""


SHARE = 32
"""Cells that a core reads at a time, of kinds whose cells are read by all cores."""


def canonical(
    value: object,
    kind: str,
    *,
    missing: tuple[str, ...] = (),
    format: str = "",
    rules: int = RULES,
) -> object:
    """One raw value in the one form that the codec knows; a second pass changes nothing.

    Args:
        value: from a frame, a CSV file, a JSON request.
        kind: what the column holds.
        missing: texts that stand for a missing value, besides the empty one; those that are
            numbers catch the number as well.
        format: a datetime's `strptime` pattern, tried before ISO 8601; how the texts of a number
            write 1234.56, empty for plain numbers.
        rules: by which it is read, see `RULES`.

    Returns:
        numeric: float, NaN for missing. categorical, text: str or None. boolean: 1.0, 0.0 or
        NaN. datetime: datetime64[us], UTC where a zone is given, or NaT. image: `(height, width,
        channels)` of uint8, uint16, int32 or float32, or None.

    Raises:
        DataError: if the value is not of the kind; infinities are not numbers. It carries
            `wanted` and `found`.

    Example:
        >>> [canonical(v, "categorical") for v in (10001, 10001.0, "10001", "00123", None)]
        ['10001', '10001', '10001', '00123', None]
        >>> canonical(" 3.5 ", "numeric"), canonical("yes", "boolean")
        (3.5, 1.0)
    """
    of = kind_of(kind)
    column = Column(name="", kind=kind, missing=missing, format=format, rules=rules)
    try:
        return of.reader(column)(value)
    except FAULTS as fault:
        found, wanted = shown(value), wanted_of(kind, format)
        article = "An" if kind[0] in "aeiou" else "A"
        raise DataError(
            f"{article} {kind} value: expected {wanted}, found {found}.",
            evidence=f"{fault}." if of.explains else "",
            wanted=wanted,
            found=found,
        ) from None


def canonical_column(
    values: "Array | Coded",
    column: Column,
    *,
    on_bad: Literal["error", "missing"] = "error",
    source: str = "",
    first: int = 0,
) -> tuple[Array, Array]:
    """All values of one column as `canonical` gives them, and where it would have refused.

    Args:
        values: any array whose first axis counts rows, or codes; lists are taken too.
        column: its kind, missing texts and format.
        on_bad: `missing` turns a bad cell into a missing one, `error` raises.
        source: what the values came from, for the message.
        first: the row of the first of them, for the message.

    Returns:
        The values (float64, object of str and None, datetime64[us]; images as `(n, height,
        width, channels)` where they came as one array, else an object array), and the positions
        of bad cells, int64.

    Raises:
        DataError: if a cell is bad and `on_bad` is `error`. It carries `column`, `rows`, `wanted`
            and `found`.
    """
    raw = values if isinstance(values, Coded) else _as_array(values)
    if isinstance(raw, np.ndarray):
        raw = remembered(raw) or raw
    kind = kind_of(column.kind)
    if isinstance(raw, Coded):
        array, bad = _of_codes(raw, column, kind)
    else:
        array, bad = _of_array(raw, column, kind)
    if len(bad) and on_bad == "error":
        raise _refusal(raw, bad, column, source, first)
    return array, bad


def _of_codes(values: Coded, column: Column, kind: Kind) -> tuple[Array, Array]:
    """Each distinct value is read once; the cell after the last stands for the missing ones."""
    known = kind.whole(values, column)
    if known is not None:
        return known
    cells, bad = _of_array(values.values, column, kind)
    if (values.codes < 0).any():
        empty = _cells([None], column, kind)[0]
        cells = np.concatenate([cells, empty]) if cells.ndim == 1 else objects([*cells, empty[0]])
    array = cells[values.codes] if len(cells) else cells
    if kind.coded:
        remember(array, Coded(values.codes, cells))
    return array, np.flatnonzero(np.isin(values.codes, bad)) if len(bad) else bad


def _refusal(
    values: "Array | Coded", bad: Array, column: Column, source: str, first: int
) -> DataError:
    kind = kind_of(column.kind)
    few = bad[:3]
    found = " and ".join(dict.fromkeys(shown(values[row]) for row in few))
    rows = " and ".join(f"{row + first:,}" for row in few) + (", ..." if len(bad) > 3 else "")
    wanted = wanted_of(column.kind, column.format)
    start = f"{source}, column" if source else "Column"
    other = f'kinds={{"{column.name}": "{labels().name}"}}'
    remedy = f'drop=["{column.name}"]' if kind.coded or kind.explains else other
    return DataError(
        f"{start} `{column.name}`, row{'s' * (len(bad) > 1)} {rows}: "
        f"expected {wanted}, found {found}.",
        evidence=reason(values[bad[0]], column) if kind.explains else "",
        remedy=f'Pass {remedy} to Collect, or on_bad_value="missing".',
        column=column.name,
        rows=tuple(int(row) + first for row in bad),
        wanted=wanted,
        found=found,
    )


def reason(value: object, column: Column) -> str:
    """What is wrong with a bad cell, as a sentence; empty if nothing is."""
    try:
        kind_of(column.kind).reader(column)(value)
    except OSError as fault:
        return f"its file cannot be read: {fault.strerror or fault}."
    except FAULTS as fault:
        return f"{fault}."
    return ""


def wanted_of(kind: str, format: str = "") -> str:
    """What a cell of this kind and form should be: `numbers written like 1.234,56`."""
    of = kind_of(kind)
    return f"{of.wanted} written like {format}" if format and not of.opaque else of.wanted


def _as_array(values: Array) -> Array:
    if isinstance(values, np.ma.MaskedArray):
        absent = np.ma.getmaskarray(values)
        values = np.ma.getdata(values).astype(object)
        values[absent] = None
    return values if isinstance(values, np.ndarray) else objects(values)


def _of_array(values: Array, column: Column, kind: Kind) -> tuple[Array, Array]:
    typed = values.dtype.kind not in "OUS"
    known = kind.whole(values, column) if typed else None
    if known is not None:
        return known
    if values.ndim > 1:
        return _cells(list(values), column, kind)
    if values.dtype.kind in "fiubM":
        distinct, where = np.unique(values, return_inverse=True)
        array, bad = _cells(list(distinct), column, kind)
        cells = array[where]
        if kind.coded:
            remember(cells, Coded(where.astype(np.int32), array))
        return cells, np.flatnonzero(np.isin(where, bad))
    return _objects(list(values) if typed else values.tolist(), column, kind)


def _objects(values: list[Any], column: Column, kind: Kind) -> tuple[Array, Array]:
    types = {*map(type, values)} - {type(None)}
    known = kind.texts(values, column) if types == {str} else None
    if known is None:
        return _distinct(values, column, kind, mixed=len(types) > 1)
    array, bad, odd = known
    if odd:
        read, wrong = _distinct([values[place] for place in odd], column, kind, mixed=False)
        array = array.copy()
        array[odd] = read
        bad = np.union1d(bad, np.array(odd, np.int64)[wrong])
    return array, bad


def _distinct(values: list[Any], column: Column, kind: Kind, *, mixed: bool) -> tuple[Array, Array]:
    """Each distinct value is read once; 1, 1.0 and True are equal keys, so types keep apart."""
    keys: Iterable[object] = [(type(value), value) for value in values] if mixed else values
    try:
        codes: dict[object, int] = dict.fromkeys(keys, 0)
    except TypeError:  # lists and dicts are no keys
        return _cells(values, column, kind)
    distinct = [key[1] if mixed else key for key in codes]  # type: ignore[index]
    array, bad = _cells(distinct, column, kind)
    if len(codes) == len(values):
        return array, bad
    for position, key in enumerate(codes):
        codes[key] = position
    where = np.fromiter((codes[key] for key in keys), np.int64, len(values))
    return array[where], np.flatnonzero(np.isin(where, bad)) if len(bad) else bad


def _cells(values: list[object], column: Column, kind: Kind) -> tuple[Array, Array]:
    if kind.parallel and len(values) > SHARE and cores() > 1:
        return _cells_by_cores(values, column, kind)
    return _read_cells(values, column, kind)


def _cells_by_cores(values: list[object], column: Column, kind: Kind) -> tuple[Array, Array]:
    """The same by all cores, each of which takes a share of the cells at a time."""
    from concurrent.futures import ThreadPoolExecutor

    starts = range(0, len(values), SHARE)
    with ThreadPoolExecutor(cores()) as pool:
        shares = pool.map(lambda n: _read_cells(values[n : n + SHARE], column, kind), starts)
        cells, bad = zip(*shares, strict=True)
    places = [start + rows for start, rows in zip(starts, bad, strict=True)]
    return np.concatenate(cells), np.concatenate(places)


def _read_cells(values: list[object], column: Column, kind: Kind) -> tuple[Array, Array]:
    read = kind.reader(column)
    cells: list[object] = []
    bad = []
    for position, value in enumerate(values):
        try:
            cells.append(read(value))
        except FAULTS:
            cells.append(kind.empty)
            bad.append(position)
    return np.fromiter(cells, kind.dtype, len(cells)), np.array(bad, np.int64)
