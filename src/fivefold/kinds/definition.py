"""Whether a kind of the user's can work as it was defined."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from fivefold.errors import ConfigError
from fivefold.kinds.block import Block
from fivefold.kinds.doors import Doors


def check_definition(kind: Any, *, known: Sequence[str], dtypes: tuple[str, ...]) -> None:
    """Refuse a kind whose class lacks something, or misspells it.

    Raises:
        ConfigError: naming the attribute.
    """
    title, block = f"Kind {type(kind).__name__}", getattr(kind, "block", None)
    if not isinstance(block, Block):
        raise ConfigError(
            f"{title}: expected a block, found {block!r}.",
            remedy="Write block = NUMBERS, or block = MyBlock(), with its parentheses.",
        )
    if block.shared and type(block).encode is Block.encode:
        raise ConfigError(
            f"{type(block).__name__}: expected a method `encode`, found none.",
            remedy="Define it: a block that columns share says how they stand side by side.",
        )
    wanted = getattr(kind, "wanted", None)
    if not isinstance(wanted, str) or not wanted:
        raise ConfigError(
            f"{title}: expected `wanted`, what messages say of its cells, found {wanted!r}.",
            remedy='Write wanted = "colours like #ff8000".',
        )
    if kind.dtype not in dtypes:
        raise ConfigError(
            f"{title}: expected a dtype of {', '.join(map(repr, dtypes))}, found {kind.dtype!r}.",
            remedy="Canonical cells may be missing; give other types from `encode`.",
        )
    if not kind.nullable and type(kind).synthesise is Doors.synthesise:
        raise ConfigError(
            f"{title}: expected a method `synthesise`, found none.",
            remedy="Define it: a request must hold a value, so its example cannot be missing.",
        )
    for name in sorted({*dir(kind)} - {*known}):
        near = [] if name.startswith("_") else get_close_matches(name, known, n=1, cutoff=0.85)
        if near:
            raise ConfigError(
                f"{title}: expected attributes that a kind has, found {name!r}.",
                remedy=f"Write {near[0]!r}, or begin it with an underscore.",
            )
