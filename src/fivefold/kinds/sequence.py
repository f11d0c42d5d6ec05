"""Sequences: symbols of an alphabet, such as bases, amino acids or events."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from fivefold.codecs.alphabet import (
    ALPHABETS,
    ANY,
    FIRST,
    PAD,
    bytes_of,
    cleaned,
    form_of,
    recognised,
    symbols_of,
)
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding
from fivefold.core.wording import plural
from fivefold.errors import ConfigError
from fivefold.kinds.block import Fitted
from fivefold.kinds.cells import Cells
from fivefold.kinds.disturbance import Disturbance
from fivefold.kinds.kind import Kind
from fivefold.kinds.misspelling import mutated
from fivefold.kinds.sample import Sample
from fivefold.kinds.scripted import Scripted
from fivefold.kinds.sequence_state import SequenceState, scripted_sequence
from fivefold.kinds.symbols import SYMBOLS
from fivefold.kinds.word import word_reader

LONGEST = 20_000
"""Most symbols read of a sequence where the length follows from the data."""

ALIKE = 0.99
"""Fraction of training sequences that must have one length for positions to be kept."""

MOST = 1000
"""Most symbols of an alphabet that follows from the data; the others share one code."""

FREQUENT = 20
"""Symbols of an alphabet that follows from the data of which shares are told."""

LOOKED = 1000
"""Different cells that are looked at to recognise a column."""


class Sequence(Kind):
    """Symbols in an order: DNA, RNA, protein, codes of events."""

    name = "sequence"
    is_passage = True
    block = SYMBOLS
    wanted = "sequences"
    coded = True
    explains = False
    state = SequenceState
    settings = ("sequence_length", "strand")
    nulls = "asked"
    written_as = "alphabet"
    places = "letters"

    def reader(self, column: Column) -> Callable[[object], str | None]:
        read, form = word_reader(column), column.format

        def sequence(cell: object) -> str | None:
            text = read(cell)
            return None if text is None else cleaned(text, form)

        return sequence

    def positions(self, values: Array, column: Column) -> Array:
        """The symbols of each."""
        form = column.format or form_of([text for text in values.tolist() if text])
        return np.array(
            [len(_plain_symbols(text or "", form)) for text in values.tolist()], np.int64
        )

    def fit(self, cells: Cells, column: Column, settings: Settings) -> SequenceState:
        texts = [text for text in cells.values.tolist() if text]
        form = column.format or form_of(texts)
        if settings.strand == "both" and not _turns(form):
            raise ConfigError(
                f"Preprocess: strand='both' expects DNA or RNA, found {form} in `{column.name}`.",
                remedy="Leave strand out.",
                column=column.name,
            )
        known = ALPHABETS.get(form)
        symbols, counts = _alphabet_of(texts, form)
        lengths, others = counts
        asked = settings.sequence_length
        if settings.whole and asked is None:
            asked = int(lengths.max(initial=1)) if lengths.max(initial=1) <= LONGEST else LONGEST
        length, kept = _length(lengths, asked)
        return SequenceState(
            form=form,
            symbols=symbols if known is None else known.symbols,
            length=length,
            kept=kept,
            both={"one": 0, "both": 1, "auto": 2 * (form == "dna")}[settings.strand],
            placed=settings.whole,
            texts=len(texts),
            shortest=int(lengths.min(initial=LONGEST)) if len(texts) else 0,
            longest=int(lengths.max(initial=0)),
            cut=int((lengths > length).sum()),
            foreign=int((others > 0).sum()),
            foreign_symbols=int(others.sum()),
        )

    def encode(self, values: Array, column: Column, state: SequenceState) -> Array:
        """Int16 `(n, length)`: a missing or empty one is any symbol once, so no row is empty."""
        encoded = np.full((len(values), state.length), PAD, dtype=np.int16)
        encoded[:, 0] = ANY
        own = {symbol: code for code, symbol in enumerate(state.symbols, FIRST)}
        known = state.alphabet
        for row, text in enumerate(values.tolist()):
            if not text:
                continue
            if known is not None:
                codes = known.table[bytes_of(cleaned(text, state.form))[: state.length]]
            else:
                symbols = symbols_of(text, state.form)[: state.length]
                codes = np.array([own.get(symbol, ANY) for symbol in symbols], np.int16)
            encoded[row, : len(codes)] = codes
        return encoded

    def pack(self, state: SequenceState) -> tuple[Any, dict[str, Array]]:
        kept = ("form", "length", "kept", "both")
        return {name: getattr(state, name) for name in kept} | {"symbols": list(state.symbols)}, {}

    def remarks(self, column: Column, state: SequenceState) -> tuple[Finding, ...]:
        return state.remarks(column.name)

    def sizes(self, values: Array, column: Column) -> dict[str, Array]:
        """The symbols of each sequence, how many of them differ, and the share of G and C."""
        form = column.format or form_of([text for text in values.tolist() if text])
        counts = np.full((3, len(values)), np.nan)
        for row, text in enumerate(values.tolist()):
            if text is None:
                continue
            symbols = _plain_symbols(text, form)
            counts[:2, row] = len(symbols), len(set(symbols))
            if _turns(form) and symbols:
                counts[2, row] = (symbols.count("G") + symbols.count("C")) / len(symbols)
        told = {"symbols": counts[0], "different_symbols": counts[1]}
        return told | ({"gc": counts[2]} if _turns(form) else {})

    def composition(self, values: Array, column: Column) -> dict[str, Array]:
        form = column.format or form_of([text for text in values.tolist() if text])
        counts = [Counter(_plain_symbols(text or "", form)) for text in values.tolist()]
        known = ALPHABETS.get(form)
        usual = [symbol for symbol, _ in sum(counts, Counter[str]()).most_common(FREQUENT)]
        sums = np.array([count.total() or np.nan for count in counts], np.float64)
        return {
            symbol: np.array([count[symbol] for count in counts], np.float64) / sums
            for symbol in (usual if known is None else known.letters)
        }

    def strings(self, values: Array, column: Column) -> tuple[list[Array], Array | None]:
        texts = values.tolist()
        form = column.format or form_of([text for text in texts if text])
        known, own = ALPHABETS.get(form), dict[str, int]()
        if known is not None:
            codes = [known.table[bytes_of(cleaned(text or "", form))] for text in texts]
            return codes, known.facing() if form == "dna" else None
        for text in texts:
            for symbol in symbols_of(text or "", form):
                own.setdefault(symbol, len(own) + FIRST)
        listed = [[own[symbol] for symbol in symbols_of(text or "", form)] for text in texts]
        return [np.array(codes, np.int64) for codes in listed], None

    # --- recognition

    def recognise(self, sample: Sample) -> float:
        step = max(1, len(sample.texts) // LOOKED)
        some = sample.texts[::step][:LOOKED]
        if len(some) < min(3, sum(sample.weights)) or not all(some):
            return 0.0
        return 0.6 if recognised(some) else 0.0

    def form(self, sample: Sample) -> str:
        step = max(1, len(sample.texts) // LOOKED)
        return form_of([text for text in sample.texts[::step][:LOOKED] if text])

    # --- doors

    def field(self, fitted: Fitted, seen: Array | None) -> dict[str, Any]:
        state: SequenceState = fitted.state
        [example] = self.synthesise(fitted, (), 1, np.random.default_rng(0))
        written = {"words": "words between blanks or commas", "letters": "letters without blanks"}
        names = {"dna": "DNA", "rna": "RNA", "protein": "amino acids"}
        form = written.get(state.form) or f"letters of {names[state.form]}"
        listed = state.letters if len(state.letters) <= 40 else (*state.letters[:40], "...")
        joint = " " if state.form == "words" else ""
        return {
            "form": f"a sequence, {form}: {joint.join(listed)}",
            "shape": (state.length,),
            "example": example,
            "policy": {
                "unseen": "symbols outside the alphabet are read as any symbol",
                "too_long": f"the first {plural(state.length, 'symbol')} are read",
                "positions": state.rule,
            },
        }

    def scripted(self, fitted: Fitted) -> Scripted:
        return scripted_sequence(fitted.state)

    def synthesise(
        self, fitted: Fitted, usual: tuple[float, ...], rows: int, rng: np.random.Generator
    ) -> list[Any]:
        state: SequenceState = fitted.state
        letters = state.letters or ("?",)
        most = min(state.length, 60)
        counts = [most] * rows if state.kept else rng.integers(min(12, most), most + 1, rows)
        joint = " " if state.form == "words" else ""
        return [joint.join(letters[i] for i in rng.integers(0, len(letters), n)) for n in counts]

    def disturbances(self, column: Column, seen: Array) -> tuple[Disturbance, ...]:
        form = column.format or form_of([text for text in seen.tolist() if text])
        used = {symbol for text in seen.tolist() for symbol in _plain_symbols(text or "", form)}
        return mutated(sorted(used), divided=form == "words")

    def corrupt(self, values: Array, some: Array, few: Array) -> Array:
        values[some] = [_turned_round(value) for value in values[some]]
        values[few] = None
        return values


def _turned_round(text: str | None) -> str:
    """The sequence from its end to its beginning, with two symbols more."""
    if text is None or any(mark in text for mark in " ,;"):
        return " ".join([*reversed(symbols_of(text or "", "words")), "unheard-of", "of"])
    return text[::-1] + "??"


def _turns(form: str) -> bool:
    """Whether sequences of this form have another strand."""
    return form in ALPHABETS and bool(ALPHABETS[form].opposite)


def _plain_symbols(text: str, form: str) -> Any:
    return cleaned(text, form) if form in ALPHABETS else symbols_of(text, form)


def _alphabet_of(texts: list[str], form: str) -> tuple[tuple[str, ...], tuple[Array, Array]]:
    """The symbols of an alphabet of its own; and of each text its length, and foreign symbols."""
    lengths, others = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.int64)
    known = ALPHABETS.get(form)
    if known is not None:
        for row, text in enumerate(texts):
            letters = bytes_of(cleaned(text, form))
            lengths[row] = len(letters)
            others[row] = (~known.known[letters]).sum()
        return known.symbols, (lengths, others)
    counts: Counter[str] = Counter()
    for row, text in enumerate(texts):
        symbols = symbols_of(text, form)
        lengths[row] = len(symbols)
        counts.update(symbols)
    kept = sorted(counts, key=lambda symbol: (-counts[symbol], symbol))[:MOST]
    if len(counts) > MOST:
        few = {symbol for symbol in counts if symbol not in set(kept)}
        others[:] = [sum(s in few for s in symbols_of(text, form)) for text in texts]
    return tuple(kept), (lengths, others)


def _length(lengths: Array, asked: int | None) -> tuple[int, bool]:
    """Symbols a row, and whether positions are kept."""
    if not len(lengths):
        return asked or 1, False
    values, counts = np.unique(lengths, return_counts=True)
    usual, most = int(values[counts.argmax()]), int(counts.max())
    if most >= ALIKE * len(lengths):
        return asked or max(1, min(LONGEST, usual)), True
    long = max(1, int(np.ceil(np.quantile(lengths, ALIKE))))
    return asked or min(LONGEST, long), False
