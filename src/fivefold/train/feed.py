"""Rows as they are learnt from: in what order they come, and what is done to a batch of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import torch
from torch import Tensor

from fivefold.core.session import derive_seed
from fivefold.errors import TrainingError
from fivefold.models.inputs import Batch
from fivefold.models.learner import Piece
from fivefold.train.sampler import Sampler, sampled

Change = Callable[[Batch], Batch]

Moved = Callable[[Batch, Tensor], tuple[Batch, Tensor]]

VALUES = 2**15
"""Numbers that are validated at a time, unless a batch has more: they shall fit into the cache."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Feed:
    """All rows of a part, on the device, where they stay: the one source of batches.

    Attributes:
        inputs: of all rows: one tensor, or several by name.
        target: of all rows, as the loss takes them.
        weight: `(rows,)` what each row counts; None where all count alike.
        batch: rows a step, if there are so many.
        seed: of the order of the rows, and of whatever is drawn while they are seen.
        sampler: picks the rows of an epoch, as many in each; None takes all once.
        moves: random changes in training that move a batch and its targets together, first of all.
        augment: random changes to a batch in training, ahead of `prepare`.
        prepare: what else is done to each batch of inputs.
        later: random changes to a batch in training, after `prepare`.
        mix: mixes rows of a piece with others of it in training, last of all.
        rank: which share of an epoch's rows this process takes, from 0.
        world: shares that there are.
    """

    inputs: Batch
    target: Tensor
    weight: Tensor | None = None
    batch: int = 4096
    seed: int = 0
    sampler: Sampler | None = None
    moves: Moved | None = None
    augment: Change | None = None
    prepare: Change | None = None
    later: Change | None = None
    mix: Callable[[Piece], Piece] | None = None
    rank: int = 0
    world: int = 1

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.target)

    @property
    def device(self) -> torch.device:
        """Where they are."""
        return self.target.device

    def __post_init__(self) -> None:
        if self.rows and self.world > self.rows:
            raise TrainingError(
                f"Train: expected a row for each of {self.world} processes, found {self.rows}.",
                remedy="Start fewer processes.",
            )

    @cached_property
    def length(self) -> int:
        """Rows of an epoch, of all processes together: those that the sampler gives the first."""
        return self.rows if self.sampler is None else len(self._order(1))

    @cached_property
    def size(self) -> int:
        """Rows a step."""
        return min(self.batch, self.length // self.world)

    @cached_property
    def steps(self) -> int:
        """Steps an epoch; rows that are left over at its end are left out of it."""
        return self.length // self.world // self.size if self.size else 0

    def order(self, epoch: int) -> Tensor:
        """The rows of an epoch by position: a function of seed and epoch alone.

        Raises:
            TrainingError: if the sampler gives no positions, or another number of them.
        """
        order = self._order(epoch)
        if len(order) != self.length:
            raise TrainingError(
                f"Train: expected {self.length:,} rows from the sampler in each epoch, as in the "
                f"first, found {len(order):,} in epoch {epoch}.",
                remedy="Give the same number of positions for every epoch.",
                epoch=epoch,
            )
        if self.world > 1:
            order = order[self.rank :: self.world]
        return order.to(self.device)

    def batches(self, epoch: int) -> Sequence[Tensor]:
        """The rows of each step of an epoch by position; those that are left over come last."""
        return torch.split(self.order(epoch), self.size)

    def _order(self, epoch: int) -> Tensor:
        return ordered(self.target, self.seed, epoch, self.sampler)

    def take(self, rows: Tensor | slice, *, training: bool = False) -> Piece:
        """These rows as network and loss get them."""
        inputs, target = take(self.inputs, rows), take_rows(self.target, rows)
        if training and self.moves is not None:
            inputs, target = self.moves(inputs, target)
        if training and self.augment is not None:
            inputs = self.augment(inputs)
        if self.prepare is not None:
            inputs = self.prepare(inputs)
        if training and self.later is not None:
            inputs = self.later(inputs)
        weight = None if self.weight is None else take_rows(self.weight, rows)
        piece = Piece(inputs, target, weight)
        return self.mix(piece) if training and self.mix is not None else piece


def take(inputs: Batch, rows: Tensor | slice) -> Batch:
    """These rows of one tensor, or of each by name."""
    if isinstance(inputs, Mapping):
        return {name: take_rows(tensor, rows) for name, tensor in inputs.items()}
    return take_rows(inputs, rows)


def take_rows(tensor: Tensor, rows: Tensor | slice) -> Tensor:
    """A copy of these rows of a tensor: what gets them may change it in place."""
    return tensor[rows].clone() if isinstance(rows, slice) else tensor.index_select(0, rows)


def judged_at_once(batch: int, inputs: Batch) -> int:
    """How many rows are validated at a time, where a step takes so many."""
    return max(batch, VALUES // row_values(inputs))


def row_values(inputs: Batch) -> int:
    """Numbers in a row, at least 1.

    Example:
        >>> row_values({"table": torch.zeros(9, 5), "image": torch.zeros(9, 1, 8, 8)})
        69
    """
    tensors = inputs.values() if isinstance(inputs, Mapping) else (inputs,)
    return max(1, sum(prod(tensor.shape[1:]) for tensor in tensors))


def permutation(rows: int, seed: int, epoch: int) -> Tensor:
    """The order of the rows in an epoch: int64 `(rows,)`, the same on every device."""
    return torch.randperm(rows, generator=torch.Generator().manual_seed(_seed(seed, epoch)))


def ordered(target: Tensor, seed: int, epoch: int, sampler: Sampler | None = None) -> Tensor:
    """The rows of an epoch as they come, of rows with these targets: int64, on the CPU."""
    if sampler is None:
        return permutation(len(target), seed, epoch)
    return sampled(sampler, epoch, target, _seed(seed, epoch))


def first_order(target: Tensor, seed: int, sampler: Sampler | None) -> Tensor:
    """The rows of the first epoch, for which a sampler is asked twice.

    Raises:
        TrainingError: if it gives others the second time.
    """
    order = ordered(target, seed, 1, sampler)
    if sampler is not None and not torch.equal(order, ordered(target, seed, 1, sampler)):
        raise TrainingError(
            "Train: expected the sampler to give equal rows for equal arguments, found others.",
            remedy="Draw from the generator that it is given, or from torch's own.",
        )
    return order


def _seed(seed: int, epoch: int) -> int:
    return derive_seed(seed, "order", str(epoch))
