"""What Train is asked for; torch is not imported for it."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    model_validator,
)

from fivefold.codecs.schema import Label
from fivefold.core.stage import Count, Stage
from fivefold.core.wording import nearest
from fivefold.kinds.known import KINDS
from fivefold.train.callback import Callback, read_callback
from fivefold.train.choices import LossName, Quality
from fivefold.train.pretrained import Pretrained
from fivefold.train.privacy import read_privacy
from fivefold.train.schedule import check_schedule
from fivefold.train.snapshot import is_estimator, is_module, snapshot


def _several(value: Any) -> Any:
    """One callback as a tuple of it."""
    return (value,) if isinstance(value, Callback) else value


def _change(name: str) -> str:
    """A random change that the block of some kind knows; Collect makes one's own kinds known."""
    every = (change for kind in KINDS.known.values() for change in kind.block.changes)
    changes = tuple(dict.fromkeys(every))
    if name not in changes:
        near = nearest(name, changes)
        raise ValueError(
            f"expected one of {', '.join(changes)}" + (f"; did you mean {near!r}?" if near else "")
        )
    return name


OF_ESTIMATORS = frozenset({"model", "threads", "hold_back", "hold_half", "calibrate"})
"""The settings that count for an estimator of scikit-learn, which has its own."""

IN_PRIVATE = {
    "patience": "no rows stop it, all epochs are paid for",
    "time_limit": "all epochs are paid for; ask for fewer",
    "sampler": "each step draws every row with the same probability",
    "augment": "rows are seen as they are",
    "accumulate": "rows go through one by one anyway",
    "precision": "gradients of single rows are float32",
    "prefer": "simpler models see the rows",
    "clip": "gradients are bounded row by row, Privacy(clip=)",
}
"""Settings that a private training does not have, and why."""

Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Options(Stage):
    """The settings of Train, which says what they mean; what decides and carries out reads them."""

    bitless: ClassVar[frozenset[str]] = frozenset({"checkpoint_seconds"})

    model: Annotated[Any, BeforeValidator(snapshot)] = Field(default=None, kw_only=False)
    quality: Quality = "balanced"
    epochs: Count | None = None
    batch: Count | None = None
    lr: Rate | Literal["find"] | dict[str, Rate] | None = None
    weight_decay: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    patience: Count | None = None
    schedule: Literal["cosine", "constant", "onecycle"] | Callable[[float], float] = "cosine"
    loss: LossName | Callable[..., Any] | None = None
    quantile: Annotated[float, Field(gt=0, lt=1)] | None = None
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    optimizer: Callable[..., Any] | None = None
    class_weights: Literal["balanced"] | dict[Label, Rate] | None = None
    false_alarms: Annotated[float, Field(gt=0, lt=1)] = 0.01
    clean: bool = False
    clip: PositiveFloat | None = 1.0
    precision: Literal["auto", "float32", "bf16", "fp16"] = "auto"
    accumulate: Count = 1
    ema: Annotated[float, Field(gt=0, lt=1)] | None = None
    privacy: Annotated[Any, BeforeValidator(read_privacy)] = None
    members: Count | None = None
    augment: tuple[Annotated[str, AfterValidator(_change)], ...] | None = None
    freeze: tuple[str, ...] = ()
    sampler: Literal["balanced"] | Callable[..., Any] | None = None
    all_rows: bool = True
    hold_back: bool = False
    hold_half: bool = False
    calibrate: Literal["temperature", "isotonic"] | None = None
    prefer: Literal["best", "simpler"] = "best"
    threads: Count | None = None
    time_limit: PositiveFloat | None = None
    checkpoint_seconds: NonNegativeFloat = 60.0
    callbacks: Annotated[
        tuple[Annotated[Any, BeforeValidator(read_callback)], ...], BeforeValidator(_several)
    ] = ()

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if is_estimator(self.model):
            vain = [n for n in self.model_fields_set - OF_ESTIMATORS if not self._is_default(n)]
            if vain:
                named = ", ".join(f"`{name}`" for name in sorted(vain))
                raise ValueError(
                    f"{named} {'has' if len(vain) == 1 else 'have'} no effect on an estimator; "
                    "set its own parameters"
                )
        if self.own_loss is not None and self.class_weights is not None:
            raise ValueError("`class_weights` has no effect on a `loss` of your own")
        if self.optimizer is not None and (self.lr is not None or self.weight_decay is not None):
            raise ValueError("`lr` and `weight_decay` have no effect on an `optimizer` of your own")
        if callable(self.schedule):
            check_schedule(self.schedule)
        if self.sampler == "balanced" == self.class_weights:
            raise ValueError("`class_weights` and `sampler` would count rare classes twice")
        if isinstance(self.model, Pretrained):
            self._agree_with(self.model)
        if self.privacy is not None:
            self._agree_privately()
        if (self.members or 1) > 1 and is_module(self.model):
            raise ValueError(
                "`members` that start from one module would be one network: pass a function "
                "(inputs, outputs) that makes a new one"
            )
        if len({callback.name for callback in self.callbacks}) < len(self.callbacks):
            raise ValueError("`callbacks` of one name; give one of them another `name`")
        return self

    def _agree_privately(self) -> None:
        """What has no effect where training is private, or would look at rows once more.

        Raises:
            ValueError: naming it.
        """
        for name, why in IN_PRIVATE.items():
            if not self._is_default(name):
                raise ValueError(f"`{name}` beside `privacy`: {why}")
        if self.lr == "find":
            raise ValueError(
                "`lr` beside `privacy`: a search for it would look at the rows, unpaid"
            )
        if isinstance(self.model, Pretrained):
            raise ValueError("`privacy` begins with random weights, found Pretrained")

    def _agree_with(self, begun: Pretrained) -> None:
        """What weights to begin with do not go with.

        Raises:
            ValueError: naming it.
        """
        if (self.members or 1) > 1:
            raise ValueError("`members` that begin with the same weights would be one network")
        if begun.decay < 1 and (isinstance(self.lr, dict) or self.optimizer is not None):
            said = "`lr` by pattern" if self.optimizer is None else "an `optimizer` of your own"
            raise ValueError(f"`decay` of Pretrained has no effect beside {said}")

    def _is_default(self, name: str) -> bool:
        return bool(getattr(self, name) == type(self).model_fields[name].default)

    @property
    def own_sampler(self) -> Callable[..., Any] | None:
        """What picks the rows of an epoch; None for all of them once."""
        if self.sampler == "balanced":
            from fivefold.train.sampler import balanced

            return balanced
        return self.sampler

    @property
    def own_loss(self) -> Callable[..., Any] | None:
        """The user's loss; None for a built-in one."""
        return None if isinstance(self.loss, str) else self.loss
