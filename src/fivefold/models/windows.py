"""Windows of series in torch, and where in the week they begin: their sizes are what is told."""

from collections.abc import Mapping
from typing import Any

from torch import nn

from fivefold.kinds.block import Encoded
from fivefold.models.part import Part
from fivefold.models.window import Calendar, Window


class WindowsPart(Part):
    """Lines of numbers that the codec has filled and scaled."""

    size = Window

    def describe(self, block: Encoded) -> dict[str, Any]:
        steps = [column.state.steps for column in block.columns]
        return {
            "channels": len(steps),
            "history": steps[0],
            "ahead": max(steps) - steps[0],
            "known": sum(count > steps[0] for count in steps),
        }

    def measure(self, description: Mapping[str, Any]) -> Window:
        return Window(**description)

    def amount(self, size: Window) -> int:
        return (size.channels + 1) * (size.history + size.ahead)

    def encoder(self, size: Window, width: int) -> nn.Module:
        return _flat(self.amount(size), width)


class SlotsPart(Part):
    """The calendar as numbers."""

    size = Calendar

    def encoder(self, size: Calendar, width: int) -> nn.Module:
        return _flat(size.width, width)


def _flat(numbers: int, width: int) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(numbers, width), nn.LayerNorm(width), nn.SiLU())
