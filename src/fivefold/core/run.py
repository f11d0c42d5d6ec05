"""What is the same for all stages of one run, and what each is handed."""

import os
from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fivefold.core.artifact import Artifact
from fivefold.core.context import Context
from fivefold.core.events import Event, Observer
from fivefold.core.key import Key
from fivefold.core.record import RECIPE, TORN
from fivefold.core.session import Link, Refit, Session, derive_seed
from fivefold.core.signature import Signature
from fivefold.errors import FivefoldError, PreflightError


@dataclass(frozen=True)
class Run:
    """What is the same for all stages of one run."""

    seed: int = 0
    device: str = "auto"
    directory: Path | None = None
    recipe: str = "{}"
    observers: tuple[Observer, ...] = ()
    path: tuple[str, ...] = ()
    is_refit: bool = False
    resume: bool = False

    def emit(self, event: Event) -> None:
        """Tell every listener."""
        for observer in self.observers:
            observer(event)

    def child(self, stage: str, name: str) -> "Run":
        """The run of a refit: own seed, sub-directory and nested events."""
        return replace(
            self,
            seed=derive_seed(self.seed, stage, name),
            directory=self.directory / stage / name if self.directory else None,
            path=(*self.path, stage, name),
            is_refit=True,
        )

    def apart(self) -> "Run":
        """The same run, without a hold on the files of the first one."""
        return replace(self, directory=None, resume=False)

    def session(self, name: str, context: Context, refit: Refit | None = None) -> Session:
        """The run as one stage sees it."""
        return Session(
            seed=derive_seed(self.seed, name),
            device=self.device,
            directory=self.directory / name if self.directory else None,
            recipe=self.recipe,
            path=(*self.path, name),
            is_refit=self.is_refit,
            resume=self.resume,
            link=Link(self.emit, refit),
        )


def with_derived(
    key: Key, context: Context, run: Run, stored: Callable[[Key], Artifact] | None = None
) -> Context:
    """The context with what derives itself, if it can from what is there.

    Args:
        key: of what is wanted.
        context: what is there.
        run: constants of the run.
        stored: gives what was derived before, instead of deriving it again.
    """
    derivation = key.type.derivation
    if derivation is None or key.label or key in context:
        return context
    for read in derivation.reads:
        context = with_derived(read.key, context, run, stored)
    lacking = [r for r in derivation.reads if r.key.type is not Session and r.key not in context]
    if any(not read.optional for read in lacking):
        return context
    if stored is not None:
        artifact = stored(key)
    else:
        session = run.session(derived_name(key), context)
        artifact = key.type.derive(**arguments(derivation, context, session))
    return context.extended(key, artifact, [r.key for r in derivation.reads if r.key in context])


def derived_name(key: Key) -> str:
    """How the seed and the folder of an artifact are called that no stage writes."""
    return key.type.__name__.lower()


def depends(key: Key, stale: Set[Key], context: Context) -> bool:
    """True if the artifact is stale, or would be derived from a stale one."""
    if key in stale:
        return True
    derivation = key.type.derivation
    if derivation is None or key in context:
        return False
    return any(depends(read.key, stale, context) for read in derivation.reads)


def arguments(signature: Signature, context: Context, session: Session) -> dict[str, Any]:
    """What a function of this signature is called with; None for what is not there."""
    return {
        read.name: session if read.key.type is Session else context.get(read.key)
        for read in signature.reads
    }


def directory_faults(directory: Path | None) -> list[FivefoldError]:
    """What keeps a run from saving its artifacts there: no folder, not writable, not its own."""
    if directory is None:
        return []
    above = next(path for path in (directory, *directory.parents) if path.exists())
    found = ""
    if not above.is_dir():
        found = f"a file, {above}"
    elif above == directory and not (directory / RECIPE).is_file():
        others = [p for p in directory.iterdir() if not p.match(TORN)]
        found = "a folder that holds something else" if others else ""
    if not found and not os.access(above, os.W_OK | os.X_OK):
        found = f"{above} read-only"
    if not found:
        return []
    return [
        PreflightError(
            f"Pipeline.run: expected to save into {directory}, found {found}.",
            remedy="Choose a new folder, or that of an earlier run.",
            path=directory,
        )
    ]
