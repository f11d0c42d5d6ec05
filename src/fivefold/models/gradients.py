"""What each number that a network reads adds to its answer: integrated gradients."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fivefold.codecs.table import Array
from fivefold.core.faults import missing_package
from fivefold.errors import ModelError
from fivefold.models.assemble import Assembled
from fivefold.models.choice import ChoiceHead
from fivefold.models.head import Head
from fivefold.models.inputs import Batch
from fivefold.models.multilabel import MultilabelHead
from fivefold.models.quantity import QuantityHead
from fivefold.models.score import tensor
from fivefold.models.trees import Trees

STEPS = 64
"""Points between nothing and a row at which gradients are taken."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Gradients:
    """The answer of a network to one row, divided among the numbers that it reads.

    Attributes:
        score: its answer: a logit (of more than two classes less the mean of all), or a number in
            its own unit.
        base: the same where every number is that of a mean training row, 0 as it is scaled.
        added: by the name of a tensor what each of its numbers adds, in the shape of a row.
    """

    score: float
    base: float
    added: Mapping[str, Array]


def integrated_gradients(
    model: Assembled, inputs: Mapping[str, Array], place: int, *, steps: int = STEPS
) -> list[Gradients]:
    """Integrated gradients of the network of a model, for each row.

    Of a network with trees or a linear model beside it the network alone is asked, as these have no
    gradients. Codes of categories, words and symbols stay as they are.

    Args:
        model: whose `fixed` part scales, so that 0 is the mean of the training rows.
        inputs: the codec's arrays, first axis rows.
        place: of the class, or of the number, that is looked at.
        steps: points at which gradients are taken, by Gauss and Legendre.

    Raises:
        ModelError: if there is no network, it reads no numbers but codes, or answers otherwise than
            by a number for each class, label or target.
        PreflightError: if captum is not installed.

    Reference:
        Sundararajan et al., Axiomatic Attribution for Deep Networks, ICML 2017; by captum.
    """
    if not isinstance(model.head, ChoiceHead | MultilabelHead | QuantityHead):
        wanted, found = "a network of classes or numbers", f"one with {type(model.head).__name__}"
        remedy = "Call explain instead, which asks any model whose answers have parts."
        raise ModelError.expected("Integrated gradients", wanted, found, remedy)
    method_of = _captum()
    rows = len(next(iter(inputs.values())))
    with _alone(model), torch.no_grad():
        blocks = {name: tensor(values).to(model.device) for name, values in inputs.items()}
        batch = model.fixed(blocks)
        named = dict(batch) if isinstance(batch, Mapping) else {"x": batch}
        floats = {name: value for name, value in named.items() if value.is_floating_point()}
        codes = {name: value for name, value in named.items() if name not in floats}
        if not floats:
            raise ModelError(
                "Integrated gradients: expected a network that reads numbers, found one that "
                f"reads codes alone ({', '.join(codes)}).",
                remedy="Call explain instead, which takes words and symbols out.",
            )

        def answer(*given: Tensor) -> Tensor:
            read: Any = dict(zip([*floats, *codes], given, strict=True))
            one: Batch = read if isinstance(batch, Mapping) else read["x"]
            return _level(model.head, model.head(model.body(one)), place)

        method = method_of(answer)
        blank = tuple(torch.zeros_like(value) for value in floats.values())
        with torch.enable_grad():
            found = method.attribute(
                tuple(floats.values()),
                baselines=blank,
                additional_forward_args=tuple(codes.values()),
                n_steps=steps,
                internal_batch_size=max(rows, 256),
            )
        score = answer(*floats.values(), *codes.values()).double().cpu().numpy()
        base = answer(*blank, *codes.values()).double().cpu().numpy()
    arrays = {name: one.cpu().numpy() for name, one in zip(floats, found, strict=True)}
    return [
        Gradients(
            score=float(score[row]),
            base=float(base[row]),
            added={name: np.asarray(array[row]) for name, array in arrays.items()},
        )
        for row in range(rows)
    ]


def _captum() -> Any:
    """Captum's integrated gradients.

    Raises:
        PreflightError: if it is not installed.
    """
    try:
        from captum.attr import IntegratedGradients
    except ImportError:
        remedy = "Install fivefold[explain], or call explain, which needs nothing."
        raise missing_package("gradients", "captum", "takes gradients of answers", remedy) from None
    return IntegratedGradients


def _level(head: Head, logits: Tensor, place: int) -> Tensor:
    """`(n,)` of one output; of several classes less the mean of all, as probabilities know it."""
    flat = logits.reshape(len(logits), -1)
    if flat.shape[1] == 1:
        return flat[:, 0]
    return flat[:, place] - flat.mean(dim=1) * isinstance(head, ChoiceHead)


@contextmanager
def _alone(model: Assembled) -> Iterator[None]:
    """The network of a model by itself, in eval mode.

    A blend in training mode is its network alone; what is inside it stays in eval mode.

    Raises:
        ModelError: if there is none.
    """
    learning = [module for module in model.modules() if module.training]
    model.eval()
    body: nn.Module = model.body
    parts: Mapping[str, float] = getattr(body, "parts", {})
    mixed = any(isinstance(module, Trees) for module in body.modules()) or len(parts) > 1
    if mixed and "network" not in parts:
        told = " and ".join(parts) or type(body).__name__
        raise ModelError(
            f"Integrated gradients: expected a network, found {told}.",
            remedy="Call explain instead, which asks any model.",
        )
    try:
        body.training = bool(mixed)
        yield
    finally:
        model.eval()
        for module in learning:
            module.training = True
