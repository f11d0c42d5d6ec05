"""What a report is about."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fivefold.artifacts import Collected, Deployed, Evaluated, Preprocessed, Trained
from fivefold.partition import Partition

if TYPE_CHECKING:
    from fivefold.core.finding import Finding


@dataclass(frozen=True, kw_only=True)
class Reported:
    """The artifacts of a run.

    Args:
        collected: the data and what was found in it.
        partition: how its rows were dealt out.
        preprocessed: what the model was given.
        trained: the model and its history.
        evaluated: scores, predictions, tables; None if it was not evaluated.
        deployed: the bundle, if one was written.
    """

    collected: Collected
    partition: Partition
    preprocessed: Preprocessed
    trained: Trained
    evaluated: Evaluated | None = None
    deployed: Deployed | None = None

    @classmethod
    def of(cls, run: Any) -> "Reported":
        """Those of a result or a context."""
        return cls(
            collected=run[Collected],
            partition=run[Partition],
            preprocessed=run[Preprocessed],
            trained=run[Trained],
            evaluated=run.get(Evaluated),
            deployed=run.get(Deployed),
        )

    @property
    def findings(self) -> "list[Finding]":
        """What was found, artifact by artifact."""
        made = (self.collected, self.preprocessed, self.trained, self.evaluated, self.deployed)
        return [finding for one in made if one is not None for finding in one.findings]
