"""What a stage knows of the run it is part of."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from fivefold.core.artifact import Artifact
from fivefold.core.events import Event
from fivefold.errors import WiringError

if TYPE_CHECKING:
    from fivefold.core.context import Context

Refit = Callable[[Artifact, str], "Context"]


@dataclass(frozen=True)
class Link:
    """How a session reaches its run: the listeners, and the refit where there is one."""

    emit: Callable[[Event], None]
    refit: Refit | None = None


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
    link: Link | None = None

    def emit(self, event: Event) -> None:
        """Tell the listeners, under this stage's path; silent without a run."""
        if self.link is not None:
            self.link.emit(replace(event, path=self.path + event.path))

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
        if self.link is None or self.link.refit is None:
            raise WiringError(
                "Session: expected refit() in a stage's run() in a pipeline, found it elsewhere.",
                remedy="Call it from run(), and the stage through Pipeline.run().",
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
