"""What a stage knows of the run it is part of."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from fivefold.core.artifact import Artifact, Key
from fivefold.core.events import Event
from fivefold.errors import WiringError

if TYPE_CHECKING:
    from fivefold.core.context import Context

A = TypeVar("A", bound=Artifact)


@dataclass(frozen=True)
class Link:
    """How a session reaches its run: the artifacts so far, the listeners, the refit."""

    context: "Context"
    emit: Callable[[Event], None]
    refit: "Callable[[Artifact, str], Context]"


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
    link: Link | None = None

    def emit(self, event: Event) -> None:
        """Tell the listeners, under this stage's path; silent without a run."""
        if self.link is not None:
            self.link.emit(replace(event, path=self.path + event.path))

    def peek(self, kind: type[A], label: str = "") -> A | None:
        """The artifact of this class if it has been written, else None."""
        return None if self.link is None else self.link.context.get(Key(kind, label))  # type: ignore[return-value]

    def refit(self, artifact: Artifact, *, name: str) -> "Context":
        """Run again, on another `artifact`, the stages before this one that depend on it.

        Each runs from the same raw rows with a seed, a directory and events of its own; stages
        with side effects are left out, and the run's own context stays as it is.

        Args:
            artifact: takes the place of the one of its class, a `Partition` as a rule.
            name: of the refit, `fold-1`; seeds derive from it.

        Returns:
            All artifacts that stood before this stage, the refitted ones in place of the old.

        Raises:
            WiringError: if the session does not belong to a run.
        """
        if self.link is None:
            raise WiringError(
                "Session: expected one that belongs to a run for refit(), found a free one.",
                remedy="Call the stage through Pipeline.run().",
            )
        return self.link.refit(artifact, name)

    def fitted(self) -> dict[str, object]:
        """Nothing: a session learns from no rows."""
        return {}


def derive_seed(seed: int, *names: str) -> int:
    """A seed for a named part of a run, from 0 to 2**32 - 1.

    Example:
        >>> derive_seed(0, "train") == derive_seed(0, "train") != derive_seed(0, "evaluate")
        True
    """
    digest = sha256("/".join([str(seed), *names]).encode()).digest()
    return int.from_bytes(digest[:4], "little")
