"""A linear model over the terms of texts as a module of buffers, and how it is fitted."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fivefold.codecs.table import Array
from fivefold.kinds.grams import COUNTS
from fivefold.kinds.tokens import FIRST
from fivefold.models.head import Head
from fivefold.models.inputs import Batch, Inputs, Passage, parts
from fivefold.models.learner import Feed
from fivefold.models.linear import Strengths, fit_linear

STRENGTHS = Strengths(
    classes=(0.1, 0.3, 1.0, 3.0, 10.0),
    numbers=(10.0, 3.0, 1.0, 0.3, 0.1),
    margins=True,
    smooth=(0.1, 0.3, 1.0),
)
"""Margins of a squared hinge loss cost validation rows less than logistic regression does, rare and
many classes the most, and take less time."""

ROWS = 2048
"""Rows whose terms are gathered at a time."""


class Terms(nn.Module):
    """TF-IDF of the terms of one text, and what each adds to the outputs; nothing in it learns.

    A term that a text has `count` times is `1 + log(count)` times how rare it is in training
    texts. Words together have length 1, and so have n-grams.

    Args:
        size: what is known of a row.
        outputs: numbers a row.

    Example:
        >>> terms = Terms(Passage(4, 10, 3, 20), 2)
        >>> terms(torch.zeros(5, 7, dtype=torch.int64)).shape
        torch.Size([5, 2])
    """

    rarity: Tensor
    weight: Tensor

    def __init__(self, size: Passage, outputs: int) -> None:
        super().__init__()
        self.length, self.size = size.length, size.terms
        self.words = size.words or size.vocabulary - FIRST
        self.register_buffer("rarity", torch.ones(max(1, size.terms)))
        self.register_buffer("weight", torch.zeros(max(1, size.terms), outputs))

    def values(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Int64 `(n, length + slots)` to terms and their float32 values, each `(n, slots)`."""
        packed = -rows[:, self.length :]
        term, count = packed // COUNTS, packed % COUNTS
        value = (1 + torch.log(count.clamp(min=1).float())) * self.rarity[term]
        value = torch.where(packed > 0, value, torch.zeros_like(value))
        squares, is_word = value * value, term < self.words
        words = torch.where(is_word, squares, torch.zeros_like(squares)).sum(1, keepdim=True)
        grams = torch.where(is_word, torch.zeros_like(squares), squares).sum(1, keepdim=True)
        squared = torch.where(is_word, words, grams)
        return term, value / torch.sqrt(squared.clamp(min=1e-12))

    def forward(self, rows: Tensor) -> Tensor:
        """Int64 `(n, length + slots)` to `(n, outputs)`."""
        term, value = self.values(rows)
        if torch.compiler.is_exporting():  # an exporter knows no bags
            return (self.weight[term] * value[:, :, None]).sum(dim=1)
        bags: Tensor = F.embedding_bag(term, self.weight, per_sample_weights=value, mode="sum")
        return bags


