"""What kind a column is, from its values."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from fivefold.codecs.cell import BAD, is_missing, null_numbers, word
from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.dates import ENOUGH, find_dates
from fivefold.codecs.looks import differ, have_leading_zeros, is_dressed, is_prose, is_spelt
from fivefold.codecs.numberforms import NumberForm, find_number_form
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.collect.notation import Notation
from fivefold.collect.tokens import found_numbers, found_tokens
from fivefold.kinds.canonical import canonical_column

MOST = 0.8
"""Fraction of values that must be numbers for the rest to be strays, where these differ as
measurements do; elsewhere it is that of dates."""
HALF = 0.5
"""Fraction from which on a column of such numbers is worth a remark."""

_MARKED = re.compile(r"[+-]?\d[\d.,' ]*\d", re.ASCII)
_TRUTH = {"true", "false"}
_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*")


@dataclass(frozen=True, kw_only=True)
class Guess:
    """What one column seems to hold.

    Args:
        kind: of its values.
        format: of its dates, or of its numbers.
        tokens: how often each text that stands for missing occurs.
        nested: its values are lists or mappings, which no model here reads.
        dressed: an example of a number in a dress (`1,234.5`, `12 %`) that keeps the column from
            being numeric; empty if there is none.
        ambiguous: another way to read its dates; empty if there is none.
        torn: two of its texts are dates by different patterns only.
        numbers: how its texts write numbers.
        strays: how often each text occurs that is no number in a column of mostly numbers which
            is not read as such.
        unread: the type of its values, if that is one which no kind holds.
    """

    kind: str
    format: str = ""
    tokens: dict[str, int] = field(default_factory=dict)
    nested: bool = False
    dressed: str = ""
    ambiguous: str = ""
    torn: tuple[str, ...] = ()
    numbers: NumberForm = field(default_factory=NumberForm)
    strays: dict[str, int] = field(default_factory=dict)
    unread: str = ""

    @property
    def why_unfit(self) -> str:
        """Why no model here reads it, in a few words; empty if one does."""
        if self.nested:
            return "lists or mappings"
        return f"{self.unread} values" if self.unread else ""


def guess_kind(
    values: "Array | Coded",
    *,
    declared: str | None = None,
    tokens: Sequence[str] = (),
    notation: Notation | None = None,
) -> Guess:
    """The kind of a column.

    Values that are nearly all numbers are numeric, and those of which four in five are numbers
    that differ as measurements do; `00123` is a category; true and false are
    boolean; texts of several words that seldom repeat are text; the rest are categories.

    Args:
        values: raw, first axis rows, or codes.
        declared: the kind that its type in the source or the user says; only its tokens and the
            format of its numbers or dates are looked for then.
        tokens: texts that stand for missing.
        notation: what the user, the file and its other columns say of its numbers and dates.

    Example:
        >>> guess = guess_kind(objects(["1", "2.5", "?"] * 9), tokens=["?"])
        >>> guess.kind, guess.tokens
        ('numeric', {'?': 9})
    """
    notation = notation or Notation()
    if isinstance(values, Coded):
        return _guess_codes(values, declared, tokens, notation)
    if values.ndim > 1:
        return Guess(
            kind=declared or ("image" if values.ndim > 2 else "text"), nested=values.ndim == 2
        )
    by_dtype: dict[str, str] = {"b": "boolean", "M": "datetime"}
    if values.dtype.kind in "cmV" and declared is None:
        return Guess(kind="text", unread=str(values.dtype))
    if values.dtype != object:
        kind = declared or by_dtype.get(values.dtype.kind, "numeric")
        pattern = notation.date_format or "" if kind == "datetime" else ""
        return Guess(kind=kind, format=pattern, tokens=found_numbers(values, tokens))
    first = next((value for value in values if not is_missing(value)), None)
    if declared == "image" or (declared is None and _is_picture(first)):
        return Guess(kind="image")
    try:
        distinct, counts = count_values(values)
    except TypeError:
        return Guess(kind=declared or "text", nested=declared is None)
    return _guess_counted(distinct, counts, declared, tokens, notation)


def _guess_codes(
    values: Coded, declared: str | None, tokens: Sequence[str], notation: Notation
) -> Guess:
    """The same from codes; numbers and dates among the values are looked at as such."""
    if declared in {None, "numeric"} and notation.is_usual and not null_numbers(tuple(tokens)):
        numbers = values.numbers()
        if numbers is not None and not np.isnan(numbers).all():
            return Guess(kind="numeric")
    if values.values.dtype != object:
        return guess_kind(values.array(), declared=declared, tokens=tokens, notation=notation)
    distinct, counts = values.counted()
    first = next((value for value in distinct if not is_missing(value)), None)
    if declared == "image" or (declared is None and _is_picture(first)):
        return Guess(kind="image")
    present = [place for place, value in enumerate(distinct) if not is_missing(value)]
    items = [distinct[place] for place in present]
    return _guess_counted(items, counts[present], declared, tokens, notation)


def _guess_counted(
    distinct: list[Any],
    counts: Array,
    declared: str | None,
    tokens: Sequence[str],
    notation: Notation,
) -> Guess:
    found = found_tokens(distinct, counts, tokens)
    absent, items, weights = {"", *found}, distinct, counts.tolist()
    gone = {
        place
        for place, value in enumerate(distinct)
        if isinstance(value, str) and value.strip() in absent
    }
    if gone:
        kept = [place for place in range(len(items)) if place not in gone]
        items, weights = [items[place] for place in kept], [weights[place] for place in kept]
    if not items:
        return Guess(kind=declared or "categorical", tokens=found)
    types = {*map(type, items)}
    if declared is None and any(issubclass(kind, tuple | frozenset) for kind in types):
        return Guess(kind="text", nested=True)
    if declared is None and not any(map(_is_cell, items)):
        return Guess(kind="text", unread=type(items[0]).__name__)
    if declared in {None, "datetime", "numeric"}:
        guess = _guess(items, weights, declared, notation)
    else:
        guess = Guess(kind=declared)
    if guess.kind == "text":
        asked = set(tokens) if declared else set()
        found = {token: count for token, count in found.items() if token == "" or token in asked}
    return Guess(**{**guess.__dict__, "tokens": found})


def count_values(values: Array) -> tuple[list[Any], Array]:
    """Distinct values in order of appearance, without missing ones, and how often each occurs.

    Raises:
        TypeError: if values are lists or mappings.
    """
    import pandas as pd

    codes, distinct = pd.factorize(values, use_na_sentinel=True)
    return list(distinct), np.bincount(codes[codes >= 0], minlength=len(distinct))


def _is_picture(value: Any) -> bool:
    array = isinstance(value, np.ndarray) and value.ndim in (2, 3)
    file = isinstance(value, bytes) and value.startswith(_MAGIC)
    return array or file or hasattr(value, "getbands")


def _is_cell(value: Any) -> bool:
    try:
        word(value)
    except TypeError:
        return False
    except BAD:
        return True
    return True


def _guess(items: list[Any], weights: list[int], declared: str | None, notation: Notation) -> Guess:
    if all(isinstance(item, date | np.datetime64) for item in items):
        return Guess(kind="datetime")
    texts = [_text_of(item).strip() for item in items]
    form, dated = NumberForm(), None
    if declared is None and all(isinstance(item, bool | np.bool_) for item in items):
        return Guess(kind="boolean")
    if declared is None and all(text.lower() in _TRUTH for text in texts):
        return Guess(kind="boolean")
    if declared != "datetime":
        numbers, wrong, share = _read_numbers(items, weights)
        cells = [text or item for text, item in zip(texts, items, strict=True)]
        form = find_number_form(cells, weights, wrong=wrong, **notation.marks())
        if form.format:
            numbers, wrong, share = _read_numbers(items, weights, form.format)
        codes = have_leading_zeros(texts, weights)
        if declared == "numeric" or (share >= ENOUGH and not codes):
            return Guess(kind="numeric", format=form.format, numbers=form)
    if all(texts):
        enough = ENOUGH if declared is None else HALF
        dated = find_dates(texts, weights, notation.date_format, enough=enough)
    if dated is not None and dated.pattern is not None:
        return Guess(kind="datetime", format=dated.pattern, ambiguous=dated.other)
    if declared is not None:
        return Guess(kind=declared, format=notation.date_format or "")
    torn = dated.torn if dated else ()
    strays: dict[str, int] = {}
    for text, weight in ((str(items[place]).strip(), weights[place]) for place in wrong):
        strays[text] = strays.get(text, 0) + weight
    marked = [text for text in strays if is_dressed(text)]
    dressed = [text for text in texts if is_dressed(text)] if marked else []
    if marked and len(dressed) > 0.9 * len(texts) and not codes:
        return Guess(kind="categorical", dressed=marked[0], numbers=form)
    other = sum(
        weight
        for text, weight in strays.items()
        # what looks like a number and is none speaks against a form
        if is_spelt(text) or (form.format and _MARKED.fullmatch(text))
    )
    if (
        share >= HALF
        and not codes
        and 2 * other <= sum(strays.values())
        and differ(numbers, weights)
    ):
        if share >= MOST:
            return Guess(kind="numeric", format=form.format, numbers=form)
    else:
        strays = {}
    prose = is_prose(texts, weights, sum(weights))
    return Guess(kind="text" if prose else "categorical", strays=strays, torn=torn)


def _text_of(item: Any) -> str:
    """The text of an item that is one, or the bytes of one; else empty."""
    try:
        return item.decode() if isinstance(item, bytes) else item if isinstance(item, str) else ""
    except UnicodeDecodeError:
        return ""


def _read_numbers(
    items: list[Any], weights: list[int], format: str = ""
) -> tuple[Array, list[int], float]:
    """The items as numbers, the places of those that are none, and the share of cells that are.

    Infinities are counted as numbers where there are finite ones too.
    """
    column = Column(name="", kind="numeric", format=format)
    numbers, bad = canonical_column(objects(items), column, on_bad="missing")
    wrong = [
        int(place)
        for place in bad
        if str(items[place]).strip().lower().lstrip("+-") not in {"inf", "infinity"}
    ]
    if not np.isfinite(numbers).any():
        return numbers, wrong, 0.0
    return numbers, wrong, 1 - sum(weights[place] for place in wrong) / sum(weights)
