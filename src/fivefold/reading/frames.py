"""Frames of pandas, polars and any library that speaks the Arrow protocol."""

import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from fivefold.codecs.cell import writable
from fivefold.codecs.coded import Coded, objects
from fivefold.errors import DataError
from fivefold.kinds.recognition import SourceType
from fivefold.reading.arrow import (
    by_name,
    categories_of,
    classes_of,
    from_arrow,
    has_pyarrow,
    index_columns,
    name_of,
)
from fivefold.reading.names import unique_names
from fivefold.reading.objects import array_of, narrowed, seconds_of, texts_of
from fivefold.reading.raw import Raw, Read


def is_frame(source: object) -> bool:
    """Whether it is a frame: of pandas or polars, or one that speaks the Arrow protocol."""
    if hasattr(source, "getbands"):  # one picture of Pillow, which speaks it too
        return False
    speaks = hasattr(source, "__arrow_c_stream__") or hasattr(source, "__arrow_c_array__")
    known = is_pandas(source) or is_polars(source) or is_lazy(source)
    is_named = hasattr(source, "columns") and hasattr(source, "__getitem__")  # as frames are
    return speaks or known or (is_named and not isinstance(source, Mapping | type))


def is_lazy(frame: object) -> bool:
    """Whether it is a query of polars that gives a frame when it is collected."""
    return type(frame).__module__.split(".")[0] == "polars" and hasattr(frame, "collect")


def is_pandas(frame: object) -> bool:
    """Whether it is a frame, a column or an index of pandas; pandas is not imported."""
    package = type(frame).__module__.split(".")[0]
    return package == "pandas" and hasattr(frame, "to_numpy") and hasattr(frame, "shape")


def is_polars(frame: object) -> bool:
    """Whether it is a frame or a column of polars; polars is not imported."""
    return type(frame).__module__.split(".")[0] == "polars" and hasattr(frame, "to_numpy")


def read_frame(frame: Any, name: str = "frame", wanted: Collection[str] | None = None) -> Raw:
    """The columns of a frame, the named levels of its index first.

    Args:
        frame: a pandas or polars frame, an Arrow table or batch, or anything that speaks the
            Arrow protocol.
        name: of the source, for messages.
        wanted: the columns to read; all if None.

    Raises:
        DataError: if a column name occurs twice.
    """
    if is_pandas(frame):
        return _read_pandas(frame, name, wanted)
    if is_lazy(frame):
        frame = frame.collect()
    if is_polars(frame) and (not has_pyarrow() or any(map(_is_own, _series_of(frame)))):
        series = _series_of(frame)
        labels = [one.name for one in series]
        return _collect(labels, lambda place: _read_series(series[place]), name, wanted)
    if not hasattr(frame, "__arrow_c_stream__") and not hasattr(frame, "__arrow_c_array__"):
        keys = list(frame.columns)
        return _collect(keys, lambda place: column_of(frame[keys[place]]), name, wanted)
    import pyarrow as pa

    if isinstance(frame, pa.RecordBatch) or not hasattr(frame, "__arrow_c_stream__"):
        frame = pa.Table.from_batches([pa.record_batch(frame)])
    return read_arrow(frame if isinstance(frame, pa.Table) else pa.table(frame), name, wanted)


def read_arrow(table: Any, name: str, wanted: Collection[str] | None = None) -> Raw:
    """The columns of an Arrow table; of an index of pandas in it the named levels, first.

    Raises:
        DataError: if a column name occurs twice.
    """
    levels, hidden, ranges = index_columns(table)
    labels = table.column_names
    if len(set(labels)) < len(labels):
        unique_names(labels, name)  # says which
    shown = [place for place, label in enumerate(labels) if label not in hidden]
    shown.sort(key=lambda place: labels[place] not in levels)
    categories, counted = categories_of(table), list(ranges.values())
    classes = classes_of(table)

    def read(place: int) -> Read:
        if place < len(counted):
            return counted[place], None
        place = shown[place - len(counted)]
        values, kind = from_arrow(table.column(place), table.schema.field(place))
        named = by_name(values, classes[labels[place]]) if labels[place] in classes else None
        if named is not None:
            return named, "levels"
        levels = labels[place] in categories and kind != "ranks"
        return values, "levels" if levels else kind

    keys = [*ranges, *(name_of(labels[place], table) for place in shown)]
    return _collect(keys, read, name, wanted)


def _collect(
    labels: Sequence[Any], read: Callable[[int], Read], name: str, wanted: Collection[str] | None
) -> Raw:
    """Only the wanted columns are touched, so that a broken one beside them does no harm."""
    names = unique_names(labels, name, wanted)
    found = {key: read(n) for n, key in enumerate(names) if wanted is None or key in wanted}
    return Raw.of(name, found, others=tuple(key for key in names if key not in found))


def _read_pandas(frame: Any, name: str, wanted: Collection[str] | None) -> Raw:
    if getattr(frame, "ndim", 2) == 1:
        frame = frame.to_frame()
    levels = [place for place, level in enumerate(frame.index.names) if level is not None]
    labels = [*(frame.index.names[place] for place in levels), *frame.columns]

    def read(place: int) -> Read:
        if place < len(levels):
            return from_pandas(frame.index.get_level_values(levels[place]).to_series())
        return from_pandas(frame.iloc[:, place - len(levels)])

    return _collect(list(map(label_text, labels)), read, name, wanted)


def label_text(label: Any) -> str:
    """The name of a column whose label may be no text; the levels of one are joined by `_`.

    Example:
        >>> label_text(("sales", "mean")), label_text(("shop", "")), label_text(7)
        ('sales_mean', 'shop', '7')
    """
    if isinstance(label, tuple):
        label = "_".join(str(part) for part in label if str(part))
    return writable(str(label))


