"""Categories: texts of which a few stand for many rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from fivefold.codecs.coded import coded_of, looked_up
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Array
from fivefold.kinds.block import Fitted
from fivefold.kinds.cells import Cells
from fivefold.kinds.codes import CODES, FIRST, MISSING, UNSEEN
from fivefold.kinds.disturbance import Change, Disturbance, unseen_words
from fivefold.kinds.dull import Dull, is_id_name
from fivefold.kinds.kind import Kind
from fivefold.kinds.nonsense import letters_at_random, new_to
from fivefold.kinds.quick import Quick
from fivefold.kinds.sample import Sample
from fivefold.kinds.scripted import Scripted, script
from fivefold.kinds.word import quick_word, unheard_of, word_reader, word_texts
from fivefold.metrics.groups import by_value

MANY_NAMES = 50
"""Different categories, from which on they may be texts in which more stands."""


@dataclass(frozen=True)
class Known:
    """The categories of one column.

    Attributes:
        categories: those that are kept, in text order; `categories[i]` has the code `i + 2`.
    """

    categories: tuple[str, ...]

    @property
    def size(self) -> int:
        """Number of codes: the categories, and the two for missing and unseen."""
        return len(self.categories) + FIRST


class Categorical(Kind):
    """Texts, numbers or truth values of which a few stand for many rows; 1, 1.0 and "1" are one."""

    name = "categorical"
    block = CODES
    wanted = "categories"
    coded = True
    explains = False
    state = Known
    settings = ("categories", "rare", "max_categories")
    control = "menu"
    raw = "word"
    plural = "categories"
    levels = True
    sources = frozenset({"levels", "ranks"})

    def reader(self, column: Column) -> Callable[[object], str | None]:
        return word_reader(column)

    def texts(
        self, values: list[str | None], column: Column
    ) -> tuple[Array, Array, list[int]] | None:
        mine = type(self).reader is Categorical.reader  # others may read otherwise
        return word_texts(values, column) if mine else None

    def fit(self, cells: Cells, column: Column, settings: Settings) -> Known:
        """The categories that are kept: the frequent ones, of those with enough rows."""
        coded = coded_of(cells.values)
        sizes = np.bincount(coded.codes[coded.codes >= 0]).tolist()
        counts = dict(zip(coded.values.tolist(), sizes, strict=True))
        usual = min(10, max(1, len(cells) // 2_000))
        limit = usual if settings.rare is None else settings.rare
        kept = [category for category, count in counts.items() if count >= limit]
        kept.sort(key=lambda category: (-counts[category], category))
        return Known(tuple(sorted(kept[: settings.max_categories])))

    def encode(self, values: Array, column: Column, state: Known) -> Array:
        codes = {category: code for code, category in enumerate(state.categories, FIRST)}
        return looked_up(values, codes | {None: MISSING}, UNSEEN, np.int32)

    def quick(self, column: Column, state: Known) -> Quick:
        exact = quick_word(column)
        codes: dict[Any, int] = {c: code for code, c in enumerate(state.categories, FIRST)}
        ready = {category: code for category, code in codes.items() if exact(category) == category}
        codes[None] = MISSING

        def read(cell: Any) -> int:
            if type(cell) is str and cell in ready:
                return ready[cell]
            return codes.get(exact(cell), UNSEEN)

        return Quick(read)

    # --- recognition

    def recognise(self, sample: Sample) -> float:
        """What is nothing else: all that has a text."""
        return 0.1

    # --- doors

    def to_frame(self, values: Array, column: Column) -> Array:
        """Whole numbers as int64, float64 if one is missing; true and false as bool, or objects."""
        known = [value for value in values if value is not None]
        if known and all(_is_whole(value) for value in known):
            if len(known) == len(values):
                return values.astype(np.int64)
            return np.array([np.nan if v is None else float(v) for v in values], np.float64)
        if known and set(known) <= {"True", "False"}:
            truths = [None if value is None else value == "True" for value in values]
            return np.array(truths, dtype=bool if None not in truths else object)
        return values

    def to_json(self, values: Array, column: Column) -> list[Any]:
        return [int(v) if v is not None and _is_whole(v) else v for v in values]

    def field(self, fitted: Fitted, seen: Array | None) -> dict[str, Any]:
        categories = fitted.state.categories
        return {
            "form": "a text, a whole number or true or false; 1, 1.0 and '1' are one category",
            "categories": categories,
            "example": categories[0] if categories else None,
            "policy": {"unseen": "answered as an unknown category"},
        }

    def scripted(self, fitted: Fitted) -> Scripted:
        facts = {"categories": list(fitted.state.categories)}
        return Scripted("category", facts, script("codecs/cell.js", "kinds/categorical.js"))

    def synthesise(
        self, fitted: Fitted, usual: tuple[float, ...], rows: int, rng: np.random.Generator
    ) -> list[Any]:
        """Known categories, and an unknown one in ten."""
        known = fitted.state.categories
        places = rng.integers(-1, len(known), rows) if len(known) < 10 else None
        if places is None:
            places = np.where(rng.random(rows) < 0.1, -1, rng.integers(0, len(known), rows))
        return ["(not seen in training)" if place < 0 else known[place] for place in places]

    def disturbances(self, column: Column, seen: Array) -> tuple[Disturbance, ...]:
        return (*super().disturbances(column, seen), *unseen_words())

    def strays(self, values: Array, seen: Array) -> Array:
        return new_to(values, seen)

    def nonsense(self, column: Column, seen: Array) -> Change | None:
        return letters_at_random

    def corrupt(self, values: Array, some: Array, few: Array) -> Array:
        return unheard_of(values, some, few)

    # --- statistics

    def suspect(self, values: Array) -> tuple[Array, bool]:
        codes = coded_of(values).codes
        return np.where(codes < 0, np.nan, codes), False

    def phrases(self, values: Array) -> list[str] | None:
        """Of categories that hardly repeat, as names of files do; others are looked at whole."""
        coded = coded_of(values)
        if len(np.unique(coded.codes)) < MANY_NAMES:
            return None
        return ["" if text is None else text for text in values.tolist()]

    def dull(self, name: str, different: Array, count: int) -> Dull | None:
        """Ids: categories that hardly ever repeat."""
        enough = 10 if is_id_name(name) else 50
        if len(different) < max(0.9 * count, enough):
            return None
        told = f"has {len(different):,} different values in {count:,} rows, as an id has"
        return Dull("id", "id_column", "warning", told)

    def compared(self, values: Array, column: Column) -> dict[str, Array]:
        return {"": values}

    def groups(self, values: Array) -> Iterator[tuple[str, Array]]:
        return by_value(values)


def _is_whole(text: str) -> bool:
    digits = text.removeprefix("-")
    few = 0 < len(digits) <= 15 and digits.isascii() and digits.isdigit()
    return few and text == str(int(text))
