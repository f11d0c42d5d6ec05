"""Target cells that say of several labels whether a row has them."""

from typing import Any

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Label
from fivefold.codecs.table import Array
from fivefold.codecs.tags import LISTED, plain_tags, read_tags
from fivefold.tasks.classes import PAIRS
from fivefold.tasks.labels import Labels, natural, read_labels
from fivefold.tasks.target import Target, Targets

FALSE, TRUE = (frozenset(pair[place] for pair in PAIRS) for place in (0, 1))


def labels_in(found: Labels, separator: str, *, typed: bool) -> tuple[list[Label], dict[str, int]]:
    """The labels in natural order, and rows with each word; "" counts those without any."""
    rows: dict[str, int] = {}
    plain: list[Any] = []
    for text, count in found.rows.items():
        words = read_tags(text, separator)
        for one in words or [""]:
            rows[one] = rows.get(one, 0) + count
        plain += plain_tags(text) if separator == LISTED else words
    if not plain:
        return [], rows
    cells, here = objects(plain), np.ones(len(plain), bool)
    read = read_labels(cells, here, here, typed=typed or separator == LISTED)
    return sorted(read.labels.values(), key=lambda label: natural(str(label))), rows


def places_in(text: str, separator: str, known: dict[str, int]) -> list[int]:
    """Which labels a text has; -1 for one that is not known."""
    try:
        return [known.get(one, -1) for one in read_tags(text, separator)]
    except ValueError:
        return [-1]


def truths(values: Array) -> Array:
    """`(n,)` int64: 1, 0, or -1 where a word says neither."""
    told: dict[Any, int] = {}
    for value in set(values.tolist()):
        text = "" if value is None else str(value).lower()
        told[value] = 1 if text in TRUE else 0 if text in FALSE else -1
    return np.array([told[value] for value in values.tolist()], np.int64)


def are_truths(column: Target, targets: Targets) -> bool:
    """Whether a column holds 0 and 1, or words of one meaning; unless asked no other numbers."""
    if "numbers" in column.reads_as:
        values = column.values[targets.usable & column.present]
        return bool(np.isin(values, (0.0, 1.0)).all())
    found = read_labels(
        column.cells, column.present, targets.usable & column.present, typed=column.typed
    )
    words = {name.lower() for name in found.rows}
    return any(words <= set(pair) for pair in PAIRS)
