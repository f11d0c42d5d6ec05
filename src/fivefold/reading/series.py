"""A column of pandas; pandas is not imported."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.table import Array
from fivefold.kinds.recognition import SourceType
from fivefold.reading.arrow import Read, from_arrow
from fivefold.reading.objects import array_of, narrowed, seconds_of, texts_of


def from_pandas(series: Any) -> Read:
    """A column of pandas as an array or codes, and what its type says.

    No cell goes through another library: with pyarrow or without, the cells are the same.
    """
    dtype = series.dtype
    kind = type(dtype).__name__
    if kind == "CategoricalDtype":
        values, _ = from_pandas(series.cat.categories.to_series())
        codes = series.cat.codes.to_numpy().astype(np.int32)
        return Coded(codes, values.array() if isinstance(values, Coded) else values), "levels"
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
    cells = series.to_numpy(dtype=plain, na_value=0)
    return with_nulls(cells, missing), declared


def with_nulls(cells: Array, missing: Array) -> Array:
    """Whole numbers or booleans of which some are missing; they stay what they are."""
    values = cells.astype(object)
    values[missing] = None
    return values