def _series_of(frame: Any) -> Any:
    return [frame] if not hasattr(frame, "get_columns") else frame.get_columns()


def _is_own(series: Any) -> bool:
    """Whether polars alone can read it: Arrow has no such numbers, and addresses for objects."""
    return str(series.dtype) in {"Object", "Int128", "UInt128"}


def _read_series(series: Any) -> Read:
    kind = type(series.dtype).__name__ if not isinstance(series.dtype, type) else ""
    kind = kind or series.dtype.__name__
    if has_pyarrow() and not _is_own(series):
        import pyarrow as pa

        return from_arrow(pa.chunked_array(series))
    if kind in {"Float16", "Float32", "Float64"}:
        missing = series.is_null().to_numpy()
        values = series.fill_null(0).to_numpy().copy()
        values[missing] = np.nan
        return values, None
    cells = series.to_list()
    if kind in {"String", "Utf8"}:
        return texts_of(cells), None
    if kind == "Enum":
        names = series.dtype.categories.to_list()
        places = {name: place for place, name in enumerate(names)} | {None: -1}
        return Coded(np.array([places[cell] for cell in cells], np.int32), objects(names)), "ranks"
    if kind == "Categorical":
        return texts_of(cells), "levels"
    if kind in {"Date", "Datetime"}:
        from fivefold.codecs.cell import moment

        known = [np.datetime64("NaT", "us") if v is None else moment(v) for v in cells]
        return np.array(known, "M8[us]"), "moment"
    declared: dict[str, SourceType] = {"Boolean": "truth", "Duration": "span"}
    values = array_of(cells)
    if kind == "Duration":
        values = np.asarray(values, np.float64)
    return values, declared.get(kind)


def column_of(values: Any) -> Read:
    """One column of any library, and what its type says."""
    if is_pandas(values):
        if getattr(values, "ndim", 1) == 2 and values.shape[1] != 1:
            remedy = "Pass one of its columns; a model predicts one target."
            raise DataError.expected(
                "columns", "one column", f"a frame of {values.shape[1]}", remedy
            )
        if getattr(values, "ndim", 1) == 2:
            return from_pandas(values.iloc[:, 0])
        # An index or an array of pandas; whoever made it has imported pandas.
        is_series = hasattr(values, "iloc")
        return from_pandas(values if is_series else sys.modules["pandas"].Series(values))
    if hasattr(values, "to_pylist") and hasattr(values, "type"):
        return from_arrow(values)
    if is_frame(values) or hasattr(values, "to_pylist"):  # polars or Arrow
        raw = read_frame(values.to_frame() if hasattr(values, "to_frame") else values, "column")
        key = next(iter(raw.columns))
        return raw.columns[key], raw.types.get(key)
    array = array_of(values)
    types: dict[str, SourceType] = {"b": "truth", "M": "moment"}
    dtype = None if isinstance(array, Coded) else array.dtype.kind
    return array, types.get(dtype or "")


def from_pandas(series: Any) -> Read:
    """A column of pandas as an array or codes, and what its type says.

    No cell goes through another library: with pyarrow or without, the cells are the same.
    """
    dtype = series.dtype
    kind = type(dtype).__name__
    if kind == "CategoricalDtype":
        values, _ = from_pandas(series.cat.categories.to_series())
        codes = series.cat.codes.to_numpy().astype(np.int32)
        values = values.array() if isinstance(values, Coded) else values
        return Coded(codes, values), "ranks" if dtype.ordered else "levels"
    if kind == "ArrowDtype":
        return from_arrow(series.array.__arrow_array__())
    if kind == "DatetimeTZDtype":
        plain = series.dt.tz_convert("UTC").dt.tz_localize(None)
        return plain.to_numpy().astype("M8[us]"), "moment"
    if kind == "PeriodDtype":
        return series.dt.to_timestamp().to_numpy().astype("M8[us]"), "moment"
    if kind == "IntervalDtype":
        return texts_of(None if missing else str(v) for v, missing in _cells(series)), None
    if kind == "SparseDtype":
        return from_pandas(series.sparse.to_dense())
    if kind == "StringDtype":
        codes, texts = series.factorize()
        return Coded(codes.astype(np.int32), objects(texts.tolist())), None
    if not isinstance(dtype, np.dtype):
        return _from_masked(series)
    array = series.to_numpy()
    if dtype.kind == "M":
        return array.astype("M8[us]"), "moment"
    if dtype.kind == "m":
        return seconds_of(array), "span"
    return array_of(array), "truth" if dtype.kind == "b" else None


def _cells(series: Any) -> Iterable[tuple[Any, bool]]:
    return zip(series.tolist(), series.isna().tolist(), strict=True)


def _from_masked(series: Any) -> Read:
    """A column of nullable numbers or booleans, or of an extension type that is not known."""
    plain = getattr(series.dtype, "numpy_dtype", None)
    kind = getattr(plain, "kind", "O")
    if kind not in "iufb":
        return narrowed(objects(None if missing else v for v, missing in _cells(series))), None
    declared: SourceType | None = "truth" if kind == "b" else None
    missing = series.isna().to_numpy(dtype=bool)
    if not missing.any():
        return series.to_numpy(dtype=plain), declared
    if kind == "f":
        return series.to_numpy(dtype=plain, na_value=np.nan), declared
    values = series.to_numpy(dtype=plain, na_value=0).astype(object)  # they stay what they are
    values[missing] = None
    return values, declared
