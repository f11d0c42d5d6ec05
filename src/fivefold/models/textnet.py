"""The default network for texts."""

import torch
from torch import Tensor, nn

from fivefold.models.inputs import Inputs, Text, described

PAD = 0


class TextNet(nn.Module):
    """Embedded words, pooled: their mean, and the strongest of each short phrase pattern.

    Args:
        inputs: a `Text`: length and size of the vocabulary.
        outputs: numbers a row.
        width: of an embedded word.
        phrases: patterns over three neighbouring words.
        dropout: fraction of words, and of what is pooled, left out in training, 0 to 1.

    Example:
        >>> TextNet(Text(12, 100), 4)(torch.ones(5, 12, dtype=torch.long)).shape
        torch.Size([5, 4])

    Reference:
        Kim, Convolutional Neural Networks for Sentence Classification, EMNLP 2014, for the
        patterns; Joulin et al., Bag of Tricks for Efficient Text Classification, EACL 2017, for
        the mean.
    """

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        width: int = 96,
        phrases: int = 96,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        if not isinstance(inputs, Text):
            raise TypeError(f"TextNet reads a text, found {inputs}")
        arguments = {"width": width, "phrases": phrases, "dropout": dropout}
        self.description = described("textnet", inputs, outputs, arguments)
        self.embedding = nn.Embedding(inputs.vocabulary, width, padding_idx=PAD)
        nn.init.normal_(self.embedding.weight, std=0.05)
        with torch.no_grad():
            self.embedding.weight[PAD] = 0
        self.words = nn.Dropout1d(dropout)
        self.phrases = nn.Conv1d(width, phrases, 3, padding=1)
        self.out = nn.Sequential(nn.Dropout(dropout), nn.Linear(width + phrases, outputs))

    def forward(self, tokens: Tensor) -> Tensor:
        """Int64 `(n, length)` with 0 for padding to `(n, outputs)`."""
        present = (tokens != PAD).float()
        words = self.words(self.embedding(tokens))
        mean = words.sum(dim=1) / present.sum(dim=1, keepdim=True).clamp(min=1)
        patterns = torch.relu(self.phrases(words.transpose(1, 2))) * present[:, None]
        outputs: Tensor = self.out(torch.cat([mean, patterns.amax(dim=2)], dim=1))
        return outputs
