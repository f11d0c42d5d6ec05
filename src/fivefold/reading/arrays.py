"""Arrays in memory: matrices, stacks of images, columns by name or by place, rows by name."""

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from typing import Any

import numpy as np

from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.film import is_film
from fivefold.codecs.steps import is_long
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, finding
from fivefold.errors import DataError
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import KINDS, of_type
from fivefold.reading import images
from fivefold.reading.frames import column_of, is_frame, label_text, read_frame
from fivefold.reading.names import PICTURES, SERIES, unique_names
from fivefold.reading.objects import array_of_tensor, narrowed, picture_bytes, plain_cell, turned
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw, Read

MOST_CELLS = 400_000_000
"""Cells of a sparse matrix that are written out; they take eight bytes each."""


def read_arrays(x: Any, y: Any, name: str = "arrays") -> Raw:
    """A matrix `(n, d)` or images `(n, height, width[, channels])`, and the target `(n,)`.

    Columns are called `x0`, `x1` and so on (`image` for images), the target `target`, unless
    they bring names of their own.

    Raises:
        DataError: if the lengths differ or a shape cannot be read.
    """
    names = [*getattr(y, "columns", ())] if getattr(y, "ndim", 1) == 2 else []
    name_of_y = names[0] if len(names) == 1 else getattr(y, "name", None)
    target = "target" if name_of_y is None else label_text(name_of_y)
    labels, kind = column_of(y)
    if not isinstance(labels, Coded) and labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    raw = read_inputs(x, name)
    if len(raw) != len(labels):
        raise DataError(
            f"{name}: expected X and y of one length, found {len(raw):,} and {len(labels):,} rows.",
            remedy="Pass one target a row.",
            lengths=(len(raw), len(labels)),
        )
    while target in raw.columns:
        target += "_"
    types = dict(raw.types) | ({target: kind} if kind else {})
    columns = {**raw.columns, target: labels}
    return Raw(name=name, columns=columns, types=types, target=target, findings=raw.findings)


def read_inputs(x: Any, name: str) -> Raw:
    """A frame, a matrix (dense or sparse), a stack of images or one column of values."""
    if is_frame(x):
        return read_frame(x, name)
    raw = Raw.of(name, _matrix(dense(x, name), name))
    return raw.replace(findings=tuple(_strips(raw)))


def _strips(raw: Raw) -> Iterator[Finding]:
    """The finding about a stack of floats that is much wider than high, as series often are."""
    stack = raw.columns.get(PICTURES)
    if isinstance(stack, np.ndarray) and stack.ndim == 3 and stack.dtype.kind == "f":
        rows, height, width = stack.shape
        if width >= 4 * height:
            sentence = (
                f"{raw.name} of shape {stack.shape} is read as {rows:,} pictures of {height} x "
                f"{width}. Pass series as (rows, steps, channels): X.swapaxes(1, 2)."
            )
            yield finding("wide_pictures", sentence, shape=list(stack.shape))


def read_columns(
    columns: Mapping[Any, Any], name: str = "columns", wanted: Collection[str] | None = None
) -> Raw:
    """A mapping of column names to arrays or lists of equal length.

    Raises:
        DataError: if the lengths differ, or a value is no list.
    """
    names = unique_names([label_text(key) for key in columns], name, wanted)
    read: dict[str, Read] = {}
    for key, values in zip(names, columns.values(), strict=True):
        if wanted is not None and key not in wanted:
            continue
        flat = getattr(values, "ndim", 1) == 0 or not hasattr(values, "__len__")
        if flat or isinstance(values, str | bytes | Mapping | Set):
            raise DataError(
                f"{name}, column {key!r}: expected a list of values, found {values!r:.60}.",
                remedy="Pass [row] for one row, or {name: [value]}.",
                column=key,
                wanted="a list of values",
                found=values,
            )
        read[key] = column_of(values)
    lengths = {key: len(values) for key, (values, _) in read.items()}
    if len(set(lengths.values())) > 1:
        remedy = "Pass one value a row in each column."
        raise DataError.expected(name, "columns of one length", lengths, remedy, lengths=lengths)
    return Raw.of(name, read, others=tuple(key for key in names if key not in read))


