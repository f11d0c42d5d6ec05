"""The kinds there are: those of fivefold, and those that a user has added."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from fivefold.codecs.schema import Column, Schema
from fivefold.core.roster import Roster
from fivefold.kinds.ahead import Ahead
from fivefold.kinds.audio import Audio
from fivefold.kinds.block import Block
from fivefold.kinds.boolean import Boolean
from fivefold.kinds.categorical import Categorical
from fivefold.kinds.clips import CLIPS
from fivefold.kinds.codes import CODES
from fivefold.kinds.datetime import Datetime
from fivefold.kinds.films import FILMS
from fivefold.kinds.image import Image
from fivefold.kinds.kind import Kind
from fivefold.kinds.lags import Lags
from fivefold.kinds.lexemes import LEXEMES
from fivefold.kinds.mask import Mask
from fivefold.kinds.numbers import NUMBERS
from fivefold.kinds.numeric import Numeric
from fivefold.kinds.pixels import PIXELS
from fivefold.kinds.prices import Prices
from fivefold.kinds.recognition import SourceType
from fivefold.kinds.sentence import Sentence
from fivefold.kinds.sequence import Sequence
from fivefold.kinds.series import Series
from fivefold.kinds.signals import SIGNALS
from fivefold.kinds.slots import SLOTS
from fivefold.kinds.symbols import SYMBOLS
from fivefold.kinds.text import Text
from fivefold.kinds.tokens import TOKENS
from fivefold.kinds.video import Video
from fivefold.kinds.windows import WINDOWS

BLOCKS: tuple[Block, ...] = (
    *(NUMBERS, CODES, TOKENS, PIXELS, SYMBOLS, CLIPS, SIGNALS, LEXEMES),
    *(WINDOWS, SLOTS, FILMS),
)
"""In the order in which a codec gives their arrays; those of a user's kinds come after them."""

_LABELS = Categorical()
_UNREAD = Text()

KINDS = Roster(
    "kind",
    Kind,  # type: ignore[type-abstract]
    (
        *(Numeric(), _LABELS, Boolean(), Datetime(), _UNREAD, Image(), Sequence(), Audio()),
        *(Series(), Sentence(), Lags(), Prices(), Ahead(), Video(), Mask()),
    ),
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


def number_kind() -> str:
    """The name of the first kind whose cells are learnt as numbers; empty if there is none."""
    return next((name for name, kind in KINDS.known.items() if "numbers" in kind.reads_as), "")


def unread() -> Kind:
    """The kind that a column is said to be of which no kind holds: its cells are kept as texts."""
    return _UNREAD if _UNREAD in KINDS else _LABELS


def of_type(said: SourceType) -> Kind | None:
    """The first kind that the type of a source's column says, or None."""
    return next((kind for kind in KINDS if said in kind.sources), None)


def of_file(name: str) -> Kind | None:
    """The first kind of which a file of this name is a cell, or None.

    Example:
        >>> of_file("photos/CAT.JPG") is of_type("raster"), of_file("cats.csv")
        (True, None)
    """
    suffix = PurePosixPath(name).suffix.lower()
    return next((kind for kind in KINDS if suffix in kind.suffixes), None)


def of_content(name: str, content: Callable[[], bytes]) -> Kind | None:
    """The same, by what the file holds where files of such names are cells of several kinds.

    Args:
        name: of the file.
        content: gives its bytes.
    """
    suffix = PurePosixPath(name).suffix.lower()
    among = [k for k in KINDS if suffix in k.suffixes and k.places != "regions"]
    if len(among) < 2:
        return among[0] if among else None
    held = content()
    return next((kind for kind in among if kind.is_cell(held)), among[0])


def of_path(path: Path) -> Kind | None:
    """The kind of which what lies at a path is a cell, a file or a folder of them; None if none."""
    if path.is_dir():
        return next((kind for kind in KINDS if kind.made_of), None)
    try:
        return of_content(path.name, path.read_bytes)
    except OSError:
        return of_file(path.name)


def of_places(what: str) -> Kind | None:
    """The first kind at whose positions such things stand: words, letters, steps; or None."""
    return next((kind for kind in KINDS if kind.places == what), None)


def of_regions(cells: Kind | None) -> Kind | None:
    """The first kind whose cells say of each place of those of another what is there, or None."""
    block = None if cells is None else cells.block
    return next((k for k in KINDS if k.places == "regions" and k.block is block), None)


def written_by(setting: str) -> Kind | None:
    """The first kind whose texts this setting of Collect says how to read, or None."""
    return next((kind for kind in KINDS if setting in kind.notation), None)


def may_lack(column: Column, schema: Schema) -> bool:
    """Whether a request may lack a cell: as its kind says, alone or beside other columns."""
    kind = kind_of(column.kind)
    if column.role == "exposure":
        return False
    return kind.nullable or (kind.nullable_beside and len(schema.inputs) > 1)


def blocks_of(schema: Schema) -> list[Block]:
    """The block of each array that the inputs become."""
    blocks = [kind_of(column.kind).block for column in schema.inputs]
    return [*{block for block in blocks if block.shared}, *(b for b in blocks if not b.shared)]
