"""What steps wrote, kept by what decides its bits: a folder that several processes may share."""

import json
import os
import re
import shutil
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

from fivefold.core.artifact import Artifact, Outline, load, save
from fivefold.core.store import digest_of, write_bytes
from fivefold.core.wording import bytes_text
from fivefold.errors import ConfigError, PreflightError, StoreError

FOLDER = "FIVEFOLD_CACHE"
LIMIT = "FIVEFOLD_CACHE_BYTES"
DEFAULT_LIMIT = 10 * 2**30
ARTIFACTS, STEPS, PLACES = "artifacts", "steps", "places"
RECENT = 32  # earlier runs of a step that are compared with it

_DIGEST = re.compile("[0-9a-f]{64}")
_STALE = 3_600  # seconds after which what a killed process was writing is removed


@dataclass(frozen=True)
class Entry:
    """One step that was run: what decided its bits, and where what it wrote lies.

    Args:
        identity: what decided the bits.
        artifact: digest of what it wrote, by which that is called.
        seconds: that it took.
        refits: digest of what decides the bits of its refits; empty if it had none.
    """

    identity: Mapping[str, Any]
    artifact: str
    seconds: float = 0.0
    refits: str = ""


class Cache:
    """A folder of artifacts, each under its own digest, and of the steps that wrote them.

    What is read is verified. What is written is written beside and renamed, so that processes
    need not wait for one another. Beyond the limit what was used longest ago goes.

    Args:
        folder: of its files; it is made when the first is written.
        limit: bytes; None is what `FIVEFOLD_CACHE_BYTES` says, else 10 GiB.

    Raises:
        ConfigError: if the limit is no number of bytes.
    """

    def __init__(self, folder: Path, limit: int | None = None) -> None:
        self.folder = folder.expanduser().resolve()
        self.limit = _limit() if limit is None else limit
        self.said: set[str] = set()
        self._at_hand: dict[str, Artifact] = {}
        self._since = self.limit  # bytes that were written since all were counted

    def find(self, key: str) -> Entry | None:
        """The step of a key, if what it wrote is there too.

        Raises:
            StoreError: if it is damaged.
        """
        path, entry, whole = self._step(key), None, False
        try:
            content = json.loads(path.read_text("utf-8"))
            entry = Entry(**content["step"])
            whole = content["sha256"] == key_of(content["step"]) and key_of(entry.identity) == key
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            pass
        if entry is None or not whole:
            with suppress(OSError):
                path.unlink()
            raise _damaged(f"the step {key[:12]}")
        return entry if self._artifact(entry.artifact).is_dir() else None

    def load(self, entry: Entry, kind: type[Artifact], outline: Outline | None = None) -> Artifact:
        """What a step wrote.

        Raises:
            StoreError: if it is damaged or gone.
        """
        if entry.artifact in self._at_hand and type(self._at_hand[entry.artifact]) is kind:
            return self._at_hand.pop(entry.artifact)
        folder = self._artifact(entry.artifact)
        try:
            if digest_of(folder) != entry.artifact:
                raise _damaged(f"the manifest of {kind.__name__}")
            artifact = load(kind, folder, outline)
        except (StoreError, OSError) as error:
            _remove(folder)
            raise error if isinstance(error, StoreError) else _damaged(kind.__name__) from None
        for path in (folder, self._step(key_of(entry.identity))):
            with suppress(OSError):
                os.utime(path)
        return artifact

    def hold(self, entry: Entry, artifact: Artifact) -> None:
        """Have at hand what was loaded, until it is loaded again."""
        self._at_hand[entry.artifact] = artifact

    def keep(
        self, entry: Entry, artifact: Artifact, place: str = "", outline: Outline | None = None
    ) -> Entry:
        """Write what a step wrote, and the step.

        Args:
            entry: without the digest of the artifact.
            artifact: what was written.
            place: of the step in its pipeline, by its name; empty for those of refits.
            outline: of the artifact, where its stage gives one.

        Returns:
            The entry as it is kept.

        Raises:
            StoreError: if it cannot be saved without pickle, or is larger than the limit.
            OSError: what the system said.
        """
        beside = self.folder / ARTIFACTS / f".{token_hex(8)}.tmp"
        try:
            digest = save(artifact, beside, outline)
            if (size := _size(beside)) > self.limit:
                wanted, found = f"at most {bytes_text(self.limit)}", bytes_text(size)
                remedy = f"Set {LIMIT} to more bytes."
                raise StoreError.expected(type(artifact).__name__, wanted, found, remedy)
            folder = self._artifact(digest)
            with suppress(OSError):  # another process was faster
                beside.rename(folder)
        finally:
            if beside.exists():
                shutil.rmtree(beside, ignore_errors=True)
        with suppress(OSError):
            os.utime(folder)
        step = {**asdict(entry), "artifact": digest}
        entry = Entry(**step)
        path = self._step(key_of(step["identity"]))
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, json.dumps({"step": step, "sha256": key_of(step)}, indent=1).encode())
        if place:
            self.note(place, path.stem)
        self._make_room(size, {digest, path.stem})
        return entry

    def note(self, place: str, key: str) -> None:
        """Take note that the last run of the step in a place has this key."""
        marks = self.folder / PLACES / place
        with suppress(OSError):
            marks.mkdir(parents=True, exist_ok=True)
            (marks / key).touch()

    def earlier(self, place: str, identity: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """What decided the bits of the last runs of a stage in a place, the newest first."""
        marks = self.folder / PLACES / place
        found = sorted(_used(marks), reverse=True) if marks.is_dir() else []
        for _, path in found[:RECENT]:
            with suppress(StoreError, OSError, ValueError, KeyError, TypeError):
                entry = json.loads(self._step(path.name).read_text("utf-8"))["step"]
                if entry["identity"]["stages"] == identity["stages"]:
                    yield entry["identity"]

    def faults(self) -> list[PreflightError]:
        """What keeps it from being written: a file in its place, no permission."""
        above = next(path for path in (self.folder, *self.folder.parents) if path.exists())
        if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
            return []
        found = f"{above} read-only" if above.is_dir() else f"a file, {above}"
        remedy = "Choose another folder."
        wanted = f"to keep artifacts in {self.folder}"
        return [PreflightError.expected("Pipeline.run", wanted, found, remedy, path=self.folder)]

    def _artifact(self, digest: str) -> Path:
        return self.folder / ARTIFACTS / digest

    def _step(self, key: str) -> Path:
        return self.folder / STEPS / f"{key}.json"

    def _make_room(self, size: int, kept: Collection[str]) -> None:
        """Let go of what was used longest ago, where all is more than the limit."""
        self._since += size
        if self._since * 64 < self.limit:
            return
        found = [
            (used, path, _size(path))
            for place in (ARTIFACTS, STEPS)
            for used, path in _used(self.folder / place)
            if _DIGEST.fullmatch(path.stem)
        ]
        total = sum(size for _, _, size in found)
        for _, path, size in sorted(found):
            if total <= self.limit:
                break
            if path.stem not in kept:
                _remove(path)
                total -= size
        for used, path in _used(self.folder / ARTIFACTS):
            if path.suffix == ".tmp" and used < time.time() - _STALE:
                shutil.rmtree(path, ignore_errors=True)
        for place in (self.folder / PLACES).glob("*"):
            for _, path in sorted(_used(place), reverse=True)[RECENT:]:
                path.unlink(missing_ok=True)
        self._since = 0


def key_of(identity: Mapping[str, Any]) -> str:
    """SHA-256 of plain values, in which the order of names does not count."""
    return sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def cache_in(asked: "bool | str | os.PathLike[str] | Cache") -> Cache | None:
    """The cache that is asked for: True is the one of the platform, or of `FIVEFOLD_CACHE`.

    Raises:
        ConfigError: if it is none of a bool, a folder and a cache.
    """
    if isinstance(asked, Cache) or asked is False:
        return asked or None
    if asked is True:
        return Cache(default_folder())
    if not isinstance(asked, str | os.PathLike) or not os.fspath(asked):
        remedy = "Pass cache=True, or cache= with a folder."
        raise ConfigError.expected("Pipeline.run", "True, False or a folder", repr(asked), remedy)
    return Cache(Path(asked))


def default_folder() -> Path:
    """Where `cache=True` keeps artifacts: `FIVEFOLD_CACHE`, or the platform's folder for caches."""
    told = os.environ.get(FOLDER)
    if told:
        return Path(told)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "fivefold"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "fivefold" / "Cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fivefold"


def _limit() -> int:
    told = os.environ.get(LIMIT, "")
    if told and not (told.isascii() and told.isdigit()):
        remedy = f"Set {LIMIT} to a whole number."
        raise ConfigError.expected(LIMIT, "a number of bytes", repr(told), remedy)
    return int(told) if told else DEFAULT_LIMIT


def _damaged(what: str) -> StoreError:
    remedy = "Make the artifact again."
    return StoreError.expected("Cache", f"{what} as it was written", "a damaged one", remedy)


def _used(folder: Path) -> list[tuple[float, Path]]:
    """What is in a folder, each with the time it was used last; what goes meanwhile is left out."""
    found = []
    with suppress(OSError):
        for path in folder.iterdir():
            with suppress(OSError):
                found.append((path.stat().st_mtime, path))
    return found


def _size(path: Path) -> int:
    """Bytes of a file, or of those in a folder."""
    with suppress(OSError):
        files = path.iterdir() if path.is_dir() else [path]
        return sum(file.stat().st_size for file in files)
    return 0


def _remove(path: Path) -> None:
    """Take a file or folder away at once, so that nobody sees half of it."""
    with suppress(OSError):
        if not path.is_dir():
            path.unlink()
            return
        gone = path.with_name(f".{token_hex(8)}.tmp")
        path.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
