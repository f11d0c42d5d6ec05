"""Cells of a source as other forms hold them."""

import json
import math
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

import numpy as np

from fivefold.codecs.cell import writable
from fivefold.codecs.coded import Coded


def cells_of(cells: Any) -> list[Any]:
    """The cells of a column as Python objects, None where one is missing.

    Args:
        cells: a list, an array, codes, or a column of Arrow.
    """
    if hasattr(cells, "to_pylist"):
        return list(cells.to_pylist())
    if isinstance(cells, np.ndarray) and cells.dtype.kind == "M":
        return [None if np.isnat(cell) else str(cell) for cell in cells]
    return list(cells.tolist() if isinstance(cells, np.ndarray | Coded) else cells)


def cell_text(cell: Any) -> str:
    """A cell as text: a text as it is, nothing where it is missing, lists and objects as JSON.

    Example:
        >>> cell_text("007"), cell_text(1.50), cell_text(None), cell_text({"a": [1]})
        ('007', '1.5', '', '{"a": [1]}')
    """
    if isinstance(cell, str):
        return writable(cell)
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, bytes | Mapping | list | tuple | np.ndarray):
        plain = json_value(cell)
        return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
    return str(cell)


def json_value(cell: Any) -> Any:
    """A cell as JSON has it: times as ISO 8601, bytes as Base64, NaN as null.

    Example:
        >>> from datetime import date
        >>> json_value([date(2024, 5, 17), float("nan"), b"ab"])
        ['2024-05-17', None, 'YWI=']
    """
    if isinstance(cell, str):
        return writable(cell)
    if cell is None or isinstance(cell, bool | int):
        return cell
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, bytes):
        return b64encode(cell).decode()
    if isinstance(cell, Mapping):
        return {str(key): json_value(value) for key, value in cell.items()}
    if isinstance(cell, np.ndarray | np.generic):
        return json_value(cell.tolist())
    if isinstance(cell, list | tuple):
        return [json_value(value) for value in cell]
    return str(cell)


def number_texts(values: "np.ndarray[Any, Any]") -> Sequence[str]:
    """Numbers in the fewest digits that read back as the same of their type.

    Example:
        >>> list(number_texts(np.array([0.1, 1.0, 1e-7], np.float32)))
        ['0.1', '1.0', '1e-07']
    """
    return [str(value) for value in values]
