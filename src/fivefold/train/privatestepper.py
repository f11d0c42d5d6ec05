"""One step of private learning: gradients row by row, shortened, with noise; and the move."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad_and_value, vmap

from fivefold.core.wording import first_line
from fivefold.errors import ModelError
from fivefold.models.inputs import Batch
from fivefold.models.learner import Piece
from fivefold.models.losses import Loss, mean_of
from fivefold.train.aims import Descent, Objective
from fivefold.train.feed import Feed
from fivefold.train.noise import Noise
from fivefold.train.optimizer import Optimizer
from fivefold.train.stepper import Stepper

NUMBERS = 2**23
"""Gradients of rows that are held at once, all numbers together."""

EPSILON = 1e-6
"""What opacus adds to a norm before it divides by it."""


@dataclass(frozen=True, kw_only=True)
class Mechanism:
    """How rows are hidden in a step.

    Attributes:
        clip: largest norm of the gradient of one row.
        noise_multiplier: deviation of the noise as a multiple of `clip`.
        noise: draws it.
        expected: rows of a step on average, by which the sum of gradients is divided.
    """

    clip: float
    noise_multiplier: float
    noise: Noise
    expected: int


class PrivateStepper(Stepper):
    """A step of DP-SGD: of no rows it is one of noise alone.

    Args:
        model: takes a batch of inputs, gives outputs for the loss.
        optimizer: holds the parameters.
        objective: what is minimised.
        descent: its other settings count nothing here.
        device: where.
        tell: not told anything.
        mechanism: how rows are hidden.

    Reference:
        Abadi et al., Deep Learning with Differential Privacy, CCS 2016, algorithm 1.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: Optimizer,
        objective: Objective,
        descent: Descent,
        device: torch.device,
        tell: Callable[[str], None] | None = None,
        *,
        mechanism: Mechanism,
    ) -> None:
        super().__init__(model, optimizer, objective, descent, device, tell)
        self.clip, self.mechanism = None, mechanism  # no bound of all gradients together

    def __call__(self, feed: Feed, picked: Tensor) -> tuple[Tensor, Tensor | None]:
        """Learn from the rows that are picked.

        Returns:
            The sum of their losses over the rows that are expected; and None.
        """
        known, clip = self.mechanism, self.mechanism.clip
        self.optimizer.zero_grad()
        sums = [torch.zeros_like(weight) for weight in self.parameters]
        total = torch.zeros((), device=self.device)
        rows = max(1, NUMBERS // max(1, sum(weight.numel() for weight in self.parameters)))
        for some in torch.split(picked, rows) if len(picked) else ():
            piece = feed.take(some, training=True)
            costs, grads = row_gradients(self.model, self.loss, piece, self.parameters)
            torch._foreach_add_(sums, clipped_sums(grads, clip))
            total += costs.detach().sum()
        drawn = known.noise.normal(self.taken, [weight.shape for weight in self.parameters])
        for weight, sum_of_rows, normal in zip(self.parameters, sums, drawn, strict=True):
            noise = normal.to(weight.device) * (known.noise_multiplier * clip)
            weight.grad = (sum_of_rows + noise) / known.expected
        self.optimizer.step()
        self.taken += 1
        return total / known.expected, None


def row_gradients(
    model: nn.Module, loss: Loss, piece: Piece, weights: list[Tensor]
) -> tuple[Tensor, list[Tensor]]:
    """What each row costs, and the gradient of that for these weights of a network.

    Args:
        model: in the mode in which it learns; it sees each row alone.
        loss: of outputs, targets and maybe weights of rows.
        piece: `n` rows.
        weights: parameters of the model.

    Returns:
        `(n,)`, and `(n, *shape)` for each weight.
    """
    of_name = {weight: name for name, weight in model.named_parameters()}
    names = [of_name[weight] for weight in weights]  # type: ignore[index]
    inputs, target, counts = piece

    def cost(held: Mapping[str, Tensor], row: Batch, wanted: Tensor, count: Tensor) -> Tensor:
        weight = None if counts is None else count[None]
        alone = Piece(_of_one(row), wanted[None], weight)
        found = alone.cost(loss, functional_call(model, dict(held), (alone.inputs,)))
        if isinstance(found, tuple) and weight is not None:
            return torch.as_tensor(found[0]).reshape(())
        return mean_of(found).reshape(())

    rows = target if counts is None else counts
    each = vmap(grad_and_value(cost), in_dims=(None, 0, 0, 0), randomness="different")
    held = {name: weight.detach() for name, weight in zip(names, weights, strict=True)}
    grads, costs = each(held, inputs, target, rows)
    return costs, [grads[name] for name in names]


def clipped_sums(grads: list[Tensor], clip: float) -> list[Tensor]:
    """The sum over rows of their gradients, each no longer than `clip`.

    Args:
        grads: `(n, *shape)` of each weight; the norm of a row is that over all of them.
        clip: above 0.

    Returns:
        `shape` of each weight.

    Example:
        >>> clipped_sums([torch.tensor([[3.0, 4.0], [0.3, 0.4]])], 1.0)[0].round(decimals=3)
        tensor([0.9000, 1.2000])
    """
    norms = [torch.linalg.vector_norm(grad.flatten(1), dim=1) for grad in grads]
    norm = torch.linalg.vector_norm(torch.stack(norms), dim=0)
    shorter = (clip / (norm + EPSILON)).clamp(max=1)
    return [torch.tensordot(shorter, grad, dims=1) for grad in grads]


def _of_one(row: Batch) -> Batch:
    """A row as a batch of it alone."""
    if isinstance(row, Mapping):
        return {name: tensor[None] for name, tensor in row.items()}
    return row[None]


def check_rows(model: nn.Module, loss: Loss, piece: Piece, weights: list[Tensor]) -> None:
    """See that gradients of single rows can be had of a network.

    Raises:
        ModelError: if they cannot.
    """
    learning = model.training
    try:
        row_gradients(model.train(), loss, piece, weights)
    except (RuntimeError, ValueError, TypeError, NotImplementedError, IndexError) as error:
        raise ModelError(
            f"Train: expected for `privacy` a network and a loss of which torch.func gives the "
            f"gradient of each row, found {type(error).__name__} of {type(model).__name__}.",
            evidence=first_line(error),
            remedy="Take layers that see each row alone and keep no count of rows: no BatchNorm, "
            "no recurrent layer; or leave `privacy` out.",
        ) from error
    finally:
        model.train(learning)
