"""The loop: batches in, step, validate, keep the best."""

from collections.abc import Callable
from math import isfinite

import torch
from torch import Tensor, nn

from fivefold.core.session import derive_seed
from fivefold.errors import TrainingError
from fivefold.models.losses import Loss, positive, sum_of
from fivefold.train.aims import Descent, Objective, Precision, Stopping
from fivefold.train.callback import Calls
from fivefold.train.checkpoint import Checkpoints
from fivefold.train.course import Course, random_of
from fivefold.train.diagnosis import diagnose
from fivefold.train.feed import Feed
from fivefold.train.fitted import Ending, Fitted
from fivefold.train.generators import private_random, set_random_state
from fivefold.train.interrupt import interruptible
from fivefold.train.stepper import autocast, is_out_of_memory


def fit(
    model: nn.Module,
    train: Feed,
    valid: Feed,
    objective: Objective,
    descent: Descent,
    stopping: Stopping,
    *,
    checkpoints: Checkpoints | None = None,
    callbacks: Calls | None = None,
    hear: Callable[[int, Tensor], None] | None = None,
) -> Fitted:
    """Train a network in place and leave it with its best weights, in eval mode.

    Args:
        model: takes a batch of inputs, gives outputs for the loss; on the device of the rows.
        train: the training rows.
        valid: the validation rows; they may be none, then the last weights are kept.
        objective: what is minimised.
        descent: how.
        stopping: until when.
        checkpoints: where to save states now and then, and to go on from one.
        callbacks: that are told how it goes.
        hear: given what is answered to validation rows, as in `mean_loss`.

    Raises:
        TrainingError: if a loss of the first epoch is not finite, or there are no training rows.
        ResumeError: if the state to go on from is of another run.
        KeyboardInterrupt: if interrupted in the first epoch; later ones keep the best weights.
    """
    if not train.rows:
        raise TrainingError("Train: expected training rows, found none.")
    calls, steps, batch, wrong = callbacks or Calls(), train.steps, train.size, ""
    course = Course(model, objective, descent, stopping, train, calls.note)
    kept = None if checkpoints is None else checkpoints.newest()
    if kept is not None:
        course.restore(kept)
    fitted, clock = course.fitted, course.clock
    try:
        with private_random(train.device), interruptible(fitted):
            calls.begin(course, stopping.epochs, steps)
            if kept is not None:
                set_random_state(random_of(kept), train.device)
            for epoch in range(len(fitted.history) + 1, stopping.epochs + 1):
                if fitted.ending is not None and not course.cursor:
                    break
                course.begin_epoch(derive_seed(train.seed, "noise", str(epoch)))
                picked = train.batches(epoch)
                model.train()
                course.rest()
                while course.cursor < steps and fitted.ending is None:
                    course.pace.move(fitted.steps, clock.fraction)
                    course.take_in(*course.stepper(train, picked[course.cursor]))
                    if calls.at_steps:
                        calls.call("step")
                    if clock.limit is not None and course.is_late(valid.rows, batch):
                        fitted.ending = fitted.ending or "time limit"
                    if checkpoints is not None and checkpoints.due and course.cursor < steps:
                        checkpoints = course.save(checkpoints)
                if fitted.ending == "interrupted":
                    checkpoints = checkpoints and course.save(checkpoints)
                    break
                with course.judged() as train_loss:
                    valid_loss = mean_loss(
                        model, valid, objective.loss, descent.precision, hear=hear
                    )
                    wrong = _not_finite(train_loss, valid_loss, valid.rows)
                    if wrong:
                        break
                    if epoch == stopping.ripe:
                        fitted.best_loss = float("inf")
                    course.keep_best(epoch, valid_loss, always=not valid.rows)
                course.end_epoch(epoch, train_loss, valid_loss)
                calls.call("epoch")
                fitted.ending = _ending(epoch, fitted, stopping, steps)
                if checkpoints is not None and (fitted.ending is not None or checkpoints.due):
                    checkpoints = course.save(checkpoints)
    except KeyboardInterrupt:
        fitted.ending = "interrupted"
    if fitted.ending == "interrupted" and not fitted.best_epoch:
        raise KeyboardInterrupt
    if wrong:
        _explain(course, train, valid, objective, wrong)
    course.finish()
    calls.call("end")
    return fitted


@torch.no_grad()
def mean_loss(
    model: nn.Module,
    feed: Feed,
    loss: Loss,
    precision: Precision = "float32",
    *,
    hear: Callable[[int, Tensor], None] | None = None,
) -> float:
    """The mean loss in eval mode over all rows, or over what it weighs them; NaN without rows.

    When memory runs out, it goes on with half as many rows at a time. `hear` is given the place of
    the first row of each piece, and what the network gives for the piece.
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
                outputs = model(piece.inputs)
                cost = piece.cost(loss, outputs)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error) or batch == 1:
                raise
            batch = -(-batch // 2)
            continue
        value, weight = sum_of(cost, part.stop - start)
        total, counted = total + value, counted + weight
        if hear is not None:
            hear(start, outputs)
        start = part.stop
    return total.item() / float(positive(counted))


def _ending(epoch: int, fitted: Fitted, stopping: Stopping, steps: int) -> Ending | None:
    """Why a fit ends after an epoch of so many steps at most; None if it goes on."""
    if fitted.ending == "stopped":
        return fitted.ending
    if fitted.steps == stopping.epochs * steps:
        return "finished"
    late = epoch >= stopping.ripe and epoch - fitted.best_epoch >= stopping.patience
    return "stopped early" if late and fitted.ending != "time limit" else fitted.ending


def _explain(course: Course, train: Feed, valid: Feed, objective: Objective, wrong: str) -> None:
    """Say why a fit cannot go on: as an error, or where there is a best epoch, as its trouble."""
    fitted, epoch, lr = course.fitted, len(course.fitted.history) + 1, course.pace.lr
    cause = diagnose(course.model, train, valid, objective, lr)
    said = f"expected a finite loss in epoch {epoch}, found {wrong}."
    if not fitted.best_epoch:
        raise TrainingError(
            f"Train: {said}", evidence=cause.sentence, remedy=cause.remedy, epoch=epoch, lr=lr
        )
    fitted.ending = "diverged"
    fitted.trouble = f"Training {said} {cause.sentence} {cause.remedy}"


def _not_finite(train_loss: float, valid_loss: float, valid_rows: int) -> str:
    """Which losses are not finite, in words; empty where all are."""
    wrong = {} if isfinite(train_loss) else {"training": train_loss}
    if valid_rows and not isfinite(valid_loss):
        wrong["validation"] = valid_loss
    return " and ".join(f"{value} on {part} rows" for part, value in wrong.items())
