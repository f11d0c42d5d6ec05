"""Numbers in torch: filled, bounded, scaled and flagged."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from fivefold.kinds.block import Encoded
from fivefold.kinds.numbers import exposed
from fivefold.models.inputs import Width
from fivefold.models.part import Part

if TYPE_CHECKING:
    from fivefold.kinds.scaling import NumericState


class Numbers(nn.Module):
    """Bound, fill and scale numbers; say which were missing.

    Args:
        flags: for each number, whether its missingness is a feature of its own.
        knots: points of the rank curve; 0 to scale by centre and spread instead.
        aside: place of the number that nothing learns from, see `exposure`; None for none.
    """

    fill: Tensor
    low: Tensor
    high: Tensor
    centre: Tensor
    scale: Tensor
    knots: Tensor
    levels: Tensor
    flagged: Tensor
    learnt: Tensor
    shift: Tensor

    def __init__(self, flags: list[bool], knots: int, aside: int | None = None) -> None:
        super().__init__()
        count, self.aside = len(flags), aside
        if aside is not None:
            kept = torch.arange(count) != aside
            self.register_buffer("learnt", kept, persistent=False)
            self.register_buffer("shift", torch.zeros((), dtype=torch.float64))
        self.curved = knots > 0
        names = ("fill", "low", "high") + (() if self.curved else ("centre", "scale"))
        for name in names:
            self.register_buffer(name, torch.zeros(count))
        for name in ("knots", "levels") if self.curved else ():
            self.register_buffer(name, torch.zeros(count, knots))
        places = torch.tensor([place for place, flag in enumerate(flags) if flag], dtype=torch.long)
        self.register_buffer("flagged", places, persistent=False)

    def forward(self, numbers: Tensor) -> Tensor:
        """`(n, d)` with NaN for missing to `(n, d + flagged)`."""
        absent = numbers.isnan()
        values = torch.where(absent, self.fill, numbers.clamp(self.low, self.high))
        values = self._ranked(values) if self.curved else (values - self.centre) / self.scale
        if self.aside is not None:
            values = torch.where(self.learnt, values, 0.0)
        if not len(self.flagged):
            return values
        return torch.cat([values, absent[:, self.flagged].to(values.dtype)], dim=1)

    def exposure(self, numbers: Tensor) -> Tensor:
        """`(n,)` float64: how long each row was watched, at least 0."""
        assert self.aside is not None
        return (numbers[:, self.aside].double() + self.shift).clamp(min=0)

    def _ranked(self, values: Tensor) -> Tensor:
        """Read each number off the straight lines between the points of its rank curve."""
        count, knots = self.knots.shape
        below = (values[:, :, None] >= self.knots).sum(dim=-1)
        left = (below - 1).clamp(0, knots - 2)
        left = left + torch.arange(count, device=values.device) * knots
        points, heights = self.knots.flatten(), self.levels.flatten()
        start, stop = points[left], points[left + 1]
        bottom, top = heights[left], heights[left + 1]
        width = torch.where(stop > start, stop - start, 1.0)
        return bottom + ((values - start) / width).clamp(0, 1) * (top - bottom)


class NumbersPart(Part):
    """Measured numbers first, then those that say which were missing; all of it in the table."""

    size = Width
    name = "numbers"

    def describe(self, block: Encoded) -> dict[str, Any]:
        state: NumericState = block.state
        knots = 0 if state.knots is None else int(state.knots.shape[1])
        one = exposed(block.columns)
        return {
            "flags": [bool(flag) for flag in state.indicator],
            "knots": knots,
            **({} if one is None else {"aside": one.first}),
        }

    def build(self, description: Mapping[str, Any]) -> Numbers:
        return Numbers(description["flags"], description["knots"], description.get("aside"))

    def fill(self, module: nn.Module, block: Encoded) -> None:
        assert isinstance(module, Numbers)
        for name, buffer in module.named_buffers():
            if name not in ("flagged", "learnt", "shift"):
                buffer.copy_(torch.from_numpy(getattr(block.state, name)))
        self._shift(module, block)

    def _shift(self, module: Numbers, block: Encoded) -> None:
        if module.aside is not None:
            module.shift.fill_(float(block.state.offset[module.aside]))

    def bare(self, description: Mapping[str, Any]) -> dict[str, Any]:
        return {**description, "flags": [False] * len(description["flags"]), "knots": 0}

    def fill_bare(self, module: nn.Module, block: Encoded) -> None:
        assert isinstance(module, Numbers)
        endless = float("inf")
        same = {"fill": float("nan"), "low": -endless, "high": endless, "centre": 0.0, "scale": 1.0}
        for name, value in same.items():
            getattr(module, name).fill_(value)
        self._shift(module, block)

    def measure(self, description: Mapping[str, Any]) -> Width:
        flags = description["flags"]
        return Width(len(flags) + sum(flags), measured=len(flags))

    def amount(self, size: Any) -> int:
        return int(size)
