"""What a folder says of the run it holds: which run it is, and what of it is complete."""

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from fivefold.core.artifact import Artifact
from fivefold.core.store import MANIFEST, write_bytes
from fivefold.errors import ResumeError, StoreError

RECIPE = "recipe.json"
RECORD = "run.json"
TORN = ".r*.json.*.tmp"
"""What a process leaves that was killed while it wrote one of these two."""
EARLIER = "earlier.run"
"""The folder for the run that another one took the place of; a dot, so no stage has its name."""
ARTIFACT = "artifact"
FORMAT = "fivefold/run-1"


@dataclass(frozen=True)
class Saved:
    """One complete artifact: the digest of its manifest, and the seconds it took to make."""

    sha256: str
    seconds: float = 0.0


@dataclass(frozen=True)
class Record:
    """A run in a folder; never changed, only written anew.

    An artifact counts as complete when the record names it with the digest of its manifest, which
    in turn holds the digest of every file. So nothing that another run left can be mistaken for it.

    Args:
        folder: of the run.
        identity: what decides its bits.
        stages: their names in order.
        saved: complete artifacts by the name of their folder.
    """

    folder: Path
    identity: Mapping[str, Any]
    stages: tuple[str, ...]
    saved: Mapping[str, Saved] = field(default_factory=dict)

    def write(self) -> None:
        """Put the record into its folder, whole or not at all."""
        content = {
            "format": FORMAT,
            "stages": self.stages,
            "identity": self.identity,
            "saved": {name: vars(saved) for name, saved in self.saved.items()},
        }
        write_bytes(self.folder / RECORD, json.dumps(content, indent=1).encode())

    def holding(self, name: str, seconds: float = 0.0) -> "Record":
        """The record with the artifact that now lies in the folder of this name; it is written."""
        manifest = (self.folder / name / ARTIFACT / MANIFEST).read_bytes()
        saved = Saved(sha256(manifest).hexdigest(), seconds)
        record = replace(self, saved={**self.saved, name: saved})
        record.write()
        return record

    def without(self, names: Iterable[str]) -> "Record":
        """The record without artifacts of these names; it is not written."""
        left_out = set(names)
        return replace(self, saved={n: s for n, s in self.saved.items() if n not in left_out})

    def load(self, kind: type[Artifact], name: str) -> Artifact:
        """The artifact of this name, if it is what was saved.

        Raises:
            StoreError: if it is damaged, or was not saved by this run.
        """
        folder = self.folder / name / ARTIFACT
        try:
            found = sha256((folder / MANIFEST).read_bytes()).hexdigest()
            if name not in self.saved or found != self.saved[name].sha256:
                raise StoreError(
                    f"{kind.__name__}: expected in {folder} what this run saved, found another.",
                    remedy="Make the artifact again.",
                )
            return kind.load(folder)
        except OSError as error:
            raise StoreError(
                f"{kind.__name__}: expected an artifact in {folder}, found: {error.strerror}.",
                remedy="Make the artifact again.",
            ) from error

    def clear(self, names: Iterable[str]) -> None:
        """Remove what stages of these names left to go on from; artifacts stay."""
        for name in names:
            folder = self.folder / name
            for path in folder.iterdir() if folder.is_dir() else ():
                if path.name != ARTIFACT:
                    _remove(path)


def read_record(folder: Path) -> Record | None:
    """The record in a folder; None if no run was begun there.

    Raises:
        ResumeError: if there is one that cannot be read.
    """
    path = folder / RECORD
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["format"] != FORMAT:
            raise ValueError(content["format"])
        saved = {name: Saved(**entry) for name, entry in content["saved"].items()}
        identity, stages = dict(content["identity"]), tuple(content["stages"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ResumeError(
            f"Pipeline.run: expected the record of a run in {path}, found a damaged one.",
            remedy="Choose a new folder, or begin again with resume=False.",
            path=path,
        ) from None
    return Record(folder, identity, stages, saved)


def set_aside(folder: Path, names: Iterable[str]) -> Path | None:
    """Make room for a new run: move what the earlier one left to a place below the folder.

    Args:
        folder: of the earlier run and of the new one.
        names: of the new run's stages.

    Returns:
        Where the earlier run is now; None if it left nothing.
    """
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
    for name in [*left, RECIPE, RECORD]:
        if (folder / name).exists():
            (folder / name).rename(place / name)
    return place


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
