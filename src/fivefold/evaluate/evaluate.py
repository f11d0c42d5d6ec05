"""The stage that says what the trained network is worth."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from fivefold.artifacts import Collected, Evaluated, Preprocessed, Trained
from fivefold.core.context import Context
from fivefold.core.events import Noted
from fivefold.core.ledger import known_looks, ledger_faults
from fivefold.core.requirement import Bound
from fivefold.core.session import Session
from fivefold.core.stage import Count, Stage
from fivefold.core.wording import plural
from fivefold.errors import FivefoldError, PreflightError
from fivefold.evaluate.baselines import BASELINES, BaselineName
from fivefold.evaluate.conformal import coverage_fault
from fivefold.evaluate.requirements import check_codes, directions, unknown_scores
from fivefold.evaluate.threshold import Asked, fault_of, is_chosen
from fivefold.folds import EachGroup
from fivefold.partition import Partition
from fivefold.sensitive import sensitive_faults
from fivefold.tasks.known import task_of

Share = Annotated[float, Field(gt=0, lt=1)]


class Evaluate(Stage):
    """Score the model on the test rows, beside simple models, and look for what is wrong.

    Args:
        folds: how many times to train again on parts of the training and validation rows, for a
            mean over folds beside the scores; 0 for none, `groups` for one a group, which it leaves
            out. Test rows are in none of the folds.
        metrics: own metrics by name: `(target, scores) -> number`, where target holds `(n,)`
            class indices (values for regression) and scores `(n, classes)` probabilities (`(n,)`
            values); where each position of a row has an answer, positions one after another. With
            an argument `weight` they stand among the scores by weights of rows too. Studies take
            them by name, `ff.compare(..., metric="profit")`: more is better, unless the function
            has an attribute `greater` that is False.
        baselines: simple models to fit on the same rows: `constant` (the class shares, or the
            mean), `linear`, `boosting`. Without any, and without folds, no model is fitted to look
            for labels that are likely wrong.
        level: coverage of the intervals, a fraction.
        false_alarms: of two classes, the share of usual rows (those of the first class) that may
            raise an alarm. Validation rows set the threshold for it; `recall_at_fpr`,
            `precision_at_fpr` and the achieved `false_alarm_rate` of test rows are told.
        threshold: what decides answers in place of the likeliest class. Of two classes a
            probability of the second one, above which it is answered; or what validation rows
            choose it by: `f1`, `youden` (recall less false alarms), `{"fp": 1, "fn": 9}` (what a
            false alarm and a missed row cost). Costs by true and answered class, `{"cat": {"dog":
            2.0}}`, for any number of classes: the class of the least expected cost is answered.
            The half of the validation rows chooses that training did not stop by, where there are
            1,000, else all; in folds rows of each fold. It is deployed with the model. What rows
            choose by leads the scores: the mean cost, F1, balanced accuracy.
        coverage: the share of further rows whose truth intervals about a number, or sets of
            classes, are to hold, 0.9 for one: split conformal, by the half of the validation rows
            that is kept for it; in folds by rows of each fold. It is deployed with the model. How
            often test rows were held is told, in all and by class or size. Where rows are divided
            by time nothing is promised, and it is told by period.
        base_rate: the share of positive rows where the model will be used, for which precision is
            told then; None for that of the test rows.
        looks: the most models that may be scored on these test rows, in this run and in others;
            another one is refused before it is scored. None for any number. They are counted in
            the folder of the run and in those beside it, in the file that the environment variable
            FIVEFOLD_LEDGER names, or else in this process.
        robustness: how many test rows, evenly spaced, are scored again with noise, missing cells,
            typos and whatever else may happen to cells of their kinds; 0 for none. What the leading
            score loses by it stands in the table `robustness`.
        explain: of how many test rows it is told why they were answered as they were: half of them
            those that cost most, the others those that cost least. What columns, words, regions or
            steps add stands in the table `explanations`.
        require: what must hold, or the run ends before Deploy with a `GateError`: by the name of a
            score a number that it must reach on its better side, or a side and a number, `("<",
            0.1)`; by the code of a finding, or `leak` or `serious`, None: that it was not made. A
            score is judged by the end of its interval that speaks against the model.
        shortcuts: how many test rows, evenly spaced, are scored again with small areas of pictures,
            texts and sounds that are another row's: corners, the border, single words, the first
            moment; 0 for none. What that costs stands in the table `shortcuts`.
        membership: how many training rows and test rows, drawn at random, are asked for what the
            model loses on them, and whether that betrays which it learnt from; 0 for none. It
            stands in the table `membership`. Nothing is judged where parts are not drawn alike: by
            time, by group, or by the source.
        sensitive: columns whose groups are compared, `("sex", "race")`; the model may read them or
            not, and `Collect(drop=)` leaves them in reach. How it fares on each group and on rows
            that groups of two columns share stands in the table `fairness`, how far they lie apart
            in `fairness_gaps` and among the metrics: `demographic_parity_gap`,
            `equalised_odds_gap`, `equal_opportunity_gap` (of numbers `mean_error_gap`,
            `absolute_error_gap`), of several columns the largest. Groups of fewer than 30 test rows
            are in no gap. Numbers are cut into quarters.

    Raises:
        SpentError: if the test rows were scored as often as `looks` allows.

    Example:
        >>> Evaluate(folds=5)
        Evaluate(folds=5)
    """

    bitless: ClassVar[frozenset[str]] = frozenset({"looks"})

    folds: Annotated[int, Field(ge=0)] | EachGroup = 0
    metrics: Mapping[str, Callable[..., Any]] = {}
    baselines: tuple[BaselineName, ...] = BASELINES
    level: Share = 0.95
    false_alarms: Share | None = None
    threshold: Asked | None = None
    coverage: Share | None = None
    base_rate: Share | None = None
    looks: Count | None = None
    robustness: Annotated[int, Field(ge=0)] = 500
    explain: Annotated[int, Field(ge=0)] = 4
    require: Mapping[str, Bound] = {}
    shortcuts: Annotated[int, Field(ge=0)] = 200
    membership: Annotated[int, Field(ge=0)] = 2_000
    sensitive: tuple[str, ...] = ()

    @field_validator("folds")
    @classmethod
    def _enough(cls, folds: int | EachGroup) -> int | EachGroup:
        if folds == 1:
            raise ValueError("one fold has nothing to learn from; use 0 or at least 2")
        return folds

    @field_validator("require")
    @classmethod
    def _codes(cls, require: Mapping[str, Bound]) -> Mapping[str, Bound]:
        check_codes(require)
        return require

    @model_validator(mode="after")
    def _check_base_rate(self) -> Self:
        if self.base_rate is not None and self.false_alarms is None:
            raise ValueError("`base_rate` has no effect without `false_alarms`")
        if self.threshold is not None and self.false_alarms is not None:
            raise ValueError("`threshold` and `false_alarms` would both decide what an alarm is")
        return self

    @property
    def decides(self) -> bool | Literal["half"]:
        """Whether validation rows decide something, so that training should hold them back."""
        if self.coverage is not None:
            return "half"
        return self.false_alarms is not None or is_chosen(self.threshold)

    def chosen(self, data: Preprocessed, trained: Trained) -> Mapping[str, Any]:
        """What is decided by validation rows alone, by the attribute of `Evaluated` that it is."""
        from fivefold.evaluate.conformal import conformal_by
        from fivefold.evaluate.threshold import threshold_by

        found: dict[str, Any] = {}
        if self.threshold is not None:
            found["threshold"] = threshold_by(self.threshold, data, trained)
        if self.coverage is not None:
            found["conformal"] = conformal_by(self.coverage, data, trained)
        return found

    def run(
        self,
        collected: Collected,
        partition: Partition,
        data: Preprocessed,
        trained: Trained,
        session: Session,
    ) -> Evaluated:
        """Score the test rows; in a refit that is all."""
        from fivefold.evaluate.alarms import Stated
        from fivefold.evaluate.evaluation import evaluate

        return evaluate(
            collected,
            partition,
            data,
            trained,
            session,
            folds=self.folds,
            own=self.metrics,
            baselines=self.baselines,
            level=self.level,
            looks=self.looks,
            alarms=Stated(self.false_alarms, self.base_rate) if self.false_alarms else None,
            threshold=self.threshold,
            coverage=self.coverage,
            disturbed=self.robustness,
            explain=self.explain,
            exchanged=self.shortcuts,
            membered=self.membership,
            require=self.require,
            sensitive=self.sensitive,
        )

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        """Names of own metrics that are taken, folds with too few rows, no place for looks."""
        collected = found.get(Collected)
        if collected is None:
            return ledger_faults()
        faults: list[FivefoldError] = []
        task = task_of(collected.schema)
        taken = sorted(set(self.metrics) & {metric.name for metric in task.metrics})
        if taken:
            faults.append(
                PreflightError(
                    f"Evaluate: expected new names for own metrics, found {', '.join(taken)}, "
                    f"which {task.name} has already.",
                    remedy="Call them something else.",
                    names=tuple(taken),
                )
            )
        if self.false_alarms is not None and (len(collected.schema.classes) != 2 or task.network):
            stated = f"Train(false_alarms={self.false_alarms:g})"
            remedy = f"Pass {stated}." if task.network else "Leave false_alarms out."
            what = task.name if task.network else f"{task.name}, with no two classes"
            wanted = f"Evaluate: false_alarms={self.false_alarms:g} expects a task of two classes"
            faults.append(PreflightError(f"{wanted}, found {what}.", remedy=remedy))
        fault = None if self.threshold is None else fault_of(self.threshold, collected.schema)
        faults += [] if fault is None else [fault]
        fault = None if self.coverage is None else coverage_fault(self.coverage, collected.schema)
        faults += [] if fault is None else [fault]
        faults += unknown_scores(self.require, self._directions(collected))
        faults += sensitive_faults(self.sensitive, collected.schema, "Evaluate: sensitive=")
        if self.folds != "groups":
            faults += _too_many_folds(self.folds, collected)
        elif collected.schema.named("group") is None and found.get(Partition) is None:
            wanted = 'Evaluate: folds="groups" expects a group column'
            remedy = "Pass group=... to Collect."
            faults.append(PreflightError(f"{wanted}, found none.", remedy=remedy))
        self._warn_of_looks(session, found)
        return faults

    def _directions(self, collected: Collected) -> dict[str, bool]:
        """Whether more is better, by the name of each score that there will be."""
        return directions(
            collected.schema,
            self.metrics,
            alarms=self.false_alarms is not None,
            costs=isinstance(self.threshold, Mapping),
            coverage=self.coverage is not None,
            groups=bool(self.sensitive),
        )

    def _warn_of_looks(self, session: Session, found: Context) -> None:
        """Say before the training that another model will be refused after it."""
        data = found.get(Preprocessed)
        if self.looks is None or data is None or found.get(Trained) is not None:
            return
        from fivefold.looks import digest_of_test_rows

        rows = digest_of_test_rows(found[Collected], data.test.index)
        known = len(known_looks(rows, session.run_directory))
        if known >= self.looks:
            text = (
                f"{plural(known, 'look')} at these test rows already, and looks={self.looks}: a "
                "model that answers otherwise will be refused."
            )
            session.emit(Noted(text=text))


def _too_many_folds(folds: int, collected: Collected) -> list[FivefoldError]:
    """A fault if there are fewer rows, or groups of rows, than the folds need."""
    group = collected.schema.named("group")
    units, wanted, noun = int(collected.usable.sum()), 2 * folds, "rows"
    if group is not None:
        labels = collected.table.column(group)[collected.usable]
        units, wanted, noun = len(set(labels.tolist())), folds + 1, "groups"
    if not folds or units >= wanted:
        return []
    return [
        PreflightError(
            f"Evaluate: expected at least {wanted} {noun} for folds={folds}, found {units}.",
            remedy="Ask for fewer folds.",
            folds=folds,
            found=units,
        )
    ]
