"""The loop: batches in, step, validate, keep the best."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from math import isfinite

import torch
from torch import Tensor, nn

from fivefold.core.session import derive_seed
from fivefold.errors import TrainingError
from fivefold.models.losses import Loss, positive, sum_of
from fivefold.train.aims import Descent, Objective, Precision, Stopping
from fivefold.train.average import Average
from fivefold.train.checkpoint import Checkpoints
from fivefold.train.clock import Clock
from fivefold.train.diagnosis import diagnose
from fivefold.train.feed import Feed
from fivefold.train.fitted import Fitted, capture, random_of, restore
from fivefold.train.generators import private_random, seed_random, set_random_state
from fivefold.train.schedule import rate
from fivefold.train.step import Stepper, autocast, is_out_of_memory


def fit(
    model: nn.Module,
    train: Feed,
    valid: Feed,
    objective: Objective,
    descent: Descent,
    stopping: Stopping,
    *,
    checkpoints: Checkpoints | None = None,
    on_epoch: Callable[[Mapping[str, float]], None] | None = None,
    on_note: Callable[[str], None] | None = None,
) -> Fitted:
    """Train a network in place and leave it with its best weights, in eval mode.

    The network and all rows are on one device and stay there. An epoch is a permutation of the
    rows, a function of (seed, epoch), in batches of equal size; what is left over at its end is
    left out of that epoch. Nothing is read back from the device within an epoch, unless a state is
    saved.

    Args:
        model: takes a batch of inputs, gives outputs for the loss.
        train: the training rows.
        valid: the validation rows; they may be none, then the last weights are kept.
        objective: what is minimised.
        descent: how.
        stopping: until when.
        checkpoints: where to save states now and then, and to go on from one.
        on_epoch: told each row of the history.
        on_note: told in words what people should know at once.

    Raises:
        TrainingError: if a loss is not finite, or there are no training rows.
        ResumeError: if the state to go on from is of another run.
        KeyboardInterrupt: if interrupted in the first epoch; later ones keep the best weights.
    """
    if not train.rows:
        raise TrainingError("Train: expected training rows, found none.")
    device, batch, steps, epochs = train.device, train.size, train.steps, stopping.epochs
    optimizer = descent.make(model)
    full_rates = [group["lr"] for group in optimizer.param_groups]
    stepper = Stepper(model, optimizer, objective, descent, device, on_note)
    average = None if descent.ema is None else Average(stepper.parameters, descent.ema)
    best = [tensor.clone() for tensor in state_tensors(model)]
    total = torch.zeros((), dtype=torch.float64, device=device)
    largest, first = torch.zeros((), device=device), torch.zeros((), device=device)
    live = {"weights": state_tensors(model), "best": best, "sums": [total, largest, first]}
    live |= {} if average is None else {"means": average.means}
    fitted, cursor = Fitted(), 0
    kept = None if checkpoints is None else checkpoints.newest()
    if kept is not None:
        fitted, cursor = restore(kept, live, stepper, average)
        fitted.resumed = fitted.steps
    clock = Clock(stopping.seconds, fitted.seconds)
    validation_seconds = 0.0

    def save(step: int) -> None:
        nonlocal checkpoints
        if checkpoints is None:
            return
        fitted.seconds, fitted.pieces = clock.seconds, stepper.pieces
        live["weights"] = state_tensors(model)
        try:
            checkpoints.save(capture(fitted, step, live, stepper, average))
        except (OSError, TypeError, ValueError) as error:
            checkpoints = None
            if on_note is not None:
                on_note(f"No more states are saved: {error}")

    try:
        with private_random(device):
            if kept is not None:
                set_random_state(random_of(kept), device)
            for epoch in range(len(fitted.history) + 1, epochs + 1):
                if fitted.ending is not None:
                    break
                began, begun_at = clock.seconds, cursor
                if not cursor:
                    seed_random(derive_seed(train.seed, "noise", str(epoch)), device)
                    total.zero_()
                    largest.zero_()
                order = train.order(epoch)
                model.train()
                for step in range(cursor, steps):
                    done = (epoch - 1) * steps + step
                    moved = max(done, clock.fraction * epochs * steps)
                    factor = rate(descent.schedule, moved, epochs * steps)
                    for group, full in zip(optimizer.param_groups, full_rates, strict=True):
                        group["lr"] = full * factor
                    value, norm = stepper(train, order[step * batch : (step + 1) * batch])
                    total += value
                    if norm is not None:
                        torch.maximum(largest, norm, out=largest)
                        if not done:
                            first.copy_(norm)
                    if average is not None:
                        average.update()
                    cursor = step + 1
                    fitted.steps += 1
                    if clock.limit is not None:
                        done_here = cursor - begun_at
                        guess = (clock.seconds - began) / done_here * valid.rows / batch / 2
                        if not clock.leaves(validation_seconds or guess):
                            fitted.ending = "time limit"
                            break
                    if checkpoints is not None and checkpoints.due and cursor < steps:
                        save(cursor)
                before = clock.seconds
                with nullcontext() if average is None else average.in_place():
                    valid_loss = mean_loss(
                        model, valid, objective.loss, precision=descent.precision
                    )
                    train_loss = total.item() / cursor
                    wrong = _not_finite(train_loss, valid_loss, valid.rows)
                    if wrong:
                        fitted.ending = "diverged"
                        break
                    if valid_loss < fitted.best_loss or not valid.rows:
                        torch._foreach_copy_(best, state_tensors(model))
                        fitted.best_loss, fitted.best_epoch = valid_loss, epoch
                cursor, validation_seconds = 0, clock.seconds - before
                row = {
                    "epoch": epoch,
                    "train_loss": train_loss,
                    "valid_loss": valid_loss,
                    "lr": float(optimizer.param_groups[0]["lr"]),
                    "seconds": clock.seconds - began,
                }
                fitted.history.append(row)
                if descent.clip is not None:
                    fitted.norms.append(largest.item())
                    fitted.first_norm = first.item()
                if on_epoch is not None:
                    on_epoch(row)
                if epoch == epochs:
                    fitted.ending = "finished"
                elif epoch - fitted.best_epoch >= stopping.patience:
                    fitted.ending = "stopped early"
                if fitted.ending is not None or (checkpoints is not None and checkpoints.due):
                    save(0)
    except KeyboardInterrupt:
        if not fitted.best_epoch:
            raise
        fitted.ending = "interrupted"
    if fitted.ending == "diverged":
        cause = diagnose(model, train, valid, objective, lr=max(full_rates))
        said = f"expected a finite loss in epoch {epoch}, found {wrong}."
        if not fitted.best_epoch:
            raise TrainingError(
                f"Train: {said}",
                evidence=cause.sentence,
                remedy=cause.remedy,
                epoch=epoch,
                lr=max(full_rates),
            )
        fitted.trouble = f"Training {said} {cause.sentence} {cause.remedy}"
    torch._foreach_copy_(state_tensors(model), best)
    optimizer.zero_grad()
    model.eval()
    fitted.seconds, fitted.pieces = clock.seconds, stepper.pieces
    return fitted


@torch.no_grad()
def mean_loss(
    model: nn.Module, feed: Feed, loss: Loss, *, precision: Precision = "float32"
) -> float:
    """The mean loss in eval mode over all rows, or over what it weighs them; NaN without rows.

    When memory runs out, it goes on with half as many rows at a time.
    """
    rows, batch = feed.rows, feed.batch
    if not rows:
        return float("nan")
    model.eval()
    total = torch.zeros((), dtype=torch.float64, device=feed.device)
    counted: Tensor | float = 0
    start = 0
    while start < rows:
        part = slice(start, min(start + batch, rows))
        try:
            piece = feed.take(part)
            with autocast(feed.device, precision):
                cost = piece.cost(loss, model(piece.inputs))
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error) or batch == 1:
                raise
            batch = -(-batch // 2)
            continue
        value, weight = sum_of(cost, part.stop - start)
        total, counted = total + value, counted + weight
        start = part.stop
    return total.item() / float(positive(counted))


def state_tensors(model: nn.Module) -> list[Tensor]:
    """The weights and buffers of a network as they are now; it may have exchanged some."""
    return [tensor for tensor in model.state_dict().values() if isinstance(tensor, Tensor)]


def _not_finite(train_loss: float, valid_loss: float, valid_rows: int) -> str:
    """Which losses are not finite, in words; empty where all are."""
    wrong = {} if isfinite(train_loss) else {"training": train_loss}
    if valid_rows and not isfinite(valid_loss):
        wrong["validation"] = valid_loss
    return " and ".join(f"{value} on {part} rows" for part, value in wrong.items())