def read_records(
    records: Sequence[Mapping[Any, Any]], name: str = "records", *, complete: bool = False
) -> Raw:
    """A list of mappings, one a row; what a row lacks is missing there.

    Args:
        records: the rows.
        name: of the source, for messages.
        complete: note in `absent` what the first such row lacks.
    """
    keys = list(dict.fromkeys(key for row in records for key in row))
    names = unique_names([label_text(key) for key in keys], name)
    read: dict[str, Read] = {}
    absent: dict[str, int] = {}
    for text, key in zip(names, keys, strict=True):
        values = narrowed(objects([row.get(key) for row in records]))
        read[text] = values, "truth" if values.dtype.kind == "b" else None
        if complete:
            first = next((row for row, record in enumerate(records) if key not in record), None)
            if first is not None:
                absent[text] = first
    return Raw.of(name, read, absent=absent)


def read_placed(x: Any, reading: Reading, raw: Raw | None) -> Raw:
    """The columns of a matrix: by place the model's own where rows are to be answered.

    Args:
        x: `(n, d)` with all columns of the table, all but the target, or the inputs; or the values
            of the only input.
        reading: what the model reads.
        raw: what was read of it already, with its target, for rows that are collected.

    Raises:
        DataError: if it has another number of columns.
    """
    if isinstance(x, list | tuple):
        x = objects(x) if x and all(map(is_picture, x)) else np.array(x, dtype=object)
    shape: tuple[int, ...] = tuple(getattr(x, "shape", ()))
    named = getattr(getattr(x, "dtype", None), "names", None)
    if not reading.asks or is_frame(x) or named:
        return read_inputs(x, "array") if raw is None else raw
    widths = {len(names): names for names in reversed(reading.layouts())}
    layout = widths.get(shape[1]) if len(shape) == 2 else None
    if layout is None and reading.only:
        return Raw.of("array", {reading.only: column_of(x)})
    if layout is None:
        raise DataError(
            f"array: expected an array of shape (rows, {len(reading.inputs)}), found {shape}.",
            remedy=f"Order its columns like this: {', '.join(reading.inputs[:20])}.",
            wanted=(None, len(reading.inputs)),
            found=shape,
        )
    columns = np.moveaxis(dense(x, "array"), 1, 0)
    return Raw.of("array", dict(zip(layout, map(column_of, columns), strict=True)))


def dense(x: Any, name: str) -> Any:
    """The values of a sparse matrix or a tensor as an array."""
    if hasattr(x, "detach"):
        return turned(array_of_tensor(x), axis=1)
    if hasattr(x, "A1"):  # a numpy matrix, of which every column has two axes
        return np.asarray(x)
    if not is_sparse(x):
        return x
    rows, width = x.shape
    if rows * width > MOST_CELLS:
        raise DataError(
            f"{name}: expected a sparse matrix of at most {MOST_CELLS:,} cells, found {rows:,} x "
            f"{width:,}.",
            remedy="Keep fewer columns, or reduce them first (TruncatedSVD for instance).",
            shape=(rows, width),
        )
    return x.toarray()


def is_sparse(x: object) -> bool:
    """Whether it is a matrix of scipy.sparse; scipy is not imported."""
    return type(x).__module__.startswith("scipy.sparse") and hasattr(x, "toarray")


def is_picture(cell: Any) -> bool:
    """Whether a cell is a picture of Pillow, or an array or a tensor that may be one."""
    numbers = getattr(getattr(cell, "dtype", None), "kind", "O") in "iufb"
    arrays = hasattr(cell, "detach") or (isinstance(cell, np.ndarray) and numbers)
    return hasattr(cell, "getbands") or (arrays and getattr(cell, "ndim", 0) in (2, 3))


