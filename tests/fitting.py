"""`fit` on a few tensors: its three values from plain settings."""

from typing import Any

from fivefold.train.aims import Descent, Objective, Stopping
from fivefold.train.callback import Callback, Calls
from fivefold.train.feed import Feed, judged_at_once
from fivefold.train.fit import fit
from fivefold.train.fitted import Fitted

DESCENT = ("schedule", "clip", "precision", "pieces", "ema")


def feed(data: Any, **settings: Any) -> Feed:
    """Rows from `(inputs, target)`."""
    inputs, target = data
    return Feed(inputs=inputs, target=target, **settings)


class Told(Callback):
    """Hands on what a fit tells."""

    def __init__(self, on_epoch: Any, on_note: Any) -> None:
        self.on_epoch, self.on_note = on_epoch, on_note

    def epoch(self, run: Any) -> None:
        if self.on_epoch is not None:
            self.on_epoch(run.row)

    def note(self, run: Any, text: str) -> None:
        if self.on_note is not None:
            self.on_note(text)


def fit_tensors(
    model: Any,
    train: Any,
    valid: Any,
    *,
    loss: Any,
    optimizer: Any,
    epochs: int,
    batch: int,
    seed: int = 0,
    patience: int = 10,
    time_limit: float | None = None,
    augment: Any = None,
    prepare: Any = None,
    mix: Any = None,
    ripe: int = 1,
    on_epoch: Any = None,
    on_note: Any = None,
    callbacks: Any = (),
    **settings: Any,
) -> Fitted:
    """Fit a network to `(inputs, target)` with an optimizer that is made already."""
    rows = feed(train, batch=batch, seed=seed, augment=augment, prepare=prepare, mix=mix)
    judged = feed(valid, batch=judged_at_once(rows.size, valid[0]), prepare=prepare)
    how = {name: settings.pop(name) for name in DESCENT if name in settings}
    return fit(
        model,
        rows,
        judged,
        Objective(loss=loss),
        Descent(make=lambda _: optimizer, **how),
        Stopping(epochs=epochs, patience=patience, seconds=time_limit, ripe=ripe),
        callbacks=Calls([Told(on_epoch, on_note), *callbacks], path=("train",)),
        **settings,
    )
