"""What Distil is asked for: what Train is, a teacher, and how it teaches."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from fivefold.core.stage import Stage
from fivefold.train.options import Options
from fivefold.train.snapshot import is_estimator, snapshot
from fivefold.train.train import Train

IN_VAIN = ("loss", "quantile", "label_smoothing", "class_weights", "prefer", "calibrate")


def read_teacher(value: Any) -> Any:
    """An estimator, the name of a network, or settings of Train: of a stage, or a result's own.

    Raises:
        ValueError: if it is none of them.
        ConfigError: if they are no settings of Train.
    """
    execution = getattr(value, "execution", None)
    if execution is not None:  # a result: taught again, out of fold
        stages = [step.stage for step in execution.steps]
        value = next((stage for stage in stages if type(stage) is Train), value)
    if type(value) is Train:
        value = value.settings()
    if isinstance(value, Mapping):
        Train(**value)
        return dict(value)
    if value is None:
        raise ValueError("an estimator, a stage Train(...), or a result of one")
    return snapshot(value)


class Taught(Stage):
    """What a stage that is taught by another model has first."""

    teacher: Annotated[Any, BeforeValidator(read_teacher)] = Field(kw_only=False)


class Pupil(Options, Taught):
    """The settings of Distil, which says what they mean."""

    folds: Annotated[int, Field(ge=2)] = 5
    temperature: Annotated[float, Field(ge=1, allow_inf_nan=False)] = 1.0
    hard: Annotated[float, Field(ge=0, le=1)] = 0.2

    @field_validator("model")
    @classmethod
    def _teachable(cls, model: Any) -> Any:
        if is_estimator(model):
            raise ValueError("a network to teach, which an estimator is not")
        return model

    @model_validator(mode="after")
    def _learns(self) -> Self:
        if self.privacy is not None:
            raise ValueError("`privacy` of what is taught: its teacher has seen the rows")
        for name in IN_VAIN:
            if getattr(self, name) != type(self).model_fields[name].default:
                raise ValueError(f"`{name}` has no effect: the teacher's answers are learnt")
        return self

    @property
    def teaching(self) -> Train:
        """The stage that fits the teacher."""
        if not isinstance(self.teacher, dict):
            return Train(self.teacher)
        return Train(**{"all_rows": False, **self.teacher})  # the network stops by these rows

    def student(self, **more: Any) -> Train:
        """The stage that trains the network."""
        own = {*Taught.model_fields, *Pupil.__annotations__}
        settings = {name: value for name, value in self.settings().items() if name not in own}
        return Train(**{**settings, **more})
