"""Rows as tensors that stay on the device."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from fivefold.artifacts import Preprocessed
from fivefold.codecs.rows import Rows
from fivefold.metrics.weight import relative
from fivefold.models.assemble import Assembled
from fivefold.models.fixed import Entry, Fixed
from fivefold.models.inputs import Batch
from fivefold.models.learner import Piece
from fivefold.models.score import tensor
from fivefold.train.augmentation import make_augment, make_later, make_mix, make_moves
from fivefold.train.feed import Feed, judged_at_once, row_values, take
from fivefold.train.sampler import Sampler

CHUNK = 8192  # rows that are filled, scaled and one-hot encoded at a time
VALUES = 2**18  # numbers of rows, at most, where these are large: they shall fit into the cache
LIMIT = 2**31  # bytes up to which a table is encoded once, ahead of the epochs


def make_feeds(
    network: Assembled,
    data: Preprocessed,
    *,
    batch: int,
    seed: int,
    once: bool,
    own: bool = False,
    augment: Sequence[str] = (),
    sampler: Sampler | None = None,
    shows: bool = True,
) -> tuple[Feed, Feed]:
    """Put the rows on the device, and show the training rows to a body that fits buffers.

    Args:
        network: that reads them.
        data: encoded rows.
        batch: training rows a step.
        seed: of the run.
        once: whether to encode ahead of the epochs.
        own: whether the loss is the user's, which sees targets in their own unit.
        augment: random changes in training, by name.
        sampler: picks the training rows of an epoch.
        shows: whether the body is shown them, if it fits buffers.

    Returns:
        The training rows and the validation rows.
    """
    fixed, head = network.fixed, network.head
    prepare = None if once else fixed

    def placed(rows: Rows) -> Piece:
        blocks = place(rows, network.device)
        target = head.targets(rows.target, own=own).to(network.device)
        weight = None if rows.weight is None else tensor(relative(rows.weight)).to(network.device)
        return Piece(encode(blocks, fixed) if once else blocks, target, weight)

    (inputs, target, weight), (valid, truth, counts) = placed(data.train), placed(data.valid)
    fit_buffers: Any = getattr(network.body, "fit_buffers", None)
    if shows and fit_buffers is not None and (once or _table(fixed)):
        shown = take(inputs, slice(None)) if once else encode(_some(inputs, fixed), fixed.tabular)
        fit_buffers(shown)
    moving = {name for entry in fixed.entries for name in entry.part.moves}
    moving = moving if head.task.plane else set()
    moved, augment = ([c for c in augment if (c in moving) == first] for first in (True, False))
    train = Feed(
        inputs=inputs,
        target=target,
        weight=weight,
        batch=batch,
        seed=seed,
        sampler=sampler,
        moves=make_moves(moved, fixed.entries),
        augment=make_augment(augment, fixed.entries),
        prepare=prepare,
        later=make_later(augment, fixed.entries),
        mix=make_mix(augment, fixed.entries),
    )
    judged = judged_at_once(train.size, valid)
    return train, Feed(inputs=valid, target=truth, weight=counts, batch=judged, prepare=prepare)


def encodes_once(fixed: Fixed, rows: int) -> bool:
    """Whether `fixed` is applied once, ahead of the epochs, rather than to every batch.

    Tables and texts are, if the result stays below 2 GiB. Images stay uint8, a quarter of the
    size. What can be changed at random keeps the form that this needs.
    """
    parts = [entry.part for entry in fixed.entries]
    ahead = all(part.ahead and not part.changes for part in parts)
    return ahead and _bytes(fixed.entries, rows) <= LIMIT


def holds_table(fixed: Fixed, rows: int) -> bool:
    """Whether a matrix of the table of all rows stays below 2 GiB."""
    return _bytes(_table(fixed), rows) <= LIMIT


def _table(fixed: Fixed) -> list[Entry]:
    """Which arrays belong to the table."""
    return [entry for entry in fixed.entries if entry.tabular]


def _bytes(entries: Iterable[Entry], rows: int) -> int:
    """What rows take once they are encoded."""
    return 4 * rows * sum(map(_amount, entries))


def _amount(entry: Entry) -> int:
    return entry.part.amount(entry.size) + getattr(entry.size, "slots", 0)


def place(rows: Rows, device: torch.device) -> dict[str, Tensor]:
    """The codec's arrays as tensors on the device."""
    return {name: tensor(array).to(device) for name, array in rows.inputs.items()}


@torch.no_grad()
def encode(blocks: dict[str, Tensor], fixed: Callable[[dict[str, Tensor]], Batch]) -> Batch:
    """What `fixed` makes of all rows, piece by piece."""
    rows = len(next(iter(blocks.values())))
    chunk = max(1, min(CHUNK, VALUES // row_values(blocks)))
    pieces = [
        fixed({name: block[start : start + chunk] for name, block in blocks.items()})
        for start in range(0, max(rows, 1), chunk)
    ]
    single = [piece for piece in pieces if isinstance(piece, Tensor)]
    if single:
        return torch.cat(single)
    named = [piece for piece in pieces if not isinstance(piece, Tensor)]
    return {name: torch.cat([piece[name] for piece in named]) for name in named[0]}


def _some(blocks: Batch, fixed: Fixed) -> dict[str, Tensor]:
    """The table's blocks alone, of evenly spaced rows if all of them would pass the limit."""
    assert not isinstance(blocks, Tensor)
    rows = len(next(iter(blocks.values())))
    table = _table(fixed)
    every = -(-_bytes(table, rows) // LIMIT) or 1
    return {entry.array: blocks[entry.array][::every] for entry in table}
