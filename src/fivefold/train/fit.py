"""The loop: batches in, step, validate, keep the best."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn

from fivefold.core.session import derive_seed
from fivefold.errors import TrainingError
from fivefold.models.inputs import Batch
from fivefold.train.loss import Loss
from fivefold.train.schedule import Schedule, rate

Precision = Literal["float32", "bf16", "fp16"]
Ending = Literal["finished", "stopped early", "interrupted"]
Data = tuple[Batch, Tensor]
DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass
class Fitted:
    """How a fit went.

    Attributes:
        history: one row an epoch: `epoch` from 1, `train_loss` (in training mode, while it
            learns), `valid_loss` (NaN without validation rows), `lr` at its end, `seconds`.
        best_epoch: the epoch whose weights the network now has.
        ending: why it ended.
    """

    history: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = 0
    ending: Ending = "finished"


def fit(
    model: nn.Module,
    train: Data,
    valid: Data,
    *,
    loss: Loss,
    optimizer: torch.optim.Optimizer,
    epochs: int,
    batch: int,
    schedule: Schedule = "cosine",
    patience: int = 10,
    clip: float | None = 1.0,
    precision: Precision = "float32",
    seed: int = 0,
    prepare: Callable[[Batch], Batch] | None = None,
    augment: Callable[[Batch], Batch] | None = None,
    on_epoch: Callable[[Mapping[str, float]], None] | None = None,
) -> Fitted:
    """Train a network in place and leave it with its best weights, in eval mode.

    The network and all tensors are on one device and stay there. An epoch is a permutation of
    the rows, a function of (seed, epoch), in batches of equal size; what is left over at its end
    is left out of that epoch. Nothing is read back from the device within an epoch.

    Args:
        model: takes a batch of inputs, gives outputs for the loss.
        train: inputs and targets of all training rows.
        valid: the same for validation rows; they may be none, then the last weights are kept.
        loss: the mean over a batch, of outputs and targets.
        optimizer: holds the model's parameters; each group's rate follows the schedule.
        epochs: at most.
        batch: rows a step.
        schedule: of the learning rate, over all epochs.
        patience: epochs without a better validation loss after which it stops.
        clip: bound of the gradient's norm; None has none.
        precision: of the forward pass; weights stay float32.
        seed: of the permutations and of whatever the network draws.
        prepare: applied to each batch of inputs ahead of the network.
        augment: applied before `prepare`, in training only.
        on_epoch: told each row of the history.

    Raises:
        TrainingError: if a loss is not finite, or there are no training rows.
        KeyboardInterrupt: if interrupted in the first epoch; later ones keep the best weights.
    """
    inputs, target = train
    rows = len(target)
    if not rows:
        raise TrainingError("Train: expected training rows, found none.")
    batch = min(batch, rows)
    steps = rows // batch
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    device = target.device
    scaler = torch.amp.GradScaler(device.type, enabled=precision == "fp16")
    full_rates = [group["lr"] for group in optimizer.param_groups]
    weights = [tensor for tensor in model.state_dict().values() if isinstance(tensor, Tensor)]
    best = [tensor.clone() for tensor in weights]
    best_loss = float("inf")
    judge = partial(
        mean_loss,
        model,
        valid,
        loss=loss,
        batch=max(batch, 1024),
        precision=precision,
        prepare=prepare,
    )
    fitted = Fitted()
    try:
        with private_random(device):
            for epoch in range(1, epochs + 1):
                started = time.perf_counter()
                seed_random(derive_seed(seed, "noise", str(epoch)), device)
                order = permutation(rows, seed, epoch).to(device)
                model.train()
                total = torch.zeros((), dtype=torch.float64, device=device)
                for step in range(steps):
                    done = (epoch - 1) * steps + step
                    factor = rate(schedule, done, epochs * steps)
                    for group, full in zip(optimizer.param_groups, full_rates, strict=True):
                        group["lr"] = full * factor
                    picked = order[step * batch : (step + 1) * batch]
                    taken = take(inputs, picked)
                    if augment is not None:
                        taken = augment(taken)
                    if prepare is not None:
                        taken = prepare(taken)
                    optimizer.zero_grad()
                    with autocast(device, precision):
                        value = loss(model(taken), target[picked])
                    scaler.scale(value).backward()  # type: ignore[no-untyped-call]
                    if clip is not None:
                        scaler.unscale_(optimizer)
                        nn.utils.clip_grad_norm_(parameters, clip)
                    scaler.step(optimizer)
                    scaler.update()
                    total += value.detach()
                train_loss = total.item() / steps
                valid_loss = judge()
                _check_finite(epoch, train_loss, valid_loss, len(valid[1]), full_rates)
                if valid_loss < best_loss or not len(valid[1]):
                    torch._foreach_copy_(best, weights)
                    best_loss, fitted.best_epoch = valid_loss, epoch
                row = {
                    "epoch": epoch,
                    "train_loss": train_loss,
                    "valid_loss": valid_loss,
                    "lr": float(optimizer.param_groups[0]["lr"]),
                    "seconds": time.perf_counter() - started,
                }
                fitted.history.append(row)
                if on_epoch is not None:
                    on_epoch(row)
                if epoch - fitted.best_epoch >= patience and epoch < epochs:
                    fitted.ending = "stopped early"
                    break
    except KeyboardInterrupt:
        if not fitted.best_epoch:
            raise
        fitted.ending = "interrupted"
    torch._foreach_copy_(weights, best)
    optimizer.zero_grad()
    model.eval()
    return fitted


@torch.no_grad()
def mean_loss(
    model: nn.Module,
    data: Data,
    *,
    loss: Loss,
    batch: int = 4096,
    precision: Precision = "float32",
    prepare: Callable[[Batch], Batch] | None = None,
) -> float:
    """The mean loss over all rows in eval mode; NaN without rows."""
    inputs, target = data
    rows = len(target)
    if not rows:
        return float("nan")
    model.eval()
    total = torch.zeros((), dtype=torch.float64, device=target.device)
    for start in range(0, rows, batch):
        part = slice(start, min(start + batch, rows))
        taken = take(inputs, part)
        if prepare is not None:
            taken = prepare(taken)
        with autocast(target.device, precision):
            value = loss(model(taken), target[part])
        total += value.double() * (part.stop - start)
    return total.item() / rows


def take(inputs: Batch, rows: Tensor | slice) -> Batch:
    """These rows of one tensor, or of each by name."""
    if isinstance(inputs, Mapping):
        return {name: tensor[rows] for name, tensor in inputs.items()}
    return inputs[rows]


def permutation(rows: int, seed: int, epoch: int) -> Tensor:
    """The order of the rows in an epoch: int64 `(rows,)`, the same on every device."""
    generator = torch.Generator().manual_seed(derive_seed(seed, "order", str(epoch)))
    return torch.randperm(rows, generator=generator)


def autocast(device: torch.device, precision: Precision) -> torch.autocast:
    """The context in which a forward pass has this precision."""
    return torch.autocast(
        device.type, DTYPES.get(precision, torch.bfloat16), enabled=precision != "float32"
    )


@contextmanager
def private_random(device: torch.device) -> Iterator[None]:
    """Give torch's global generators back as they were."""
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices):
        yield


def seed_random(seed: int, device: torch.device) -> None:
    """Seed torch's generators of the CPU and of this device, and of no other."""
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        with torch.cuda.device(device):
            torch.cuda.manual_seed(seed)


def _check_finite(
    epoch: int, train_loss: float, valid_loss: float, valid_rows: int, rates: Sequence[float]
) -> None:
    wrong = {"training": train_loss} if not _finite(train_loss) else {}
    if valid_rows and not _finite(valid_loss):
        wrong["validation"] = valid_loss
    if wrong:
        found = " and ".join(f"{value} on {part} rows" for part, value in wrong.items())
        lower = f"{max(rates) / 10:.1g}"
        raise TrainingError(
            f"Train: expected a finite loss in epoch {epoch}, found {found}.",
            evidence=f"Full learning rate: {max(rates):g}.",
            remedy=f"Pass lr={lower} to Train; if that does not help, look for infinite or very "
            "large values in the inputs, the target or a loss of your own.",
            epoch=epoch,
            lr=max(rates),
        )


def _finite(value: float) -> bool:
    return abs(value) < float("inf")
