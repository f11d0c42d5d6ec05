"""What a network is taught with, and what it may do around its epochs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn

from fivefold.errors import ModelError
from fivefold.models.boosting import Boosting
from fivefold.models.head import Head
from fivefold.models.inputs import Batch
from fivefold.models.losses import Cost, Loss
from fivefold.models.picks import Picks


class Piece(NamedTuple):
    """Some rows, as network and loss get them.

    Attributes:
        inputs: one tensor `(n, ...)`, or several by name.
        target: `(n, ...)` as the loss takes them; of rows that were mixed with others `(2 n, ...)`,
            those of the others behind their own.
        weight: what each target counts; None where all count alike.
    """

    inputs: Batch
    target: Tensor
    weight: Tensor | None = None

    def cost(self, loss: Loss, outputs: Tensor) -> Cost:
        """What the outputs of a network for these rows cost."""
        more = () if self.weight is None else (self.weight,)
        if len(outputs) < len(self.target):
            outputs = torch.cat([outputs, outputs])
        return loss(outputs, self.target, *more)


class Feed(Protocol):
    """All rows of a part, on the device, as `fivefold.train.feed` holds them."""

    @property
    def rows(self) -> int:
        """How many there are."""

    @property
    def target(self) -> Tensor:
        """Of all of them, as the loss takes them."""

    @property
    def weight(self) -> Tensor | None:
        """`(rows,)` what each counts; None where all count alike."""

    @property
    def device(self) -> torch.device:
        """Where they are."""

    def take(self, rows: Tensor | slice) -> Piece:
        """Those at these positions, as the network gets them outside of training."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Lesson:
    """What a network is taught with; its methods around the epochs are given it.

    Attributes:
        train: the training rows.
        valid: the validation rows, maybe none.
        head: what is made of its outputs, and what they cost.
        seed: of the run, for whatever is drawn.
        tell: tells people a sentence.
        boosting: how trees beside it are grown; None for no trees.
        beside: whether simple models are fitted that answer beside a network of texts,
            series or sounds.
        all_rows: whether what stops by no rows may learn from validation rows too, once these have
            chosen its strength and its weight.
        alike: whether rows are drawn one by one: no group and no time holds some together.
        clean: whether all training rows are taken for usual, where odd ones are sought.
        exposure: `(n,)` how long each validation row was watched, where targets are rates.
        picked: which columns of a wide table are read by what; None for another one.
        changes: random changes of rows in training, by name.
        stackable: whether copies of a network should learn as one, if they can.
        seconds_left: seconds to the limit of time; None without one.
    """

    train: Feed
    valid: Feed
    head: Head
    seed: int
    tell: Callable[[str], None]
    boosting: Boosting | None = None
    beside: bool = False
    all_rows: bool = False
    alike: bool = True
    clean: bool = False
    exposure: Any = None
    picked: Picks | None = None
    changes: tuple[str, ...] = ()
    stackable: bool = True
    seconds_left: Callable[[], float | None] = lambda: None


def rehearse(body: nn.Module, lesson: Lesson) -> None:
    """Let an untaught network take the form in which it will be exported."""
    if begins(body, "rehearse"):
        body.rehearse(lesson)  # type: ignore[operator]


def begin(body: nn.Module, lesson: Lesson) -> nn.Module:
    """What takes the steps of a network: itself, or the module that its method `begin` gives.

    Raises:
        ModelError: if that gives no module.
    """
    if not begins(body, "begin"):
        return body
    taught: Any = body.begin(lesson)  # type: ignore[operator]
    if not isinstance(taught, nn.Module):
        raise ModelError(
            f"{type(body).__name__}.begin: expected the module that takes the steps, found "
            f"{type(taught).__name__}.",
            remedy="Return self.",
        )
    return taught


def end(body: nn.Module, taught: nn.Module, lesson: Lesson) -> Mapping[str, Any]:
    """Let a network take back what was learnt: the best weights of what `begin` gave.

    Returns:
        What it says of itself, for `Trained.settings`.
    """
    return (body.end(taught, lesson) or {}) if begins(body, "end") else {}  # type: ignore[operator]


def named_weights(body: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    """The weights of a network by name; copies of a network all have the names of one."""
    own = body.named_weights if begins(body, "named_weights") else body.named_parameters
    yield from own()  # type: ignore[operator]


def begins(body: nn.Module, method: str) -> bool:
    """Whether the class of a module defines a method; a layer of that name is none."""
    return callable(getattr(type(body), method, None))
