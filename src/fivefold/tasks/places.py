"""Which of the classes a label is."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fivefold.codecs.cell import BAD, as_float, boolean, word
from fivefold.codecs.coded import looked_up
from fivefold.codecs.schema import Label
from fivefold.codecs.table import Array


def places_of(values: Array, classes: Sequence[Label]) -> Array:
    """`(n,)` int64: which of the classes each cell is, -1 for none of them.

    Args:
        values: `(n,)` canonical; words, so that 1, 1.0 and "1" are one class, or numbers.
        classes: labels as people write them.

    Example:
        >>> places_of(np.array(["1", "0", None], object), (0, 1)).tolist()
        [1, 0, -1]
        >>> places_of(np.array([1.0, 0.0, np.nan]), (False, True)).tolist()
        [1, 0, -1]
    """
    known = _numbers(classes) if values.dtype != object else _words(classes)
    return looked_up(values, known, -1, np.int64)


def _words(classes: Sequence[Label]) -> dict[object, int]:
    known: dict[object, int] = {str(label): place for place, label in enumerate(classes)}
    return known | {word(label): place for place, label in enumerate(classes)}


def _numbers(classes: Sequence[Label]) -> dict[object, int]:
    known: dict[object, int] = {}
    for place, label in enumerate(classes):
        try:
            known[as_float(label)] = place
        except BAD:
            try:
                known[boolean(label)] = place
            except BAD:
                continue
    return known


def labels_of(places: Array, classes: Sequence[Label]) -> list[Label]:
    """The labels at these places, as people write them."""
    return [classes[place] for place in places.tolist()]


def label_array(labels: Sequence[Label], classes: Sequence[Label]) -> Array:
    """Labels as an array: of whole numbers, truth values or floats where all classes are."""
    array = np.array(labels, dtype=object)
    types = {type(label) for label in classes}
    if types <= {int}:  # in the first type that holds all of them, if one does
        least, most = min(map(int, classes)), max(map(int, classes))
        held = (np.iinfo(one) for one in (np.int64, np.uint64))
        fits = (one.dtype for one in held if one.min <= least and most <= one.max)
        return array.astype(next(fits, object))
    if types <= {bool}:
        return array.astype(np.bool_)
    if types <= {float}:
        return array.astype(np.float64)
    return array


def find_label(asked: Label, classes: Sequence[Label]) -> int | None:
    """The place of a label that may be written otherwise: `"1.0"`, `1.0` and `1` are one.

    Between numbers and truth values, 1 is true and 0 is false.

    Args:
        asked: as a user writes it.
        classes: labels as the source wrote them.

    Example:
        >>> find_label("1.0", (0.5, 1.0)), find_label(0.1, (float(np.float32(0.1)),))
        (1, 0)
    """
    wanted = word(asked)
    words = [word(label) for label in classes]
    if wanted in words:
        return words.index(wanted)
    if isinstance(asked, bool | np.bool_):
        return find_label(int(asked), classes)
    try:
        number = as_float(asked)
    except BAD:
        return None
    near = [
        place
        for place, label in enumerate(classes)
        if isinstance(label, float)
        and (label == number or (_of_float32(label) and word(np.float32(label)) == word(number)))
    ]
    if number in (0, 1) and all(isinstance(label, bool) for label in classes):
        near = [place for place, label in enumerate(classes) if label == number]
    return near[0] if near else None


def _of_float32(label: float) -> bool:
    with np.errstate(over="ignore"):
        return float(np.float32(label)) == label


def finite(scores: Array) -> Any:
    """Numbers as lists of plain ones, None for those that JSON does not have.

    Example:
        >>> finite(np.array([[0.5, np.nan]]))
        [[0.5, None]]
    """
    known = np.isfinite(scores)
    if known.all():
        return scores.tolist()
    cells = scores.astype(object)
    cells[~known] = None
    return cells.tolist()
