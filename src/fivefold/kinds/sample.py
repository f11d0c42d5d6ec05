"""What the cells of a column show, worked out where it is looked at."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np

from fivefold.codecs.cell import BAD, as_float
from fivefold.codecs.dates import ENOUGH, Dates, find_dates
from fivefold.codecs.numberforms import Notation, NumberForm, find_number_form, looks_written
from fivefold.codecs.table import Array
from fivefold.codecs.words import count_words

MOST = 0.8
"""Fraction of values that must be numbers for the rest to be strays, where these differ as
measurements do; elsewhere it is that of dates."""
HALF = 0.5
"""Fraction from which on a column of such numbers is worth a remark, and dates that were asked for
are a pattern's."""

MANY = 20_000
"""Different cells from which on some of them say that a column is no numbers."""
LOOKED = 1_000
"""Those that are looked at for it, as many again by how often they occur."""
FEW = 0.25
"""Part of these that may be like numbers then: half of all would have to be."""
SURE = 8.0
"""Standard errors from which on a mean of these is that of all."""
WORDS = 3
"""Words of a cell on average, from which on cells are texts."""

_MARKED = re.compile(r"[+-]?\d[\d.,' ]*\d", re.ASCII)
_LEADING_ZERO = re.compile(r"[+-]?0\d+", re.ASCII)
_DRESSED = re.compile(r"[$€£¥]?\s*[+-]?(\d{1,3}([ ,.']\d{3})+|\d+)([.,]\d+)?\s*[%$€£¥]?")
_CODE = re.compile(r"[^\W\d].*\d.*|.*[^\W\d]\d+", re.DOTALL)

NumberReader = Callable[[Sequence[Any], str], tuple[Array, Array]]
"""What reads cells as numbers of a form: `(n,)` float64, NaN where a cell is none, and the places
of those that are none."""


class NumberCells(NamedTuple):
    """The cells as numbers.

    Attributes:
        form: how their texts write them.
        values: `(n,)` float64, NaN where a cell is none.
        wrong: places of cells that are none; infinities are, beside finite ones.
        share: of all rows, those with a number.
        codes: whether they are codes such as 00123.
    """

    form: NumberForm = NumberForm()
    values: Array = np.empty(0)
    wrong: Sequence[int] = ()
    share: float = 0.0
    codes: bool = False

    @property
    def sure(self) -> bool:
        """Whether nearly all cells are numbers, and no codes."""
        return self.share >= ENOUGH and not self.codes


class Strays(NamedTuple):
    """The cells that are no numbers in a column that is neither numbers nor dates.

    Attributes:
        few: whether the others are most, and differ as measurements do.
        texts: where the others are half or more: how often each occurs.
        dressed: one of them, where nearly all cells are numbers in a dress (`1,234.5`, `12 %`).
    """

    few: bool = False
    texts: "dict[str, int]" = {}  # noqa: RUF012 (a default that nobody changes)
    dressed: str = ""


