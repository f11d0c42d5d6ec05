"""What a folder says of the run it holds: which run it is, and what of it is complete."""

import json
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fivefold.core.artifact import Artifact, Outline, load, save
from fivefold.core.circumstances import CIRCUMSTANCES
from fivefold.core.difference import refusal
from fivefold.core.events import Noted
from fivefold.core.identity import known_by_name
from fivefold.core.key import Key
from fivefold.core.session import Session
from fivefold.core.store import digest_of, needs_outline, write_bytes
from fivefold.errors import ResumeError, StoreError

RECIPE = "recipe.json"
RECORD = "run.json"
TORN = ".[rc]*.json.*.tmp"  # what a process leaves that was killed while it wrote one of these
EARLIER = "earlier.run"
"""The folder for the run that another one took the place of; a dot, so no stage has its name."""
ARTIFACT = "artifact"
FORMAT = "fivefold/run-3"


@dataclass(frozen=True)
class Saved:
    """One complete artifact: SHA-256 of its manifest, seconds it took, digest of its step."""

    sha256: str
    seconds: float = 0.0
    digest: str = ""


@dataclass(eq=False)
class Record:
    """A run in a folder: what decides its bits, its stages in order, and what is complete.

    An artifact is complete when the record names it with the digest of its manifest, which in turn
    holds the digest of every file. So nothing that another run left can be mistaken for it.

    Attributes:
        steps: what decided the bits of each step that was made, by name.
        decided: what became of each step and why, in words.
        finished: whether the run came to its end.
        earlier: `steps` of the run that was in the folder before.
    """

    folder: Path
    identity: Mapping[str, Any]
    stages: tuple[str, ...]
    saved: dict[str, Saved] = field(default_factory=dict)
    steps: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    decided: dict[str, str] = field(default_factory=dict)
    finished: bool = False
    earlier: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    _loaded: dict[str, Artifact] = field(default_factory=dict, repr=False)

    def write(self) -> None:
        """Put the record into its folder, whole or not at all."""
        content = {
            "format": FORMAT,
            "stages": self.stages,
            "identity": self.identity,
            "saved": {name: vars(saved) for name, saved in self.saved.items()},
            "decided": self.decided,
            "finished": self.finished,
            "steps": self.steps,
        }
        write_bytes(self.folder / RECORD, json.dumps(content, indent=1).encode())

    def keep(
        self,
        name: str,
        key: Key,
        artifact: Artifact,
        session: Session,
        seconds: float = 0.0,
        outline: Outline | None = None,
    ) -> str:
        """Save what a step wrote, or say why not; its digest, or else that of its step.

        Args:
            name: of its folder.
            key: its address.
            artifact: what was written.
            session: of the step, or of what was derived.
            seconds: that it took to make.
            outline: of the artifact, where its stage gives one.
        """
        folder = self.folder / name / ARTIFACT
        self.steps[name] = session.identity
        try:
            digest = save(artifact, folder, outline)
            if artifact.is_whole:
                self.saved[name] = Saved(digest, seconds, session.digest)
                self.write()
                return digest
        except (StoreError, OSError) as error:
            why = error.summary if isinstance(error, StoreError) else error.strerror
            session.emit(Noted(text=f"{key} was not saved: {why}"))
        self.forget([name])
        return session.digest

    def forget(self, names: Iterable[str]) -> None:
        """Let artifacts of these names count as incomplete; this is not written yet."""
        for name in names:
            self.saved.pop(name, None)

    def load(self, kind: type[Artifact], name: str, outline: Outline | None = None) -> Artifact:
        """The artifact of this name, if it is what was saved; read once.

        Raises:
            StoreError: if it is damaged, or was not saved by this run.
        """
        if name in self._loaded:
            return self._loaded[name]
        folder, found = self.folder / name / ARTIFACT, "another"
        try:
            if name in self.saved and digest_of(folder) == self.saved[name].sha256:
                return self._loaded.setdefault(name, load(kind, folder, outline))
        except OSError as error:
            found = f"none: {error.strerror}"
        remedy = "Make the artifact again."
        raise StoreError.expected(kind.__name__, f"in {folder} what this run saved", found, remedy)

    def needs_stage(self, name: str) -> bool:
        """Whether what a step wrote is put into what its stage makes, where it is loaded."""
        return name in self.saved and needs_outline(self.folder / name / ARTIFACT)

    def check_holds(self, name: str, identity: Mapping[str, Any]) -> None:
        """Refuse to load what a step wrote whose settings hold something else now.

        Raises:
            ResumeError: naming what differs.
        """
        then, now = (
            {setting: of[setting] for setting in of if setting.startswith(f"{name}.")}
            for of in (self.steps.get(name, {}).get("contents", {}), identity["contents"])
        )
        fault = refusal({"contents": then}, {"contents": now}, "Pipeline.run", self.folder)
        if fault is not None:
            raise fault

    def _compares(self, setting: str) -> bool:
        """Whether what a setting holds is compared before what its stage wrote is taken."""
        name = setting.partition(".")[0]
        held = self.steps.get(name, {}).get("contents", {}).get(setting)
        return isinstance(held, str) and self.needs_stage(name)

    def clear(self, names: Iterable[str]) -> None:
        """Remove what stages of these names left to go on from; artifacts stay."""
        for name in names:
            folder = self.folder / name
            for path in folder.iterdir() if folder.is_dir() else ():
                if path.name == ARTIFACT:
                    continue
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()


