"""What a search for settings found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fivefold.core.chain import Chain
from fivefold.core.digits import digits
from fivefold.core.wording import plural
from fivefold.metrics.metric import Metric
from fivefold.report.htmltable import html_of
from fivefold.report.tables import text_of
from fivefold.study.candidate import Candidate
from fivefold.study.crossvalidate import CrossValidated
from fivefold.study.tried import Trial, shown, table_of
from fivefold.study.unit import Outcome
from fivefold.tasks.task import Task

if TYPE_CHECKING:
    import pandas as pd

LISTED = 5


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Tuned:
    """What a search for settings found.

    Attributes:
        pipeline: with the best settings, ready to run.
        winner: the best trial.
        tried: all trials, in order.
        metric: by which they were compared.
        task: what is predicted.
        settings: addresses of all that was searched.
        importance: what part of the differences between scores each setting explains, the greatest
            first; nothing where too few trials finished.
        nested: scores of searches done anew in folds, on rows that they did not see; None if none
            were.
        folds: that each trial was scored on; 0 for the validation rows.
        overrun: by how long the search took longer than it might, and why, in a sentence; empty
            where it did not.
        earlier: trials of earlier studies that it, or one of these, began from; each once.
    """

    pipeline: Chain
    winner: Trial
    tried: tuple[Trial, ...]
    metric: Metric
    task: Task
    settings: tuple[str, ...]
    importance: Mapping[str, float]
    nested: CrossValidated | None
    folds: int
    outcomes: Mapping[int, list[Outcome]] = field(repr=False)
    pipelines: Mapping[int, Chain] = field(repr=False)
    overrun: str = ""
    earlier: tuple[Trial, ...] = field(default=(), repr=False)

    @property
    def best(self) -> Mapping[str, Any]:
        """What the best trial chose, by address."""
        return self.winner.values

    @property
    def models(self) -> Mapping[int, Candidate]:
        """The finished trials by number, for `ff.ensemble`."""
        return {
            one.number: Candidate(self.pipelines[one.number], self.outcomes[one.number], self.task)
            for one in self.tried
            if one.finished and one.number in self.pipelines
        }

    @cached_property
    def trials(self) -> "pd.DataFrame":
        """One row a trial: `trial`, `state`, `score`, each setting, `epochs`, `seconds`, `why`."""
        return table_of(self.tried, self.settings)

    @cached_property
    def tables(self) -> "Mapping[str, pd.DataFrame]":
        """`tuning_results`: the trials, the best first; with `nested` its `folds`."""
        from fivefold.report.tuning import tuning_results

        found = tuning_results(
            self.trials,
            greater=self.metric.greater,
            importance=self.importance,
            settings=self.settings,
        )
        tables = {"tuning_results": found}
        return tables if self.nested is None else {**tables, "folds": self.nested.scores}

    @property
    def honesty(self) -> str:
        """What the winner's score is worth, in a sentence."""
        name = self.metric.name
        if self.nested is not None:
            folds = self.nested.scores["fold"].nunique()
            alone = ", begun from no earlier trials" if self.earlier else ""
            return (
                f"The search{alone} is worth {name} {self.nested.metrics[name]} on rows that it "
                f"did not see, in {folds} folds."
            )
        rows = f"{self.folds} folds" if self.folds else "the same validation rows"
        looks, more = len(self.tried) + len(self.earlier), ""
        if self.earlier:
            more = f", {len(self.earlier):,} of them of the studies that it began from,"
        return (
            f"{self.winner.score:.4g} is the best of {plural(looks, 'trial')} on {rows}{more} "
            "and so optimistic; nested=5 would tell what the search is worth."
        )

    def history(self) -> str:
        """Scores of the trials in order, and the best so far, as SVG text."""
        from fivefold.report.history import search_history

        return search_history(self.trials, title=self.metric.title, greater=self.metric.greater)

    def markdown(self) -> str:
        """The table of trials as Markdown."""
        from fivefold.report.tables import markdown

        return markdown(self.tables["tuning_results"])

    def __repr__(self) -> str:
        table = self.tables["tuning_results"].head(LISTED)
        more = len(self.tried) - LISTED
        rest = f"\n  and {plural(more, 'trial')} more" if more > 0 else ""
        return text_of(self._said(), table) + rest

    def _repr_html_(self) -> str:
        caption = "What each trial scored, in their order, and the best so far."
        table = self.tables["tuning_results"]
        return html_of(self._said(), table, svg=self.history(), caption=caption)

    def _said(self) -> str:
        best = [(at, shown(value)) for at, value in self.best.items()]
        chosen = ", ".join(f"{at}={digits(v) if isinstance(v, float) else v}" for at, v in best)
        return " ".join(filter(None, [f"Tuned: {chosen}.", self.honesty, self.overrun]))
