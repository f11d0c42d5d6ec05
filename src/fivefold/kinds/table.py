"""The kinds there are: those of fivefold, and those that a user has added."""

from types import MappingProxyType

from fivefold.errors import ConfigError
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

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (Numeric(), _LABELS, Boolean(), Datetime(), Text(), Image())
}
"""The kinds of fivefold by name."""

_ADOPTED: dict[str, Kind] = {}


def kind_of(name: str) -> Kind:
    """The kind of this name.

    Raises:
        ConfigError: if there is none.
    """
    kind = KINDS.get(name) or _ADOPTED.get(name)
    if kind is None:
        raise ConfigError(
            f"Kinds: expected one of {', '.join(map(repr, (*KINDS, *_ADOPTED)))}, found {name!r}.",
            remedy="Hand over the class of a kind of your own: "
            'Collect(kinds={"column": MyKind}), load(path, kinds=[MyKind]), --with FILE.py.',
            kind=name,
        )
    return kind


def labels() -> Kind:
    """The kind whose cells are words: of class labels, of groups, of what is not understood."""
    return _LABELS


def adopt(kind: Kind | type[Kind]) -> Kind:
    """Add a kind of the user's for this process, and give its object.

    The same class may be added again, and defined again in a notebook.

    Raises:
        ConfigError: if its name is one of fivefold's, or of another class.
    """
    made = kind() if isinstance(kind, type) else kind
    known = KINDS.get(made.name) or _ADOPTED.get(made.name)
    if known is not None and _origin(known) != _origin(made):
        raise ConfigError(
            f"{type(made).__name__}: expected a name of its own, found {made.name!r}, "
            f"which is the kind {type(known).__name__} of {type(known).__module__}.",
            remedy="Give it another `name`.",
            kind=made.name,
        )
    if made.name not in KINDS:
        _ADOPTED[made.name] = made
    return made


def _origin(kind: Kind) -> tuple[str, str]:
    return type(kind).__module__, type(kind).__qualname__


def adopted() -> "MappingProxyType[str, Kind]":
    """The kinds that a user has added, by name."""
    return MappingProxyType(_ADOPTED)