class Lexicon(nn.Module):
    """A linear model of the terms of all texts of a row: margins of classes, or ridge regression.

    Args:
        inputs: sizes, a `Passage` or several among others.
        outputs: numbers a row.
    """

    bias: Tensor

    def __init__(self, inputs: Inputs, outputs: int) -> None:
        super().__init__()
        self.outputs = outputs
        named = {name: size for name, size in parts(inputs).items() if isinstance(size, Passage)}
        self.names = tuple(named)
        self.texts = nn.ModuleList(Terms(size, outputs) for size in named.values())
        self.register_buffer("bias", torch.zeros(outputs))

    def of(self) -> list[Terms]:
        """The terms of each text."""
        return [terms for terms in self.texts if isinstance(terms, Terms)]

    def rows(self, batch: Batch) -> list[Tensor]:
        """What each text's terms are read from."""
        if isinstance(batch, Mapping):
            return [batch[name] for name in self.names]
        return [batch]

    def forward(self, batch: Batch) -> Tensor:
        """`(n, outputs)`, in the network's unit."""
        answer = self.bias
        for terms, rows in zip(self.texts, self.rows(batch), strict=True):
            answer = answer + terms(rows)
        return answer

    def matrix(self, feed: Feed) -> Any:
        """`(rows, terms)` float64, sparse: the TF-IDF of all texts, side by side."""
        from scipy import sparse

        return sparse.csr_matrix(sparse.vstack(list(self._pieces(feed)), format="csr"))

    def _pieces(self, feed: Feed) -> Iterator[Any]:
        from scipy import sparse

        for start in range(0, feed.rows, ROWS):
            batch = feed.take(slice(start, start + ROWS)).inputs
            wide = []
            for terms, rows in zip(self.of(), self.rows(batch), strict=True):
                term, value = (each.cpu().numpy() for each in terms.values(rows))
                row, place = np.nonzero(value)
                entries = (value[row, place].astype(np.float64), (row, term[row, place]))
                wide.append(sparse.csr_matrix(entries, shape=(len(term), len(terms.rarity))))
            yield sparse.hstack(wide, format="csr")

    def fit_rarity(self, feed: Feed) -> None:
        """Learn how rare each term is in these rows."""
        for place, terms in enumerate(self.of()):
            found = torch.zeros(len(terms.rarity), dtype=torch.int64)
            for start in range(0, feed.rows, ROWS):
                rows = self.rows(feed.take(slice(start, start + ROWS)).inputs)[place]
                packed = -rows[:, terms.length :].cpu()
                numbers = packed[packed > 0] // COUNTS
                found += torch.bincount(numbers, minlength=len(found))
            rarity = torch.log((1 + feed.rows) / (1 + found.double())) + 1
            terms.rarity.copy_(rarity)

    def word_columns(self) -> Array:
        """Which columns of `matrix` are words, and no n-grams."""
        kept = [np.arange(len(terms.rarity)) < terms.words for terms in self.of()]
        return np.flatnonzero(np.concatenate(kept))

    def load(self, weights: Array, bias: Array, columns: Array | None = None) -> None:
        """Copy fitted weights in: `(terms, outputs)` of all texts, and `(outputs,)`.

        Args:
            weights: of these columns of `matrix`; all others weigh nothing.
            bias: what all rows have.
            columns: None for all.
        """
        if columns is not None:
            few, width = weights, sum(len(terms.rarity) for terms in self.of())
            weights = np.zeros((width, self.outputs))
            weights[columns] = few
        start = 0
        for terms in self.of():
            count = len(terms.rarity)
            part = torch.from_numpy(weights[start : start + count])
            terms.weight.copy_(part)
            start += count
        self.bias.copy_(torch.from_numpy(bias))


@torch.no_grad()
def fit_lexicon(
    lexicon: Lexicon,
    train: Feed,
    valid: Feed,
    head: Head,
    *,
    seconds_left: Callable[[], float | None],
    all_rows: bool = False,
) -> Tensor | None:
    """Fit it on training rows, in place, with n-grams or to words alone, as validation rows say.

    Args:
        lexicon: on the device of the rows.
        train: rows to learn from.
        valid: rows that choose the strength, and whether n-grams count.
        head: says what answers cost, and what is learnt.
        seconds_left: to the end of its time; None for no end. It then keeps what it has.
        all_rows: whether it learns from validation rows too once they have chosen.

    Returns:
        `(rows, outputs)` answers to the validation rows; None where training rows lack a class, or
        there are no validation rows or no terms.
    """
    ways: tuple[Array | None, ...] = (None, lexicon.word_columns())

    def matrices(kept: Array) -> list[tuple[Any, Any]]:
        lexicon.fit_rarity(train)
        x, judged = lexicon.matrix(train)[kept], lexicon.matrix(valid)
        read = [(x, judged), (x[:, ways[1]], judged[:, ways[1]])]
        return [pair for pair in read if pair[0].nnz]

    return fit_linear(
        train,
        valid,
        head,
        lexicon.outputs,
        matrices=matrices,
        load=lambda way, weights, bias: lexicon.load(weights, bias, ways[way]),
        strengths=STRENGTHS,
        seconds_left=seconds_left,
        all_rows=all_rows,
    )
