"""Labels of classes as the source wrote them."""

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from unicodedata import normalize

import numpy as np

from fivefold.codecs.cell import is_missing, word, writable
from fivefold.codecs.coded import Coded, objects, remember
from fivefold.codecs.schema import Label
from fivefold.codecs.table import Array

_WHOLE = re.compile(r"-?(0|[1-9]\d*)", re.ASCII)
_PLAIN = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, kw_only=True, eq=False)
class Labels:
    """The classes of some rows.

    Args:
        words: `(n,)` the word of each row's label, None where there is none.
        labels: of each word, in natural order.
        rows: with each word, counted.
    """

    words: Array
    labels: dict[str, Label]
    rows: dict[str, int]


def read_labels(
    cells: "Array | Coded", present: Array, usable: Array, *, typed: bool = False
) -> Labels:
    """The labels of raw cells, those that are equal as words being one.

    Booleans and whole numbers stay what they are, whole numbers among floats become floats. Texts
    of a source that tells texts from numbers stay texts; those of a CSV file are whole numbers,
    booleans or plain decimals where all of them are. Cells of several types are read as texts.

    Args:
        cells: `(n,)` as the source gave them.
        present: `(n,)` bool, False where a cell is missing.
        usable: `(n,)` bool, the rows whose labels are wanted.
        typed: whether the source tells texts from numbers.

    Example:
        >>> everywhere = np.ones(3, bool)
        >>> found = read_labels(np.array([1.5, 0.5, 1.0]), everywhere, everywhere)
        >>> found.labels, found.words.tolist()
        ({'0.5': 0.5, '1': 1.0, '1.5': 1.5}, ['1.5', '0.5', '1'])
    """
    codes, distinct = _distinct(cells, present)
    counts = np.bincount(codes[usable & present], minlength=len(distinct)).tolist()
    plain = [plain_label(cell) for cell in distinct]
    words = list(map(word, plain))
    written: dict[str, Counter[Label]] = {}
    for name, label, count in zip(words, plain, counts, strict=True):
        if count:
            written.setdefault(name, Counter())[label] += count
    types = {type(label) for label, count in zip(plain, counts, strict=True) if count}
    labels = _typed(written, types, typed)
    own = {name: word(label) for name, label in labels.items()}  # 0.50 may be the label 0.5
    order = sorted(labels, key=lambda name: natural(str(labels[name])))
    coded = Coded(codes, objects(own.get(name, name) for name in words))
    return Labels(
        words=remember(coded.array(), coded),
        labels={own[name]: labels[name] for name in order},
        rows={own[name]: written[name].total() for name in order},
    )


def _distinct(cells: "Array | Coded", present: Array) -> tuple[Array, list[object]]:
    """The place of each cell among the different ones, -1 if missing; 1 and 1.0 are different."""
    if isinstance(cells, Coded):
        codes = np.where(present, cells.codes, -1)
        kept = np.unique(codes[present])
        return np.searchsorted(kept, codes) - (codes < 0), list(cells.values[kept])
    if cells.dtype.kind in "biuf":
        values, codes = np.unique(cells[present], return_inverse=True)
        places = np.full(len(cells), -1)
        places[present] = codes
        return places, values.tolist()
    here = list(cells[present])
    one_type = len(set(map(type, here))) == 1
    seen: dict[object, int] = {}
    keys = here if one_type else [(type(cell), cell) for cell in here]
    places = np.full(len(cells), -1)
    places[present] = [seen.setdefault(key, len(seen)) for key in keys]
    return places, list(seen) if one_type else [key[1] for key in seen]  # type: ignore[index]


def plain_label(value: object) -> Label:
    """A cell as one of the four types of labels; a number keeps its value.

    Example:
        >>> plain_label(np.float32(0.5)), plain_label(Decimal("2")), plain_label(" a ")
        (0.5, 2, 'a')
    """
    if isinstance(value, bytes):
        value = value.decode()
    if isinstance(value, str):
        return writable(normalize("NFC", str(value).strip()))
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer) and not isinstance(value, np.timedelta64):
        return int(value)
    if isinstance(value, float | np.floating | Decimal) and isfinite(value):
        whole = isinstance(value, Decimal) and value == value.to_integral_value()
        return int(value) if whole else float(value)
    return "" if is_missing(value) else word(value)


def _typed(written: dict[str, Counter[Label]], types: set[type], typed: bool) -> dict[str, Label]:
    """The label of each word, from all the ways in which it is written."""
    commonest = {name: tally.most_common(1)[0][0] for name, tally in written.items()}
    if types in ({bool}, {int}):
        return commonest
    if types <= {int, float}:
        return _floats(commonest) or {name: str(label) for name, label in commonest.items()}
    texts = {name: str(label) for name, label in commonest.items()}
    if typed and types == {str}:
        return dict(texts)
    all_texts = [str(label) for tally in written.values() for label in tally]
    if all(_WHOLE.fullmatch(text) and text != "-0" for text in all_texts):
        return {name: int(text) for name, text in texts.items()}
    if set(written) <= {"True", "False"}:
        return {name: name == "True" for name in written}
    if all(_PLAIN.fullmatch(text) and str(float(text)) != "-0.0" for text in all_texts):
        return _floats(texts) or dict(texts)
    return dict(texts)


def _floats(labels: dict[str, Label] | dict[str, str]) -> dict[str, Label]:
    """The same as floats; empty if two of them are one number, or one has none."""
    floats = {name: float(label) for name, label in labels.items()}
    apart = len(set(floats.values())) == len(floats) and all(map(isfinite, floats.values()))
    return dict(floats) if apart else {}


def natural(text: str) -> tuple[tuple[int, float, str], ...]:
    """A sort key by which numbers come before words, and digits in words count as numbers.

    Example:
        >>> sorted(["k10", "k9", "-1", "3", "0.5"], key=natural)
        ['-1', '0.5', '3', 'k9', 'k10']
    """
    if _NUMBER.fullmatch(text):
        return ((0, float(text), text),)
    pieces = re.split(r"(\d+)", text)
    return tuple((1, float(p), "") if p.isascii() and p.isdigit() else (2, 0.0, p) for p in pieces)
