"""What a stage reads and writes."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self, dataclass_transform

from fivefold.core.signature import Signature, reflect
from fivefold.core.store import load_fields, save_fields


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
    derivation: ClassVar[Signature | None] = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        dataclass(frozen=True, kw_only=True, eq=False, repr=False)(cls)
        if "derive" in cls.__dict__:
            derive = cls.derive  # type: ignore[attr-defined]
            known = {cls.__name__: cls}
            cls.derivation = reflect(derive, f"{cls.__qualname__}.derive", Artifact, known)

    def __repr__(self) -> str:
        shown = ", ".join(f"{f.name}={_brief(getattr(self, f.name))}" for f in fields(self))  # type: ignore[arg-type]
        return f"{type(self).__name__}({shown})"

    def replace(self, **changes: Any) -> Self:
        """The same artifact with some fields exchanged."""
        return replace(self, **changes)  # type: ignore[type-var]

    def fitted(self) -> Mapping[str, Any]:
        """What in it was learnt from rows: this must not move when test rows are corrupted."""
        return {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]

    def save(self, folder: str | Path) -> None:
        """Write the artifact to a new folder as JSON, arrays, tensors and tables.

        Args:
            folder: where to; must not exist or be empty.

        Raises:
            StoreError: if a field holds something that would need pickle.
        """
        values = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        save_fields(type(self).__qualname__, values, Path(folder))

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """The artifact that `save` wrote; runs nothing from the folder.

        Raises:
            StoreError: if the folder is damaged or holds another artifact.
        """
        return cls(**load_fields(cls.__qualname__, Path(folder)))


class Key(NamedTuple):
    """The address of an artifact: its class, and a label where there are several of a class."""

    type: type[Artifact]
    label: str = ""

    def __str__(self) -> str:
        return f'{self.type.__name__} "{self.label}"' if self.label else self.type.__name__


def _brief(value: Any) -> str:
    """A value in few characters: plain values as they are, anything large by its shape or size."""
    if value is None or isinstance(value, bool | int | float | str | Path):
        return repr(value) if len(repr(value)) <= 60 else f"{type(value).__name__} of {len(value)}"  # type: ignore[arg-type]
    if hasattr(value, "shape"):
        return f"{type(value).__name__}{tuple(value.shape)}"
    try:
        return f"{type(value).__name__} of {len(value)}"
    except TypeError:
        return type(value).__name__
