"""The default for labels of words: a network and a linear model that answer together."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fivefold.models.blend import answered
from fivefold.models.inputs import Batch, Inputs, Spelled
from fivefold.models.learner import Feed, Lesson
from fivefold.models.linearblend import LinearBlend
from fivefold.models.losses import UNKNOWN
from fivefold.models.tagnet import TagNet

REACH = 2
"""Neighbours on each side of a word whose features the linear model sees."""

EPOCHS, WAIT, ROWS, RATE = 30, 3, 32, 0.02
"""Of the linear model: epochs at most, those without a gain before its end, rows a step, rate."""

COMMON = 0.5
"""Fraction of positions from which on one label may be leant away from."""

LEANS = tuple(-0.25 * step for step in range(17))
"""What is tried to be added to the logit of such a label."""

PULL = 2e-3
"""F1 that a unit of it must gain."""


class WindowLinear(nn.Module):
    """Logistic regression on the features of a word and of its neighbours, as buffers.

    Args:
        inputs: words, features of each, codes of all.
        outputs: positions, and labels of each.

    Example:
        >>> model = WindowLinear(Spelled(9, 13, 100), (9, 5))
        >>> model(torch.ones(2, 9, 14, dtype=torch.int64)).shape
        torch.Size([2, 9, 5])
    """

    weight: Tensor
    bias: Tensor

    def __init__(self, inputs: Spelled, outputs: tuple[int, ...]) -> None:
        super().__init__()
        self.codes = inputs.codes
        self.register_buffer("weight", torch.zeros((2 * REACH + 1) * inputs.codes, outputs[-1]))
        self.register_buffer("bias", torch.zeros(outputs[-1]))

    def forward(self, batch: Tensor) -> Tensor:
        """Int64 `(n, steps, 1 + features)` to `(n, steps, labels)`."""
        return self.weighed(batch, self.weight, self.bias)

    def weighed(self, batch: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        """The same by other weights."""
        codes, steps = batch[:, :, 1:], batch.shape[1]
        wide = F.pad(codes, (0, 0, REACH, REACH))
        windows = [
            wide[:, place : place + steps] + place * self.codes for place in range(2 * REACH + 1)
        ]
        seen = torch.cat(windows, dim=2)
        if torch.compiler.is_exporting():  # an exporter knows no bags
            return weight[seen].sum(dim=2) + bias
        bags = F.embedding_bag(seen.flatten(0, 1), weight, mode="sum")
        answers: Tensor = bags.view(len(batch), steps, -1) + bias
        return answers


class TagBlend(LinearBlend):
    """A network over words, and a linear model of what is seen of them and their neighbours.

    In training mode it is the network alone. In eval mode the log-probabilities of both are mixed,
    and where one label is that of most positions, such as what is outside of all entities, it is
    leant away from as far as validation rows are better labelled so.

    Args:
        inputs: `Spelled`.
        outputs: positions, and labels of each.
        network: a built-in one; None for a new `TagNet`.
        linear: whether the linear model is there.

    Example:
        >>> blend = TagBlend(Spelled(9, 13, 100), (9, 5))
        >>> blend(torch.ones(2, 9, 14, dtype=torch.int64)).shape, blend.parts
        (torch.Size([2, 9, 5]), {'network': 1.0})

    Reference:
        See `TagNet` for the network; Ratinov and Roth, Design Challenges and Misconceptions in
        Named Entity Recognition, CoNLL 2009, for what a linear model of words should see.
    """

    beside = "a linear model of words and their neighbours"
    lean: Tensor

    def __init__(
        self,
        inputs: Inputs,
        outputs: tuple[int, ...],
        *,
        network: nn.Module | None = None,
        linear: bool = False,
    ) -> None:
        if not isinstance(inputs, Spelled):
            raise TypeError(f"TagBlend reads words, found {inputs}")
        self.size, self.shape = inputs, tuple(outputs)
        network = TagNet(inputs, outputs) if network is None else network
        super().__init__(inputs, list(outputs), name="tagblend", network=network, linear=linear)
        self.register_buffer("lean", torch.zeros(outputs[-1]))

    @property
    def is_wide(self) -> bool:
        """Words always come with what it reads."""
        return True

    def unfitted(self) -> WindowLinear:
        """It answers 0."""
        return WindowLinear(self.size, self.shape)

    def fit(
        self, linear: WindowLinear, lesson: Lesson, *, seconds_left: Callable[[], float | None]
    ) -> Tensor | None:
        """By training rows, for as long as validation rows gain by it."""
        if not lesson.valid.rows:
            return None
        return _descend(linear, lesson, seconds_left)

    def end(self, taught: nn.Module, lesson: Lesson) -> Mapping[str, Any]:
        """Let the linear model answer too, and lean away from the label of most positions."""
        said = dict(super().end(taught, lesson))
        if lesson.valid.rows:
            rows = torch.arange(lesson.valid.rows, device=lesson.valid.device)
            training = self.training
            outputs = answered(self.eval(), lesson.valid, rows)
            self.train(training)
            place, lean, gain = find_lean(outputs, lesson.valid.target)
            if lean:
                self.lean[place] = lean
                lesson.tell(
                    f"The label of most positions is leant away from, by {-lean:g} in its logit: "
                    f"F1 of the others is {gain:.3f} more on the validation rows."
                )
                said["lean"] = lean
        return said

    def forward(self, batch: Batch) -> Tensor:
        """What the network gives in training; `(n, steps, labels)` of both in eval mode."""
        answer = super().forward(batch)
        return answer if self.training else answer + self.lean


def find_lean(outputs: Tensor, target: Tensor) -> tuple[int, float, float]:
    """What to add to the logit of the label of most positions, for the F1 of the others.

    Args:
        outputs: `(n, steps, labels)` of validation rows.
        target: `(n, steps)`, -1 where there is none.

    Returns:
        The label, what is to be added, 0 or less, and what F1 gains; nothing where no label is that
        of half of all positions.

    Example:
        >>> outputs = torch.tensor([[[1.0, 0.2], [1.0, -9.0], [1.0, -9.0]]])
        >>> find_lean(outputs, torch.tensor([[1, 0, 0]]))
        (0, -1.0, 1.0)
    """
    known = target != UNKNOWN
    truth, answers = target[known], outputs[known]
    counts = torch.bincount(truth, minlength=outputs.shape[-1])
    place = int(counts.argmax())
    if counts[place] <= COMMON * len(truth):
        return place, 0.0, 0.0
    others = answers.clone()
    others[:, place] = float("-inf")
    best, second = answers[:, place], others.max(dim=1)
    wanted, right = truth != place, second.indices == truth

    def f1(lean: float) -> float:
        said = second.values > best + lean
        hits = int((said & wanted & right).sum())
        return 2 * hits / max(1, int(said.sum()) + int(wanted.sum()))

    usual = f1(0.0)
    lean = max(LEANS, key=lambda tried: f1(tried) + PULL * tried)
    return place, lean, f1(lean) - usual


def _descend(
    linear: WindowLinear, lesson: Lesson, seconds_left: Callable[[], float | None]
) -> Tensor:
    """Fit weights by steps down the loss of the training rows; the answers to validation rows."""
    train, valid, head = lesson.train, lesson.valid, lesson.head
    generator = torch.Generator().manual_seed(lesson.seed)
    weights = [linear.weight.clone().requires_grad_(), linear.bias.clone().requires_grad_()]
    best, kept, since = float("inf"), [each.detach().clone() for each in weights], 0
    loss = head.loss(head.task.losses[0])
    optimizer = torch.optim.AdamW(weights, lr=RATE, weight_decay=1e-3, fused=True)
    for _ in range(EPOCHS):
        order = torch.randperm(train.rows, generator=generator).to(train.device)
        for rows in torch.split(order, ROWS):
            piece = train.take(rows)
            cost: Any = piece.cost(loss, linear.weighed(piece.inputs, *weights))  # type: ignore[arg-type]
            optimizer.zero_grad()
            (cost[0] / cost[1].clamp(min=1)).backward()
            optimizer.step()
        nats = _nats(linear, weights, valid, lesson)
        if nats < best:
            best, since, kept = nats, 0, [each.detach().clone() for each in weights]
        else:
            since += 1
        left = seconds_left()
        if since >= WAIT or (left is not None and left <= 0):
            break
    linear.weight.copy_(kept[0])
    linear.bias.copy_(kept[1])
    return answered(linear, valid, torch.arange(valid.rows, device=valid.device))


@torch.no_grad()
def _nats(linear: WindowLinear, weights: list[Tensor], valid: Feed, lesson: Lesson) -> float:
    rows = torch.arange(valid.rows, device=valid.device)
    found = answered(lambda batch: linear.weighed(batch, *weights), valid, rows)  # type: ignore[arg-type]
    return lesson.head.nats(found.double(), valid.target).item()
