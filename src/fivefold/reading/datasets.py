"""Data sets of torch and of Hugging Face, as far as they have a length."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from fivefold.codecs.coded import Coded, objects
from fivefold.errors import DataError, PreflightError
from fivefold.kinds.recognition import SourceType
from fivefold.reading.arrays import read_arrays, read_inputs, read_records, stacked
from fivefold.reading.arrow import by_name
from fivefold.reading.frames import read_arrow
from fivefold.reading.objects import array_of_tensor, turned
from fivefold.reading.raw import Raw


def is_dataset(source: object) -> bool:
    """Whether it is a data set: of Hugging Face, or items of torch by their place.

    Neither library is imported.
    """
    return _is_hugging_face(source) or _is_torch(source)


def _is_hugging_face(source: object) -> bool:
    return type(source).__module__.split(".")[0] == "datasets" and hasattr(source, "features")


def _is_torch(source: object) -> bool:
    names = {base.__module__.split(".")[0] for base in type(source).__mro__}
    has_items = hasattr(source, "__getitem__") and not hasattr(source, "detach")
    return "torch" in names and has_items and not isinstance(source, Mapping | list | tuple)


def loader_fault(source: Any) -> PreflightError | None:
    """The fault of torch's `DataLoader`, which gives batches; None for all else."""
    if not (hasattr(source, "dataset") and hasattr(source, "batch_size")):
        return None
    return PreflightError(
        f"Collect: expected rows, found the batches of a {type(source).__name__}.",
        evidence="Train makes batches of its own, from rows that stay on the device.",
        remedy="Pass Collect(loader.dataset) and Train(batch=loader.batch_size).",
        found=type(source).__name__,
    )


def read_dataset(source: Any, name: str) -> Raw:
    """The rows of a data set.

    Args:
        source: of Hugging Face (`datasets.Dataset`), its `ClassLabel`s by name; or of torch: items
            are `(x, y)`, mappings of columns, or inputs alone. Pictures of torch, channels first,
            are turned.
        name: of the source, for messages.

    Raises:
        DataError: if it has no length, as a stream has none, or its items are of no such form.
    """
    try:
        rows = len(source)
    except (TypeError, NotImplementedError):
        remedy = "Collect a part of it: list(itertools.islice(dataset, rows))."
        raise DataError.expected(name, "a data set with a length", "a stream", remedy) from None
    if _is_hugging_face(source):
        table = source.with_format("arrow")[
            :
        ]  # in the order of the data set, its selection applied
        table = table.replace_schema_metadata(source.data.schema.metadata)
        return _with_names(read_arrow(table, name), source.features)
    tensors = getattr(source, "tensors", None)
    if isinstance(tensors, tuple) and 0 < len(tensors) <= 2:
        arrays = [turned(array_of_tensor(tensor), axis=1) for tensor in tensors]
        if len(arrays) == 1:
            return read_inputs(arrays[0], name)
        return read_arrays(arrays[0], arrays[1], name)
    return _read_items([source[place] for place in range(rows)], name)


def _with_names(raw: Raw, features: Mapping[str, Any]) -> Raw:
    """Classes by their names where the data set keeps numbers for them; -1 is its missing one."""
    named = {}
    for name, feature in features.items():
        names = getattr(feature, "names", None)
        if type(feature).__name__ != "ClassLabel" or not names or name not in raw.columns:
            continue
        cells = raw.columns[name]
        found = cells if isinstance(cells, Coded) else by_name(cells, names)
        if found is not None:
            named[name] = found
    types: dict[str, SourceType] = dict.fromkeys(named, "levels")
    return raw.replace(columns={**raw.columns, **named}, types={**raw.types, **types})


def _read_items(items: list[Any], name: str) -> Raw:
    if not items:
        return Raw(name=name, columns={})
    first = items[0]
    if all(isinstance(item, Mapping) for item in items):
        return read_records([{k: _plain(v) for k, v in item.items()} for item in items], name)
    if all(isinstance(item, tuple | list) and len(item) == 2 for item in items):
        inputs = [_plain(x) for x, _ in items]
        return read_arrays(stacked(inputs), objects(_label(y) for _, y in items), name)
    if not isinstance(first, tuple | list):
        return read_inputs(stacked([_plain(item) for item in items]), name)
    raise DataError(
        f"{name}: expected items (x, y), mappings of columns or inputs alone, found "
        f"{type(first).__name__} of {len(first)}.",
        remedy="Wrap the data set so that an item is (x, y).",
        wanted="items (x, y)",
        found=type(first).__name__,
    )


def _plain(value: Any) -> Any:
    """A tensor as an array or a number; others as they are."""
    if not hasattr(value, "detach"):
        return value
    array = turned(array_of_tensor(value), axis=0)
    return array.item() if array.ndim == 0 else array


def _label(value: Any) -> Any:
    plain = _plain(value)
    if isinstance(plain, np.ndarray) and plain.size == 1:
        return plain.reshape(-1)[0].item()
    return plain.item() if isinstance(plain, np.generic) else plain
