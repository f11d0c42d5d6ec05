"""A small transformer over words, a network for texts."""

import torch
from torch import Tensor, nn

from fivefold.models.inputs import Inputs, Text, described
from fivefold.models.textnet import PAD


class TextTransformer(nn.Module):
    """Words that look at one another, then their mean and their largest values.

    Args:
        inputs: a `Text`: length and size of the vocabulary.
        outputs: numbers a row.
        width: of an embedded word, a multiple of `heads`.
        layers: of attention.
        heads: of each.
        dropout: fraction left out in training, 0 to 1.

    Example:
        >>> TextTransformer(Text(12, 100), 4)(torch.ones(5, 12, dtype=torch.long)).shape
        torch.Size([5, 4])

    Reference:
        Vaswani et al., Attention Is All You Need, NeurIPS 2017; Xiong et al., On Layer
        Normalization in the Transformer Architecture, ICML 2020, for where it normalises.
    """

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        width: int = 96,
        layers: int = 2,
        heads: int = 4,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        if not isinstance(inputs, Text):
            raise TypeError(f"TextTransformer reads a text, found {inputs}")
        arguments = {"width": width, "layers": layers, "heads": heads, "dropout": dropout}
        self.description = described("texttransformer", inputs, outputs, arguments)
        self.embedding = nn.Embedding(inputs.vocabulary, width, padding_idx=PAD)
        nn.init.normal_(self.embedding.weight, std=0.1)
        with torch.no_grad():
            self.embedding.weight[PAD] = 0
        self.places = nn.Parameter(0.02 * torch.randn(inputs.length, width))
        self.words = nn.Dropout1d(dropout)
        self.layers = nn.ModuleList(Layer(width, heads, dropout) for _ in range(layers))
        self.normal, self.dropout = nn.LayerNorm(width), nn.Dropout(dropout)
        self.out = nn.Linear(2 * width, outputs)

    def forward(self, tokens: Tensor) -> Tensor:
        """Int64 `(n, length)` with 0 for padding to `(n, outputs)`."""
        present = tokens != PAD
        flowing = self.words(self.embedding(tokens)) + self.places[: tokens.shape[1]]
        hidden = torch.zeros_like(flowing[:, :, 0]).masked_fill(~present, -1e9)[:, None, None]
        for layer in self.layers:
            flowing = layer(flowing, hidden)
        flowing = self.normal(flowing)
        share = present[:, :, None].to(flowing.dtype)
        mean = (flowing * share).sum(dim=1) / share.sum(dim=1).clamp(min=1)
        largest = (flowing - 1e4 * (1 - share)).amax(dim=1)
        largest = torch.where(present.any(dim=1, keepdim=True), largest, torch.zeros_like(largest))
        outputs: Tensor = self.out(self.dropout(torch.cat([mean, largest], dim=1)))
        return outputs


class Layer(nn.Module):
    """Attention, then a hidden layer for each word; both are added to what came in.

    Args:
        width: of a word.
        heads: of attention.
        dropout: fraction left out in training, 0 to 1.
    """

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.asked, self.inner = nn.LayerNorm(width), nn.LayerNorm(width)
        self.three, self.joined = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.hidden = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, words: Tensor, hidden: Tensor) -> Tensor:
        """Float `(n, length, width)` to the same; `hidden` is added to what words look at."""
        rows, length, width = words.shape
        three = self.three(self.asked(words)).view(rows, length, 3, self.heads, -1)
        query, key, value = three.permute(2, 0, 3, 1, 4)
        seen = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=hidden)
        joined = self.joined(seen.transpose(1, 2).reshape(rows, length, width))
        words = words + self.dropout(joined)
        added: Tensor = words + self.dropout(self.hidden(self.inner(words)))
        return added
