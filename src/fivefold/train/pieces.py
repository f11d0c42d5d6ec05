"""The numbers of rows that go through a network at once, tried before it is trained."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from fivefold.core.wording import plural
from fivefold.errors import ModelError
from fivefold.models.learner import Piece
from fivefold.train.stepper import is_out_of_memory

ROWS = 8  # rows that a module is tried on

POWERS = tuple(2**power for power in range(11))
"""Numbers of rows that are tried where those that are wanted do not go through."""


@dataclass(frozen=True, kw_only=True)
class Pieces:
    """Rows as they will arrive."""

    batch: int  # rows a step; what is left over at the end of an epoch is left out
    accumulate: int  # parts in which a batch goes through
    order: Tensor  # the training rows by place, in the order of the first epoch
    take_train: Callable[[Tensor], Piece]  # training rows by place, as network and loss get them
    valid: int  # rows in the last piece of the validation rows; 0 where there are none
    take_valid: Callable[[int], Piece]  # the last validation rows, so many, in the same form
    own: bool  # whether network or loss is the user's

    @property
    def words(self) -> str:
        """Where the numbers of rows come from, for messages."""
        sizes = sizes_of(self.batch, self.accumulate)
        said = " or ".join([*(f"{size:,}" for size in sizes[:-1]), plural(sizes[-1], "row")])
        return (
            f"in training on pieces of {said}, as batch={self.batch}, "
            f"accumulate={self.accumulate} and {plural(len(self.order), 'training row')} give"
        )

    def arriving(self) -> list[Piece]:
        """The smallest and the largest piece of the first step; of small ones alone unless own."""
        first = self.order[: self.batch].tensor_split(min(self.accumulate, self.batch))
        picked = {len(piece): piece for piece in (first[-1], first[0])}
        return [self.take_train(picked[n]) for n in picked if self.own or n < ROWS]

    def first(self, rows: int) -> Piece:
        """So many rows of the first epoch, again from its start where it ends."""
        return self.take_train(self.order[torch.arange(rows) % len(self.order)])

    def advice(self, works: Callable[[int], bool]) -> str:
        """What to pass so that all pieces have a number of rows that works; empty if in vain."""
        fewer = range(min(self.accumulate, self.batch) - 1, 0, -1)
        for parts in fewer:
            if all(map(works, sizes_of(self.batch, parts))):
                return f"Pass a smaller `accumulate` to Train, such as {parts}"
        batch = 2 * self.batch
        while batch <= len(self.order):
            if all(map(works, sizes_of(batch, self.accumulate))):
                return f"Pass a larger `batch` to Train, such as {batch}"
            batch *= 2
        return ""


def sizes_of(batch: int, parts: int) -> tuple[int, ...]:
    """Rows of the smallest and the largest part of a batch, once where they are equal.

    Example:
        >>> sizes_of(16, 3), sizes_of(16, 16), sizes_of(2, 16)
        ((5, 6), (1,), (1,))
    """
    parts = min(parts, batch)
    return tuple(dict.fromkeys((batch // parts, -(-batch // parts))))


def check_pieces(
    learn: Callable[[Piece], Tensor], pieces: Pieces, eight: ModelError | None = None
) -> Piece:
    """Let rows as they will arrive go through in training.

    Args:
        learn: sends rows through a network in training mode and gives their loss, or a ModelError.
        pieces: as they will arrive.
        eight: the error of eight rows, if they did not go through.

    Returns:
        The largest piece that was tried.

    Raises:
        ModelError: if a piece does not go through; that of eight rows if no number of rows does.
    """

    def fault_of(data: Piece) -> ModelError | None:
        try:
            learn(data)
        except ModelError as fault:
            return None if is_out_of_memory(fault.__cause__ or fault) else fault
        return None

    arriving = pieces.arriving()
    wrong = next(filter(None, map(fault_of, arriving)), None)
    if wrong is None:
        if eight is not None and not arriving:
            raise eight
        return arriving[-1] if arriving else pieces.first(ROWS)
    works = cache(lambda rows: fault_of(pieces.first(rows)) is None)
    if eight is not None and not any(map(works, POWERS)):
        raise eight
    advice, remedy = pieces.advice(works), _remedy(wrong)
    if advice:
        remedy = f"{advice}, or {remedy[0].lower()}{remedy[1:]}"
    raise remarked(wrong, pieces.words, remedy) from wrong.__cause__


def any_rows(answer: Callable[[Tensor], Tensor], rows: Tensor, name: str) -> Tensor:
    """Answers to some of eight rows in eval mode.

    Args:
        answer: of a network, to rows by place, or a ModelError.
        rows: places.
        name: of the network.

    Raises:
        ModelError: that tells a network that answers other numbers of rows from one that fails.
    """
    try:
        return answer(rows)
    except ModelError as fault:
        error = fault.__cause__
        if error is None:
            raise
        working = [n for n in POWERS if n != len(rows) and _goes(answer, torch.arange(n) % ROWS)]
        if not working:
            raise
        numbers = " or ".join(map(str, working[:3]))
        raise ModelError(
            f"{name}: expected answers to any number of rows in eval mode, "
            f"found {type(error).__name__} for {len(rows)}.",
            evidence=f"{fault.evidence} With {numbers} rows it answers.",
            remedy=_remedy(fault),
            rows=len(rows),
        ) from error


def _goes(answer: Callable[[Tensor], Tensor], rows: Tensor) -> bool:
    try:
        answer(rows)
    except ModelError:
        return False
    return True


def _remedy(fault: ModelError) -> str:
    """What to change where some numbers of rows go through and others do not."""
    if fault.facts.get("cure") == "":
        return "Take the number of rows from the batch: x.flatten(1), or x.view(len(x), -1)."
    return fault.remedy


def remarked(fault: ModelError, words: str, remedy: str = "") -> ModelError:
    """The same fault, saying when it happened too."""
    return ModelError(
        f"{fault.summary.removesuffix('.')}, {words}.",
        evidence=fault.evidence,
        remedy=remedy or fault.remedy,
        **fault.facts,
    )
