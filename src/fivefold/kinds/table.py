"""The kinds there are: those of fivefold, and those that a user has added."""

from fivefold.core.roster import Roster
from fivefold.kinds.block import Block
from fivefold.kinds.boolean import Boolean
from fivefold.kinds.categorical import Categorical
from fivefold.kinds.codes import CODES
from fivefold.kinds.datetime import Datetime
from fivefold.kinds.image import Image
from fivefold.kinds.kind import Kind
from fivefold.kinds.numbers import NUMBERS
from fivefold.kinds.numeric import Numeric
from fivefold.kinds.pixels import PIXELS
from fivefold.kinds.text import Text
from fivefold.kinds.tokens import TOKENS

BLOCKS: tuple[Block, ...] = (NUMBERS, CODES, TOKENS, PIXELS)
"""In the order in which a codec gives their arrays; those of a user's kinds come after them."""

_LABELS = Categorical()

KINDS = Roster(
    "kind",
    Kind,  # type: ignore[type-abstract]
    (Numeric(), _LABELS, Boolean(), Datetime(), Text(), Image()),
    remedy='hand over the class of a kind of your own: Collect(kinds={"column": MyKind}), '
    "load(path, kinds=[MyKind]), --with FILE.py",
)
"""The kinds there are; all other places ask here."""


def kind_of(name: str) -> Kind:
    """The kind of this name.

    Raises:
        ConfigError: if there is none.
    """
    return KINDS[name]


def labels() -> Kind:
    """The kind whose cells are words: of class labels, of groups, of what is not understood."""
    return _LABELS
