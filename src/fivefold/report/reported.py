"""What a report is about."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fivefold.artifacts import Collected, Deployed, Evaluated, Preprocessed, Trained
from fivefold.kinds.known import blocks_of
from fivefold.partition import Partition
from fivefold.tasks.known import task_of

if TYPE_CHECKING:
    from fivefold.core.finding import Finding
    from fivefold.metrics.optimism import Looks


@dataclass(frozen=True, kw_only=True)
class Reported:
    """The artifacts of a run.

    Args:
        collected: the data and what was found in it.
        partition: how its rows were dealt out.
        preprocessed: what the model was given.
        trained: the model and its history; None where it was made elsewhere.
        evaluated: scores, predictions, tables; None if it was not evaluated.
        deployed: the bundle, if one was written.
        looks: at the test rows so far; None if none is known.
        said: what is written for the sentence of a finding, where its advice is not for Python.
    """

    collected: Collected
    partition: Partition
    preprocessed: Preprocessed
    trained: Trained | None
    evaluated: Evaluated | None = None
    deployed: Deployed | None = None
    looks: "Looks | None" = None
    said: Callable[[str], str] = str

    @classmethod
    def of(cls, run: Any, said: Callable[[str], str] = str) -> "Reported":
        """Those of a result or a context; a result knows the looks of a run from disk too."""
        evaluated = run.get(Evaluated)
        return cls(
            collected=run[Collected],
            partition=run[Partition],
            preprocessed=run[Preprocessed],
            trained=run.get(Trained),
            evaluated=evaluated,
            deployed=run.get(Deployed),
            looks=getattr(run, "looks", None) or getattr(evaluated, "looks", None),
            said=said,
        )

    @property
    def findings(self) -> "list[Finding]":
        """What was found, artifact by artifact."""
        made = (self.collected, self.preprocessed, self.trained, self.evaluated, self.deployed)
        found = [finding for one in made if one is not None for finding in one.findings]
        found += [] if self.looks is None else self.looks.findings
        return [replace(finding, sentence=self.said(finding.sentence)) for finding in found]

    @property
    def can_prefer(self) -> bool:
        """Whether `Train(prefer="simpler")` would be heeded: a simple model can take its place."""
        from fivefold.models.parts import make_columns

        if self.trained is None:
            return False
        settings, schema = self.trained.settings, self.collected.schema
        task = task_of(schema)
        wanted = task.trees in ("class", "number") and len(schema.targets) == 1
        columns = make_columns(blocks_of(schema))
        return wanted and settings.estimator is None and not settings.preferred and columns