def read_record(folder: Path) -> Record | None:
    """The record in a folder; None if no run was begun there.

    Raises:
        ResumeError: if there is one that cannot be read.
    """
    path, found = folder / RECORD, "a damaged one"
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["format"] != FORMAT:
            found = f"one in the form {content['format']}"
            raise ValueError(found)
        saved = {name: Saved(**entry) for name, entry in content["saved"].items()}
        return Record(
            folder,
            dict(content["identity"]),
            tuple(content["stages"]),
            saved,
            steps=dict(content.get("steps", {})),
            decided=dict(content.get("decided", {})),
            finished=bool(content.get("finished")),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        remedy = "Choose a new folder, or begin again with resume=False."
        raise ResumeError.expected(
            "Pipeline.run", f"the record of a run in {path}", found, remedy, path=path
        ) from None


def find_record(session: Session) -> Record | None:
    """The record of the run to go on with; None where there is none, or none is wanted.

    Raises:
        ResumeError: if the run was begun by another pipeline, seed, device or version; every
            difference is named.
    """
    if not session.resume or session.directory is None:
        return None
    record = read_record(session.directory)
    if record is None:
        session.emit(Noted(text=f"No run in {session.directory} yet: this is its start."))
        return None
    found = refusal(record.identity, session.identity, "Pipeline.run", session.directory)
    if found is not None:
        raise found
    names = [name for name in known_by_name(session.identity) if not record._compares(name)]
    if names:
        verb = "is" if len(names) == 1 else "are"
        text = f"{', '.join(names)} {verb} taken to be what the run was begun with."
        session.emit(Noted(text=text))
    return record


def begin_record(session: Session, names: Iterable[str], record: Record | None) -> Record | None:
    """The record to keep from now on: the one to go on with, or a new one in an empty place."""
    folder, names = session.directory, tuple(names)
    if folder is None:
        return None
    for torn in folder.glob(TORN):
        torn.unlink()
    if record is not None:
        return record
    folder.mkdir(parents=True, exist_ok=True)
    with suppress(ResumeError):
        record = read_record(folder)
    earlier = record.steps if record is not None else {}
    place = set_aside(folder, names)
    if place is not None:
        text = f"The earlier run in {folder} is now in {place}, until the next one begins."
        session.emit(Noted(text=text))
    record = Record(folder, session.identity, names, earlier=earlier)
    write_bytes(folder / RECIPE, session.recipe.encode())
    record.write()
    return record


def set_aside(folder: Path, names: Iterable[str]) -> Path | None:
    """Make room for a run of these stages: where the earlier one is now, if it left anything."""
    try:
        record = read_record(folder)
    except ResumeError:
        record = None
    known = [*names, *(record.stages if record else ()), *(record.saved if record else ())]
    own = [name for name in dict.fromkeys(known) if Path(name).name == name not in ("", "..")]
    left = [name for name in own if (folder / name).exists()]
    if not left:
        return None
    place = folder / EARLIER
    if place.exists():
        shutil.rmtree(place)
    place.mkdir()
    for name in [*left, RECIPE, RECORD, CIRCUMSTANCES]:
        if (folder / name).exists():
            (folder / name).rename(place / name)
    return place


def saved_digest(artifact: Artifact, outline: Outline | None = None) -> str:
    """The digest that an artifact would be saved with; empty if it cannot be saved."""
    try:
        return save(artifact, None, outline)
    except StoreError:
        return ""
