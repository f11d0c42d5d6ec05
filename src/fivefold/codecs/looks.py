"""How the texts of a column look: as codes, as numbers in a dress, as prose."""

import re
from collections.abc import Sequence

import numpy as np

from fivefold.codecs.dates import ENOUGH
from fivefold.codecs.numberforms import looks_written
from fivefold.codecs.table import Array
from fivefold.codecs.words import count_words

_LEADING_ZERO = re.compile(r"[+-]?0\d+", re.ASCII)
_DRESSED = re.compile(r"[$€£¥]?\s*[+-]?(\d{1,3}([ ,.']\d{3})+|\d+)([.,]\d+)?\s*[%$€£¥]?")
_CODE = re.compile(r"[^\W\d].*\d.*|.*[^\W\d]\d+", re.DOTALL)


def is_spelt(text: str) -> bool:
    """Whether it is no slip among numbers: a code such as `V57`, or a number like `1,234`."""
    return bool(_CODE.fullmatch(text) or is_dressed(text))


def is_dressed(text: str) -> bool:
    """Whether it is a number in a dress: `1,234.5`, `12 %`, `48,88 €`."""
    return bool(_DRESSED.fullmatch(text)) or looks_written(text)


def differ(numbers: Array, weights: Sequence[int]) -> bool:
    """Whether there are many different numbers, as where something is measured."""
    finite = np.isfinite(numbers)
    distinct = np.unique(numbers[finite])
    cells = int(np.asarray(weights)[finite].sum())
    fractions = bool((distinct != np.rint(distinct)).any())
    often = fractions or len(distinct) >= 0.5 * cells
    return len(distinct) > 20 or (len(distinct) >= 10 and often)


def have_leading_zeros(texts: Sequence[str], weights: Sequence[int]) -> bool:
    """Whether they are codes like 00123: more than strays, or all of one length."""
    written = zip(texts, weights, strict=True)
    zeros = sum(w for text, w in written if "0" in text[:2] and _LEADING_ZERO.fullmatch(text))
    return zeros > (1 - ENOUGH) * sum(weights) or (zeros > 0 and len(set(map(len, texts))) == 1)


def is_prose(texts: Sequence[str], weights: Sequence[int], total: int) -> bool:
    """Several words, and seldom the same ones."""
    words = sum(count_words(text) * w for text, w in zip(texts, weights, strict=True)) / total
    return words >= 3 and len(texts) >= 0.5 * total and len(texts) > 20
