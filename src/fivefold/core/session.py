"""What a stage knows of the run it is part of; the run itself is a session without a path."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fivefold.core.artifact import Artifact
from fivefold.core.cache import Cache, key_of
from fivefold.core.events import Event, Observer
from fivefold.errors import WiringError

if TYPE_CHECKING:
    from fivefold.core.context import Context, Given

_RESERVED = {"artifact", "con", "prn", "aux", "nul"}
_RESERVED |= {f"{device}{number}" for device in ("com", "lpt") for number in range(10)}
_FOLDER = re.compile(r"\w(?:[\w .=+,-]{0,98}\w)?")


class Session(Artifact):
    """The run as a stage sees it.

    Attributes:
        seed: of this stage alone, derived from the seed of the run and the stage's name, so that
            an inserted stage does not shift the others.
        device: the wish of the caller: `auto`, `cpu`, `cuda`, `cuda:1`.
        directory: where this stage may leave files, or None: nothing is to be written.
        recipe: the pipeline as JSON text.
        path: names from the outermost stage inward.
        is_refit: True inside `refit`.
        resume: whether to go on from what this stage left in `directory`, if anything is there.
        observers: are told every event.
        identity: what decides the bits of this stage, as plain values: its settings, seed and
            code, digests of what it reads, versions; empty where nothing is written to disk.
        cache: what steps wrote in this run and others, by what decides their bits; None for none.
        left_open: names of stages that may leave open what they write, as a later one completes it.

    Example:
        >>> Session(seed=1).seed
        1
    """

    seed: int = 0
    device: str = "auto"
    directory: Path | None = None
    recipe: str = "{}"
    path: tuple[str, ...] = ()
    is_refit: bool = False
    resume: bool = False
    observers: tuple[Observer, ...] = ()
    identity: Mapping[str, Any] = field(default_factory=dict)
    refitting: "Callable[..., Context] | None" = None
    cache: Cache | None = None
    left_open: frozenset[str] = frozenset()

    def emit(self, event: Event) -> None:
        """Tell the listeners, under this stage's path; silent without a run."""
        event = replace(event, path=self.path + event.path)
        for observer in self.observers:
            observer(event)

    @property
    def digest(self) -> str:
        """SHA-256 of what decides the bits of this stage; empty where that is not known."""
        return key_of(self.identity) if self.identity else ""

    @property
    def is_keyed(self) -> bool:
        """Whether steps have an identity, as what they write is kept."""
        return self.directory is not None or self.cache is not None

    @property
    def run_directory(self) -> Path | None:
        """The folder of the whole run, which all of its stages and refits share."""
        if self.directory is None or not self.path:
            return self.directory
        return self.directory.parents[len(self.path) - 1]

    @property
    def may_leave_open(self) -> bool:
        """Whether a later stage completes what this one writes."""
        return bool(self.path) and self.path[-1] in self.left_open

    @property
    def can_refit(self) -> bool:
        """Whether `refit` may be called here."""
        return self.refitting is not None

    def refit(
        self,
        changes: "Given" = (),
        *,
        name: str,
        stages: Mapping[str, Any] | None = None,
        keep_seed: bool = False,
    ) -> "Context":
        """Run again, on changed artifacts or settings, the stages before this one they reach.

        Each runs from the same raw rows with a seed, a directory and events of its own; stages
        with side effects are left out, and the run's own context stays as it is.

        Args:
            changes: an artifact that takes the place of the one of its class, a `Partition` as a
                rule; several in a list; labelled ones as `{(Trained, "teacher"): artifact}`.
            name: of the refit, `fold-1`, another one for each; seeds and folders derive from it.
            stages: those to run in the place of others, by name: `{"train": Train(lr=0.1)}`.
            keep_seed: whether the seeds stay those of the run, for what is compared in pairs.

        Returns:
            All artifacts that stood before this stage, the refitted ones in place of the old.

        Raises:
            WiringError: if the session does not belong to a run, a stage does not fit, or the name
                is taken or none that a folder can have.
        """
        if self.refitting is None:
            raise WiringError(
                "Session: expected refit() in a stage's run() in a pipeline, found it elsewhere.",
                remedy="Call it from run(), and the stage through Pipeline.run().",
            )
        return self.refitting(changes, name=name, stages=stages, keep_seed=keep_seed)

    def child(self, name: str) -> "Session":
        """The run as the stage of this name sees it."""
        return self.replace(
            seed=derive_seed(self.seed, name),
            directory=self.directory / name if self.directory else None,
            path=(*self.path, name),
            identity={},
            refitting=None,
        )

    def refitted(self, stage: str, name: str, *, keep_seed: bool = False) -> "Session":
        """The run of a refit: own seed, sub-directory and nested events."""
        return self.replace(
            seed=self.seed if keep_seed else derive_seed(self.seed, stage, name),
            directory=self.directory / stage / name if self.directory else None,
            path=(*self.path, stage, name),
            is_refit=True,
        )

    def apart(self) -> "Session":
        """The same run, without a hold on the files of the first one."""
        return self.replace(directory=None, resume=False, cache=None)

    def fitted(self) -> dict[str, object]:
        """Nothing: a session learns from no rows."""
        return {}


def folder_name(name: str, taken: Iterable[str] = ()) -> str:
    """The name of a folder for something of any name: the same where a folder can have that.

    Else what is left of it and a digest: where it is too long, has signs that none can have, is a
    device's on Windows, or differs from one that is taken by the case of letters alone.

    Example:
        >>> folder_name("wide"), folder_name("a/b")
        ('wide', 'a b-c14cddc033')
    """
    plain = _FOLDER.fullmatch(name) and name.split(".")[0].strip().casefold() not in _RESERVED
    if plain and all(name == other or name.casefold() != other.casefold() for other in taken):
        return name
    left = " ".join(re.sub(r"[^\w=+,-]", " ", name).split())[:40].strip()
    return f"{left or 'unit'}-{sha256(name.encode()).hexdigest()[:10]}"


def check_refit_name(name: str, taken: Collection[str]) -> None:
    """Refuse a name of a refit that a folder cannot have, or that a refit before it had.

    Raises:
        WiringError: naming it.
    """
    if not isinstance(name, str) or not _FOLDER.fullmatch(name) or name.casefold() == "artifact":
        raise WiringError(
            f"Session.refit: expected a name that a folder can have, found {name!r}.",
            remedy="Write up to 100 letters, digits, blanks and any of `-_.=+,` between them, "
            "and not `artifact`.",
            name=name,
        )
    if name.casefold() in map(str.casefold, taken):
        remedy = "Give each refit a name of its own: seeds and folders derive from it."
        raise WiringError.expected(
            "Session.refit", "another name for each refit", f"{name!r} again", remedy, name=name
        )


def derive_seed(seed: int, *names: str) -> int:
    """A seed for a named part of a run, from 0 to 2**32 - 1.

    Example:
        >>> derive_seed(0, "train") == derive_seed(0, "train") != derive_seed(0, "evaluate")
        True
    """
    digest = sha256("/".join([str(seed), *names]).encode()).digest()
    return int.from_bytes(digest[:4], "little")
