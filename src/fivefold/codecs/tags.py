"""Several labels in one cell: a list, the text of one, or a text with a separator."""

import json
import re
from ast import literal_eval
from collections.abc import Mapping
from itertools import islice
from typing import Any

import numpy as np

from fivefold.codecs.cell import BAD, is_missing, word
from fivefold.codecs.coded import objects
from fivefold.codecs.table import Array

LISTED = "[]"
"""The format of cells that are lists, or texts of lists."""

SEPARATORS = (";", "|", ",")
"""What stands between labels of a text; by the first two a column is known without being told."""

CERTAIN = SEPARATORS[:2]
LONGEST = 60
"""Characters of a label, where a column is to be known by its separator."""

FIRST = 64
_LIST = re.compile(r"\s*\[.*\]\s*", re.DOTALL)


def are_lists(cells: Any) -> bool:
    """Whether the first cells of a column that are there are lists, sets or arrays of labels.

    Example:
        >>> are_lists(objects([None, ["a", "b"], []])), are_lists(objects(["a;b"]))
        (True, False)
    """
    if not isinstance(cells, np.ndarray) or cells.dtype != object or cells.ndim != 1:
        return False
    first = [*islice((cell for cell in cells if not _absent(cell)), FIRST)]
    return bool(first) and all(_is_list(cell) for cell in first)


def as_texts(cells: Array) -> Array:
    """Lists of labels as their JSON text, other cells as they are.

    Example:
        >>> as_texts(objects([["a", 2], None, {"b"}])).tolist()
        ['["a", 2]', None, '["b"]']
    """
    return objects(_text(cell) if _is_list(cell) else cell for cell in cells)


def read_tags(text: str, separator: str) -> list[str]:
    """The labels of a cell as words, each once, in its order.

    Args:
        text: of the cell; that of a list is one with any separator.
        separator: between labels, `LISTED` for lists alone, empty where a cell is one label.

    Raises:
        ValueError: if it looks like a list and is none.

    Example:
        >>> read_tags("rain; wind;", ";"), read_tags("['rain', 'wind']", "[]"), read_tags("[]", ";")
        (['rain', 'wind'], ['rain', 'wind'], [])
    """
    if _LIST.fullmatch(text):
        found = [word(label) for label in _listed(text)]
    elif separator in ("", LISTED):
        found = [word(text)]
    else:
        found = [word(piece) for piece in text.split(separator)]
    return list(dict.fromkeys(label for label in found if label))


def plain_tags(text: str) -> list[Any]:
    """The labels of the text of a list in their own types; none where it is none."""
    try:
        return _listed(text) if _LIST.fullmatch(text) else []
    except ValueError:
        return []


def separator_of(rows: Mapping[str, int], *, asked: bool) -> str:
    """What separates the labels of a column's texts; empty where nothing does.

    Unless it is asked for, the answer is sure: lists, or pieces between `;` or `|` that repeat from
    cell to cell in other company.

    Args:
        rows: how many rows have each text.
        asked: whether cells are said to hold several labels.

    Example:
        >>> mixed = {"a;b": 9, "a": 9, "b;c": 9, "c;a": 9, "c": 5}
        >>> separator_of(mixed, asked=False), separator_of({"x;1": 1, "y;2": 1}, asked=False)
        (';', '')
    """
    if rows and all(_LIST.fullmatch(text) for text in rows):
        try:
            for text in rows:
                read_tags(text, LISTED)
        except ValueError:
            return ""
        return LISTED
    found = {mark: sum(mark in text for text in rows) for mark in SEPARATORS}
    if asked:
        return next((mark for mark, texts in found.items() if texts), "")
    return next((mark for mark in CERTAIN if found[mark] and _is_sure(rows, mark)), "")


def _is_sure(rows: Mapping[str, int], mark: str) -> bool:
    """Whether pieces of texts are labels: short, repeated, and each beside different others."""
    total, counts, texts = sum(rows.values()), dict[str, int](), dict[str, int]()
    several = 0
    for text, count in rows.items():
        try:
            kept = [piece.strip() for piece in _pieces(text, mark)]
        except ValueError:
            return False
        kept = [piece for piece in kept if piece]
        if len(kept) != len(set(kept)) or any(len(piece) > LONGEST for piece in kept):
            return False
        several += count * (len(kept) > 1)
        for piece in kept:
            counts[piece] = counts.get(piece, 0) + count
            texts[piece] = texts.get(piece, 0) + 1
    if len(counts) < 3 or len(counts) >= len(rows) or several < 0.05 * total:
        return False
    mingled = sum(found > 1 for found in texts.values())
    return mingled >= 0.8 * len(counts) and sum(counts.values()) >= 5 * len(counts)


def _pieces(text: str, mark: str) -> list[str]:
    """What stands between separators, or is the text of a list."""
    return list(map(str, _listed(text))) if _LIST.fullmatch(text) else text.split(mark)


def _listed(text: str) -> list[Any]:
    """The elements of a list written as JSON or as Python writes it, those missing left out."""
    try:
        found = json.loads(text)
    except ValueError:
        try:
            found = literal_eval(text.strip())
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            raise ValueError("a list of labels that cannot be read") from None
    if not isinstance(found, list) or any(isinstance(one, list | dict | tuple) for one in found):
        raise ValueError("no list of labels")
    return [one for one in found if not is_missing(one)]


def _is_list(cell: object) -> bool:
    return isinstance(cell, list | tuple | set | frozenset) or (
        isinstance(cell, np.ndarray) and cell.ndim == 1
    )


def _absent(cell: object) -> bool:
    return not _is_list(cell) and is_missing(cell)


def _text(cell: Any) -> str:
    items = cell.tolist() if isinstance(cell, np.ndarray) else list(cell)
    if isinstance(cell, set | frozenset):
        items = sorted(items, key=str)
    plain = [_plain(one) for one in items if not is_missing(one)]
    return json.dumps(plain, ensure_ascii=False)


def _plain(label: object) -> Any:
    if isinstance(label, np.generic):
        label = label.item()
    if isinstance(label, bool | int | float | str):
        return label
    try:
        return word(label)
    except BAD:
        return str(label)
