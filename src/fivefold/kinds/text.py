"""Texts: sentences, read word by word."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Array
from fivefold.codecs.transcript import spelt_as
from fivefold.codecs.words import script_words, words
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import plural
from fivefold.kinds.area import Area, areas_of_texts
from fivefold.kinds.block import Fitted
from fivefold.kinds.cells import Cells
from fivefold.kinds.disturbance import Change, Disturbance
from fivefold.kinds.grams import GramCensus
from fivefold.kinds.kind import Kind
from fivefold.kinds.misspelling import rewritten
from fivefold.kinds.nonsense import letters_at_random
from fivefold.kinds.quick import Quick
from fivefold.kinds.sample import Sample
from fivefold.kinds.scripted import Scripted, script
from fivefold.kinds.subwords import PieceIndex, learn_pieces, spelled
from fivefold.kinds.text_state import AROUND, TextState
from fivefold.kinds.tokens import FIRST, PAD, TOKENS, UNKNOWN
from fivefold.kinds.word import quick_word, unheard_of, word_reader, word_texts
from fivefold.kinds.wordpieces import Known, Spelling

LONGEST = 256
"""Words kept of a text where the length follows from the data."""

TAIL = 4
"""One in so many of the words read of a long text are its last, where both ends are read."""

MANY = 0.1
"""Fraction of training texts from which on it deserves a look that they are cut."""


class Text(Kind):
    """Sentences, of which the words are read."""

    name = "text"
    block = TOKENS
    wanted = "text"
    coded = True
    explains = False
    state = TextState
    settings = ("text_length", "truncation", "vocabulary", "word_rows", "tokens", "terms")
    plural = "texts"
    is_passage = True
    nulls = "asked"

    def reader(self, column: Column) -> Callable[[object], str | None]:
        return word_reader(column)

    def texts(
        self, values: list[str | None], column: Column
    ) -> tuple[Array, Array, list[int]] | None:
        mine = type(self).reader is Text.reader  # others may read otherwise
        return word_texts(values, column) if mine else None

    def fit(self, cells: Cells, column: Column, settings: Settings) -> TextState:
        rows: Counter[str] = Counter()
        counts = np.zeros(len(cells), dtype=np.int64)
        census = GramCensus(len(cells)) if settings.terms else None
        for row, text in enumerate(cells.values.tolist()):
            found = words(text, column.rules) if text else []
            counts[row] = len(found)
            rows.update(set(found))
            if census is not None:
                census.add(found)
        kept = [word for word, count in rows.items() if count >= settings.word_rows]
        kept.sort(key=lambda word: (-rows[word], word))
        pieces: tuple[str, ...] = ()
        if settings.tokens == "subwords":
            pieces, counts = _pieces(cells, column, settings)
        length, tail = _length(counts, settings, column.rules)
        none: tuple[tuple[str, ...], int, float] = ((), 0, 0.0)
        grams, slots, longer = none if census is None else census.kept(settings.word_rows)
        return TextState(
            vocabulary=tuple(kept[: settings.vocabulary]),
            length=length,
            tail=tail,
            pieces=pieces,
            grams=grams,
            slots=slots,
            longer=longer,
            texts=len(counts),
            unread=counts[counts > length] - length,
        )

    def encode(self, values: Array, column: Column, state: TextState) -> Array:
        """Int32 `(n, length + slots)`: numbers of words, then terms and their counts, below 0.

        A missing or empty text is one unknown word, so no row is empty.
        """
        length, slots = state.length, state.slots
        encoded = np.full((len(values), length + slots), PAD, dtype=np.int32)
        encoded[:, 0] = UNKNOWN
        for row, text in enumerate(values.tolist()):
            found = words(text, column.rules) if text else []
            if slots:
                terms = state.index.row(found, slots)
                encoded[row, length : length + len(terms)] = -terms
            codes = state.read(text or "", found)
            encoded[row, : len(codes)] = codes
        return encoded

    def pack(self, state: TextState) -> tuple[Any, dict[str, Array]]:
        kept = {"vocabulary": list(state.vocabulary), "length": state.length, "tail": state.tail}
        terms = {"grams": list(state.grams), "slots": state.slots} if state.slots else {}
        if state.spelling is not None:
            terms["spelling"] = asdict(state.spelling)
        return kept | ({"pieces": list(state.pieces)} if state.pieces else {}) | terms, {}

    def unpack(self, values: Any, arrays: Mapping[str, Array], column: Column) -> TextState:
        if "spelling" in values:
            values = {**values, "spelling": Spelling(**values["spelling"])}
        state: TextState = super().unpack(values, arrays, column)
        return state

    def spelled_as(
        self, fitted: Fitted, cells: Cells, known: Known, settings: Settings
    ) -> TextState:
        """The state of a column that is read in the pieces that weights from elsewhere know.

        Args:
            fitted: the column.
            cells: of training rows.
            known: the pieces.
            settings: what is asked of lengths.
        """
        state: TextState = replace(fitted.state, pieces=known.pieces, spelling=known.spelling)
        texts = [text or "" for text in cells.values.tolist()]
        counts = np.array([len(state.spelled.of(text)) + AROUND for text in texts], np.int64)
        length, tail = _length(counts, settings, fitted.column.rules)
        length = max(AROUND + 1, length)
        return replace(state, length=length, tail=tail, unread=counts[counts > length] - length)

    def lean(self, state: TextState) -> TextState:
        return replace(state, grams=(), slots=0)

    def remarks(self, column: Column, state: TextState) -> tuple[Finding, ...]:
        cut = (_truncated(column.name, state),) if len(state.unread) else ()
        return (*cut, _left(column.name, state)) if state.longer > MANY else cut

    def quick(self, column: Column, state: TextState) -> Quick:
        return Quick(quick_word(column), lambda cells: self.encode(objects(cells), column, state))

    def phrases(self, values: Array) -> list[str]:
        return ["" if text is None else text for text in values.tolist()]

    def sizes(self, values: Array, column: Column) -> dict[str, Array]:
        """The words of each text."""
        counts = [np.nan if text is None else len(words(text, column.rules)) for text in values]
        return {"words": np.array(counts, dtype=np.float64)}

    # --- recognition

    def recognise(self, sample: Sample) -> float:
        return 0.4 if sample.prose else 0.0

    # --- doors

    def field(self, fitted: Fitted, seen: Array | None) -> dict[str, Any]:
        state: TextState = fitted.state
        return {
            "form": "a text",
            "shape": (state.length,),
            "example": " ".join(state.vocabulary[:8]),
            "policy": {"unseen": f"unknown {state.unit}s share one code", "too_long": state.part},
        }

    def scripted(self, fitted: Fitted) -> Scripted | None:
        column, state = fitted.column, fitted.state
        if state.spelling is not None or spelt_as(column.format) is not None:
            return None
        facts = {
            "vocabulary": list(state.vocabulary),
            "pieces": list(state.pieces),
            "grams": list(state.grams),
            **{name: getattr(state, name) for name in ("length", "tail", "slots")},
        }
        code = script("codecs/cell.js", "codecs/words.js", "kinds/text.js")
        return Scripted("words", facts | script_words(column.rules), code)

    def synthesise(
        self, fitted: Fitted, usual: tuple[float, ...], rows: int, rng: np.random.Generator
    ) -> list[Any]:
        words = fitted.state.vocabulary or ("?",)
        counts = rng.integers(1, 12, rows)
        return [" ".join(words[i] for i in rng.integers(0, len(words), n)) for n in counts]

    def disturbances(self, column: Column, seen: Array) -> tuple[Disturbance, ...]:
        return rewritten()

    def areas(self, column: Column, seen: Array) -> tuple[Area, ...]:
        return areas_of_texts(seen)

    def nonsense(self, column: Column, seen: Array) -> Change | None:
        return letters_at_random

    def corrupt(self, values: Array, some: Array, few: Array) -> Array:
        return unheard_of(values, some, few)


def _pieces(cells: Cells, column: Column, settings: Settings) -> tuple[tuple[str, ...], Array]:
    """Pieces of the words of training texts, and how many each text has."""
    counts: Counter[str] = Counter()
    every = [words(text, column.rules) if text else [] for text in cells.values.tolist()]
    for found in every:
        counts.update(spelled(found))
    pieces = learn_pieces(counts, settings.vocabulary, settings.word_rows)
    index = PieceIndex(pieces, first=FIRST, unknown=UNKNOWN)
    return pieces, np.array([len(index.row(found)) for found in every], np.int64)


def _length(counts: Array, settings: Settings, rules: int) -> tuple[int, int]:
    """Words a row, and how many of them are the last of a longer text."""
    usual = max(1, int(np.ceil(np.quantile(counts, 0.95))))
    length = settings.text_length or min(LONGEST, usual)
    ends = settings.truncation
    if ends == "auto":
        capped = settings.text_length is None and usual > LONGEST
        ends = "both" if capped and rules >= 2 else "head"
    tails = {"head": 0, "tail": length, "both": min(length - 1, max(1, length // TAIL))}
    return length, tails[ends]


def _truncated(name: str, state: TextState) -> Finding:
    cut, total, median = len(state.unread), int(state.unread.sum()), float(np.median(state.unread))
    longest = state.length + int(state.unread.max())
    lost = f"{total:,} are not"
    if cut > 1:
        lost = f"a median of {median:,.0f} a text, {total:,} in all, are not"
    sentence = (
        f"{cut:,} of {state.texts:,} training texts of `{name}` "
        f"{'has' if cut == 1 else 'have'} more than {plural(state.length, state.unit)}: "
        f"{state.part}, {lost}. {_advice(longest, state.length, state.tail)}"
    )
    return finding(
        "truncated_texts",
        sentence,
        "warning" if cut > MANY * state.texts else "note",
        column=name,
        texts=state.texts,
        truncated=cut,
        length=state.length,
        tail=state.tail,
        median_unread=median,
        total_unread=total,
        longest=longest,
    )


def _left(name: str, state: TextState) -> Finding:
    return finding(
        "terms_left_out",
        f"About {state.longer:.0%} of the training texts of `{name}` have more than "
        f"{state.slots:,} different words and n-grams: the linear model reads those that are most "
        "often in a text.",
        "note",
        column=name,
        slots=state.slots,
        fraction=state.longer,
    )


def _advice(longest: int, length: int, tail: int) -> str:
    """What to do where the words that are not read matter."""
    whole = f"text_length={longest} reads all"
    if not tail:
        return f'Where the end matters, truncation="both" reads it too, and {whole}.'
    if tail == length:
        return f'Where the beginning matters, truncation="both" reads it too, and {whole}.'
    return f"Where the middle matters, {whole}."
