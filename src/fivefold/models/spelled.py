"""What a network is told of a sentence whose words are told by their features."""

from typing import NamedTuple


class Spelled(NamedTuple):
    """A sentence a row: an int64 tensor `(n, length, 1 + features)`, 0 for what is not known.

    The first number of a word is 1 where there is one, and 0 behind the end.

    Attributes:
        length: words a row.
        features: that a word has.
        codes: of all features together.

    Example:
        >>> Spelled(40, 13, 9000).features
        13
    """

    length: int
    features: int
    codes: int
