"""The fingerprint of JSON values and arrays."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from fivefold.codecs.table import Array


def digest_of(values: Mapping[str, Any], arrays: Mapping[str, Array]) -> str:
    """SHA-256, as 64 hexadecimal digits, of JSON values and named arrays.

    Neither the order of keys nor the byte order and memory layout of the machine matter.

    Example:
        >>> digest_of({"a": 1, "b": 2}, {}) == digest_of({"b": 2, "a": 1}, {})
        True
    """
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        digest.update(json.dumps([name, array.dtype.str, list(array.shape)]).encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
