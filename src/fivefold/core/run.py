"""What is the same for all stages of one run, and what each is handed."""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fivefold.core.context import Context
from fivefold.core.events import Event, Noted, Observer
from fivefold.core.key import Key
from fivefold.core.session import Link, Refit, Session, derive_seed
from fivefold.core.signature import Signature
from fivefold.core.store import write_bytes
from fivefold.core.wiring import Step
from fivefold.errors import FivefoldError, PreflightError, StoreError

RECIPE = "recipe.json"


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

    def session(self, name: str, context: Context, refit: Refit | None = None) -> Session:
        """The run as one stage sees it."""
        return Session(
            seed=derive_seed(self.seed, name),
            device=self.device,
            directory=self.directory / name if self.directory else None,
            recipe=self.recipe,
            path=(*self.path, name),
            is_refit=self.is_refit,
            link=Link(self.emit, refit),
        )


def with_derived(key: Key, context: Context, run: Run) -> Context:
    """The context with what derives itself, if it can from what is there."""
    derivation = key.type.derivation
    if derivation is None or key.label or key in context:
        return context
    for read in derivation.reads:
        context = with_derived(read.key, context, run)
    lacking = [r for r in derivation.reads if r.key.type is not Session and r.key not in context]
    if any(not read.optional for read in lacking):
        return context
    session = run.session(key.type.__name__.lower(), context)
    artifact = key.type.derive(**arguments(derivation, context, session))
    return context.extended(key, artifact, [r.key for r in derivation.reads if r.key in context])


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
    elif above == directory and any(directory.iterdir()):
        found = "" if (directory / RECIPE).is_file() else "a folder that holds something else"
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


def keep(step: Step, before: Context, after: Context, run: Run) -> None:
    """Save what a step wrote, and what was derived for it, where the caller wished for it."""
    if run.directory is None:
        return
    run.directory.mkdir(parents=True, exist_ok=True)
    write_bytes(run.directory / RECIPE, run.recipe.encode())
    for key in after:
        address = (key.type, key.label)
        if after[address] is before.get(address):
            continue
        written = key == step.signature.writes
        name = step.name if written else key.type.__name__.lower()
        try:
            after[address].save(run.directory / name / "artifact")
        except (StoreError, OSError) as error:
            why = error.summary if isinstance(error, StoreError) else error.strerror
            text = f"{key} was not saved: {why}"
            run.emit(Noted(path=(*run.path, step.name), text=text))
