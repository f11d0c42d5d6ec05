"""A run as it lies in its folder."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from os import PathLike, fspath, walk
from pathlib import Path
from typing import Any, TypeVar

from fivefold.artifacts import Collected, Deployed, Evaluated, Preprocessed, Trained
from fivefold.core.artifact import Artifact
from fivefold.core.circumstances import Circumstances
from fivefold.core.context import Context
from fivefold.core.execution import Execution
from fivefold.core.key import Key
from fivefold.core.lock import is_locked
from fivefold.core.record import ARTIFACT, EARLIER, RECIPE, RECORD, Record, read_record
from fivefold.core.session import Session
from fivefold.core.store import MANIFEST, load_fields, needs_outline
from fivefold.errors import ResumeError, StoreError
from fivefold.partition import Partition
from fivefold.result import Result
from fivefold.study.place import STUDY

A = TypeVar("A", bound=Artifact)

_KNOWN = (Collected, Partition, Preprocessed, Trained, Evaluated, Deployed)


@dataclass(frozen=True, eq=False)
class SavedRun:
    """What a folder tells of the run in it, read when it is asked for.

    Args:
        folder: of the run.
        record: what is complete, and what decided its bits.
        circumstances: when and where it ran; None where none are noted.
        recipe: its pipeline as JSON text.
    """

    folder: Path
    record: Record
    circumstances: Circumstances | None
    recipe: str

    @classmethod
    def of(cls, folder: str | PathLike[str], who: str) -> "SavedRun":
        """The run in a folder.

        Raises:
            ResumeError: if there is none, or one that cannot be read.
        """
        place = Path(fspath(folder))
        record = read_record(place)
        if record is None:
            found = "no such folder" if not place.exists() else f"no {RECORD} in it"
            remedy = "Name the folder that run(directory=...) wrote; `fivefold runs` lists them."
            raise ResumeError.expected(who, f"the folder of a run, {place}", found, remedy)
        try:
            recipe = (place / RECIPE).read_text("utf-8")
        except OSError as error:
            raise ResumeError.expected(
                who, f"the recipe of the run in {place}", str(error.strerror), "Run it again."
            ) from None
        return cls(place, record, Circumstances.read(place), recipe)

    @property
    def identity(self) -> Mapping[str, Any]:
        """What decided its bits."""
        return self.record.identity

    @property
    def stages(self) -> tuple[str, ...]:
        """Names of its stages, in order."""
        return tuple(self.record.stages)

    @property
    def state(self) -> str:
        """As of `state_of`."""
        return state_of(self.folder, self.circumstances)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The name of the last complete step that wrote each class of artifacts, by that."""
        found = {}
        for name in (*self.record.saved, *self.record.stages):
            if name in self.record.saved:
                try:
                    text = (self.folder / name / ARTIFACT / MANIFEST).read_text("utf-8")
                    found[str(json.loads(text)["artifact"])] = name
                except (OSError, ValueError, KeyError, TypeError):
                    continue
        return found

    def get(self, kind: type[A]) -> A | None:
        """The artifact of this class, verified; None if none is complete, or its stage loads it.

        Raises:
            StoreError: if it is damaged.
        """
        name = self.names.get(kind.__name__)
        if name is None or needs_outline(self.folder / name / ARTIFACT):
            return None
        return self.record.load(kind, name)  # type: ignore[return-value]

    def field(self, kind: type[Artifact], field: str) -> Any:
        """One field of an artifact without the others, verified; None where it is not there."""
        name = self.names.get(kind.__name__)
        if name is None:
            return None
        try:
            return load_fields(kind.__name__, self.folder / name / ARTIFACT, {field}).get(field)
        except (StoreError, OSError):
            return None

    @property
    def seconds(self) -> float:
        """What its complete steps took."""
        return sum(saved.seconds for saved in self.record.saved.values())

    def result(self) -> Result:
        """Its artifacts as the run gave them, those of fivefold's own classes.

        Raises:
            StoreError: if one is damaged.
        """
        context = Context()
        for kind in _KNOWN:
            artifact = self.get(kind)
            if artifact is not None:
                context = context.extended(Key(kind), artifact)
        seed = self.record.identity.get("seed", 0)
        session = Session(seed=seed, recipe=self.recipe)
        when = "" if self.circumstances is None else self.circumstances.started
        return Result(Execution(session, context, when=when))


def is_kept(path: str | PathLike[str]) -> bool:
    """Whether a run lies in a folder, or a path is that of a bundle."""
    place = Path(fspath(path))
    return (place / RECORD).is_file() or is_bundle(place)


def is_bundle(place: Path) -> bool:
    """Whether a path is that of a bundle, in a file or a folder."""
    return (place / "codec.json").is_file() or (place.is_file() and place.suffix == ".ff")


def state_of(folder: Path, about: Circumstances | None) -> str:
    """`finished`, `failed`, `interrupted`, `running`, or `killed` where nothing works there."""
    told = about.state if about is not None else "not known"
    return "killed" if told == "running" and not is_locked(folder) else told


def folders_below(folder: Path) -> Iterator[Path]:
    """Folders of runs and of studies, the folder itself among them; not what lies inside one."""
    for place, names, files in walk(folder):
        here = Path(place)
        if RECORD in files or STUDY in files:
            yield here
        if RECORD in files or STUDY in files or here.name == EARLIER:
            names.clear()
        names.sort()
