"""The default network for labels of words."""

import torch
from torch import Tensor, nn

from fivefold.kinds.spelling import WORDS
from fivefold.models.inputs import Inputs, Spelled, described

EMBEDDED = 64
"""Numbers that a word is embedded in."""


class Dilated(nn.Module):
    """Residual convolutions over positions, each of which sees twice as wide as the one before.

    Args:
        width: channels.
        layers: convolutions.
        dropout: fraction left out in training before each, 0 to 1.
    """

    def __init__(self, width: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
            for dilation in (2**layer for layer in range(layers))
        )

    def forward(self, flowing: Tensor, there: Tensor) -> Tensor:
        """`(n, width, steps)` to the same; `there` is `(n, 1, steps)`, 0 behind the end."""
        for convolution in self.convolutions:
            flowing = (flowing + torch.relu(convolution(self.dropout(flowing)))) * there
        return flowing


class TagNet(nn.Module):
    """Words embedded by what is seen of them, dilated convolutions, a label for each word.

    The embeddings of all features of a word are added. In training some words are forgotten, so
    that beginnings, endings and shapes are learnt by which words that are not known are labelled.

    Args:
        inputs: `Spelled`: words, features of each, codes of all of them.
        outputs: positions, and labels of each.
        width: channels.
        layers: convolutions.
        dropout: fraction left out in training, 0 to 1.
        forget: fraction of words that are forgotten in training, 0 to 1.

    Example:
        >>> net = TagNet(Spelled(9, 13, 100), (9, 5))
        >>> net(torch.ones(2, 9, 14, dtype=torch.int64)).shape
        torch.Size([2, 9, 5])

    Reference:
        Strubell et al., Fast and Accurate Entity Recognition with Iterated Dilated Convolutions,
        EMNLP 2017; Collobert et al., Natural Language Processing (almost) from Scratch, JMLR 2011,
        for endings and capitals beside words.
    """

    def __init__(
        self,
        inputs: Inputs,
        outputs: tuple[int, ...],
        *,
        width: int = 96,
        layers: int = 3,
        dropout: float = 0.3,
        forget: float = 0.3,
    ) -> None:
        super().__init__()
        if not isinstance(inputs, Spelled):
            raise TypeError(f"TagNet reads words, found {inputs}")
        self.forget = forget
        arguments = {"width": width, "layers": layers, "dropout": dropout, "forget": forget}
        self.description = described("tagnet", inputs, list(outputs), arguments)
        self.embedding = nn.Embedding(inputs.codes, EMBEDDED, padding_idx=0)
        nn.init.normal_(self.embedding.weight, std=0.2)
        self.noise, self.dropout = nn.Dropout(dropout), nn.Dropout(dropout)
        self.first = nn.Linear(EMBEDDED, width)
        self.dilated = Dilated(width, layers, dropout)
        self.out = nn.Linear(2 * width, outputs[-1])

    def forward(self, batch: Tensor) -> Tensor:
        """Int64 `(n, steps, 1 + features)` to `(n, steps, labels)`."""
        codes, there = batch[:, :, 1:], (batch[:, :, :1] > 0).to(self.first.weight.dtype)
        if self.training and self.forget:
            lost = torch.rand(codes.shape[:2], device=codes.device) < self.forget
            words = codes[:, :, :WORDS].masked_fill(lost[:, :, None], 0)
            codes = torch.cat([words, codes[:, :, WORDS:]], dim=2)
        words = self.noise(self.embedding(codes).sum(dim=2))
        own = torch.relu(self.first(words)) * there
        wide = self.dilated(own.transpose(1, 2), there.transpose(1, 2)).transpose(1, 2)
        labels: Tensor = self.out(self.dropout(torch.cat([own, wide], dim=2)))
        return labels
