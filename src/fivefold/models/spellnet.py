"""The network that writes down what is said in a sound, a series or a sequence."""

from typing import Any

from torch import Tensor, nn

from fivefold.kinds.clips import PACE
from fivefold.models.ctc import ended
from fivefold.models.inputs import Inputs, Signal, Spectrum, Symbols, described
from fivefold.models.seqtagnet import SeqTagNet, SeriesTagNet
from fivefold.models.soundtagnet import SoundTagNet


class SpellNet(nn.Module):
    """The network for labels of positions, whose labels are letters, and first that of none.

    Behind the end of a row its steps say that there is no letter, and are sure of it.

    Args:
        inputs: a `Spectrum`, a `Signal` or `Symbols`.
        outputs: steps, and letters of each and none.
        arguments: of the network for labels.

    Example:
        >>> import torch
        >>> SpellNet(Spectrum(41, 96), (48, 11))(torch.zeros(5, 41, 96)).argmax(2).max().item()
        0

    Reference:
        Graves et al., Connectionist Temporal Classification, ICML 2006.
    """

    def __init__(self, inputs: Inputs, outputs: tuple[int, ...], **arguments: Any) -> None:
        super().__init__()
        readers = {Spectrum: SoundTagNet, Signal: SeriesTagNet, Symbols: SeqTagNet}
        if type(inputs) not in readers:
            raise TypeError(f"SpellNet reads a sound, a series or a sequence, found {inputs}")
        self.inputs = inputs
        self.reader: nn.Module = readers[type(inputs)](inputs, outputs, **arguments)
        self.description = described("spellnet", inputs, list(outputs), arguments)

    def forward(self, rows: Tensor) -> Tensor:
        """What the network for labels reads to `(n, steps, 1 + letters)`."""
        if isinstance(self.inputs, Symbols):
            there = rows != 0
        else:
            there = rows[:, -1, :: PACE if isinstance(self.inputs, Spectrum) else 1]
        return ended(self.reader(rows), there)
