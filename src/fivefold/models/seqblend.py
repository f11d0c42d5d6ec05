"""The default for sequences: a network and boosted trees that answer together."""

from dataclasses import replace

from torch import Tensor, nn

from fivefold.models.blend import Blend
from fivefold.models.composition import Composition
from fivefold.models.inputs import Batch, Inputs, Symbols
from fivefold.models.learner import Lesson
from fivefold.models.seqnet import SeqNet

WORK = 10_000_000_000
"""Numbers that trees may look at, all of them together."""

FEWEST = 60
"""Trees that are grown all the same."""

NUMBERS = 2**28
"""Most numbers of a matrix that trees are grown on; beyond, positions are left to the network."""


class SeqBlend(Blend):
    """A network over symbols, and trees over what sequences are made of.

    Trees read shares of words of up to four bases or two amino acids, and the length; where
    positions tell, the letter at each. In training mode it is the network alone.

    Args:
        inputs: `Symbols`.
        outputs: numbers a row.
        network: a built-in one for them; None where the trees answer alone.
        sizes: `Trees.sizes` of the trees; None has none.
        placed: whether trees read positions; None as `inputs` say.
        both: whether they read both strands; None where `inputs` surely say so.

    Example:
        >>> import torch
        >>> symbols = Symbols(60, 16, 1, 1, 0)
        >>> blend = SeqBlend(symbols, 3, network=SeqNet(symbols, 3))
        >>> blend(torch.ones(5, 60, dtype=torch.long)).shape, blend.parts
        (torch.Size([5, 3]), {'network': 1.0})

    Reference:
        Friedman, Greedy Function Approximation: A Gradient Boosting Machine, Annals of Statistics
        2001, for the trees; see `SeqNet` for the network.
    """

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        network: nn.Module | None,
        sizes: list[int] | None = None,
        placed: bool | None = None,
        both: bool | None = None,
    ) -> None:
        super().__init__(inputs, outputs, network=network, sizes=sizes)
        if not isinstance(inputs, Symbols):
            raise TypeError(f"SeqBlend reads a sequence, found {inputs}")
        self.symbols = inputs
        self.description["name"] = "seqblend"
        self._read(
            bool(inputs.kept) if placed is None else placed,
            inputs.both == 1 if both is None else both,
        )

    def begin(self, lesson: Lesson) -> nn.Module:
        """Let validation rows say what is read, and grow trees on it."""
        network = self.network
        if isinstance(network, SeqNet):
            network.begin(lesson)
            self.description["arguments"]["network"] = dict(network.description)
            self._read(network.kept, network.both)
        if lesson.boosting is None:
            return self
        rows = lesson.train.rows
        if self.composition.placed and rows * self.composition.width > NUMBERS:
            self._read(False, self.composition.both)
        self.composition.to(self.weight.device)
        trees = max(FEWEST, WORK // (rows * self.composition.width))
        most = lesson.boosting
        boosters = max(1, min(most.boosters, trees // most.rounds))
        fewer = replace(most, boosters=boosters, trees=min(most.trees, trees // boosters))
        return super().begin(replace(lesson, boosting=fewer))

    def columns(self, batch: Batch) -> Tensor:
        assert isinstance(batch, Tensor)
        numbers: Tensor = self.composition(batch)
        return numbers

    def _read(self, placed: bool, both: bool) -> None:
        self.composition = Composition(self.symbols, placed=placed, both=both)
        arguments = self.description["arguments"]
        arguments["placed"], arguments["both"] = self.composition.placed, both
