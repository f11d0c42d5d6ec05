"""A codec seen by kind, for callers that do not ask the kinds yet; to be deleted."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fivefold.codecs.settings import Categories
from fivefold.kinds.codes import CODES
from fivefold.kinds.image import ImageState
from fivefold.kinds.numbers import NUMBERS
from fivefold.kinds.pixels import PIXELS
from fivefold.kinds.scaling import NumericState, fit_numeric
from fivefold.kinds.space import space_of as block_name
from fivefold.kinds.text import TextState
from fivefold.kinds.tokens import TOKENS

if TYPE_CHECKING:
    from fivefold.codecs.settings import Settings
    from fivefold.kinds.block import Block, Encoded

__all__ = ["CategoricalState", "Views", "block_name"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CategoricalState:
    """The categories of `c` columns."""

    names: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]
    mode: Categories

    def __len__(self) -> int:
        return len(self.names)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of codes a column."""
        return tuple(len(categories) + 2 for categories in self.categories)


class Views:
    """What a codec has fitted, by kind."""

    blocks: "tuple[Encoded, ...]"
    settings: "Settings"

    def _of(self, block: "Block") -> "list[Encoded]":
        return [encoded for encoded in self.blocks if encoded.block is block]

    @property
    def numeric(self) -> NumericState:
        """Rules for numbers, booleans and dates."""
        of = self._of(NUMBERS)
        state: NumericState = of[0].state if of else fit_numeric((), lambda: (), self.settings)
        return state

    @property
    def categorical(self) -> CategoricalState:
        """Rules for categories."""
        of: Any = [column for encoded in self._of(CODES) for column in encoded.columns]
        return CategoricalState(
            names=tuple(column.name for column in of),
            categories=tuple(column.state.categories for column in of),
            mode=self.settings.categories,
        )

    @property
    def texts(self) -> dict[str, TextState]:
        """Rules by block name."""
        return {encoded.name: encoded.columns[0].state for encoded in self._of(TOKENS)}

    @property
    def images(self) -> dict[str, ImageState]:
        """Rules by block name."""
        return {encoded.name: encoded.columns[0].state for encoded in self._of(PIXELS)}
