"""What a network is given: sizes that read as plain numbers, and say what they count."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Self

from torch import Tensor

from fivefold.codecs.alphabet import ALPHABETS, Alphabet
from fivefold.errors import ModelError
from fivefold.models.seen import Film as Film
from fivefold.models.seen import Image as Image
from fivefold.models.spelled import Spelled as Spelled
from fivefold.models.window import Calendar, Window


class Width(int):
    """The width of a table: an int that also knows how many of its columns are measurements.

    Args:
        width: columns of the float tensor `(n, width)`.
        measured: how many of them, counted from the left, hold measured numbers; the others are
            indicators and one-hot columns.

    Example:
        >>> width = Width(12, measured=5)
        >>> width * 2, width.measured
        (24, 5)
    """

    measured: int

    def __new__(cls, width: int, *, measured: int = 0) -> Self:
        self = super().__new__(cls, width)
        self.measured = int(measured)
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[int], dict[str, int]]:
        return (int(self),), {"measured": self.measured}


class Codes(tuple[int, ...]):
    """Categories a column of an int64 tensor `(n, columns)`, codes 0 and 1 among them.

    Code 0 stands for missing and 1 for a category that training did not see.

    Example:
        >>> len(Codes((4, 9))), sum(Codes((4, 9)))
        (2, 13)
    """


class Text(NamedTuple):
    """One text a row: an int64 tensor `(n, length)`, 0 for padding and 1 for unknown words.

    Example:
        >>> Text(64, 20_000).vocabulary
        20000
    """

    length: int
    vocabulary: int


class Symbols(NamedTuple):
    """One sequence a row: an int64 tensor `(n, length)`, 0 behind the end and 1 for any symbol.

    Attributes:
        length: symbols a row.
        codes: how many there are.
        alphabet: 1 for DNA, 2 for RNA, 3 for amino acids, 0 for one of its own.
        kept: 1 where a position means the same in every row, else 0.
        both: 1 where the other strand is read too, 2 where validation rows decide, 0 where not.

    Example:
        >>> Symbols(60, 16, 1, 1, 0).known.letters
        'ACGT'
    """

    length: int
    codes: int
    alphabet: int
    kept: int
    both: int

    @property
    def known(self) -> Alphabet | None:
        """The alphabet, unless it is one of its own."""
        return list(ALPHABETS.values())[self.alphabet - 1] if self.alphabet else None


class Passage(NamedTuple):
    """A text that also says which terms it has, for a linear model beside a network.

    An int64 tensor `(n, length + slots)`: the words of a `Text`, then terms and their counts.

    Attributes:
        length: words a row.
        vocabulary: how many there are, with padding and the unknown one.
        slots: terms a row.
        terms: how many there are, words and then n-grams.
        words: how many of them are words; 0 in bundles of before, for all of the vocabulary.

    Example:
        >>> Passage(64, 20_000, 300, 60_000).text
        Text(length=64, vocabulary=20000)
    """

    length: int
    vocabulary: int
    slots: int
    terms: int
    words: int = 0

    @property
    def text(self) -> Text:
        """What a network alone is told of it."""
        return Text(self.length, self.vocabulary)


class Spectrum(NamedTuple):
    """One sound a row: a float tensor `(n, lines, frames)`, the loudness of bands of pitch.

    The last line is 1 where the sound is, and 0 behind its end, where the others are 0 too.

    Example:
        >>> Spectrum(41, 96).frames
        96
    """

    lines: int
    frames: int


class Signal(NamedTuple):
    """One series a row: a float tensor `(n, lines, steps)`, 0 behind the end.

    Channels as scaled over all training rows, then each as scaled over its own series; then how
    much is known at each step, 0 to 1; the last line is 1 where the series is.

    Example:
        >>> Signal(6, 100).channels
        2
    """

    lines: int
    steps: int

    @property
    def channels(self) -> int:
        """Numbers a step of the series itself."""
        return self.lines // 2 - 1


class Record(NamedTuple):
    """A series and its traits, for a forest: a float tensor `(n, lines * steps + traits)`.

    Example:
        >>> Record(6, 100, 40).signal
        Signal(lines=6, steps=100)
    """

    lines: int
    steps: int
    traits: int

    @property
    def signal(self) -> Signal:
        """What a network alone is told of it."""
        return Signal(self.lines, self.steps)


class Shape(tuple[int, ...]):
    """What a network is told of a row of a user's block that says no more of it; see `Part.size`.

    Example:
        >>> Shape(3, 20)
        (3, 20)
    """

    def __new__(cls, *sizes: int) -> Self:
        return super().__new__(cls, sizes)

    def __getnewargs__(self) -> tuple[int, ...]:
        return tuple(self)


Size = Width | tuple[int, ...]
"""What a network is told of a row of a tensor: a `Width`, or a tuple, which own blocks have too."""

Inputs = Size | Mapping[str, Size]
Batch = Tensor | Mapping[str, Tensor]


def to_json(inputs: Inputs) -> Any:
    """The sizes as plain JSON values, each under the name of its class.

    Example:
        >>> to_json(Image(1, 8, 8))
        {'image': [1, 8, 8]}
    """
    if isinstance(inputs, Mapping):
        return {"parts": {name: to_json(part) for name, part in inputs.items()}}
    if isinstance(inputs, Width):
        return {"width": [int(inputs), inputs.measured]}
    return {size_name(type(inputs)): list(inputs)}


def size_name(size: type) -> str:
    """The name that JSON has for a class of sizes, and a tensor that stands alone.

    Example:
        >>> size_name(Image)
        'image'
    """
    return size.__name__.lower()


_KNOWN = (Image, Film, Text, Passage, Symbols, Spectrum, Signal, Record, Spelled, Window, Calendar)
_TUPLES = {size_name(size): size for size in _KNOWN}


def from_json(values: Mapping[str, Any], own: Mapping[str, type] = MappingProxyType({})) -> Inputs:
    """The sizes that `to_json` described.

    Args:
        values: plain JSON values.
        own: classes of sizes of a user's blocks, by `size_name`.

    Raises:
        ModelError: if the values name no kind of input.
    """
    if list(values) == ["parts"]:
        return {name: _size_from(part, own) for name, part in values["parts"].items()}
    return _size_from(values, own)


def _size_from(values: Mapping[str, Any], own: Mapping[str, type]) -> Size:
    if len(values) == 1:
        match next(iter(values.items())):
            case "width", [width, measured]:
                return Width(width, measured=measured)
            case "codes", sizes:
                return Codes(sizes)
            case name, sizes if name in (known := {**_TUPLES, **own}):
                size: Size = known[name](*sizes)
                return size
    raise ModelError(f"Inputs: expected the description of an input, found {dict(values)}.")


def without_terms(inputs: Inputs) -> Inputs:
    """The sizes for a network that reads the words of texts alone, and series without traits.

    Example:
        >>> without_terms(Passage(8, 100, 30, 400))
        Text(length=8, vocabulary=100)
    """

    def narrow(size: Size) -> Size:
        size = size.signal if isinstance(size, Record) else size
        return size.text if isinstance(size, Passage) else size

    if isinstance(inputs, Mapping):
        return {name: narrow(size) for name, size in inputs.items()}
    return narrow(inputs)


def described(
    name: str, inputs: Inputs, outputs: int | list[int], arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """A network as plain JSON values: its name in the registry and how it is built."""
    return {
        "name": name,
        "inputs": to_json(inputs),
        "outputs": outputs,
        "arguments": dict(arguments),
    }


def parts(inputs: Inputs) -> dict[str, Size]:
    """The sizes by name; a single one goes by the name of its class, a width is the table's.

    Example:
        >>> parts(Text(8, 100))
        {'text': Text(length=8, vocabulary=100)}
    """
    if isinstance(inputs, Mapping):
        return dict(inputs)
    return {"table" if isinstance(inputs, Width) else size_name(type(inputs)): inputs}
