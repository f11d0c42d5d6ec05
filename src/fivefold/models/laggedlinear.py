"""A linear model of lags and the calendar, and a network on top of it: what forecasters share."""

import math
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fivefold.models.forecasts import known_steps
from fivefold.models.inputs import Batch, Inputs, parts
from fivefold.models.learner import Feed, Lesson
from fivefold.models.leastsquares import doubted, solved
from fivefold.models.window import Calendar, Window

PENALTIES = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
"""Of the squares of weights, as a part of the square of each feature; validation rows choose."""

DOUBTS = (1.0, 100.0, 1e8)
"""How many times as large it is for the calendar, whose last value leaves it out; likewise."""

SHARES = tuple(place / 10 for place in range(11))
SPREADS = (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.4, 1.6, 2.0)
ROWS = 2048
LEAST = 1e-5
"""Deviation of a window, in that of all training windows, below which it does not vary."""
ROUNDS = 2
"""Times that steps ahead which the table lacks are taken for what the linear model says of them."""
FAR = 8.0
MOST = 8192
"""Validation rows, the latest, by which quantiles are settled."""
ALIKE = 10.0
"""Blocks of rows for which quantiles of one step are believed as much as those of all steps."""
TINY = 1e-6


class LaggedLinear(nn.Module):
    """Each window in its own mean and deviation; ridge regression, and a network on top.

    All steps ahead are given at once. The linear model is fitted at once, before the epochs; the
    network learns what it leaves, and quantiles around both. Validation rows choose the penalty,
    how much the network counts and where the quantiles of each step lie; then the linear model is
    fitted once more with these rows too, which are the latest. Absent steps ahead are taken for
    what the linear model says of them.

    Args:
        inputs: a `Window`, maybe with a `Calendar`, a `Width` and `Codes` beside it.
        outputs: `horizon * (1 + levels)` numbers a row, see `ForecastHead`.
        levels: quantiles of each step; None for three, if they fit.
    """

    beside = "a linear model of lags"
    matrix: Tensor
    offsets: Tensor
    gaps: Tensor
    share: Tensor
    spread: Tensor
    shifts: Tensor
    sums: tuple[Tensor, Tensor] | None = None
    unit = (0.0, 1.0)
    penalty = PENALTIES[2], DOUBTS[0]
    gaps_there = False

    def __init__(self, inputs: Inputs, outputs: int, levels: int | None) -> None:
        super().__init__()
        named = parts(inputs)
        windows = [name for name, size in named.items() if isinstance(size, Window)]
        if len(windows) != 1:
            raise TypeError(f"{type(self).__name__} reads windows of series, found {inputs}")
        self.levels = (3 if outputs % 4 == 0 else 0) if levels is None else levels
        self.single, self.name = not isinstance(inputs, Mapping), windows[0]
        self.window: Window = named[self.name]  # type: ignore[assignment]
        self.calendar = next((n for n, s in named.items() if isinstance(s, Calendar)), "")
        self.slots = named[self.calendar][0] if self.calendar else 0  # type: ignore[index]
        self.horizon = outputs // (1 + self.levels)
        self.register_buffer("matrix", torch.zeros(self._linear_width(self.slots), self.horizon))
        self.register_buffer("offsets", torch.full((self.horizon, 1), -1.0))
        self.register_buffer("gaps", torch.ones(self.horizon, max(0, self.levels - 1)))
        self.register_buffer("share", torch.ones(()))
        self.register_buffer("spread", torch.ones(()))
        self.register_buffer("shifts", torch.zeros(self.horizon, self.levels))

    @abstractmethod
    def _network(self, batch: Batch) -> Tensor:
        """`(n, horizon, 1 + levels)` what the network adds, in deviations of the window."""

    # --- what is read of a window

    def _linear_width(self, slots: int) -> int:
        channels, history, ahead, known = self.window
        return history + 4 + 2 * slots + 3 * (channels - 1) + known * (history + ahead)

    def _read(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor, Tensor, list[Tensor]]:
        """Mean and deviation of windows, the windows in these, all lines, and the calendar."""
        lines = batch if isinstance(batch, Tensor) else batch[self.name]
        own = lines[:, 0, : self.window.history]
        mean = own.mean(dim=1, keepdim=True)
        apart = own - mean
        std = (apart * apart).mean(dim=1, keepdim=True).sqrt().clamp(min=LEAST)
        calendar = [batch[self.calendar]] if self.calendar else []  # type: ignore[index]
        return mean, std, apart / std, lines, calendar

    def _linear(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Mean and deviation of windows, and what the linear model reads, `(n, features)`."""
        mean, std, scaled, lines, calendar = self._read(batch)
        channels, history, _, known = self.window
        found = [scaled, torch.ones_like(mean), 1 / std, mean / std]
        found.append(1 - lines[:, -1, :history].mean(dim=1, keepdim=True))
        found += calendar + [slots / std for slots in calendar]
        if channels > 1:
            past = lines[:, 1:channels, :history]
            recent = past[:, :, -min(history, max(1, self.horizon)) :]
            found += [past[:, :, -1], recent.mean(dim=2), past.mean(dim=2)]
        if known:
            found.append(lines[:, channels - known : channels].flatten(1))
        return mean, std, torch.cat(found, dim=1)

    def forward(self, batch: Batch) -> Tensor:
        """`(n, outputs)`: of each step the expected value, then what makes quantiles of it."""
        mean, std, features = self._linear(batch)
        added = self._network(batch)
        share = 1.0 if self.training else self.share
        spread = 1.0 if self.training else self.spread
        value = mean + std * (features @ self.matrix + share * added[..., 0])
        answers = [value.unsqueeze(2)]
        std = std.unsqueeze(2)
        if self.levels:
            first = spread * (self.offsets + added[..., 1:2])
            answers.append(std * (first if self.training else first + self.shifts[:, :1]))
        if self.levels > 1:
            apart = spread * F.softplus(self.gaps + added[..., 2:])
            apart = apart if self.training else apart + self.shifts.diff(dim=1)
            wide = (std * apart).clamp(min=TINY)
            answers.append(wide + torch.log(-torch.expm1(-wide)))  # what softplus makes of it
        return torch.cat(answers, dim=2).flatten(1)

    # --- what is fitted at once

    @torch.no_grad()
    def begin(self, lesson: Lesson) -> nn.Module:
        """Fit the linear model, its penalty by validation rows, and quantiles of what it leaves."""
        lesson.tell(f"Fitting {self.beside}.")
        self.unit = float(lesson.head.mean), float(lesson.head.std)  # type: ignore[arg-type]
        gram, cross = self._sums(lesson.train)
        for _ in range(ROUNDS * self.gaps_there):
            self.matrix.copy_(solved(gram, cross, self._penalties(*self.penalty)))
            gram, cross = self._sums(lesson.train)
        judge = lesson.valid if lesson.valid.rows else lesson.train
        if lesson.valid.rows:
            costs = {}
            for penalty in product(PENALTIES, DOUBTS):
                self.matrix.copy_(solved(gram, cross, self._penalties(*penalty)))
                costs[penalty] = self._cost(lesson.valid)
            self.penalty = min(costs, key=lambda penalty: costs[penalty])
            self.sums = gram, cross
        self.matrix.copy_(solved(gram, cross, self._penalties(*self.penalty)))
        self._spread_out(judge, lesson.head.levels)  # type: ignore[arg-type]
        return self

    @torch.no_grad()
    def end(self, taught: nn.Module, lesson: Lesson) -> Mapping[str, Any]:
        """Choose how much the layers count, how wide quantiles lie; learn from the latest rows."""
        valid, sums = lesson.valid, self.sums
        self.sums = None
        if not valid.rows or sums is None:
            return {"linear_weight": 0.0}
        was, self.training = self.training, False
        pieces = [(self._linear(p.inputs), self._network(p.inputs), p) for p in _pieces(valid)]

        def costs(share: float) -> Tensor:
            each = []
            for (mean, std, features), added, piece in pieces:
                value = mean + std * (features @ self.matrix + share * added[..., 0])
                each.append(self._squares(value, piece))
            return torch.cat(each)

        alone = costs(0.0)
        doubts = {share: doubted(costs(share) - alone, self.horizon) for share in SHARES}
        share = min(doubts, key=lambda tried: (doubts[tried], tried))
        self.share.fill_(share)
        if valid.target.shape[1] > self.horizon:
            losses, loss = {}, lesson.head.loss("squared")
            for spread in SPREADS:
                self.spread.fill_(spread)
                losses[spread] = sum(_cost(loss, self(p.inputs), p) for _, _, p in pieces)
            self.spread.fill_(min(losses, key=lambda tried: losses[tried]))
            self._settle(pieces, lesson)
        gram, cross = self._sums(valid)
        penalties = self._penalties(*self.penalty)
        self.matrix.copy_(solved(sums[0] + gram, sums[1] + cross, penalties))
        self.training = was
        lesson.tell(
            f"A linear model of lags alone counts {1 - share:.0%} of each answer, the network on "
            f"top of it {share:.0%}: best for the {valid.rows:,} validation rows, from which the "
            "linear model has now learnt too."
        )
        return {"linear_weight": 1 - share}

    def _settle(self, pieces: list[Any], lesson: Lesson) -> None:
        """Move the quantiles of each step to where validation rows have them.

        Rows whose steps overlap count as one block; the fewer blocks there are the further out a
        quantile lies, as of so many numbers, and the more all steps are moved alike.
        """
        self.shifts.zero_()
        off = []
        for (_, std, _), _, piece in pieces:
            steps = lesson.head.steps(self(piece.inputs))[..., 1:]  # type: ignore[operator]
            off.append((self._told(piece.target)[0][..., None] - steps) / std[..., None])
        left = torch.cat(off)[-MOST:]
        blocks = max(1.0, len(left) / self.horizon)
        near = blocks / (blocks + ALIKE)
        for place, level in enumerate(lesson.head.levels.tolist()):  # type: ignore[operator]
            further = level + (level if level > 0.5 else level - 1 if level < 0.5 else 0) / blocks
            at = min(max(further, 0.0), 1.0)
            here = left[..., place]
            own, every = here.nanquantile(at, dim=0), here.flatten().nanquantile(at)
            self.shifts[:, place] = torch.nan_to_num(near * own + (1 - near) * every)

    def _sums(self, feed: Feed) -> tuple[Tensor, Tensor]:
        """Products of features with one another and with what is to be told, over all rows.

        What is not known of that is taken for what the linear model says of it now.
        """
        width = len(self.matrix)
        gram = torch.zeros(width, width, dtype=torch.float64, device=feed.device)
        cross = torch.zeros(width, self.horizon, dtype=torch.float64, device=feed.device)
        for piece in _pieces(feed):
            mean, std, features = (part.double() for part in self._linear(piece.inputs))
            wanted, counts = self._told(piece.target)
            gone = torch.isnan(wanted)
            self.gaps_there = self.gaps_there or bool(gone.any())
            wanted = torch.where(gone, mean + std * (features @ self.matrix.double()), wanted)
            if piece.weight is not None:
                counts = counts * piece.weight.double().sqrt()[:, None]
            left = features * std * counts
            gram += left.T @ left
            cross += left.T @ ((wanted - mean) * counts)
        return gram, cross

    def _penalties(self, penalty: float, doubt: float) -> Tensor:
        """`(features,)` penalties, those of the calendar so many times as large."""
        found = torch.full_like(self.matrix[:, 0], penalty, dtype=torch.float64)
        found[self.window.history + 4 :][: 2 * self.slots] *= doubt
        return found

    def _told(self, target: Tensor) -> tuple[Tensor, Tensor]:
        """Steps in the unit of windows and what errors count; of a user's loss all count alike."""
        if target.shape[1] > self.horizon:
            return target[:, :-1].double(), target[:, -1:].double()
        mean, std = self.unit
        return (target.double() - mean) / std, torch.ones_like(target[:, :1]).double()

    def _squares(self, value: Tensor, piece: Any) -> Tensor:
        """`(n,)` what forecasts are off, squared."""
        wanted, counts = self._told(piece.target)
        wanted, there = known_steps(wanted)
        each = (((value - wanted) * counts) ** 2 * there).mean(dim=1)
        return each if piece.weight is None else each * piece.weight

    def _cost(self, feed: Feed) -> float:
        total = 0.0
        for piece in _pieces(feed):
            mean, std, features = self._linear(piece.inputs)
            value = mean + std * (features @ self.matrix)
            total += float(self._squares(value, piece).sum())
        return total

    def _spread_out(self, feed: Feed, levels: Tensor) -> None:
        """Quantiles of what the linear model leaves, in deviations of the window, by step."""
        if not self.levels:
            return
        left = []
        for piece in _pieces(feed):
            mean, std, features = self._linear(piece.inputs)
            wanted = self._told(piece.target)[0].float()
            left.append((wanted - mean) / std - features @ self.matrix)
        known = torch.nanquantile(torch.cat(left)[:16_384].double(), levels, dim=0).T
        self.offsets.copy_(known[:, :1])
        gaps = known.diff(dim=1).clamp(min=TINY)
        self.gaps.copy_(gaps + torch.log(-torch.expm1(-gaps)))


def _pieces(feed: Feed) -> Iterator[Any]:
    for start in range(0, feed.rows, ROWS):
        yield feed.take(slice(start, start + ROWS))


def _cost(loss: Any, outputs: Tensor, piece: Any) -> float:
    cost = piece.cost(loss, outputs)
    total = cost[0] if isinstance(cost, tuple) else cost * len(piece.target)
    return float(total) if math.isfinite(float(total)) else math.inf
