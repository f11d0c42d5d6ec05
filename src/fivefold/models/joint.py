"""A linear model over all that rows of several kinds have: terms of texts, numbers, categories."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fivefold.codecs.table import Array
from fivefold.models.codes import OneHot
from fivefold.models.gathered import Gathered, Held
from fivefold.models.head import Head
from fivefold.models.inputs import Batch, Inputs, Passage, parts
from fivefold.models.learner import Feed
from fivefold.models.lexical import Lexicon
from fivefold.models.linear import Strengths, fit_linear
from fivefold.models.standard import ROWS, Standard

STRENGTHS = Strengths(
    classes=(0.1, 1.0, 4.0, 16.0, 64.0), numbers=(100.0, 10.0, 3.0, 1.0, 0.3, 0.1)
)
"""How little weights are held back, tried in order."""


class Columns(Standard):
    """A linear layer over the matrix of `Gathered`, its codes as one column a category.

    What a block has is made as long as a text's terms are, 1 on average: so none outweighs another
    by having more columns.

    Args:
        gathered: whose matrix is read.
        outputs: numbers a row.
    """

    shares: Tensor

    def __init__(self, gathered: Gathered, outputs: int) -> None:
        widths = dict(gathered.widths)
        self_codes = sum(gathered.codes)
        if "codes" in widths:
            widths["codes"] = self_codes
        super().__init__(sum(widths.values()), outputs)
        self.first = gathered.tabular - len(gathered.codes)
        self.last = gathered.tabular
        self.hot = OneHot(list(gathered.codes)) if gathered.codes else None
        counts = [np.full(width, max(1, width) ** -0.5) for width in widths.values()]
        shares = np.concatenate([np.zeros(0), *counts])
        self.register_buffer("shares", torch.from_numpy(shares).float(), persistent=False)

    def features(self, rows: Tensor) -> Tensor:
        """`(n, width)` of the matrix to one column a category and number."""
        if self.hot is None:
            return rows
        hot = self.hot(rows[:, self.first : self.last].long())
        return torch.cat([rows[:, : self.first], hot, rows[:, self.last :]], dim=1)

    def scaled(self, rows: Tensor) -> Tensor:
        return super().scaled(rows) * self.shares


class Joint(nn.Module):
    """What the terms of texts and the columns of all other blocks add to an answer.

    Args:
        inputs: sizes, of several kinds.
        outputs: numbers a row.
        gathered: of these inputs.
    """

    def __init__(self, inputs: Inputs, outputs: int, gathered: Gathered) -> None:
        super().__init__()
        self.outputs = outputs
        has_terms = any(isinstance(size, Passage) for size in parts(inputs).values())
        self.terms = Lexicon(inputs, outputs) if has_terms else None
        self.columns = Columns(gathered, outputs) if gathered.width else None

    def forward(self, batch: Batch, matrix: Tensor) -> Tensor:
        """A batch, and what `Gathered` makes of it, to `(n, outputs)`."""
        if self.columns is None:
            assert self.terms is not None
            terms: Tensor = self.terms(batch)
            return terms
        found: Tensor = self.columns(matrix)
        return found if self.terms is None else found + self.terms(batch)


@torch.no_grad()
def fit_joint(
    model: Joint,
    feeds: tuple[Feed, Feed],
    matrices: tuple[Held, Held],
    head: Head,
    *,
    seconds_left: Callable[[], float | None],
    all_rows: bool = False,
) -> Tensor | None:
    """Fit it on training rows, its strength by validation rows, in place.

    Args:
        model: on the device of the rows.
        feeds: training and validation rows.
        matrices: of both.
        head: says what answers cost, and what is learnt.
        seconds_left: to the end of its time; None for no end. It then keeps what it has.
        all_rows: whether it learns from validation rows too once they have chosen.

    Returns:
        `(rows, outputs)` answers to the validation rows; None where training rows lack a class, or
        there are no validation rows or nothing to read.
    """
    columns, terms = model.columns, model.terms

    def dense(made: Callable[[Tensor], Tensor], held: Held) -> Array:
        parts = [made(part).double() for part in torch.split(held.inputs, ROWS)]
        array: Array = torch.cat(parts).cpu().numpy()
        return array

    def read(kept: Array) -> list[tuple[Any, Any]]:
        from scipy import sparse

        found: list[list[Any]] = [[], []]
        if terms is not None:
            terms.fit_rarity(feeds[0])
            found = [[terms.matrix(feed)] for feed in feeds]
        if columns is not None:
            columns.scale_by(torch.from_numpy(dense(columns.features, matrices[0])))
            for held, wide in zip(matrices, found, strict=True):
                wide.append(dense(columns.scaled, held))
        if len(found[0]) == 2:
            found = [[sparse.hstack([one, sparse.csr_matrix(two)])] for one, two in found]
        if not found[0]:
            return []
        x, judged = (wide[0] if terms is None else wide[0].tocsr() for wide in found)
        return [(x[kept], judged)] if np.abs(x).sum() else []

    def load(way: int, weights: Array, bias: Array) -> None:
        count = len(weights) - (0 if columns is None else columns.width)
        if terms is not None:
            terms.load(weights[:count], np.zeros_like(bias) if columns is not None else bias)
        if columns is not None:
            columns.out.weight.copy_(torch.from_numpy(np.ascontiguousarray(weights[count:].T)))
            columns.out.bias.copy_(torch.from_numpy(bias))

    return fit_linear(
        *feeds,
        head,
        model.outputs,
        matrices=read,
        load=load,
        strengths=STRENGTHS,
        seconds_left=seconds_left,
        all_rows=all_rows,
    )
