"""What a module must do, tried on eight rows before an hour is spent on it."""

import copy

import torch
from torch import Tensor, nn

from fivefold.errors import ModelError
from fivefold.models.inputs import Batch, Inputs
from fivefold.train.batches import private_random, seed_random, take
from fivefold.train.loss import Loss

ROWS = 8
TOLERANCE = 1e-3


def check_module(
    body: nn.Module,
    batch: Batch,
    target: Tensor,
    *,
    inputs: Inputs,
    outputs: int,
    loss: Loss,
    classes: int,
) -> None:
    """Send eight rows through a copy of a module, forth and back.

    Args:
        body: the module; it is not changed.
        batch: eight rows as the module gets them.
        target: their targets, as the loss takes them.
        inputs: sizes, for messages.
        outputs: numbers a row that are wanted.
        loss: what will be minimised.
        classes: how many, 0 for regression.

    Raises:
        ModelError: if the module fails on the batch, gives another shape, something that is not
            finite or not logits, gets no gradient, or answers a row by looking at others.
    """
    twin, name = copy.deepcopy(body), type(body).__name__
    device = target.device
    with private_random(device):
        seed_random(0, device)
        twin.train()
        members: int | None = getattr(twin, "members", None)
        answer = _call(twin, batch, name, inputs)
        if members is None:
            _check_answer(answer, name, len(target), outputs)
        else:
            _check_members(answer, name, (len(target), members, outputs))
        _check_gradient(twin, loss(answer, target), name)
        twin.eval()
        with torch.no_grad():
            whole = _call(twin, batch, name, inputs)
            _check_answer(whole, name, len(target), outputs)
            _check_logits(twin, whole, name, classes)
            again = _call(twin, batch, name, inputs)
            _check_same(
                name,
                whole,
                again,
                "the same answer to the same rows in eval mode",
                "Draw random numbers only where self.training is True.",
            )
            for rows in (slice(0, 1), slice(2, 5)):
                part = _call(twin, take(batch, rows), name, inputs)
                _check_same(
                    name,
                    whole[rows],
                    part,
                    "answers to a row that do not depend on the other rows of its batch",
                    "In eval mode, compute nothing over the first axis.",
                )


def _call(twin: nn.Module, batch: Batch, name: str, inputs: Inputs) -> Tensor:
    try:
        found: Tensor = twin(batch)
    except Exception as error:
        raise ModelError(
            f"{name}: expected an answer to a batch of {_shapes(batch)}, "
            f"found {type(error).__name__}.",
            evidence=(str(error).strip().splitlines() or [""])[0],
            remedy=f"Build it for {inputs!r}: Train(lambda inputs, outputs: {name}(...)).",
            inputs=inputs,
        ) from error
    return found


def _shapes(batch: Batch) -> str:
    if isinstance(batch, Tensor):
        return f"{tuple(batch.shape)} {str(batch.dtype).removeprefix('torch.')}"
    return ", ".join(f"{key!r} {_shapes(tensor)}" for key, tensor in batch.items())


def _check_answer(found: object, name: str, rows: int, outputs: int) -> Tensor:
    wanted = (rows, outputs)
    if not isinstance(found, Tensor):
        raise ModelError(
            f"{name}: expected a tensor {wanted}, found {type(found).__name__}.",
            remedy="Return the logits alone from forward().",
            wanted=wanted,
        )
    if tuple(found.shape) != wanted or not found.is_floating_point():
        hint = f"End with nn.Linear(..., {outputs})"
        if tuple(found.shape) == (rows,) and outputs == 1:
            hint = "Leave the last axis: drop the squeeze(-1) or [:, 0]"
        raise ModelError(
            f"{name}: expected logits {wanted} for {rows} rows, found {tuple(found.shape)} "
            f"{str(found.dtype).removeprefix('torch.')}.",
            remedy=f"{hint}; Train(lambda inputs, outputs: ...) is told how many.",
            wanted=wanted,
            found=tuple(found.shape),
        )
    if not found.isfinite().all():
        raise ModelError(
            f"{name}: expected finite logits, found "
            f"{int((~found.isfinite()).sum())} of {found.numel()} that are not.",
            remedy="Look for a division by zero, a logarithm or very large first weights.",
        )
    return found


def _check_members(found: object, name: str, wanted: tuple[int, int, int]) -> None:
    shape = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
    if shape != wanted:
        raise ModelError(
            f"{name}: expected {wanted} in training (rows, members, outputs), found {shape}.",
            remedy="Leave the attribute `members` out, or give each member's logits in training "
            "and their mean otherwise.",
            wanted=wanted,
        )


def _check_gradient(twin: nn.Module, value: object, name: str) -> None:
    if not isinstance(value, Tensor) or value.shape != () or not value.isfinite():
        found = f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
        if isinstance(value, Tensor) and value.shape == ():
            found = str(value.item())
        raise ModelError(
            f"Train: expected the loss of a batch to be one finite number, found {found}.",
            remedy="Return the mean over the rows as a tensor without axes.",
        )
    parameters = [parameter for parameter in twin.parameters() if parameter.requires_grad]
    if not parameters or not value.requires_grad:
        found = "none that requires a gradient" if not parameters else "none that the loss reaches"
        raise ModelError(
            f"{name}: expected parameters to train, found {found}.",
            remedy="Keep detach(), no_grad() and numpy out of forward() and of the loss.",
        )
    value.backward()  # type: ignore[no-untyped-call]
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    if not any(bool(gradient.count_nonzero()) for gradient in gradients):
        raise ModelError(
            f"{name}: expected a gradient to reach its parameters, found 0 in all of them.",
            remedy="Keep detach() and rounding out of forward(), and start no weights at 0.",
        )
    if not all(bool(gradient.isfinite().all()) for gradient in gradients):
        raise ModelError(
            f"{name}: expected finite gradients, found some that are not.",
            remedy="Look for a square root or a logarithm of 0, or very large first weights.",
        )


def _check_logits(twin: nn.Module, found: Tensor, name: str, classes: int) -> None:
    last = list(twin.modules())[-1]
    sums = found.double().sum(dim=1)
    softmax = classes > 2 and bool((found >= 0).all()) and bool(((sums - 1).abs() < 1e-5).all())
    if softmax or (classes == 2 and isinstance(last, nn.Sigmoid)):
        raise ModelError(
            f"{name}: expected logits, found probabilities.",
            evidence="Each row sums to 1." if softmax else "Its last layer is a Sigmoid.",
            remedy="Leave the softmax or sigmoid out: the loss and the scores apply it.",
        )


def _check_same(name: str, one: Tensor, other: Tensor, wanted: str, remedy: str) -> None:
    gap = float((one - other).abs().max()) if one.shape == other.shape else float("inf")
    if not gap <= TOLERANCE * max(1.0, float(one.abs().max())):
        raise ModelError(
            f"{name}: expected {wanted}, found answers that differ by {gap:.3g}.",
            remedy=remedy,
            gap=gap,
        )
