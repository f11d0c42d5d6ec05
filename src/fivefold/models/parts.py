"""The torch halves of blocks: those of fivefold, and those that blocks of a user's own give."""

from collections.abc import Iterable
from typing import Any

from fivefold.core.roster import same_class
from fivefold.errors import ModelError
from fivefold.kinds.block import Block
from fivefold.kinds.clips import CLIPS
from fivefold.kinds.codes import CODES
from fivefold.kinds.films import FILMS
from fivefold.kinds.lexemes import LEXEMES
from fivefold.kinds.numbers import NUMBERS
from fivefold.kinds.pixels import PIXELS
from fivefold.kinds.signals import SIGNALS
from fivefold.kinds.slots import SLOTS
from fivefold.kinds.symbols import SYMBOLS
from fivefold.kinds.tokens import TOKENS
from fivefold.kinds.windows import WINDOWS
from fivefold.models.clips import ClipsPart
from fivefold.models.codes import CodesPart
from fivefold.models.films import FilmsPart
from fivefold.models.flat import FLAT
from fivefold.models.inputs import (
    Passage,
    Record,
    Shape,
    Signal,
    Size,
    Text,
    Width,
    size_name,
)
from fivefold.models.lexemes import LexemesPart
from fivefold.models.numbers import NumbersPart
from fivefold.models.part import Part
from fivefold.models.pixels import PixelsPart
from fivefold.models.signals import SignalsPart
from fivefold.models.symbols import SymbolsPart
from fivefold.models.tokens import TokensPart
from fivefold.models.windows import SlotsPart, WindowsPart

PARTS: dict[Block, Part] = {
    NUMBERS: NumbersPart(),
    CODES: CodesPart(),
    TOKENS: TokensPart(),
    PIXELS: PixelsPart(),
    SYMBOLS: SymbolsPart(),
    CLIPS: ClipsPart(),
    SIGNALS: SignalsPart(),
    LEXEMES: LexemesPart(),
    WINDOWS: WindowsPart(),
    SLOTS: SlotsPart(),
    FILMS: FilmsPart(),
}
"""The parts of fivefold's blocks."""

_NARROW: dict[type, type] = {Passage: Text, Record: Signal}

_OWN: dict[Block, Part] = {}


def part_of(block: Block) -> Part:
    """The part of a block; one of a user's own is asked for it once.

    Raises:
        ModelError: if that gives no part, or one whose size has the name of another.
    """
    known = PARTS.get(block) or _OWN.get(block)
    if known is None:
        known = _OWN[block] = _checked(block, block.part())
    return known


def part_for(size: Size) -> Part | None:
    """The part that tells a network such a size; None for one that no part has.

    Example:
        >>> from fivefold.models.inputs import Image
        >>> part_for(Image(1, 8, 8)).amount(Image(1, 8, 8))
        64
    """
    every = (*PARTS.values(), *_OWN.values())
    known = _NARROW.get(type(size), type(size))
    return next((part for part in every if known is part.size), None)


def make_columns(blocks: Iterable[Block]) -> bool:
    """Whether all of these blocks are numbers, categories or pictures, of which columns are made.

    Example:
        >>> make_columns([NUMBERS, CODES]), make_columns([NUMBERS, TOKENS])
        (True, False)
    """
    return all(issubclass(part_of(block).size, FLAT) for block in blocks)


def own_sizes() -> dict[str, type]:
    """The classes of sizes of a user's blocks that were asked for their part, by their JSON name.

    `Fixed` has asked for those of a network before the sizes that the network read are looked up.
    """
    return {size_name(part.size): part.size for part in _OWN.values() if part.size is not Width}


def _checked(block: Block, part: Any) -> Part:
    who = type(block).__name__
    if not isinstance(part, Part):
        raise ModelError(
            f"{who}: expected `part` to give a Part, found {type(part).__name__}.",
            remedy="Return an object of a class derived from fivefold.Part.",
        )
    if part.size is Shape:
        part.size = type(block.name, (Shape,), {})
    size = part.size
    if not isinstance(size, type):
        raise ModelError(
            f"{who}: expected the class of its size in `{type(part).__name__}.size`, "
            f"found {size!r}.",
            remedy="Name a NamedTuple of whole numbers, or Width.",
        )
    for other, its in {**PARTS, **_OWN}.items():
        alike = size is not Width and size_name(its.size) == size_name(size)
        if alike and not same_class(other, block):
            raise ModelError(
                f"{who}: expected a size with a name of its own, found {size.__name__}, "
                f"which the size of {type(other).__name__} has.",
                remedy="Give the class another name.",
            )
    return part
