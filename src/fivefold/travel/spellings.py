"""The spellings of one word, brought to one: blanks, case, hyphens and slips of the pen."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from fivefold.codecs.coded import Coded, coded_of, objects, remember
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array, Columns
from fivefold.codecs.words import INVISIBLE
from fivefold.travel.slips import SHARE, find_slips, is_slip
from fivefold.travel.step import Step

_LETTER = r"[^\W\d_]"
_WORDS = re.compile(rf"{_LETTER}{{3}}")
_CODES = re.compile(rf"{_LETTER}\d|\d{_LETTER}")
_DOTLESS = "\u0131"
_BETWEEN = re.compile(rf"(?<={_LETTER})\.?[\s_\-\u2010-\u2015]+(?={_LETTER})")
_SAME = {ord(mark): "'" for mark in "\u2018\u2019\u02bc\u00b4"}
_WIDE = {0xFEE0 + point: point for point in range(0x21, 0x7F)}


def folded(text: str, rules: Iterable[str]) -> str:
    """What all spellings of a text have in common.

    Args:
        text: canonical: without blanks around, in Unicode's composed form.
        rules: `trim` (runs of blanks are one, what cannot be seen and a last full stop go), `case`
            (of letters, and the wide ones of Chinese and Japanese texts; ß is no ss), `spellings`
            (a hyphen or underscore between letters is a blank, so is the stop of `St. Louis`; all
            apostrophes are one), `turkish` (I is the capital of the dotless i).

    Example:
        >>> folded("Self-Employed  (INC.)", ("trim", "case", "spellings"))
        'self employed (inc.)'
        >>> folded("B+", ("trim", "case", "spellings")), folded("10-20", ("spellings",))
        ('b+', '10-20')
    """
    plain = text.isascii()
    if "trim" in rules:
        if not plain:
            text = INVISIBLE.sub("", text).replace("\u200b", " ")
        text = " ".join(text.split())
        if text[-1:] == "." and text[-2:-1].isalnum():
            text = text[:-1]
    if "case" in rules:
        if "turkish" in rules:
            text = text.replace("I", _DOTLESS)
        text = text.lower()
        if not plain:  # of İ lower-casing makes an i and a mark; Greek has an s for ends of words
            text = text.replace("i\u0307", "i").replace("\u03c2", "\u03c3").translate(_WIDE)
    if "spellings" in rules:
        text = _BETWEEN.sub(" ", text if plain else text.translate(_SAME))
    return text


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """The one spelling of each word of a column.

    Args:
        rules: by which a text is folded.
        known: the spelling by what it is folded to; other texts stay as they are.

    Example:
        >>> spelling = fit_spelling(["Paris", "PARIS", "Rome"], [9, 2, 5], ("case",))
        >>> [spelling.of(text) for text in ("PARIS", "paris", "ROME", "Oslo")]
        ['Paris', 'Paris', 'Rome', 'Oslo']
    """

    rules: tuple[str, ...]
    known: Mapping[str, str]

    def of(self, text: str) -> str:
        """A text in its one spelling."""
        return self.known.get(folded(text, self.rules), text)

    def apply(self, values: Array) -> Array:
        """`(n,)` texts and None in their one spelling; the very array if nothing changes."""
        coded = coded_of(values)
        texts = coded.values.tolist()
        spelt = [self.of(text) for text in texts]
        if spelt == texts:
            return values
        cells = objects([*spelt, None])[coded.codes]
        return remember(cells, Coded(coded.codes, objects(spelt)))


def fit_spelling(
    texts: Sequence[str],
    rows: Sequence[int],
    rules: Iterable[str],
    merge: Mapping[str, str] | None = None,
) -> Spelling:
    """The spelling of each word that most rows have.

    A wrong merge is worse than a missed one. Codes (`A1`, `pH`: a digit at a letter, or no three
    letters in a row) of which two spellings are common stay apart: case may mean something there.
    By `spellings` a rare text is taken for a slip if it is a common one with a blank more or less,
    or with two neighbouring letters swapped or one doubled within a word of 8 letters, the last two
    of each end left alone. No other letter and no digit may differ: `Iceland` is no slip of
    `Ireland`.

    Args:
        texts: `(k,)` canonical, each once.
        rows: `(k,)` how many training rows hold each.
        rules: `trim`, `case`, `spellings`; see `folded`.
        merge: texts and what they are to be spelt as, whatever the rules say.
    """
    rules, known = tuple(rules), {}
    seen = {text: count for text, count in zip(texts, rows, strict=True) if count}
    if "case" in rules and any(_DOTLESS in text or "İ" in text for text in seen):
        rules = (*rules, "turkish")
    groups: dict[str, dict[str, int]] = defaultdict(dict)
    for text, count in seen.items():
        groups[folded(text, rules)][text] = count
    for key, counts in groups.items():
        ranked = sorted(counts, key=lambda text: (-counts[text], text))
        word = ranked[0]
        if len(ranked) == 1 or counts[ranked[1]] <= SHARE * counts[word] or not _is_code(key):
            known[key] = word
    if "spellings" in rules:
        totals = {key: sum(counts.values()) for key, counts in groups.items() if key in known}
        known |= {key: known[word] for key, word in find_slips(totals, is_slip)}
    for text, word in (merge or {}).items():
        known[folded(text, rules)] = known.get(folded(word, rules), word)
    return Spelling(rules=rules, known=known)


def _is_code(text: str) -> bool:
    return _WORDS.search(text) is None or _CODES.search(text) is not None


@dataclass(frozen=True, kw_only=True)
class Spellings(Step):
    """Columns of texts, each word in one spelling.

    Args:
        spellings: by column.
    """

    name: ClassVar[str] = "spellings"

    spellings: Mapping[str, Spelling]

    def sources(self, names: Iterable[str]) -> set[str]:
        """The same columns."""
        return set(names)

    def rows(self, columns: Columns) -> Columns:
        """The rows with each text in its one spelling."""
        here = {name: columns.column(name) for name in columns.names if name in self.spellings}
        spelt = {name: self.spellings[name].apply(cells) for name, cells in here.items()}
        return columns.replace({n: cells for n, cells in spelt.items() if cells is not here[n]})

    def schema(self, schema: Schema) -> Schema:
        """As it was."""
        return schema

    def pack(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """JSON values."""
        told = {
            n: {"rules": list(s.rules), "known": dict(s.known)} for n, s in self.spellings.items()
        }
        return {"spellings": told}, {}

    @classmethod
    def unpack(cls, values: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        """The step that `pack` took apart."""
        del arrays
        return cls(
            spellings={
                name: Spelling(rules=tuple(told["rules"]), known=told["known"])
                for name, told in values["spellings"].items()
            }
        )


def counted(values: Array, rows: Array) -> tuple[list[str], list[int]]:
    """The texts of a column, each once, and how many of some rows hold each.

    Args:
        values: `(n,)` texts and None.
        rows: positions or bool.
    """
    coded = coded_of(values)
    here = coded.codes if rows.dtype == bool and rows.all() else coded.codes[rows]
    counts = np.bincount(here + 1, minlength=len(coded.values) + 1)[1:]
    return coded.values.tolist(), counts.tolist()
