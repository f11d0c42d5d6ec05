"""The default for sequences: a network, boosted trees and a linear model, answering together."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from fivefold.models.blend import Blend, answered, find_weight, time_beside
from fivefold.models.composition import Composition
from fivefold.models.inputs import Batch, Inputs, Symbols
from fivefold.models.kmers import Kmers, fit_kmers, longest_words
from fivefold.models.learner import Lesson
from fivefold.models.seqnet import SeqNet

WORK = 10_000_000_000
"""Numbers that trees may look at, all of them together."""

FEWEST = 60
"""Trees that are grown all the same."""

NUMBERS = 2**28
"""Most numbers of a matrix that trees are grown on; beyond, positions are left to the network."""


class SeqBlend(Blend):
    """A network over symbols; trees and a linear model over what sequences are made of.

    Trees read shares of words of up to four bases or two amino acids, and the length; where
    positions tell, the letter at each. The linear model reads words of up to six bases or three
    amino acids, likewise: see `Kmers`. In training mode it is the network alone.

    Args:
        inputs: `Symbols`.
        outputs: numbers a row.
        network: a built-in one for them; None where the trees answer alone.
        sizes: `Trees.sizes` of the trees; None has none.
        placed: whether trees read positions; None as `inputs` say.
        both: whether they read both strands; None where `inputs` surely say so.
        linear: what `Kmers` is built from; None has none.

    Example:
        >>> import torch
        >>> symbols = Symbols(60, 16, 1, 1, 0)
        >>> blend = SeqBlend(symbols, 3, network=SeqNet(symbols, 3))
        >>> blend(torch.ones(5, 60, dtype=torch.long)).shape, blend.parts
        (torch.Size([5, 3]), {'network': 1.0})

    Reference:
        Friedman, Greedy Function Approximation: A Gradient Boosting Machine, Annals of Statistics
        2001, for the trees; see `SeqNet` for the network, `Kmers` for the linear model.
    """

    beside = "boosted trees and a linear model of short words"
    fitted: tuple[Kmers, Tensor] | None = None

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        network: nn.Module | None,
        sizes: list[int] | None = None,
        placed: bool | None = None,
        both: bool | None = None,
        linear: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(inputs, outputs, network=network, sizes=sizes)
        if not isinstance(inputs, Symbols):
            raise TypeError(f"SeqBlend reads a sequence, found {inputs}")
        self.symbols, self.outputs = inputs, outputs
        self.linear = None if linear is None else Kmers(inputs, outputs, **linear)
        self.description["name"] = "seqblend"
        self.description["arguments"]["linear"] = None if linear is None else dict(linear)
        self._read(
            bool(inputs.kept) if placed is None else placed,
            inputs.both == 1 if both is None else both,
        )

    @property
    def parts(self) -> dict[str, float]:
        """What answers, by name, and how much each counts; together they count 1."""
        if self.linear is None:
            return super().parts
        share = float(self.linear.share)
        return {n: w * (1 - share) for n, w in super().parts.items()} | {"linear": share}

    def attach_linear(self, linear: Kmers, share: float) -> None:
        """Let a fitted linear model answer too, and note it in `description`."""
        self.linear = linear.to(self.weight.device)
        self.linear.share.fill_(share)
        self.description["arguments"]["linear"] = dict(linear.arguments)

    def rehearse(self, lesson: Lesson) -> None:
        """Let untrained trees and an unfitted linear model answer 0, as all will be exported."""
        super().rehearse(lesson)
        if lesson.boosting is not None:
            counted = not self.symbols.kept
            self.attach_linear(self._kmers(lesson.train.rows, counted=counted), 0.5)

    def begin(self, lesson: Lesson) -> nn.Module:
        """Let validation rows say what is read; grow trees and fit a linear model on it."""
        network = self.network
        if isinstance(network, SeqNet):
            network.begin(lesson)
            self.description["arguments"]["network"] = dict(network.description)
            self._read(network.kept, network.both)
        if lesson.boosting is None:
            return self
        rows, remains = lesson.train.rows, time_beside(lesson)
        if self.composition.placed and rows * self.composition.width > NUMBERS:
            self._read(False, self.composition.both)
        self.composition.to(self.weight.device)
        trees = max(FEWEST, WORK // (rows * self.composition.width))
        most = lesson.boosting
        boosters = max(1, min(most.boosters, trees // most.rounds))
        fewer = replace(most, boosters=boosters, trees=min(most.trees, trees // boosters))
        super().begin(replace(lesson, boosting=fewer))
        lesson.tell("Fitting a linear model to short words.")
        self.fitted = self._fitted(lesson, remains)
        return self

    def end(self, taught: nn.Module, lesson: Lesson) -> Mapping[str, Any]:
        """Let trees and the linear model answer as far as that is better for validation rows."""
        said = dict(super().end(taught, lesson))
        if self.fitted is None:
            return said
        (linear, answers), self.fitted = self.fitted, None
        valid = lesson.valid
        rows = torch.arange(valid.rows, device=valid.device)
        own = answered(super().forward, valid, rows)
        share = find_weight(own, answers, valid.target, lesson.head, counts=valid.weight)
        lesson.tell(
            f"A linear model of {linear.width:,} short words counts {share:.0%} of each answer, "
            f"all else {1 - share:.0%}: best for the {valid.rows:,} validation rows."
        )
        if not share:
            return said
        self.attach_linear(linear, share)
        trees = {"trees_weight": said["trees_weight"] * (1 - share)} if said else {}
        return said | trees | {"terms": linear.width, "linear_weight": share}

    def forward(self, batch: Batch) -> Tensor:
        """What the network gives in training; `(n, outputs)` of all in eval mode."""
        answer = super().forward(batch)
        if self.training or self.linear is None:
            return answer
        share, other = self.linear.share, self.linear(batch)
        both: Tensor = (1 - share) * answer + share * other
        return both

    def columns(self, batch: Batch) -> Tensor:
        assert isinstance(batch, Tensor)
        numbers: Tensor = self.composition(batch)
        return numbers

    def _read(self, placed: bool, both: bool) -> None:
        self.composition = Composition(self.symbols, placed=placed, both=both)
        arguments = self.description["arguments"]
        arguments["placed"], arguments["both"] = self.composition.placed, both

    def _kmers(self, rows: int, *, counted: bool = False) -> Kmers:
        return Kmers(
            self.symbols,
            self.outputs,
            placed=self.composition.placed,
            both=self.composition.both,
            longest=longest_words(self.symbols, rows),
            counted=counted,
        )

    def _fitted(
        self, lesson: Lesson, seconds_left: Callable[[], float | None]
    ) -> tuple[Kmers, Tensor] | None:
        """A linear model of words and its answers to validation rows.

        Of the shares of words, or, where lengths differ and that is better, of their counts.
        """
        valid = lesson.valid
        by_row = {} if valid.weight is None else {"weight": valid.weight.double()}
        best, found = float("inf"), None
        for counted in (False, True):
            left = seconds_left()
            if counted and (self.symbols.kept or (left is not None and left <= 0)):
                break
            linear = self._kmers(lesson.train.rows, counted=counted).to(self.weight.device)
            answers = fit_kmers(
                *(linear, lesson.train, valid, lesson.head),
                seconds_left=seconds_left,
                all_rows=lesson.all_rows,
            )
            if answers is None:
                break
            cost = float(lesson.head.nats(answers.double(), valid.target, **by_row))
            if cost < best:
                best, found = cost, (linear, answers)
        return found
