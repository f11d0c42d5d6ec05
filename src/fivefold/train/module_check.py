"""What a module must do, tried on a few rows before an hour is spent on it."""

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn

from fivefold.core.wording import first_line, plural
from fivefold.errors import ModelError
from fivefold.models.ensemble import Ensemble
from fivefold.models.inputs import Batch, Inputs
from fivefold.models.learner import Piece
from fivefold.models.losses import Loss, mean_of
from fivefold.train.feed import Feed, take
from fivefold.train.generators import private_random, seed_random
from fivefold.train.pieces import ROWS, Pieces, any_rows, check_pieces, remarked

TOLERANCE = 1e-3


def check_module(
    body: nn.Module,
    batch: Batch,
    target: Tensor,
    weight: Tensor | None = None,
    *,
    inputs: Inputs,
    outputs: tuple[int, ...],
    loss: Loss,
    classes: int,
    pieces: Pieces | None = None,
) -> Piece:
    """Send eight rows through a copy of a module, forth and back, and rows as they will arrive.

    Args:
        body: the module; it is not changed.
        batch: eight rows as the module gets them.
        target: their targets, as the loss takes them.
        weight: what each counts; None where rows have no weights.
        inputs: sizes, for messages.
        outputs: shape of what is wanted a row.
        loss: what will be minimised.
        classes: how many, 0 for numbers.
        pieces: the numbers of rows that training and validation will send through at once.

    Returns:
        The eight rows with their targets; other ones if eight do not go through in training, but
        the numbers of rows that it sends do.

    Raises:
        ModelError: if the module fails on the batch, gives another shape, something that is not
            finite or not logits, gets no gradient, answers a row by looking at others, or fails
            on a number of rows that it will see.
    """
    twin, name = copy.deepcopy(body), type(body).__name__
    device = target.device

    def learn(piece: Piece) -> Tensor:
        piece = Feed(**piece._asdict()).take(slice(None))
        found, rows = _call(twin, piece.inputs, name, inputs), len(piece.target)
        members: int | None = getattr(twin, "members", None)
        if members is None:
            _check_answer(found, name, rows, outputs)
        else:
            _check_members(found, name, (rows, members, *outputs))
        return _check_loss(loss, found, piece)

    def answer(rows: Tensor) -> Tensor:
        found = _call(twin, take(batch, rows.to(device)), name, inputs)
        return _check_answer(found, name, len(rows), outputs)

    sample, tried = Piece(batch, target, weight), False
    with private_random(device):
        seed_random(0, device)
        twin.train()
        try:
            value = learn(sample)
        except ModelError as fault:
            if pieces is None:
                raise
            sample, tried = check_pieces(learn, pieces, fault), True
            value = learn(sample)
        _check_gradient(twin, value, name)
        twin.eval()
        with torch.no_grad():
            _check_eval(twin, answer, name, classes)
            if pieces is not None and pieces.own and pieces.valid:
                _check_judged(twin, pieces, loss, name, inputs)
        if pieces is not None and not tried:
            twin.train()
            check_pieces(learn, pieces)
    return sample


def _check_eval(
    twin: nn.Module, answer: Callable[[Tensor], Tensor], name: str, classes: int
) -> None:
    """Answers of a network in eval mode to eight rows, by place."""
    whole = any_rows(answer, torch.arange(ROWS), name)
    _check_logits(twin, whole, name, classes)
    _check_same(
        name,
        whole,
        answer(torch.arange(ROWS)),
        "the same answer to the same rows in eval mode",
        "Draw random numbers only where self.training is True.",
    )
    for rows in (torch.arange(1), torch.arange(2, 5)):
        _check_same(
            name,
            whole[rows.to(whole.device)],
            any_rows(answer, rows, name),
            "answers to a row that do not depend on the other rows of its batch",
            "In eval mode, compute nothing over the first axis.",
        )


def _check_judged(twin: nn.Module, pieces: Pieces, loss: Loss, name: str, inputs: Inputs) -> None:
    """The loss of the last piece of the validation rows, with answers to a few of them."""
    piece = pieces.take_valid(pieces.valid)
    few = torch.arange(min(pieces.valid, ROWS), device=piece.target.device)
    found = _call(twin, take(piece.inputs, few), name, inputs)
    found = found[torch.arange(pieces.valid, device=few.device) % len(few)]
    try:
        _check_loss(loss, found, piece, finite=pieces.valid == 1)
    except ModelError as fault:
        raise remarked(fault, "in the last piece of the validation rows") from fault.__cause__


def _call(twin: nn.Module, batch: Batch, name: str, inputs: Inputs) -> Tensor:
    tensors = [batch] if isinstance(batch, Tensor) else list(batch.values())
    before = [tensor._version for tensor in tensors]
    try:
        found: Tensor = twin(batch)
    except Exception as error:
        cure = _cure(twin, str(error))
        raise ModelError(
            f"{name}: expected an answer to a batch of {_shapes(batch)}, "
            f"found {type(error).__name__}.",
            evidence=first_line(error),
            remedy=cure or f"Build it for {inputs!r}: Train(lambda inputs, outputs: {name}(...)).",
            inputs=inputs,
            cure=cure,
        ) from error
    if isinstance(twin, Ensemble) and before != [tensor._version for tensor in tensors]:
        name = type(twin.networks[0]).__name__
        raise ModelError(
            f"{name}: expected copies that leave to the next what they are given, found one that "
            "changes it in place.",
            remedy="Write x = x + 1 where forward() has x += 1, and no inplace=True ahead of it.",
        )
    return found


