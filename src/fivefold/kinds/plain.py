"""What simple models read of an array: numbers, categories, words."""

from typing import Literal, NamedTuple

from fivefold.codecs.table import Array

Reader = Literal["linear", "trees"]
"""The simple models that are fitted beside a network: a linear one, and boosted trees."""


class Dense(NamedTuple):
    """Numbers, which a linear model standardises.

    Attributes:
        values: `(n, width)` of any float or bool dtype, nothing missing.
    """

    values: Array


class Levels(NamedTuple):
    """Categories, of which a linear model makes one column each.

    Attributes:
        codes: `(n,)` int, 0 and up.
        size: the number of codes.
    """

    codes: Array
    size: int


class Bag(NamedTuple):
    """Words, which a linear model counts and weighs by how rare they are.

    Attributes:
        codes: `(n, length)` int.
        size: the number of codes.
        first: the code of the first word; those below it are none.
    """

    codes: Array
    size: int
    first: int


class Places(NamedTuple):
    """What a simple model sees at each position of rows.

    Attributes:
        values: `(n, steps, k)` codes, 0 for what is not known, of which the first says what stands
            there; or numbers.
        size: of codes; 0 for numbers.
        reach: neighbours on each side that it sees too.
        near: which of the k it sees of neighbours, where they are codes.
    """

    values: Array
    size: int
    reach: int
    near: tuple[int, ...] = (0,)


Plain = Dense | Levels | Bag
