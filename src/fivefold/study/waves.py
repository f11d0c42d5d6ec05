"""Trials in waves: as many are proposed as processes work side by side, then told together."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.artifacts import PartName
from fivefold.core.chain import Chain
from fivefold.core.events import Noted, Progress
from fivefold.core.session import derive_seed
from fivefold.core.wording import one_line, together, told
from fivefold.folds import draw_divisions
from fivefold.observers.advance import duration
from fivefold.partition import Partition
from fivefold.study.address import setting_of
from fivefold.study.propose import Proposal, Proposer
from fivefold.study.search import Search
from fivefold.study.start import Start
from fivefold.study.study import Study
from fivefold.study.tried import UNDEFINED, Trial, best_of, nothing_found, shown
from fivefold.study.unit import Outcome, Unit
from fivefold.study.watch import BEATEN, LATE, Watch, bounds_of, course_of, measure_of, unended
from fivefold.tasks.judged import Judged

if TYPE_CHECKING:
    from fivefold.metrics.metric import Metric

OVERRUN = 1.0
"""Seconds after its time from which on it is said that a search is late."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How trials are judged.

    Attributes:
        folds: of the training and validation rows that each is judged on; 0 for the validation
            rows as they are.
        prune: whether trials that fall behind three quarters of the earlier ones are ended.
        latency: seconds that one row's answer may take; None for any.
        moment: at which no wave begins and trials are ended, seconds since 1970; None has none.
        metric: by which trials are compared; None is the first of the task.
    """

    folds: int = 0
    prune: bool = True
    latency: float | None = None
    moment: float | None = None
    metric: "Metric | None" = None


@dataclass(kw_only=True, eq=False)
class Waves:
    """The trials of one search, on one division of the rows.

    Args:
        study: does the units.
        search: what is searched.
        start: what the first trial begins with.
        partition: whose training and validation rows trials see; its test rows are for none.
        seed: of what is proposed, and of the folds.
        rules: how trials are judged.
        warm: trials of earlier studies.
        prefix: of the names of units.
        after: called with all trials after each wave.

    Attributes:
        trials: so far.
        outcomes: of each trial's folds, by number.
        pipelines: of each trial, with everything chosen.
        overrun: by how long they took longer than they might, in a sentence.
    """

    study: Study
    search: Search
    start: Start
    partition: Partition
    seed: int
    rules: Rules
    warm: Sequence[Trial] = ()
    prefix: str = ""
    after: Callable[[Sequence[Trial]], None] = lambda trials: None
    trials: list[Trial] = field(default_factory=list)
    outcomes: dict[int, list[Outcome]] = field(default_factory=dict)
    pipelines: dict[int, Chain] = field(default_factory=dict)
    overrun: str = ""
    _settled: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.divisions = self._divided()
        self.proposer = Proposer(
            self.search, greater=self.metric.greater, seed=self.seed, warm=self.warm
        )

    @property
    def metric(self) -> "Metric":
        """By which trials are compared."""
        return self.rules.metric or self.start.task.metrics[0]

    @property
    def best(self) -> Trial:
        """The best trial.

        Raises:
            TrainingError: if there is none, as all failed.
        """
        best = best_of(self.trials, greater=self.metric.greater)
        if best is None:
            raise nothing_found(self.trials, self.metric.name)
        return best

    @property
    def part(self) -> PartName:
        """The part of a division whose rows are scored."""
        return "test" if self.rules.folds else "valid"

    def run(self, trials: int) -> None:
        """Run so many trials in all, or as many as the time is for."""
        while len(self.trials) < trials and not (self.trials and self._is_late()):
            size = min(self.study.n_jobs, trials - len(self.trials))
            first = len(self.trials)
            wave = self._proposed(range(first, first + size))
            twins = list(map(self._twin, wave))
            asked = zip(wave, twins, strict=True)
            made = [self._units(each) if twin is None else ([], "") for each, twin in asked]
            done = iter(self.study.run([unit for units, _ in made for unit in units], silent=True))
            for proposal, before, (units, why) in zip(wave, twins, made, strict=True):
                if before is None:
                    outcomes = [next(done) for _ in units]
                    trial = self._judged(proposal, outcomes, why)
                else:
                    outcomes, said = self.outcomes[before], self.trials[before].why
                    why = ": ".join(filter(None, [f"as trial {before}", said]))
                    trial = replace(
                        self.trials[before], number=proposal.number, seconds=0.0, why=why
                    )
                if proposal.is_told and before is None and trial.state != "cut short":
                    self._settled[trial.number] = proposal.answers
                self.proposer.tell(proposal, trial)
                self.trials.append(trial)
                self.outcomes[trial.number] = outcomes
                if proposal.pipeline is not None:
                    self.pipelines[trial.number] = proposal.pipeline
                self._tell(trial, trials)
            self.after(self.trials)
            self._note_overrun(wave)

    def _proposed(self, numbers: range) -> list[Proposal]:
        """Settings for some trials, none that failed or was ended before, no two alike."""
        done, wave = self._settled.items(), list[Proposal]()
        vain = [answers for number, answers in done if self.trials[number].state != "complete"]
        for number in numbers:
            wave.append(self.proposer.ask(number, [*vain, *(each.answers for each in wave)]))
        return wave

    def _divided(self) -> list[Partition]:
        if self.rules.folds:
            seed = derive_seed(self.seed, "folds")
            return draw_divisions(self.start.collected, self.partition, self.rules.folds, seed)
        return [self.partition.replace(test=self.partition.test[:0])]

    def _is_late(self) -> bool:
        return self.rules.moment is not None and time.time() > self.rules.moment

    def _note_overrun(self, wave: Sequence[Proposal]) -> None:
        """Say by how long a wave took longer than the study might, where that is worth a word."""
        over = 0.0 if self.rules.moment is None else time.time() - self.rules.moment
        if over < OVERRUN:
            return
        names = [name for each in wave if each.pipeline for name in unended(each.pipeline.stages)]
        why = f"; the fit of {together([*dict.fromkeys(names)])} is not ended" if names else ""
        self.overrun = f"The search took {duration(over)} longer than it might{why}."
        self.study.note(self.overrun)

    def _twin(self, proposal: Proposal) -> int | None:
        """The number of a trial with the same settings, where another one would end as it."""
        settled = self._settled.items()
        same = (number for number, answers in settled if answers == proposal.answers)
        return next(same, None)

    def _watches(self, proposal: Proposal) -> list[Watch]:
        """One for each division: bounds by trials whose losses can be compared."""
        alike: list[Trial] = []
        if self.rules.prune and proposal.pipeline is not None:
            measure = measure_of(proposal.pipeline.stages)
            alike = [t for t in self.trials if t.finished and t.measure == measure and measure]
        return [
            Watch(
                bounds=bounds_of(
                    [trial.courses[fold] for trial in alike],
                    [trial.score for trial in alike],
                    greater=self.metric.greater,
                ),
                moment=self.rules.moment,
                timed=self.rules.latency is not None and fold == 0,
            )
            for fold in range(len(self.divisions))
        ]

    def _units(self, proposal: Proposal) -> tuple[list[Unit], str]:
        """The refits of a trial; or none, and why."""
        if proposal.pipeline is None:
            return [], proposal.why
        try:
            start = self.study.gather(proposal.pipeline)
        except Exception as error:
            return [], told(error)
        rows = np.concatenate([self.partition.train, self.partition.valid])
        was, is_now = self.start.collected, start.collected
        if len(was.table) != len(is_now.table) or not is_now.usable[rows].all():
            return [], "other rows were collected, so that scores cannot be compared"
        units, name = [], f"{self.prefix}trial-{proposal.number}"
        watches = self._watches(proposal)
        chosen = tuple({setting_of(at): None for at in proposal.answers})
        for fold, (division, watch) in enumerate(zip(self.divisions, watches, strict=True), 1):
            by_fold: dict[str, Any] = {"name": name, "seed": self.seed}
            if self.rules.folds:
                by_fold["name"] = f"{name}-fold-{fold}"
                by_fold["seed"] = derive_seed(self.seed, f"fold-{fold}")
            units.append(
                Unit(
                    start=start,
                    stages=start.stages,
                    partition=division,
                    part=self.part,
                    watch=watch,
                    chosen=chosen,
                    **by_fold,
                )
            )
        return units, ""

    def _judged(self, proposal: Proposal, outcomes: Sequence[Outcome], why: str) -> Trial:
        chain = proposal.pipeline
        trial = Trial(
            number=proposal.number,
            state="failed",
            values=proposal.values,
            written=proposal.written,
            answers=proposal.answers,
            seconds=sum(outcome.fit_seconds for outcome in outcomes),
            epochs=sum(len(outcome.course) for outcome in outcomes),
            courses=tuple(course_of(outcome.course) for outcome in outcomes),
            measure="" if chain is None else measure_of(chain.stages),
            why=why or next((outcome.failed for outcome in outcomes if outcome.failed), ""),
        )
        if trial.why:
            return trial
        try:
            score = float(
                np.mean([score_of(self.metric, self.start, outcome) for outcome in outcomes])
            )
        except Exception as error:  # of a metric of the user's
            return replace(trial, why=told(error))
        if isnan(score):
            return replace(trial, why=f"{self.metric.title} {UNDEFINED}")
        ended = next((o.ended for o in outcomes if BEATEN in o.ended or LATE in o.ended), "")
        state = "complete" if not ended else "pruned" if BEATEN in ended else "cut short"
        why = ended.partition(": ")[2].partition(";")[0]
        trial = replace(trial, state=state, score=score, why=why)  # type: ignore[arg-type]
        seconds, most = outcomes[0].answer_seconds, self.rules.latency
        if seconds is None or most is None:
            return trial
        trial = replace(trial, answer_seconds=seconds)
        if seconds <= most:
            return trial
        said = f"one answer takes {1e3 * seconds:.3g} ms, and may take {1e3 * most:.3g} ms"
        return replace(trial, state="too slow", why=said)

    def _tell(self, trial: Trial, total: int) -> None:
        greater, name = self.metric.greater, self.metric.name
        best, path = best_of(self.trials, greater=greater), (self.study.name,)
        where = f"{self.prefix}trial {trial.number}"
        if trial is best:
            chosen = ", ".join(f"{at}={shown(value)}" for at, value in trial.values.items())
            text = f"{where}: {name} {trial.score:.4g}, the best so far ({chosen})"
            self.study.tell(Noted(path=path, text=text))
        elif trial.state == "failed":
            self.study.tell(Noted(path=path, text=f"{where} failed: {one_line(trial.why)}"))
        values = {} if best is None else {f"best {name}": best.score}
        done = Progress(path=path, done=len(self.trials), total=total, unit="trial", values=values)
        self.study.tell(done)


def score_of(metric: "Metric", start: Start, outcome: Outcome) -> float:
    """A metric of an outcome, rows counted by their weights where they have some."""
    judged = Judged.of(start.task, outcome.target, outcome.scores)
    counted = None if outcome.weight is None else judged.of_rows(outcome.weight)
    return metric(judged.target, judged.scores, counted)
