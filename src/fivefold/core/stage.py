"""A step of a pipeline: frozen settings, and `run()`."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Annotated, Any, ClassVar, NoReturn, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    PositiveInt,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from fivefold.core.artifact import Artifact
from fivefold.core.context import Context
from fivefold.core.declaration import Declared, call_signature, check_fields, check_twins
from fivefold.core.faults import config_error, told_of
from fivefold.core.jsontext import parse_json
from fivefold.core.parameters import has_parameters, with_parameters
from fivefold.core.session import Session
from fivefold.core.signature import Signature, reflect
from fivefold.core.space import OneOf, ends, holds_space
from fivefold.core.values import lists_texts, plain, read_value
from fivefold.core.wording import brief, named_after
from fivefold.errors import ConfigError, FivefoldError, SignatureError

Count = PositiveInt
PathText = str | PathLike[str]


class IsData:
    """The mark of `Data`."""


Data = Annotated[Any, IsData()]
"""The type of a setting that holds rows, or says where they are. What is noted of a run, in its
bundle and its report, names a place and never holds rows."""


class Stage(BaseModel, metaclass=Declared):
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

    tries_first: ClassVar[bool] = False
    """True for a stage whose `run()` begins with what its `rehearse()` shows: where nothing else is
    rehearsed, it is not rehearsed before itself."""

    completes: ClassVar[bool] = False
    """True for a stage that completes what it replaces, as `Label` gives rows a target."""

    bitless: ClassVar[frozenset[str]] = frozenset()
    """Names of settings that decide no bit of what is written: they may differ in a resumed run."""

    uncacheable: ClassVar[str] = ""
    """Why what it writes must not be taken from a cache, in words; empty where it may. `sources()`
    tells of files, so these are no reason."""

    wiring: ClassVar[Signature]

    def __init__(self, *positional: Any, **settings: Any) -> None:
        names = [name for name, field in type(self).model_fields.items() if field.kw_only is False]
        if len(positional) > len(names):
            who, most, given = type(self).__name__, len(names), len(positional)
            raise TypeError(f"{who} takes {most} positional argument(s) but {given} were given")
        for name, value in zip(names, positional, strict=False):
            if name in settings:
                raise TypeError(f"{type(self).__name__} got two values for {name!r}")
            settings[name] = value
        spaces = {name: value for name, value in settings.items() if holds_space(value)}
        if spaces:
            settings = type(self)._closed(settings, spaces)
        try:
            super().__init__(**settings)
        except ValidationError as error:
            raise type(self)._refusal(told_of(error)) from None
        self.__dict__.update(spaces)

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        super().__pydantic_init_subclass__(**options)
        taken = {n for n in (*dir(Stage), *dir(BaseModel), "name") if not n.startswith("_")}
        check_fields(cls, taken, cls.bitless)
        if cls.run is not Stage.run:
            cls.wiring = reflect(cls.run, f"{cls.__qualname__}.run", Artifact)
        check_twins(cls, Stage)
        cls.__signature__ = call_signature(cls)

    @property
    def takes_open(self) -> bool:
        """Whether it may change what a later stage completes: see `Step.signature`."""
        return False

    @model_validator(mode="wrap")
    @classmethod
    def _explain(
        cls, values: Any, build: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        if not hasattr(cls, "wiring"):
            raise SignatureError(
                f"{cls.__qualname__}: expected a run() that says what it reads and writes, "
                "found none.",
                remedy="Define run(self, ...) with annotations.",
                owner=cls.__qualname__,
            )
        if info.mode == "json" and isinstance(values, dict):
            values = {name: cls._read(name, value) for name, value in values.items()}
        return build(values)

    @classmethod
    def _closed(cls, settings: dict[str, Any], spaces: dict[str, Any]) -> dict[str, Any]:
        """The settings with the first end of each space, every end of which would be valid there.

        Options are put into the spaces as the settings have them.
        """
        first = {**settings, **{name: next(ends(space)) for name, space in spaces.items()}}
        faults: list[dict[str, Any]] = []
        for name, space in spaces.items():
            taken: list[Any] = []
            for end in ends(space):
                stage, closed = cls.__new__(cls), {**first, name: end}
                try:
                    cls.__pydantic_validator__.validate_python(closed, self_instance=stage)
                    taken.append(getattr(stage, name))
                except ValidationError as error:
                    for fault in told_of(error):
                        here = fault["loc"][:1] == (name,)
                        if here or fault["loc"][:1] not in [(other,) for other in spaces]:
                            faults.append({**fault, "of": space} if here else fault)
            if isinstance(space, OneOf) and not holds_space(space.options):
                spaces[name] = space.having(tuple(taken))
            elif has_parameters(space):
                spaces[name] = with_parameters(space, {})  # the one that was given may be changed
        if faults:
            raise cls._refusal(faults)
        return first

    @classmethod
    def _refusal(cls, faults: Sequence[Mapping[str, Any]]) -> ConfigError:
        return config_error(cls.__name__, tuple(cls.model_fields), faults)

    @classmethod
    def _read(cls, name: str, value: Any) -> Any:
        field = cls.model_fields.get(name)
        try:
            return value if field is None else read_value(value, field.annotation)
        except ValueError as error:
            raise ConfigError(
                f"{cls.__name__}: expected a valid setting, found 1 wrong: {name}.",
                evidence=f"  {name}: {error}",
                remedy="Leave one of them out.",
                stage=cls.__name__,
                settings=(name,),
            ) from None

    @field_validator("*", mode="before")
    @classmethod
    def _plain(cls, value: Any, info: ValidationInfo) -> Any:
        annotation = cls.model_fields[str(info.field_name)].annotation
        if isinstance(value, str) and lists_texts(annotation):
            return (value,)
        return plain(value, annotation)

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Do the work: read artifacts, return one."""
        raise SignatureError(f"{type(self).__name__}: expected a run() of its own, found none.")

    def rehearse(self, *args: Any, **kwargs: Any) -> Any:
        """What `run()` would write, without the long work; called before that begins.

        Overridden by stages whose late failure would cost hours: Train checks the module on eight
        rows and gives an untrained network, Deploy tries to export that.
        """
        raise SignatureError(f"{type(self).__name__}: expected a rehearse(), found none.")

    def outline(self, *args: Any, **kwargs: Any) -> Any:
        """What `run()` would write before anything is learnt.

        Overridden by stages that write a `torch.nn.Module`, of which tensors and plain values are
        saved: they are put into the one in the outline when the artifact is loaded.
        """
        raise SignatureError(f"{type(self).__name__}: expected an outline(), found none.")

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        """Faults that can be seen before the work: paths, extras, names.

        Called before the first stage runs, and again after each stage before this one.

        Args:
            session: the run as this stage will see it.
            found: what has been written so far; `found.get(Collected)` is None at first.

        Returns:
            Every fault found; empty when all is well.
        """
        return []

    def sources(self) -> Mapping[str, str]:
        """Digests, by name, of what it reads besides artifacts: files, a version of a database.

        Where one of them changes, the stage is made again, and not taken from the cache.
        """
        return {}

    def replace(self, **changes: Any) -> Self:
        """The same stage with some settings changed, validated anew.

        Raises:
            ConfigError: if a changed setting is wrong.
        """
        return type(self)(**{**self.settings(), **changes})

    def settings(self) -> dict[str, Any]:
        """The settings that were given, as they are."""
        return {n: getattr(self, n) for n in type(self).model_fields if n in self.model_fields_set}

    @classmethod
    def from_settings(cls, text: str) -> Self:
        """A stage from JSON text of its settings (lists become tuples, as JSON has none)."""
        stage = cls.__new__(cls)
        if holds_space(read := {n: cls._read(n, v) for n, v in parse_json(text).items()}):
            return cls(**read)
        try:
            cls.__pydantic_validator__.validate_json(text, self_instance=stage)
        except ValidationError as error:
            raise cls._refusal(told_of(error)) from None
        return stage

    @classmethod
    def from_parts(cls, settings: Mapping[str, Any]) -> Self:
        """A stage from values of JSON and objects."""
        return cls(**{name: cls._read(name, value) for name, value in settings.items()})

    @classmethod
    def has_rehearsal(cls) -> bool:
        """True if the class defines `rehearse`."""
        return cls.rehearse is not Stage.rehearse

    @classmethod
    def has_outline(cls) -> bool:
        """True if the class defines `outline`."""
        return cls.outline is not Stage.outline

    @classmethod
    def holds_rows(cls, name: str) -> bool:
        """True for a setting that holds rows, or says where they are."""
        return any(isinstance(mark, IsData) for mark in cls.model_fields[name].metadata)

    @classmethod
    def default_name(cls) -> str:
        """The class name in snake case: `train` for Train."""
        return named_after(cls.__name__)

    def __iter__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is one stage; write a list of stages")

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            raise TypeError(f"nothing is stored on a stage; {name!r} belongs in an artifact")
        super().__setattr__(name, value)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={brief(value)}" for name, value in self.settings().items())
        return f"{type(self).__name__}({shown})"

    __str__ = __repr__