def _cure(twin: nn.Module, said: str) -> str:
    """What to change, by what torch says; empty where that tells nothing."""
    if "more than 1 spatial element" in said:
        return "Put nn.LayerNorm in the place of nn.InstanceNorm, which sees one value here."
    if "more than 1 value per channel" in said:
        if any(isinstance(part, nn.GroupNorm) for part in twin.modules()):
            return "Give nn.GroupNorm fewer groups, so that each holds several values of a row."
        return "Put nn.LayerNorm in the place of batch normalisation."
    types = {str(p.dtype).removeprefix("torch.") for p in twin.parameters()} - {"float32"}
    if types and "dtype" in said:
        return f"Pass module.float(): rows are float32, weights of it {' and '.join(types)}."
    return ""


def _shapes(batch: Batch) -> str:
    if isinstance(batch, Tensor):
        return f"{tuple(batch.shape)} {str(batch.dtype).removeprefix('torch.')}"
    return ", ".join(f"{key!r} {_shapes(tensor)}" for key, tensor in batch.items())


def _check_answer(found: object, name: str, rows: int, outputs: tuple[int, ...]) -> Tensor:
    wanted = (rows, *outputs)
    if not isinstance(found, Tensor):
        raise ModelError(
            f"{name}: expected a tensor {wanted}, found {type(found).__name__}.",
            remedy="Return the logits alone from forward().",
            wanted=wanted,
        )
    if tuple(found.shape) != wanted or not found.is_floating_point():
        told = "; Train(lambda inputs, outputs: ...) is told how many"
        hint = f"End with nn.Linear(..., {outputs[-1]}){told}"
        if len(outputs) > 1:
            hint = f"Give {outputs} a row{told}"
        if rows == 1 and tuple(found.shape) == wanted[1:]:
            hint = (
                "Name the axis in squeeze(): without one it drops that of the rows, if there is one"
            )
        elif tuple(found.shape) == (rows,) and outputs == (1,):
            hint = f"Leave the last axis: drop the squeeze(-1) or [:, 0]{told}"
        raise ModelError(
            f"{name}: expected logits {wanted} for {plural(rows, 'row')}, found "
            f"{tuple(found.shape)} {str(found.dtype).removeprefix('torch.')}.",
            remedy=f"{hint}.",
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


def _check_members(found: object, name: str, wanted: tuple[int, ...]) -> None:
    shape = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
    if shape != wanted:
        raise ModelError(
            f"{name}: expected {wanted} in training (rows, members, outputs), found {shape}.",
            remedy="Leave the attribute `members` out, or give each member's logits in training "
            "and their mean otherwise.",
            wanted=wanted,
        )


def _check_loss(loss: Loss, answer: Tensor, piece: Piece, *, finite: bool = True) -> Tensor:
    remedy = "Return the mean over the rows, however many, as a tensor without axes."
    rows = plural(len(piece.target), "row")
    try:
        value: object = mean_of(piece.cost(loss, answer))
    except Exception as error:
        raise ModelError.expected(
            "Train", f"the loss of {rows}", type(error).__name__, remedy, evidence=first_line(error)
        ) from error
    if isinstance(value, Tensor) and value.shape == () and (value.isfinite() or not finite):
        return value
    found = f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
    if isinstance(value, Tensor) and value.shape == ():
        found = str(value.item())
    raise ModelError.expected("Train", f"the loss of {rows} to be one finite number", found, remedy)


def _check_gradient(twin: nn.Module, value: Tensor, name: str) -> None:
    every = list(twin.parameters())
    parameters = [parameter for parameter in every if parameter.requires_grad]
    if not parameters:
        raise ModelError(
            f"{name}: expected parameters to train, found "
            + (f"{len(every)} of which none requires a gradient." if every else "none."),
            remedy="Leave what shall learn out of `freeze`, or call requires_grad_(True) on it."
            if every
            else "Give it layers that have weights.",
        )
    if not value.requires_grad:
        remedy = "Keep detach(), no_grad() and numpy out of forward() and of the loss."
        raise ModelError.expected(name, "parameters to train", "none that the loss reaches", remedy)
    value.backward()  # type: ignore[no-untyped-call]
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    if not any(bool(gradient.count_nonzero()) for gradient in gradients):
        raise ModelError(
            f"{name}: expected a gradient to reach its parameters, found 0 in all of them.",
            remedy="Keep detach() and rounding out of forward(), and start no weights at 0.",
        )
    if not all(bool(gradient.isfinite().all()) for gradient in gradients):
        remedy = "Look for a square root or a logarithm of 0, or very large first weights."
        raise ModelError.expected(name, "finite gradients", "some that are not", remedy)


def _check_logits(twin: nn.Module, found: Tensor, name: str, classes: int) -> None:
    last = list(twin.modules())[-1]
    sums = found.double().sum(dim=-1)
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
        raise ModelError.expected(
            name, wanted, f"answers that differ by {gap:.3g}", remedy, gap=gap
        )
