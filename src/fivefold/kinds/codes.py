"""Categories to whole numbers."""

from dataclasses import dataclass
from itertools import repeat

import numpy as np

from fivefold.codecs.coded import coded_of, remembered
from fivefold.codecs.settings import Categories, Settings
from fivefold.codecs.table import Array

MISSING, UNSEEN, FIRST = 0, 1, 2
"""Codes: a missing value; a category that training rows lack or hold too rarely; the others."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CategoricalState:
    """The categories of `c` columns.

    Attributes:
        names: `(c,)` columns.
        categories: the kept categories of each, in text order; `categories[j][i]` has the code
            `i + 2`.
        mode: whether a network sees them one-hot or embedded.
    """

    names: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]
    mode: Categories

    def __len__(self) -> int:
        return len(self.names)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of codes a column: its categories, and the two for missing and unseen."""
        return tuple(len(categories) + FIRST for categories in self.categories)


def rare_limit(rows: int, settings: Settings) -> int:
    """Training rows that a category needs to have a code of its own.

    Example:
        >>> [rare_limit(rows, Settings()) for rows in (3, 600, 6_000, 60_000)]
        [1, 1, 3, 10]
    """
    if settings.rare is not None:
        return settings.rare
    return min(10, max(1, rows // 2_000))


def fit_categories(values: Array, settings: Settings) -> tuple[str, ...]:
    """The categories of the training rows that are kept, in text order.

    Args:
        values: canonical training values, str or None.
        settings: `rare` and `max_categories`.
    """
    coded = coded_of(values)
    sizes = np.bincount(coded.codes[coded.codes >= 0]).tolist()
    counts = dict(zip(coded.values.tolist(), sizes, strict=True))
    limit = rare_limit(len(values), settings)
    kept = [category for category, count in counts.items() if count >= limit]
    kept.sort(key=lambda category: (-counts[category], category))
    return tuple(sorted(kept[: settings.max_categories]))


def encode_categories(values: Array, categories: tuple[str, ...]) -> Array:
    """Canonical values as int32 codes: 0 missing, 1 unseen or rare, 2 and up the categories.

    Example:
        >>> encode_categories(np.array(["b", None, "z"], object), ("a", "b")).tolist()
        [3, 0, 1]
    """
    codes: dict[str | None, int] = {c: code for code, c in enumerate(categories, FIRST)}
    codes[None] = MISSING
    coded = remembered(values)
    if coded is not None:
        each = [codes.get(value, UNSEEN) for value in coded.values.tolist()]
        return np.array([*each, MISSING], np.int32)[coded.codes]
    found = map(codes.get, values.tolist(), repeat(UNSEEN))
    return np.fromiter(found, np.int32, len(values))
