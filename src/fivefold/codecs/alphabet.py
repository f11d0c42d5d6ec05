"""Alphabets of sequences: their letters, and the letters that stand for several of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from fivefold.codecs.table import Array

PAD, ANY, FIRST = 0, 1, 2
"""Codes: behind the end; any symbol, or one outside the alphabet; the first symbol."""

_WORDS = re.compile(r"[\s,;]+")


@dataclass(frozen=True)
class Alphabet:
    """Letters that a sequence is written with.

    Attributes:
        name: `dna`, `rna` or `protein`.
        letters: each a symbol of its own.
        shares: letters that stand for one of several, with these.
        same: letters that are read as another.
        opposite: the letter that faces each one on the other strand; empty where there is none.
        any: the letter for any symbol.
    """

    name: str
    letters: str
    shares: Mapping[str, str]
    same: Mapping[str, str]
    any: str
    opposite: str = ""

    @property
    def symbols(self) -> tuple[str, ...]:
        """What has a code of its own: `symbols[i]` has the code `i + 2`."""
        return (*self.letters, *self.shares)

    @property
    def size(self) -> int:
        """Number of codes."""
        return len(self.symbols) + FIRST

    @cached_property
    def table(self) -> Array:
        """`(256,)` int16: the code of each byte."""
        table = np.full(256, ANY, np.int16)
        codes = {symbol: code for code, symbol in enumerate(self.symbols, FIRST)}
        codes |= {letter: codes[other] for letter, other in self.same.items()}
        for letter, code in codes.items():
            table[[ord(letter), ord(letter.lower())]] = code
        return table

    @cached_property
    def known(self) -> Array:
        """`(256,)` bool: the bytes that are letters of the alphabet."""
        known: Array = self.table != ANY
        known[[ord(self.any), ord(self.any.lower())]] = True
        return known

    def matrix(self) -> Array:
        """`(codes, letters)` float32: how much of each letter a code is; 0 behind the end."""
        matrix = np.zeros((self.size, len(self.letters)), np.float32)
        matrix[ANY] = 1 / len(self.letters)
        for code, symbol in enumerate(self.symbols, FIRST):
            of = self.shares.get(symbol, symbol)
            matrix[code, [self.letters.index(letter) for letter in of]] = 1 / len(of)
        return matrix

    def facing(self) -> Array:
        """`(codes,)` int64: the code of what stands on the other strand."""
        assert self.opposite
        facing = dict(zip(self.letters, self.opposite, strict=True))
        of = [frozenset(self.shares.get(symbol, symbol)) for symbol in self.symbols]
        turned = [of.index(frozenset(facing[letter] for letter in each)) for each in of]
        return np.array([PAD, ANY, *(place + FIRST for place in turned)])


def _bases(letters: str) -> dict[str, str]:
    t = letters[3]
    pairs = {"R": "AG", "Y": f"C{t}", "S": "CG", "W": f"A{t}", "K": f"G{t}", "M": "AC"}
    return pairs | {"B": f"CG{t}", "D": f"AG{t}", "H": f"AC{t}", "V": "ACG"}


ALPHABETS: dict[str, Alphabet] = {
    each.name: each
    for each in (
        Alphabet("dna", "ACGT", _bases("ACGT"), {"U": "T"}, "N", "TGCA"),
        Alphabet("rna", "ACGU", _bases("ACGU"), {"T": "U"}, "N", "UGCA"),
        Alphabet(
            "protein",
            "ACDEFGHIKLMNPQRSTVWY",
            {"B": "DN", "Z": "EQ", "J": "IL"},
            {"U": "C", "O": "K"},
            "X",
        ),
    )
}
"""Those that are known: DNA, RNA and amino acids, by their IUPAC letters."""

OWN = ("letters", "words")
"""Sequences whose alphabet is what training rows hold: of letters, or of words between blanks,
commas or semicolons."""

FORMS = (*ALPHABETS, *OWN)


def cleaned(text: str, form: str) -> str:
    """A sequence in its one form: letters of a known alphabet in capitals, without blanks.

    Example:
        >>> cleaned("acg tnn", "dna"), cleaned("login, view", "words")
        ('ACGTNN', 'login, view')
    """
    return "".join(bare(text).split()).upper() if form in ALPHABETS else text


def bare(text: str) -> str:
    r"""The sequence of a record of FASTA or FASTQ that stands in a cell; others as they are.

    Raises:
        ValueError: if there are several records.

    Example:
        >>> bare(">gene1 human\nACG\nTTA\n"), bare("@read1\nACGT\n+\nIIII"), bare("ACGT")
        ('ACG\nTTA', 'ACGT', 'ACGT')
    """
    lines = text.strip().splitlines()
    if len(lines) < 2 or lines[0][:1] not in (">", "@"):
        return text
    if lines[0].startswith("@") and len(lines) == 4 and lines[2].startswith("+"):
        return lines[1]
    records = sum(line.startswith(">") for line in lines)
    if records > 1:
        raise ValueError(f"one sequence is wanted, it has {records:,} records of FASTA")
    return "\n".join(lines[1:]) if records else text


def symbols_of(text: str, form: str) -> Sequence[str]:
    """The symbols of a sequence of an alphabet of its own.

    Example:
        >>> symbols_of("login, view view", "words"), symbols_of("HPPH", "letters")
        (['login', 'view', 'view'], ['H', 'P', 'P', 'H'])
    """
    if form == "words":
        return [word for word in _WORDS.split(text) if word]
    return [letter for letter in text if not letter.isspace()]


@dataclass(frozen=True)
class Traits:
    """What the letters of some texts show.

    Attributes:
        counts: `(256,)` how often each byte occurs in those that are of one word.
        lengths: of the texts.
        words: whether more than one in twenty is of several words.
        lower: small letters among them.
    """

    counts: Array
    lengths: Array
    words: bool
    lower: int = field(default=0)

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Traits":
        """What these texts show."""
        several = [text for text in texts if _WORDS.search(text)]
        single = [text for text in texts if not _WORDS.search(text)]
        counts = np.zeros(256, np.int64)
        for text in single:
            counts += np.bincount(bytes_of(text), minlength=256)
        lengths = np.array([len(text) for text in single], np.int64)
        return cls(counts, lengths, 20 * len(several) > len(texts), int(counts[97:123].sum()))

    def share(self, letters: str) -> float:
        """Fraction of all letters that are among these, whatever their case."""
        places = [ord(letter) for letter in letters + letters.lower()]
        return float(self.counts[places].sum() / max(1, self.counts.sum()))

    def different(self, letters: str) -> int:
        """How many of these letters occur, whatever their case."""
        return sum(bool(self.counts[ord(x)] + self.counts[ord(x.lower())]) for x in letters)


def bytes_of(text: str) -> Array:
    """The letters as bytes, `?` for those that are not ASCII."""
    return np.frombuffer(text.encode("ascii", "replace"), np.uint8)


BASES, CODED, AMINO = "ACGTUN", "ACGTUNRYSWKMBDHV", "ACDEFGHIKLMNPQRSTVWYX*"


def form_of(texts: Sequence[str]) -> str:
    """How sequences are written, of texts that are known to be sequences: one of `FORMS`.

    Example:
        >>> form_of(["ACGTTN", "ACG"]), form_of(["acguu"]), form_of(["MKVLIQ", "MSTE"])
        ('dna', 'rna', 'protein')
        >>> form_of(["login view", "pay"]), form_of(["HPHPPPH", "HHH"])
        ('words', 'letters')
    """
    traits = Traits.of(texts)
    if traits.words:
        return "words"
    if traits.share(CODED) >= 0.99 and traits.share(BASES) >= 0.9:
        u, t = traits.counts[[ord("U"), ord("u")]].sum(), traits.counts[[ord("T"), ord("t")]].sum()
        return "rna" if u > t else "dna"
    if traits.share(AMINO) >= 0.99 and traits.different(AMINO) >= 6 and not traits.lower:
        return "protein"
    return "letters"


def recognised(texts: Sequence[str]) -> str:
    """The known alphabet that texts are surely written with; empty where there is none.

    They are long words, without blanks, of bases or of amino acids in capitals.

    Example:
        >>> recognised(["GATTACAGATTACA", "CCATGNNACGTTAG"] * 3), recognised(["CAT", "TAG"])
        ('dna', '')
    """
    traits = Traits.of(texts)
    if traits.words or not len(traits.lengths):
        return ""
    form, usual = form_of(texts), float(np.median(traits.lengths))
    if form in ("dna", "rna"):
        return form if usual >= 10 and traits.different(BASES) >= 3 else ""
    return form if form == "protein" and usual >= 20 and traits.different(AMINO) >= 15 else ""
