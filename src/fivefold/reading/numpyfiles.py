"""Arrays in files of numpy: `.npz` with several by name, `.npy` with one."""

import io
import re
import zipfile
from collections.abc import Mapping

import numpy as np

from fivefold.codecs.table import Array
from fivefold.errors import DataError
from fivefold.reading.arrays import read_arrays, read_columns, read_inputs
from fivefold.reading.names import LABELS, PICTURES, SERIES
from fivefold.reading.partnames import PARTS
from fivefold.reading.raw import Raw, concatenate

INPUTS = frozenset(("x", PICTURES, f"{PICTURES}s", SERIES, "data", "inputs", "features", "signals"))
ANSWERS = frozenset(("y", LABELS, f"{LABELS}s", "target", "targets"))

_FAULTS = (ValueError, EOFError, OSError, zipfile.BadZipFile, AttributeError, TypeError)
_WORDS = re.compile(r"[_\W]+")


def read_npz(content: bytes, name: str) -> Raw:
    """The rows of a `.npz` file.

    Its arrays are `x` and `y` (or `images` and `labels`, and their kin), for each part where their
    names say one (`x_train`, `test_labels`); else columns of one length.

    Raises:
        DataError: if it is damaged, holds objects, or its arrays do not go together.
    """
    arrays = _arrays(content, name)
    pairs: dict[int, dict[bool, str]] = {}
    for key in arrays:
        words = [word for word in _WORDS.split(key.lower()) if word]
        said = [PARTS[word] for word in words if word in PARTS]
        rest = [word for word in words if word not in PARTS]
        if len(rest) != 1 or len(said) > 1 or rest[0] not in INPUTS | ANSWERS:
            break
        pairs.setdefault(said[0] if said else -1, {})[rest[0] in ANSWERS] = key
    else:
        if pairs and all(len(pair) == 2 for pair in pairs.values()):
            return _of_pairs(arrays, pairs, name)
    if len({array.shape[:1] for array in arrays.values()}) == 1 and arrays:
        return read_columns(arrays, name)
    shapes = ", ".join(f"{key} {array.shape}" for key, array in arrays.items())
    raise DataError(
        f"{name}: expected arrays x and y, or x_train, y_train, x_test and y_test, or columns of "
        f"one length, found {shapes or 'none'}.",
        remedy="Load it with numpy, and pass (X, y) or {name: array}.",
        shapes={key: array.shape for key, array in arrays.items()},
    )


def read_npy(content: bytes, name: str) -> Raw:
    """The array of a `.npy` file as a matrix, a stack of pictures, series, or columns by name."""
    try:
        return read_inputs(np.load(io.BytesIO(content), allow_pickle=False), name)
    except _FAULTS as fault:
        raise _damaged(name, "an array of numpy", fault) from None


def _arrays(content: bytes, name: str) -> dict[str, Array]:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    except _FAULTS as fault:
        raise _damaged(name, "a file of arrays, as numpy.savez writes it", fault) from None


def _of_pairs(arrays: Mapping[str, Array], pairs: dict[int, dict[bool, str]], name: str) -> Raw:
    parts = []
    for part in sorted(pairs):
        x, y = arrays[pairs[part][False]], arrays[pairs[part][True]]
        raw = read_arrays(x, y, name)
        parts.append(raw.replace(given=np.full(len(raw), part, np.int8) if part >= 0 else None))
    return concatenate(parts, name)


def _damaged(name: str, wanted: str, fault: Exception) -> DataError:
    objects = "Object arrays" in str(fault)
    found = "objects of Python, which are not read" if objects else "a damaged one"
    remedy = "Save arrays of numbers or texts." if objects else "Save the file again."
    said = "It begins as no such file" if "pickle" in str(fault) else str(fault).removesuffix(".")
    return DataError.expected(name, wanted, found, remedy, evidence="" if objects else f"{said}.")
