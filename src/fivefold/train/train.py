"""The stage that teaches a network."""

import time
from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, NonNegativeFloat, PositiveFloat, model_validator

from fivefold.artifacts import Collected, Preprocessed, Trained
from fivefold.core.context import Context
from fivefold.core.events import Found, Noted
from fivefold.core.session import Session
from fivefold.core.stage import Count, Stage
from fivefold.errors import FivefoldError, PreflightError
from fivefold.train.misfits import find_misfits
from fivefold.train.progress import make_reporter
from fivefold.train.snapshot import snapshot

Label = str | int | float | bool


class Train(Stage):
    """Train a network on the training rows; keep the weights with the best validation loss.

    Args:
        model: None chooses by the kinds of the columns; the name of a built-in network; an
            `nn.Module`, copied as it is now (only copies of that copy are trained); or a function
            of `(inputs, outputs)` that makes one. A table arrives as float `(n, width)`, any
            other single kind as its tensor, several as a dict of tensors; logits
            `(n, outputs)` are expected, one output for two classes and for regression. A module
            with a method `fit_buffers(batch)` is shown the training rows once, before step one.
        epochs: at most; None follows a rule on rows and their size, up to 100.
        batch: rows a step; None is a power of two near rows/64.
        lr: full learning rate of AdamW; None is what suits the network.
        weight_decay: of AdamW, for matrices; None is what suits the network.
        patience: epochs without a better validation loss after which training stops.
        schedule: of the learning rate: `cosine` with a short warm-up, `onecycle`, `constant`.
        loss: a function of (logits, target) in place of cross-entropy or squared error: logits
            `(n,)` for two classes, `(n, classes)` for more; for regression, predictions and
            target `(n,)` in the target's own unit.
        optimizer: a function of the parameters that gives a torch optimizer, instead of AdamW.
        class_weights: what errors count by class: `balanced`, or weights by label.
        clip: bound of the gradient's norm; None has none.
        precision: of the forward pass; `auto` is bf16 on a GPU, else float32.
        augment: random changes to images in training: `shift` by up to one pixel in 14, `flip`
            left to right.
        threads: of the CPU; None leaves it to torch.

    Example:
        >>> Train("mlp", epochs=20)
        Train(model='mlp', epochs=20)
    """

    model: Annotated[Any, BeforeValidator(snapshot)] = Field(default=None, kw_only=False)
    epochs: Count | None = None
    batch: Count | None = None
    lr: PositiveFloat | None = None
    weight_decay: NonNegativeFloat | None = None
    patience: Count = 10
    schedule: Literal["cosine", "constant", "onecycle"] = "cosine"
    loss: Callable[..., Any] | None = None
    optimizer: Callable[..., Any] | None = None
    class_weights: Literal["balanced"] | dict[Label, PositiveFloat] | None = None
    clip: PositiveFloat | None = 1.0
    precision: Literal["auto", "float32", "bf16", "fp16"] = "auto"
    augment: tuple[Literal["shift", "flip"], ...] = ()
    threads: Count | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.loss is not None and self.class_weights is not None:
            raise ValueError("`class_weights` has no effect on a `loss` of your own")
        if self.optimizer is not None and (self.lr is not None or self.weight_decay is not None):
            raise ValueError("`lr` and `weight_decay` have no effect on an `optimizer` of your own")
        return self

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        """The device, and what the columns say of the settings."""
        faults: list[FivefoldError] = []
        if session.device not in {"auto", "cpu"}:
            from fivefold.train.device import find_device

            try:
                find_device(session.device)
            except PreflightError as error:
                faults.append(error)
        collected = found.get(Collected)
        return faults if collected is None else [*faults, *find_misfits(self, collected.schema)]

    def rehearse(self, data: Preprocessed, session: Session) -> Trained:
        """The untrained network, after eight rows have gone through it."""
        from fivefold.models.assemble import digest
        from fivefold.train.device import find_device
        from fivefold.train.fit import Fitted
        from fivefold.train.outcome import make_trained
        from fivefold.train.plan import make_plan
        from fivefold.train.resident import make_resident

        plan = make_plan(self, data, device=find_device(session.device), seed=session.seed)
        make_resident(self, plan, data)
        return make_trained(
            self,
            plan,
            Fitted(),
            valid_rows=len(data.valid),
            seed=session.seed,
            first_digest=digest(plan.network),
            seconds=0.0,
        )

    def run(self, data: Preprocessed, session: Session) -> Trained:
        """Train, and tell how it goes epoch by epoch."""
        from fivefold.models.assemble import digest
        from fivefold.train.device import find_device, threads_set
        from fivefold.train.fit import fit
        from fivefold.train.outcome import make_trained
        from fivefold.train.plan import make_plan
        from fivefold.train.resident import make_resident

        started = time.perf_counter()
        with threads_set(self.threads):
            plan = make_plan(self, data, device=find_device(session.device), seed=session.seed)
            session.emit(Noted(text=plan.sentence))
            rows = make_resident(self, plan, data)
            first_digest = digest(plan.network)
            fitted = fit(
                plan.network.body,
                rows.train,
                rows.valid,
                loss=plan.loss,
                optimizer=plan.optimizer,
                epochs=plan.epochs,
                batch=plan.batch,
                schedule=self.schedule,
                patience=self.patience,
                clip=self.clip,
                precision=plan.precision,
                seed=session.seed,
                prepare=rows.prepare,
                augment=rows.augment,
                on_epoch=make_reporter(plan.epochs, session),
            )
            trained = make_trained(
                self,
                plan,
                fitted,
                valid_rows=len(data.valid),
                seed=session.seed,
                first_digest=first_digest,
                seconds=time.perf_counter() - started,
            )
        for finding in trained.findings:
            session.emit(Found(finding=finding))
        return trained
