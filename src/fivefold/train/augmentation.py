"""Random changes to batches in training: which are made, and what makes them."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from fivefold.kinds.block import Block
from fivefold.metrics.weight import weight_argument
from fivefold.models.fixed import Entry
from fivefold.models.habit import Habit
from fivefold.models.inputs import Batch
from fivefold.models.learner import Piece
from fivefold.models.parts import part_of
from fivefold.train.feed import Change, Moved
from fivefold.train.options import Options
from fivefold.train.pretrained import Pretrained

FEW, SOME = 30, 100
"""Validation rows below which nothing is chosen by them, and nothing by a part of a run."""

Mix = Callable[[Piece], Piece]


def decide_augment(
    stage: Options, blocks: Sequence[Block], habit: Habit | None = None, epochs: int = 0
) -> tuple[str, ...]:
    """The changes that are asked for; where nothing is said, those that rows usually bear.

    These are for the built-in networks, where they see rows often enough. Rows are mixed with one
    another where a network reads one array, and the loss can weigh rows.

    Args:
        stage: the settings.
        blocks: of the arrays that the network reads.
        habit: of the network; None where it is not known yet.
        epochs: that it sees them.
    """
    if stage.augment is not None:
        return stage.augment
    begun = stage.model if isinstance(stage.model, Pretrained) else None
    built_in = stage.model is None or isinstance(stage.model, str)
    if not built_in and (begun is None or begun.freeze or begun.into is not None):
        return ()
    if habit is not None and not habit.changed:
        return ()
    usual = dict.fromkeys(
        change
        for block in blocks
        for change in block.usual
        if habit is None or (change not in habit.spared and epochs >= block.often.get(change, 0))
    )
    if len(blocks) > 1 or (stage.own_loss is not None and not weight_argument(stage.own_loss)):
        mixing = {change for block in blocks for change in part_of(block).mixes}
        return tuple(change for change in usual if change not in mixing)
    return tuple(usual)


def decide_ways(
    stage: Options,
    blocks: Sequence[Block],
    valid: int,
    habit: Habit | None = None,
    epochs: int = 0,
) -> tuple[tuple[str, ...], ...]:
    """Sets of changes of which validation rows keep one: with those that are doubtful, and without.

    Args:
        stage: the settings.
        blocks: of the arrays that the network reads.
        valid: validation rows; where they are few, what is doubtful is not made.
        habit: of the network.
        epochs: that it sees them.
    """
    made = decide_augment(stage, blocks, habit, epochs)
    doubtful = {change for block in blocks for change in block.doubtful}
    certain = tuple(change for change in made if change not in doubtful)
    if stage.augment is not None or certain == made:
        return (made,)
    enough = FEW if decide_contest(blocks) == 1 else SOME
    return (made, certain) if valid >= enough else (certain,)


def decide_contest(blocks: Sequence[Block]) -> float:
    """The fraction of a run for which doubtful changes are tried."""
    return max((block.contest for block in blocks if block.doubtful), default=1.0)


def make_augment(changes: Sequence[str], entries: Sequence[Entry]) -> Change | None:
    """The changes as one function of a batch's raw blocks; None where nothing is changed.

    Args:
        changes: in the order in which they are made.
        entries: what becomes of each array; its part says which of the changes it knows.
    """
    asked = [
        (entry.array, entry.part.changes[change], entry.size)
        for entry in entries
        for change in changes
        if change in entry.part.changes
    ]
    if not asked:
        return None

    def augment(blocks: Batch) -> Batch:
        assert isinstance(blocks, Mapping)
        changed = dict(blocks)
        for array, change, size in asked:
            changed[array] = change(changed[array], size)
        return changed

    return augment


def make_moves(changes: Sequence[str], entries: Sequence[Entry]) -> Moved | None:
    """The changes that move what rows show together with their targets; None where there are none.

    Args:
        changes: in the order in which they are made.
        entries: what becomes of each array.
    """
    asked = [
        (entry.array, entry.part.moves[change], entry.size)
        for entry in entries
        for change in changes
        if change in entry.part.moves
    ]
    if not asked:
        return None

    def moved(blocks: Batch, target: Tensor) -> tuple[Batch, Tensor]:
        assert isinstance(blocks, Mapping)
        changed, planes = dict(blocks), target[:, None]
        for array, draw, size in asked:
            move = draw(changed[array], size)
            changed[array], planes = move(changed[array]), move(planes)
        return changed, planes[:, 0]

    return moved


def make_later(changes: Sequence[str], entries: Sequence[Entry]) -> Change | None:
    """The changes of what `fixed` gives as one function of a batch; None where there are none."""
    asked = [
        (entry.tensor, entry.part.later[change], entry.size)
        for entry in entries
        for change in changes
        if change in entry.part.later
    ]
    if not asked:
        return None

    def later(batch: Batch) -> Batch:
        changed = {asked[0][0]: batch} if isinstance(batch, Tensor) else dict(batch)
        for name, change, size in asked:
            changed[name] = change(changed[name], size)
        return changed[asked[0][0]] if isinstance(batch, Tensor) else changed

    return later


def make_mix(changes: Sequence[str], entries: Sequence[Entry]) -> Mix | None:
    """What mixes rows of a piece with others of it, one of the ways a piece; None without any.

    A mixed row has two targets, its own and its partner's, which weigh what their rows take of it.
    """
    ways = [
        (entry.part.mixes[change], entry.size)
        for entry in entries
        for change in changes
        if change in entry.part.mixes
    ]
    if not ways:
        return None

    def mix(piece: Piece) -> Piece:
        inputs, target, weight = piece
        assert isinstance(inputs, Tensor)
        way, size = ways[int(torch.randint(len(ways), ())) if len(ways) > 1 else 0]
        partner = torch.randperm(len(inputs), device=inputs.device)
        mixed, share = way(inputs, inputs[partner], size)
        own, other = share, 1 - share
        if weight is not None:
            own, other = own * weight, other * weight[partner]
        return Piece(mixed, torch.cat([target, target[partner]]), torch.cat([own, other]))

    return mix
