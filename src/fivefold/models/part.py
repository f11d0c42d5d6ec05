"""The half of a block that needs torch: its place in a network, and its encoder there."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Self

from torch import Tensor, nn

from fivefold.errors import ModelError
from fivefold.kinds.block import Encoded
from fivefold.models.inputs import Shape

Change = Callable[[Tensor, Any], Tensor]
"""A batch of a codec's array, and the size of its rows, to the batch with random changes."""

Mixing = Callable[[Tensor, Tensor, Any], tuple[Tensor, Tensor]]
"""A batch, its rows' partners and their size, to rows made of both and `(n,)` shares: what a row
has of itself, 0 to 1."""


Moving = Callable[[Tensor, Any], Callable[[Tensor], Tensor]]
"""A batch of a codec's array, and the size of its rows, to what was drawn for each of them."""


class Part:
    """A block in torch: what is fixed of it, what a network is told of it, and who reads it.

    A part is one object without arguments and without memory. A block of your own gives it by its
    method `part`, in which torch is imported. It has an `encoder`, unless its numbers go into the
    table; `build` where the array is not what a network should read, with `fill` where something
    was fitted.

    Attributes:
        size: class of what a network is told of a row: a `NamedTuple` of whole numbers with a name
            of its own; or `Width`, for numbers that stand in the table beside all others. By
            default it is the shape of a row of the array, under the name of the block.
        name: of its module within `Fixed`, which begins the names of its buffers; empty for the
            name of the block.
        ahead: whether rows go through its module once, ahead of the epochs; False where that makes
            them much larger. With `changes`, which want the codec's array, they never do.
        budget: of the training rows' `amount`, that a run on a CPU looks at, all epochs together;
            0 for no bound.
        changes: random changes to a batch in training, by their names, which the block lists too;
            they are made to the codec's array, before the module. Every row draws for itself, from
            torch's own generator on the device of the batch.
        later: others, which are made to what its module gives, so that this may be done ahead.
        moves: those of both that move what a row shows, with which its answers for places move: a
            batch and its size to what does it to any planes of that size.
        mixes: ways to make one row of two, of what the module gives and `later` has changed.
    """

    size: type = Shape
    name: ClassVar[str] = ""
    ahead: ClassVar[bool] = True
    budget: ClassVar[float] = 0.0
    changes: ClassVar[Mapping[str, Change]] = MappingProxyType({})
    later: ClassVar[Mapping[str, Change]] = MappingProxyType({})
    moves: ClassVar[Mapping[str, Moving]] = MappingProxyType({})
    mixes: ClassVar[Mapping[str, Mixing]] = MappingProxyType({})

    @property
    def every_change(self) -> tuple[str, ...]:
        """The names of all its random changes."""
        return (*self.changes, *self.later, *self.mixes)

    def describe(self, block: Encoded) -> dict[str, Any]:
        """What `build` and `measure` need to know, as JSON values; the shape of a row by default.

        Args:
            block: as fitted.
        """
        return {"shape": list(block.shape)}

    def build(self, description: Mapping[str, Any]) -> nn.Module:
        """A module of buffers, without parameters, still to be filled; by default it does nothing.

        It takes the codec's array as a tensor, `(n, *shape)`, and gives what a network reads, the
        same number of rows. Every row is treated by itself, and ONNX must know its operators.

        Args:
            description: what `describe` gave.
        """
        return nn.Identity()

    def fill(self, module: nn.Module, block: Encoded) -> None:
        """Copy what was fitted into the buffers of a module that `build` gave.

        Args:
            module: still empty.
            block: as fitted.
        """

    def measure(self, description: Mapping[str, Any]) -> Any:
        """What a network is told of a row that has gone through the module: a `size`, or a `Width`.

        By default it is the shape of a row of the array.

        Args:
            description: what `describe` gave.
        """
        return self.size(*description["shape"])

    def widen(self, description: Mapping[str, Any]) -> dict[str, Any]:
        """What `describe` gave, where rows come with terms or traits; by default there are none."""
        return dict(description)

    def bare(self, description: Mapping[str, Any]) -> dict[str, Any]:
        """What `describe` gave, for a module that changes no value; by default the same."""
        return dict(description)

    def fill_bare(self, module: nn.Module, block: Encoded) -> None:
        """What `fill` does, for a module that changes no value; by default the same."""
        self.fill(module, block)

    def amount(self, size: Any) -> int:
        """Numbers of a row, for `budget` and for memory; the product of the sizes by default."""
        return math.prod(size)

    def traits(self, size: Any) -> nn.Module | None:
        """What simple models beside a mixture read of a row; by default there is nothing.

        A module without parameters that takes what a network is given of a batch, `(n, ...)`, to
        `(n, width)` float32 without NaN; its attribute `width` says how many numbers these are, and
        `exact` whether any runtime gives the same bits of them: only then they are for trees too,
        whose answer jumps. Every row is treated by itself, and ONNX must know its operators.

        Args:
            size: what `measure` gave.
        """
        return None

    def encoder(self, size: Any, width: int) -> nn.Module:
        """What reads the block in a network that mixes several: `(n, ...)` to `(n, width)`.

        Args:
            size: what `measure` gave.
            width: features that come out.
        """
        raise ModelError(
            f"{type(self).__name__}: expected an encoder for {size}, found none.",
            remedy="Give the part a method `encoder(size, width)`, or Train a module of your own.",
        )

    def __deepcopy__(self, memo: object) -> Self:
        return self
