"""Convolutions over words, a network for texts."""

import torch
from torch import Tensor, nn

from fivefold.models.inputs import Inputs, Text, described
from fivefold.models.textnet import PAD

WIDTHS = (2, 3, 4, 5)
"""Words that a pattern is of."""


class TextCnn(nn.Module):
    """Embedded words, and the strongest of each pattern over two to five neighbours.

    Args:
        inputs: a `Text`: length and size of the vocabulary.
        outputs: numbers a row.
        width: of an embedded word.
        patterns: of each width.
        dropout: fraction of words, and of what is pooled, left out in training, 0 to 1.

    Example:
        >>> TextCnn(Text(12, 100), 4)(torch.ones(5, 12, dtype=torch.long)).shape
        torch.Size([5, 4])

    Reference:
        Kim, Convolutional Neural Networks for Sentence Classification, EMNLP 2014.
    """

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        width: int = 96,
        patterns: int = 64,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        if not isinstance(inputs, Text):
            raise TypeError(f"TextCnn reads a text, found {inputs}")
        arguments = {"width": width, "patterns": patterns, "dropout": dropout}
        self.description = described("textcnn", inputs, outputs, arguments)
        self.embedding = nn.Embedding(inputs.vocabulary, width, padding_idx=PAD)
        nn.init.normal_(self.embedding.weight, std=0.1)
        with torch.no_grad():
            self.embedding.weight[PAD] = 0
        self.words, self.dropout = nn.Dropout1d(dropout / 2), nn.Dropout(dropout)
        self.patterns = nn.ModuleList(nn.Conv1d(width, patterns, wide) for wide in WIDTHS)
        self.out = nn.Linear(len(WIDTHS) * patterns, outputs)

    def forward(self, tokens: Tensor) -> Tensor:
        """Int64 `(n, length)` with 0 for padding to `(n, outputs)`."""
        words = self.words(self.embedding(tokens)).transpose(1, 2)
        present = (tokens != PAD).to(words.dtype)[:, None]
        wide = nn.functional.pad(words, (0, WIDTHS[-1] - 1))
        length, found = tokens.shape[1], []
        for convolution in self.patterns:
            # A pattern begins at a word; it may reach behind the end, where all is 0.
            patterns = torch.relu(convolution(wide)[:, :, :length]) * present
            found.append(patterns.amax(dim=2))
        outputs: Tensor = self.out(self.dropout(torch.cat(found, dim=1)))
        return outputs
