"""What a stage reads and writes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, replace
from inspect import ismethod
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, NoReturn, Self, dataclass_transform

from fivefold.core.key import Key
from fivefold.core.signature import Signature, reflect
from fivefold.core.store import load_fields, save_fields
from fivefold.core.wording import brief
from fivefold.errors import FivefoldError, PreflightError, SignatureError, StoreError

UNSAVED = MappingProxyType({"saved": False})
"""Metadata of a field that refers to what is not the artifact's own: it needs a default, which it
has again when the artifact is loaded."""


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Facts(Mapping[str, Any]):
    """What is known of something, as attributes and as a mapping; never changed.

    A subclass lists names with types and defaults. The mapping holds what was given, in that
    order, other names too; the attributes fall back to the defaults, and those that a mapping has
    stay its methods. An artifact takes a dict where one of its fields is declared as such a class,
    and saves it as one.

    Example:
        >>> class Taken(Facts):
        ...     seconds: float = 0.0
        ...     resumed: int = 0
        >>> taken = Taken(seconds=1.5)
        >>> taken.seconds, taken["seconds"], taken.resumed, dict(taken)
        (1.5, 1.5, 0, {'seconds': 1.5})
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        taken = sorted(name for name in cls.__annotations__ if hasattr(Facts, name))
        if taken:
            summary = (
                f"{cls.__qualname__}: expected no names of a mapping's methods, found {taken[0]}."
            )
            raise SignatureError(summary, remedy="Rename it.", owner=cls.__qualname__)

    def __init__(self, /, **values: Any) -> None:
        self.__dict__.update({n: v for n, v in values.items() if not hasattr(Facts, n)})
        self.__dict__["_values"] = values

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Values by name as such facts."""
        return values if isinstance(values, cls) else cls(**values)

    def __getitem__(self, name: str) -> Any:
        values: dict[str, Any] = self.__dict__["_values"]
        return values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__["_values"])

    def __len__(self) -> int:
        return len(self.__dict__["_values"])

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is not changed; make another with {name}")

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.items())
        return f"{type(self).__name__}({shown})"


@dataclass_transform(frozen_default=True, kw_only_default=True, eq_default=False)
class Artifact:
    """Something that one stage writes and others read; the class is its address.

    A subclass is a frozen dataclass with keyword-only fields, compared by identity. A subclass
    may define `derive`, a classmethod whose parameters are wired like those of `Stage.run`: when
    a stage reads the artifact and no stage wrote it, the pipeline derives it.

    Example:
        >>> class Distilled(Artifact):
        ...     temperature: float
        >>> Distilled(temperature=2.0)
        Distilled(temperature=2.0)
    """

    made_by: ClassVar[str] = ""
    remembered: ClassVar[bool] = False
    """Whether a run keeps what a stage replaced, so that it can be said what became of it."""
    derivation: ClassVar[Signature | None] = None
    _facts: ClassVar[dict[str, type[Facts]]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        dataclass(frozen=True, kw_only=True, eq=False, repr=False)(cls)
        kinds = {f.name: f.type for f in fields(cls)}  # type: ignore[arg-type]
        cls._facts = {
            name: kind
            for name, kind in kinds.items()
            if isinstance(kind, type) and issubclass(kind, Facts)
        }
        cls.derivation = None
        if "derive" in cls.__dict__:
            derive = cls.derive  # type: ignore[attr-defined]
            known = {cls.__name__: cls}
            cls.derivation = reflect(derive, f"{cls.__qualname__}.derive", Artifact, known)
            if not ismethod(derive) or cls.derivation.writes != Key(cls):
                raise SignatureError(
                    f"{cls.__qualname__}.derive: expected a classmethod that returns "
                    f"{cls.__name__}, found another one.",
                    remedy=f'Write @classmethod and -> "{cls.__name__}".',
                    owner=cls.__qualname__,
                )

    def __post_init__(self) -> None:
        for name, kind in self._facts.items():
            object.__setattr__(self, name, kind.of(getattr(self, name)))

    def __repr__(self) -> str:
        shown = ", ".join(f"{f.name}={brief(getattr(self, f.name))}" for f in fields(self))  # type: ignore[arg-type]
        return f"{type(self).__name__}({shown})"

    def replace(self, **changes: Any) -> Self:
        """The same artifact with some fields exchanged."""
        return replace(self, **changes)  # type: ignore[type-var]

    def fitted(self) -> Mapping[str, Any]:
        """What in it was learnt from rows: this must not move when test rows are corrupted."""
        return {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]

    @property
    def is_open(self) -> bool:
        """Whether a later stage has to complete it, before others may read it."""
        return False

    def open_fault(self, who: str, later: str = "") -> FivefoldError:
        """The fault of a stage that reads it while it is open; a later one may complete it."""
        remedy = f"Put {who} after {later}." if later else "Put the stage that completes it before."
        return PreflightError.expected(
            who, f"a complete {type(self).__name__}", "an open one", remedy
        )

    def refusal(self) -> FivefoldError | None:
        """Why a run must not go on from here; None where it may. What was made is kept."""
        return None

    @property
    def is_whole(self) -> bool:
        """Whether what made it came to its end; if not, a resumed run goes on making it."""
        return True

    def save(self, folder: str | Path | None, *, outline: "Outline | None" = None) -> str:
        """Write the artifact to a folder as JSON, arrays, tensors and tables.

        Args:
            folder: where to; an artifact that is there is replaced. None writes nothing, for the
                digest alone.
            outline: gives an artifact of the class as it is before anything is learnt, by which a
                `torch.nn.Module` in a field is saved too: see `Stage.outline`.

        Returns:
            SHA-256 of the manifest, which holds those of the files.

        Raises:
            StoreError: if a field holds something that would need pickle.
        """
        values = {name: getattr(self, name) for name in self._saved()}
        values |= {name: dict(values[name]) for name in self._facts if name in values}
        place = None if folder is None else Path(folder)
        return save_fields(type(self).__qualname__, values, place, outline)

    @classmethod
    def _saved(cls) -> list[str]:
        return [f.name for f in fields(cls) if f.metadata.get("saved", True)]  # type: ignore[arg-type]

    @classmethod
    def load(cls, folder: str | Path, *, outline: "Outline | None" = None) -> Self:
        """The artifact that `save` wrote; runs nothing from the folder.

        Args:
            folder: where it lies.
            outline: as of `save`; what was learnt is put into what it gives.

        Raises:
            StoreError: if the folder is damaged or holds another artifact.
        """
        values = load_fields(cls.__qualname__, Path(folder), outline=outline)
        names = set(cls._saved())
        later = {f.name for f in fields(cls) if not _is_required(f)}  # type: ignore[arg-type]
        if not names - later <= set(values) <= names:
            raise StoreError(
                f"{cls.__qualname__}: expected the fields {sorted(names)}, found {sorted(values)}.",
                remedy="Make the artifact again with this version.",
            )
        return cls(**values)


def _is_required(one: Field[Any]) -> bool:
    """Whether a field must be given: one without a default, which an older folder has as well."""
    return one.default is MISSING and one.default_factory is MISSING


Outline = Callable[[], Artifact]
"""What gives an artifact as it is before anything is learnt."""


def save(artifact: Artifact, folder: Path | None, outline: Outline | None) -> str:
    """Save an artifact, by an outline if there is one; its class may have a `save` of its own."""
    return artifact.save(folder) if outline is None else artifact.save(folder, outline=outline)


def load(kind: type[Artifact], folder: Path, outline: Outline | None) -> Artifact:
    """Load an artifact, by an outline if there is one; its class may have a `load` of its own."""
    return kind.load(folder) if outline is None else kind.load(folder, outline=outline)
