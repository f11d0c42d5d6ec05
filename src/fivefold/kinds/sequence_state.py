"""What is fitted of a column of sequences."""

from dataclasses import dataclass

from fivefold.codecs.alphabet import ALPHABETS, FIRST, Alphabet
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import plural
from fivefold.kinds.scripted import Scripted, script

MANY = 0.1
"""Fraction of training sequences from which on it deserves a look that they are cut."""


@dataclass(frozen=True, kw_only=True)
class SequenceState:
    """Alphabet and length of one column of sequences.

    Attributes:
        form: `dna`, `rna`, `protein`, `letters` or `words`.
        symbols: with a code of their own: `symbols[i]` has the code `i + 2`.
        length: symbols a row.
        kept: whether a position means the same in every row; else sequences are pooled.
        both: 1 where the other strand is read too, 2 where validation rows decide, 0 where not.
        placed: whether each position has an answer; known where it was fitted, not saved, as is
            all that follows.
        texts: training sequences.
        shortest: symbols of the shortest of them.
        longest: symbols of the longest.
        cut: how many are longer than what is read.
        foreign: how many hold symbols outside the alphabet.
        foreign_symbols: how many such symbols there are.
    """

    form: str
    symbols: tuple[str, ...]
    length: int
    kept: bool
    both: int = 0
    placed: bool = False
    texts: int = 0
    shortest: int = 0
    longest: int = 0
    cut: int = 0
    foreign: int = 0
    foreign_symbols: int = 0

    @property
    def size(self) -> int:
        """Number of codes."""
        return len(self.symbols) + FIRST

    @property
    def alphabet(self) -> Alphabet | None:
        """The known one; None where it follows from the data."""
        return ALPHABETS.get(self.form)

    @property
    def letters(self) -> tuple[str, ...]:
        """The symbols that stand for themselves alone."""
        return self.symbols if self.alphabet is None else tuple(self.alphabet.letters)

    @property
    def rule(self) -> str:
        """What becomes of positions, in words."""
        if self.placed:
            return f"the first {self.length:,} of each, with an answer for each"
        if self.kept:
            return f"positions are kept, {self.length:,} of each sequence"
        return f"lengths differ, so sequences are pooled, {self.length:,} symbols at most"

    def remarks(self, name: str) -> tuple[Finding, ...]:
        """What training rows lose: the ends of long sequences, and symbols that are not known."""
        found = [_cut(name, self)] if self.cut else []
        return (*found, _foreign(name, self)) if self.foreign_symbols else tuple(found)


def scripted_sequence(state: SequenceState) -> Scripted:
    """How a page reads a column of sequences."""
    known = state.alphabet
    facts = {
        "symbols": list(state.symbols),
        "table": None if known is None else known.table.tolist(),
        "divided": state.form == "words",
        "length": state.length,
    }
    return Scripted("symbols", facts, script("codecs/cell.js", "kinds/sequence.js"))


def _cut(name: str, state: SequenceState) -> Finding:
    sentence = (
        f"{state.cut:,} of {state.texts:,} training sequences of `{name}` "
        f"{'has' if state.cut == 1 else 'have'} more than {plural(state.length, 'symbol')} "
        f"({state.longest:,} at most): the first {state.length:,} are read. "
        f"sequence_length={state.longest} reads all."
    )
    return finding(
        "cut_sequences",
        sentence,
        "warning" if state.cut > MANY * state.texts else "note",
        column=name,
        sequences=state.texts,
        cut=state.cut,
        length=state.length,
        longest=state.longest,
    )


def _foreign(name: str, state: SequenceState) -> Finding:
    sentence = (
        f"{state.foreign:,} of {state.texts:,} training sequences of `{name}` "
        f"{'holds' if state.foreign == 1 else 'hold'} "
        f"{plural(state.foreign_symbols, 'symbol')} outside the alphabet ({state.form}), "
        "read as any symbol."
    )
    return finding(
        "foreign_symbols",
        sentence,
        "warning" if state.foreign > MANY * state.texts else "note",
        column=name,
        sequences=state.texts,
        holding=state.foreign,
        symbols=state.foreign_symbols,
        alphabet=state.form,
    )
