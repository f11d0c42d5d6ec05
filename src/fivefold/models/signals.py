"""Series in torch: lines over time, and random changes of them in training."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from fivefold.kinds.block import Encoded
from fivefold.models.inputs import Record, Signal
from fivefold.models.part import Change, Part
from fivefold.models.timenet import InceptionTime

EVEN = 1e-3
"""Deviation of a channel, in that of all training rows, below which a series is not scaled up."""


class Lines(nn.Module):
    """Channels as they are scaled over all training rows, and as over their own series.

    Args:
        channels: of a series.
        steps: numbers a line.
        traits: numbers at the end of a row.
        whole: whether the traits are given too, in one tensor with the lines.
    """

    def __init__(self, channels: int, steps: int, traits: int, *, whole: bool) -> None:
        super().__init__()
        self.channels, self.steps, self.traits, self.whole = channels, steps, traits, whole

    def forward(self, rows: Tensor) -> Tensor:
        """Float32 `(n, width)` to `(n, lines, steps)`, or with the traits `(n, width)`."""
        held = rows[:, : (self.channels + 1) * self.steps].view(-1, self.channels + 1, self.steps)
        scaled, known = held[:, :-1], held[:, -1:]
        present = (known > 0).double()
        exact = scaled.double()  # as float32 a mean would be another in another runtime
        count = present.sum(dim=2, keepdim=True).clamp(min=1)
        apart = (exact - (exact * present).sum(dim=2, keepdim=True) / count) * present
        spread = torch.sqrt((apart * apart).sum(dim=2, keepdim=True) / count)
        own = (apart / spread.clamp(min=EVEN)).float()
        lines = torch.cat([scaled, own, known, present.float()], dim=1)
        if not self.whole:
            return lines
        return torch.cat([lines.flatten(1), rows[:, -self.traits :]], dim=1)


class Traits(nn.Module):
    """The traits alone of rows that end in them.

    Args:
        width: how many there are.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width, self.exact = width, True

    def forward(self, rows: Tensor) -> Tensor:
        """`(n, lines * steps + traits)` to `(n, traits)`."""
        return rows[:, -self.width :]


def _changing(change: Callable[[Tensor, Tensor], Tensor]) -> Change:
    """What changes channels, `(n, channels, steps)`, where a series is, as a change of rows."""

    def changed(rows: Tensor, size: Signal | Record) -> Tensor:
        count = size.lines * size.steps
        lines = rows[:, :count].reshape(-1, size.lines, size.steps) if rows.ndim == 2 else rows
        present = lines[:, -1:]
        made = change(lines[:, :-1], present) * present
        whole = torch.cat([made, present], dim=1)
        return torch.cat([whole.flatten(1), rows[:, count:]], dim=1) if rows.ndim == 2 else whole

    return changed


def mask(lines: Tensor, present: Tensor) -> Tensor:
    """Set a stretch of steps to the mean, a fifth of a series at most, and say it is not known."""
    count = present.sum(dim=2, keepdim=True)
    wide = torch.rand_like(count) * count / 5
    first = torch.rand_like(count) * (count - wide)
    places = torch.arange(lines.shape[2], device=lines.device)
    return lines * ((places < first) | (places >= first + wide))


def speed(lines: Tensor, present: Tensor) -> Tensor:
    """Let each series begin later and go up to a fifth faster or slower, as far as it is there."""
    steps = lines.shape[2]
    factor = 0.8 + 0.4 * torch.rand(len(lines), 1, 1, device=lines.device)
    last = (present.sum(dim=2, keepdim=True) - 1).clamp(min=0)
    shift = torch.rand_like(factor) * (last * (1 - factor)).clamp(min=0)
    at = torch.minimum(shift + factor * torch.arange(steps, device=lines.device), last)
    low = at.floor().long()
    share = at - low
    high = torch.minimum(low + 1, last.long())
    pick = (len(lines), lines.shape[1], steps)
    before, after = lines.gather(2, low.expand(pick)), lines.gather(2, high.expand(pick))
    return before + share * (after - before)


def noise(lines: Tensor, present: Tensor) -> Tensor:
    """Add noise to the channels, of up to a fifth of a deviation."""
    share = 0.2 * torch.rand(len(lines), 1, 1, device=lines.device)
    added = share * torch.randn_like(lines)
    added[:, -1:] = 0  # what is known stays known
    return lines + added


def size(lines: Tensor, present: Tensor) -> Tensor:
    """Make each channel up to a fifth larger or smaller."""
    factor = 0.8 + 0.4 * torch.rand(len(lines), lines.shape[1], 1, device=lines.device)
    factor[:, -1:] = 1
    return lines * factor


class SignalsPart(Part):
    """Series, whose lines are made once, ahead of the epochs."""

    later = {  # noqa: RUF012
        "mask": _changing(mask),
        "speed": _changing(speed),
        "noise": _changing(noise),
        "size": _changing(size),
    }
    size = Signal
    budget = 1e8

    def describe(self, block: Encoded) -> dict[str, Any]:
        state = block.columns[0].state
        return {"channels": state.channels, "steps": state.length, "traits": state.traits}

    def widen(self, description: Mapping[str, Any]) -> dict[str, Any]:
        return {**description, "whole": True}

    def build(self, description: Mapping[str, Any]) -> Lines:
        numbers = (description[name] for name in ("channels", "steps", "traits"))
        return Lines(*numbers, whole="whole" in description)

    def measure(self, description: Mapping[str, Any]) -> Signal | Record:
        lines, steps = 2 * description["channels"] + 2, description["steps"]
        if "whole" in description:
            return Record(lines, steps, description["traits"])
        return Signal(lines, steps)

    def amount(self, size: Signal | Record) -> int:
        return size.lines * size.steps

    def traits(self, size: Signal | Record) -> Traits | None:
        return Traits(size.traits) if isinstance(size, Record) else None

    def encoder(self, size: Signal, width: int) -> InceptionTime:
        return InceptionTime(size, width)