def stacked(cells: list[Any]) -> Array:
    """Arrays of one shape and depth as one array, others as objects."""
    forms = {(getattr(c, "shape", None), getattr(c, "dtype", None)) for c in cells}
    return np.stack(cells) if len(forms) == 1 and (None, None) not in forms else objects(cells)


def _are_steps(cells: Sequence[Any]) -> bool:
    """Whether all are arrays of numbers over time; of one axis of several lengths, or rows of X."""
    if not all(isinstance(cell, np.ndarray) and cell.dtype.kind in "fiu" for cell in cells):
        return False
    if all(cell.ndim == 1 for cell in cells):
        return len({len(cell) for cell in cells}) > 1
    return all(cell.ndim == 2 and is_long(cell) for cell in cells)


def kind_of_cells(cells: Sequence[Any]) -> Kind | None:
    """The kind of which all are files, mappings or pairs: `bytes`, `(samples, rate)`."""
    apart = [
        isinstance(cell, bytes | Mapping)
        or (isinstance(cell, tuple) and any(isinstance(part, np.ndarray) for part in cell))
        for cell in cells
    ]
    if not all(apart):
        return None
    first = picture_bytes(cells[0])
    return next((kind for kind in KINDS if kind.opaque and kind.is_cell(first)), None)


def _films(clips: Array) -> dict[str, Read]:
    """Clips in memory as the column of the kind that holds such."""
    kind = of_type("footage")
    column, said = (PICTURES, {}) if kind is None else images.column_of_files(kind)
    return {column: (clips, said.get(column))}


def _matrix(x: Any, name: str) -> dict[str, Read]:
    if isinstance(x, list | tuple) and x:
        if _are_steps(x):
            return {SERIES: (objects(x), "steps")}
        if all(isinstance(cell, np.ndarray) or hasattr(cell, "detach") for cell in x):
            cells = [plain_cell(cell) for cell in x]
            if all(map(is_film, cells)):
                return _films(stacked(cells))
        if all(map(is_picture, x)):
            return {PICTURES: (stacked([plain_cell(cell) for cell in x]), "raster")}
        kind = kind_of_cells(x)
        if kind is not None:
            column, said = images.column_of_files(kind)
            return {column: (objects(map(plain_cell, map(picture_bytes, x))), said.get(column))}
        if all(isinstance(cell, bytes) for cell in x):  # whose last bytes numpy drops if zero
            x = objects(x)
    try:
        array = x if isinstance(x, np.ma.MaskedArray) else np.asarray(x)
    except ValueError:
        remedy = "Give every row as many values."
        raise DataError.expected(
            name, "X as (rows, columns)", "rows of several lengths", remedy
        ) from None
    if array.dtype.names:  # a structured array
        return {key: column_of(array[key]) for key in array.dtype.names}
    if array.ndim in (1, 2) and array.dtype.kind in "fiubOUSMm":
        array = array[:, None] if array.ndim == 1 else array
        return {f"x{place}": column_of(array[:, place]) for place in range(array.shape[1])}
    if array.ndim == 3 and len(array) and is_long(array[0]):
        return {SERIES: (objects(array), "steps")}
    if len(array) and array.dtype.kind in "fiub" and array.ndim in (4, 5) and is_film(array[0]):
        return _films(array)
    if array.ndim in (3, 4) and array.dtype.kind in "fiub":
        return {PICTURES: (array, "raster")}
    raise DataError(
        f"{name}: expected X as (rows, columns) or images (rows, height, width[, channels]), "
        f"found shape {array.shape} of {array.dtype}.",
        remedy="Pass a matrix, a stack of images or clips, or a frame.",
        wanted="a matrix, a stack of images or a frame",
        found=array.shape,
        shape=array.shape,
    )