class Sample:
    """The cells of one column, those that are missing or stand for it left out.

    Args:
        items: raw, each different one once; none where the type of the column says what it is.
        weights: how often each occurs.
        notation: what is said of the way in which they are written.
        asked: whether the user or the source says its kind.
        read: its cells as numbers; without it none is one.

    Example:
        >>> sample = Sample(["yes", b"no "], [5, 4])
        >>> sample.texts, sample.type, sample.numbers.share
        (['yes', 'no'], None, 0.0)
    """

    def __init__(
        self,
        items: Sequence[Any] = (),
        weights: Sequence[int] = (),
        notation: Notation | None = None,
        *,
        asked: bool = False,
        read: NumberReader | None = None,
    ) -> None:
        self.items = items
        self.weights = weights
        self.notation = notation or Notation()
        self.asked = asked
        self._read = read

    @cached_property
    def type(self) -> Literal["moment", "truth"] | None:
        """What the types of all cells say, if they say anything."""
        if all(isinstance(item, date | np.datetime64) for item in self.items):
            return "moment"
        if all(isinstance(item, bool | np.bool_) for item in self.items):
            return "truth"
        return None

    @cached_property
    def texts(self) -> list[str]:
        """The text of each cell, stripped; empty where it has none, as a number."""
        plain = {str}
        return [
            item.strip() if type(item) in plain else _text_of(item).strip() for item in self.items
        ]

    @cached_property
    def _wordy(self) -> bool:
        """Whether a column of very many different cells is surely neither numbers nor like them."""
        if self.asked or len(self.items) < MANY:
            return False
        some = np.random.default_rng(0).integers(0, len(self.items), LOOKED)
        drawn = (some.tolist(), self._often)
        return all(sum(map(self._is_like, places)) <= FEW * LOOKED for places in drawn)

    @cached_property
    def _often(self) -> list[int]:
        """Places of some cells, drawn as often as they occur."""
        often = np.asarray(self.weights) / sum(self.weights)
        drawn = np.random.default_rng(1).choice(len(self.items), LOOKED, p=often)
        return [*map(int, drawn)]

    def _is_like(self, place: int) -> bool:
        """Whether a cell is a number, or like one."""
        text = self.texts[place]
        if not text or _is_dressed(text):  # what is no text may be one
            return True
        try:
            as_float(text)
        except BAD:
            return False
        return True

    @cached_property
    def numbers(self) -> NumberCells:
        """The cells as numbers, in the form that reads most of them."""
        if not self.items or self._read is None or self._wordy:
            return NumberCells()
        found = self._read_numbers(self._read)
        cells = [text or item for text, item in zip(self.texts, self.items, strict=True)]
        form = find_number_form(cells, self.weights, wrong=found.wrong, notation=self.notation)
        if form.format:
            found = self._read_numbers(self._read, form.format)
        return found._replace(form=form, codes=_have_leading_zeros(self.texts, self.weights))

    def _read_numbers(self, read: NumberReader, format: str = "") -> NumberCells:
        numbers, bad = read(self.items, format)
        wrong = [
            int(place)
            for place in bad
            if str(self.items[place]).strip().lower().lstrip("+-") not in {"inf", "infinity"}
        ]
        share = 1 - sum(self.weights[place] for place in wrong) / sum(self.weights)
        return NumberCells(
            values=numbers, wrong=wrong, share=share if np.isfinite(numbers).any() else 0.0
        )

    @cached_property
    def dates(self) -> Dates:
        """How the cells are dates, unless they are numbers."""
        if not self.items or not all(self.texts) or (not self.asked and self.numbers.sure):
            return Dates()
        enough = HALF if self.asked else ENOUGH
        return find_dates(self.texts, self.weights, self.notation.date_format, enough=enough)

    @cached_property
    def strays(self) -> Strays:
        """The cells that are no numbers, unless nearly all are numbers or dates."""
        form, values, wrong, share, codes = numbers = self.numbers
        if numbers.sure or self._wordy or self.dates.pattern is not None:
            return Strays()
        texts: dict[str, int] = {}
        for place in wrong:
            text = str(self.items[place]).strip()
            texts[text] = texts.get(text, 0) + self.weights[place]
        marked = [text for text in texts if _is_dressed(text)]
        dressed = sum(map(_is_dressed, self.texts)) if marked else 0
        if marked and dressed > 0.9 * len(self.texts) and not codes:
            return Strays(dressed=marked[0])
        other = sum(
            weight
            for text, weight in texts.items()
            # what looks like a number and is none speaks against a form
            if _CODE.fullmatch(text)
            or _is_dressed(text)
            or (form.format and _MARKED.fullmatch(text))
        )
        spelt = 2 * other > sum(texts.values())
        if share < HALF or codes or spelt or not _differ(values, self.weights):
            return Strays()
        return Strays(few=True) if share >= MOST else Strays(texts=texts)

    @cached_property
    def prose(self) -> bool:
        """Whether cells are several words, seldom the same ones, and neither numbers nor dates."""
        if self.numbers.sure or self.dates.pattern is not None:
            return False
        if self.strays.few or self.strays.dressed:
            return False
        total, size = sum(self.weights), len(self.texts)
        return size >= 0.5 * total and size > 20 and self._words >= WORDS

    @property
    def _words(self) -> float:
        """Words of a cell on average; where some of very many cells settle it, of these."""
        if self._wordy:
            some = np.array([count_words(self.texts[place]) for place in self._often])
            if abs(some.mean() - WORDS) > SURE * some.std() / LOOKED**0.5:
                return float(some.mean())
        weighed = zip(self.texts, self.weights, strict=True)
        return sum(count_words(text) * weight for text, weight in weighed) / sum(self.weights)


def _text_of(item: Any) -> str:
    """The text of an item that is one, or the bytes of one; else empty."""
    try:
        return item.decode() if isinstance(item, bytes) else item if isinstance(item, str) else ""
    except UnicodeDecodeError:
        return ""


def _is_dressed(text: str) -> bool:
    """Whether it is a number in a dress: `1,234.5`, `12 %`, `48,88 €`."""
    return bool(_DRESSED.fullmatch(text)) or looks_written(text)


def _differ(numbers: Array, weights: Sequence[int]) -> bool:
    """Whether there are many different numbers, as where something is measured."""
    finite = np.isfinite(numbers)
    distinct = np.unique(numbers[finite])
    cells = int(np.asarray(weights)[finite].sum())
    fractions = bool((distinct != np.rint(distinct)).any())
    often = fractions or len(distinct) >= 0.5 * cells
    return len(distinct) > 20 or (len(distinct) >= 10 and often)


def _have_leading_zeros(texts: Sequence[str], weights: Sequence[int]) -> bool:
    """Whether they are codes like 00123: more than strays, or all of one length."""
    written = zip(texts, weights, strict=True)
    zeros = sum(w for text, w in written if "0" in text[:2] and _LEADING_ZERO.fullmatch(text))
    return zeros > (1 - ENOUGH) * sum(weights) or (zeros > 0 and len(set(map(len, texts))) == 1)
