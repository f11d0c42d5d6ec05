"""How a page that no server answers reads and encodes the cells of a column, in JavaScript."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from fivefold.kinds.block import Fitted


class Scripted(NamedTuple):
    """The half of a kind that a browser runs.

    Attributes:
        codec: the name by which `code` puts into the page's `codecs` what is called with the facts
            and gives `read`, from a cell of a JSON request to what `encode` takes, and `encode`,
            from that to the numbers of a row. `read` may be asynchronous; it throws an `Odd` on a
            cell that is not of the kind, and gives null or NaN for a missing one.
        facts: what was fitted, as JSON values.
        code: JavaScript, in order; what several columns have in common is run once.
    """

    codec: str
    facts: Mapping[str, Any]
    code: tuple[str, ...]


def script(*names: str) -> tuple[str, ...]:
    """The JavaScript of fivefold's own, by its places below the package: `codecs/cell.js`."""
    from importlib.resources import files

    root = files("fivefold")
    return tuple(root.joinpath(name).read_text(encoding="utf-8") for name in names)


def scripted_of(fitted: Fitted) -> Scripted | None:
    """What a column's kind says of it; None where a browser cannot read its cells.

    A class that reads, encodes or joins otherwise than the one it is derived from says nothing
    unless it says so itself.
    """
    kind: Any = fitted.kind
    for of, said, does in (
        (kind, "scripted", "reader"),
        (kind, "scripted", "encode"),
        (kind.block, "offsets", "encode"),
    ):
        line = type(of).__mro__
        if _first(line, said) > _first(line, does):
            return None
    found: Scripted | None = kind.scripted(fitted)
    return found


def _first(line: tuple[type, ...], name: str) -> int:
    """The place of the class that defines a method last."""
    return next(place for place, one in enumerate(line) if name in vars(one))
