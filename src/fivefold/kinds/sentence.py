"""Sentences: lists of words, each of which may have an answer of its own."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from fivefold.codecs.cell import is_missing, null_words, word, writable
from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import plural
from fivefold.kinds.block import Fitted
from fivefold.kinds.cells import Cells
from fivefold.kinds.disturbance import Disturbance
from fivefold.kinds.kind import Kind
from fivefold.kinds.lexemes import FIRST, LEXEMES
from fivefold.kinds.misspelling import misspelt
from fivefold.kinds.quick import Quick
from fivefold.kinds.sample import Sample
from fivefold.kinds.spelling import count, placed
from fivefold.kinds.word import unheard_of

LONGEST = 512
"""Words kept of a sentence, where nothing is said."""

LETTERS = "letters"
"""The format of cells whose every letter is a word, as those of `HHHEEC` are."""

MANY = 0.1
"""Fraction of training sentences from which on it deserves a look that they are cut."""


@dataclass(frozen=True, kw_only=True)
class SentenceState:
    """The words of one column of sentences.

    Attributes:
        vocabulary: features of words that are known, the frequent first; `vocabulary[i]` has the
            code `i + 1`.
        length: words a row.
        sentences: training sentences; known where it was fitted, not saved, as is all that follows.
        cut: how many of them have more words.
        longest: words of the longest.
    """

    vocabulary: tuple[str, ...]
    length: int
    sentences: int = 0
    cut: int = 0
    longest: int = 0

    @property
    def size(self) -> int:
        """Number of codes."""
        return len(self.vocabulary) + FIRST

    @cached_property
    def codes(self) -> dict[str, int]:
        """The code of each feature."""
        return {feature: code for code, feature in enumerate(self.vocabulary, FIRST)}

    @property
    def known(self) -> tuple[str, ...]:
        """The words that are known, as they are written."""
        return tuple(f[1:] for f in self.vocabulary if f.startswith("="))


class Sentence(Kind):
    """Lists of words, which are divided already, and stay as they are written."""

    name = "sentence"
    block = LEXEMES
    wanted = "lists of words, or texts of words with blanks between them"
    explains = False
    state = SentenceState
    settings = ("text_length", "vocabulary", "word_rows")
    nulls = "asked"
    opaque = True
    places = "words"
    control = "words"
    item = "a sentence"
    depth = 1

    def reader(self, column: Column) -> Callable[[object], str | None]:
        """A cell as its words with a blank between them; None where it has none."""
        absent, letters = null_words(column.missing), column.format == LETTERS

        def read(value: object) -> str | None:
            if isinstance(value, np.ndarray):
                value = value.tolist()
            if isinstance(value, list | tuple):
                text = " ".join("_".join(_written(item).split()) or "_" for item in value)
            elif is_missing(value):
                return None
            else:
                text = " ".join(_written(value).split())
                if letters and " " not in text:
                    text = " ".join(text)
            return None if text in absent or not text else text

        return read

    def positions(self, values: Array, column: Column) -> Array:
        """The words of each."""
        return np.array([len((text or "").split()) for text in values.tolist()], np.int64)

    def fit(self, cells: Cells, column: Column, settings: Settings) -> SentenceState:
        rows: Counter[str] = Counter()
        counts = np.zeros(len(cells), np.int64)
        for row, text in enumerate(cells.values.tolist()):
            words = (text or "").split()
            counts[row] = len(words)
            rows.update({feature for seen in placed(words) for feature in seen})
        kept = [feature for feature, n in rows.items() if n >= settings.word_rows]
        kept.sort(key=lambda feature: (-rows[feature], feature))
        longest = int(counts.max(initial=0))
        length = settings.text_length or max(1, min(LONGEST, longest))
        return SentenceState(
            vocabulary=tuple(kept[: 4 * settings.vocabulary]),
            length=length,
            sentences=len(cells),
            cut=int((counts > length).sum()),
            longest=longest,
        )

    def encode(self, values: Array, column: Column, state: SentenceState) -> Array:
        """Int32 `(n, length, features)`; 0 for what is not known, and behind the last word.

        The last feature of a word is always known, so that its length can be told of a row.
        """
        encoded = np.zeros((len(values), state.length, count() + 1), np.int32)
        codes = state.codes
        for row, text in enumerate(values.tolist()):
            words = (text or "").split()[: state.length]
            if words:
                encoded[row, : len(words), 1:] = [
                    [codes.get(feature, 0) for feature in seen] for seen in placed(words)
                ]
            encoded[row, : max(1, len(words)), 0] = 1
        return encoded

    def pack(self, state: SentenceState) -> tuple[Any, dict[str, Array]]:
        return {"vocabulary": list(state.vocabulary), "length": state.length}, {}

    def remarks(self, column: Column, state: SentenceState) -> tuple[Finding, ...]:
        if not state.cut:
            return ()
        sentence = (
            f"{state.cut:,} of {plural(state.sentences, 'training sentence')} of `{column.name}` "
            f"have more than {plural(state.length, 'word')} ({state.longest:,} at most): the first "
            f"{state.length:,} are read. text_length={state.longest} reads all."
        )
        severity: Any = "warning" if state.cut > MANY * state.sentences else "note"
        facts = {"sentences": state.sentences, "cut": state.cut, "longest": state.longest}
        return (finding("cut_sentences", sentence, severity, column=column.name, **facts),)

    def quick(self, column: Column, state: SentenceState) -> Quick:
        return Quick(self.reader(column), lambda cells: self.encode(objects(cells), column, state))

    def sizes(self, values: Array, column: Column) -> dict[str, Array]:
        """The words of each."""
        counts = self.positions(values, column).astype(np.float64)
        return {"words": np.where(counts > 0, counts, np.nan)}

    # --- recognition

    def is_cell(self, value: object) -> bool:
        """Whether it is a list of texts."""
        if isinstance(value, np.ndarray):
            value = value.tolist()
        return (
            isinstance(value, list | tuple)
            and len(value) > 0
            and all(isinstance(item, str) for item in value)
        )

    def form(self, sample: Sample) -> str:
        """`letters` where no cell is a list or has a blank, and some have several letters."""
        texts = [cell.strip() for cell in sample.items if isinstance(cell, str)]
        divided = len(texts) < len(sample.items) or any(len(text.split()) > 1 for text in texts)
        return "" if divided or not any(len(text) > 1 for text in texts) else LETTERS

    def as_labels(self, values: Array) -> Array:
        """Texts of labels, where its words are those of a target."""
        return values

    # --- doors

    def to_frame(self, values: Array, column: Column) -> Any:
        """Lists of words, as those who divide them have them."""
        return [None if text is None else text.split() for text in values.tolist()]

    def to_json(self, values: Array, column: Column) -> list[Any]:
        return [None if text is None else text.split() for text in values.tolist()]

    def field(self, fitted: Fitted, seen: Array | None) -> dict[str, Any]:
        state: SentenceState = fitted.state
        return {
            "form": "a list of words, or a text of words with blanks between them",
            "shape": (state.length,),
            "example": " ".join(state.known[:8]) or "?",
            "policy": {
                "unseen": "unknown words are read by their shape, beginning and end",
                "too_long": f"the first {plural(state.length, 'word')} are read",
            },
        }

    def synthesise(
        self, fitted: Fitted, usual: tuple[float, ...], rows: int, rng: np.random.Generator
    ) -> list[Any]:
        words = fitted.state.known or ("?",)
        counts = rng.integers(1, min(12, fitted.state.length) + 1, rows)
        return [[words[i] for i in rng.integers(0, len(words), n)] for n in counts]

    def disturbances(self, column: Column, seen: Array) -> tuple[Disturbance, ...]:
        return misspelt()

    def corrupt(self, values: Array, some: Array, few: Array) -> Array:
        return unheard_of(values, some, few)


def _written(item: object) -> str:
    return writable(word(item)) if not is_missing(item) else "_"
