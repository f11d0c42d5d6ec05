"""A step of a pipeline: frozen settings, and `run()`."""

import re
from collections.abc import Mapping
from inspect import Parameter
from inspect import Signature as CallSignature
from os import PathLike
from typing import Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    PositiveInt,
    ValidationError,
    field_validator,
    model_validator,
)

from fivefold.core.artifact import Artifact
from fivefold.core.faults import config_error
from fivefold.core.session import Session
from fivefold.core.signature import Signature, reflect
from fivefold.errors import FivefoldError, SignatureError

Count = PositiveInt
PathText = str | PathLike[str]


class Stage(BaseModel):
    """A step of a pipeline.

    Fields are settings, frozen and strictly typed. `run()` does the work: its parameters are the
    artifacts it reads, its return annotation is the artifact it writes. Nothing is stored on a
    stage. Stages are equal only to themselves.

    Raises:
        ConfigError: when built with settings that are wrong, all of them at once.
        SignatureError: when a subclass is defined with a `run()` that cannot be wired.

    Example:
        >>> class Distilled(Artifact):
        ...     temperature: float
        >>> class Distil(Stage):
        ...     temperature: float = 2.0
        ...     def run(self, session: Session) -> Distilled:
        ...         return Distilled(temperature=self.temperature)
        >>> Distil(temperature=3.0).run(Session())
        Distilled(temperature=3.0)
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True
    )

    side_effects: ClassVar[bool] = False
    """True for a stage that changes the world (writes a bundle): refits leave it out."""

    wiring: ClassVar[Signature]

    def __init__(self, *positional: Any, **settings: Any) -> None:
        names = [name for name, field in type(self).model_fields.items() if field.kw_only is False]
        if len(positional) > len(names):
            raise TypeError(
                f"{type(self).__name__} takes {len(names)} positional argument(s) "
                f"but {len(positional)} were given"
            )
        for name, value in zip(names, positional, strict=False):
            if name in settings:
                raise TypeError(f"{type(self).__name__} got two values for {name!r}")
            settings[name] = value
        super().__init__(**settings)

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        super().__pydantic_init_subclass__(**options)
        if "run" in cls.__dict__:
            cls.wiring = reflect(cls.run, f"{cls.__qualname__}.run", Artifact)
        if "rehearse" in cls.__dict__:
            rehearsal = reflect(cls.rehearse, f"{cls.__qualname__}.rehearse", Artifact)
            if rehearsal != getattr(cls, "wiring", None):
                raise SignatureError(
                    f"{cls.__qualname__}.rehearse: expected the signature of run(), "
                    "found another one.",
                    remedy="Give both the same parameters and return annotation.",
                    owner=cls.__qualname__,
                )
        cls.__signature__ = _call_signature(cls)

    @model_validator(mode="wrap")
    @classmethod
    def _explain(cls, values: Any, build: ModelWrapValidatorHandler[Self]) -> Self:
        if not hasattr(cls, "wiring"):
            raise SignatureError(
                f"{cls.__qualname__}: expected a run() that says what it reads and writes, "
                "found none.",
                remedy="Define run(self, ...) with annotations.",
                owner=cls.__qualname__,
            )
        try:
            return build(values)
        except ValidationError as error:
            raise config_error(cls.__name__, tuple(cls.model_fields), error) from None

    @field_validator("*", mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return plain(value)

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Do the work: read artifacts, return one."""
        raise SignatureError(f"{type(self).__name__}: expected a run() of its own, found none.")

    def rehearse(self, *args: Any, **kwargs: Any) -> Any:
        """What `run()` would write, without the long work; called before that begins.

        Overridden by stages whose late failure would cost hours: Train checks the module on eight
        rows and gives an untrained network, Deploy tries to export that.
        """
        raise SignatureError(f"{type(self).__name__}: expected a rehearse(), found none.")

    def preflight(self, session: Session) -> list[FivefoldError]:
        """Faults that can be seen before the work: paths, extras, names.

        Called before the first stage runs, and again right after it.

        Args:
            session: `session.peek(Collected)` gives what has been written so far.

        Returns:
            Every fault found; empty when all is well.
        """
        return []

    def replace(self, **changes: Any) -> Self:
        """The same stage with some settings changed, validated anew.

        Raises:
            ConfigError: if a changed setting is wrong.
        """
        return type(self)(**{**self.settings(), **changes})

    def settings(self) -> dict[str, Any]:
        """The settings that were given, as they are."""
        return {name: getattr(self, name) for name in sorted_set(self)}

    @classmethod
    def from_settings(cls, text: str) -> Self:
        """A stage from JSON text of its settings (lists become tuples, as JSON has none)."""
        stage = cls.__new__(cls)
        cls.__pydantic_validator__.validate_json(text, self_instance=stage)
        return stage

    @classmethod
    def has_rehearsal(cls) -> bool:
        """True if the class, or one above it, defines `rehearse`."""
        return cls.rehearse is not Stage.rehearse

    @classmethod
    def default_name(cls) -> str:
        """The class name in snake case: `train` for Train."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={brief(value)}" for name, value in self.settings().items())
        return f"{type(self).__name__}({shown})"

    __str__ = __repr__


def plain(value: Any) -> Any:
    """Lists as tuples and numpy scalars as Python numbers, inside dicts too."""
    if isinstance(value, list | tuple):
        return tuple(plain(item) for item in value) if type(value) in (list, tuple) else value
    if type(value) is dict:
        return {key: plain(item) for key, item in value.items()}
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        return value.item()
    return value


def brief(value: Any) -> str:
    """A setting in one short piece of text."""
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    if isinstance(value, PathLike):
        return repr(str(value))
    if isinstance(value, tuple):
        return "(" + ", ".join(brief(item) for item in value) + ("," * (len(value) == 1)) + ")"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{brief(k)}: {brief(v)}" for k, v in value.items()) + "}"
    return f"<{getattr(value, '__name__', type(value).__name__)}>"


def sorted_set(stage: Stage) -> list[str]:
    """The names of the settings that were given, in the order of the fields."""
    return [name for name in type(stage).model_fields if name in stage.model_fields_set]


def _call_signature(cls: type[Stage]) -> CallSignature:
    """How the class is called: the first fields by position too, the rest by keyword."""
    parameters = []
    for name, field in cls.model_fields.items():
        positional = field.kw_only is False
        kind = Parameter.POSITIONAL_OR_KEYWORD if positional else Parameter.KEYWORD_ONLY
        default = Parameter.empty if field.is_required() else field.get_default()
        parameters.append(Parameter(name, kind, default=default, annotation=field.annotation))
    return CallSignature(parameters)
