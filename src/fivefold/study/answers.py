"""What a study found, as the ten tables."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fivefold.core.estimate import Estimate
from fivefold.core.wording import bytes_text, plural
from fivefold.evaluate.folds import mean_of
from fivefold.evaluate.limitations import UNREPEATED
from fivefold.evaluate.timing import ALONE, BATCHES
from fivefold.metrics.comparison import turned
from fivefold.metrics.metric import Metric
from fivefold.report.ten import TEN, Tables, is_filled
from fivefold.study.pairs import beside, best_over_folds
from fivefold.study.questions import GIVEN, Question
from fivefold.tasks.task import Task

if TYPE_CHECKING:
    import pandas as pd


class Standings:
    """Scores of every variant over the same folds.

    Args:
        scores: of `Compared`, one row a fold and model.
        task: what is predicted.
        metric: by which models are compared.
        level: coverage of intervals.
    """

    def __init__(self, scores: "pd.DataFrame", task: Task, metric: Metric, level: float) -> None:
        names = scores["model"].unique()
        self.by_name = {n: scores[scores["model"] == n].reset_index(drop=True) for n in names}
        self.task, self.metric, self.level = task, metric, level
        self.count = len(self.by_name[GIVEN])

    def mean(self, name: str, metric: Metric) -> Estimate:
        """The mean over the folds of a variant, with its interval."""
        scored = self.by_name[name]
        return mean_of(scored, metric.name, level=self.level, within=metric.bounds)

    def beside(
        self, reference: str, names: Sequence[str], metrics: Sequence[Metric]
    ) -> "pd.DataFrame":
        """These, each beside one of them, as one family of tests: the table of `pairs.beside`."""
        family = {name: self.by_name[name] for name in names}
        return beside(family, reference, self.metric, metrics, level=self.level)

    def tied_with_best(self, names: Sequence[str]) -> list[str]:
        """The best of these, and those that are not shown to be worse."""
        best = best_over_folds({name: self.by_name[name] for name in names}, self.metric)
        said = self.beside(best, names, [])["verdict"]
        tied = [
            name
            for name, verdict in zip(names, said, strict=True)
            if verdict != "loses" and self.by_name[name][self.metric.name].notna().any()
        ]
        return [best, *(name for name in tied if name != best)]


def effect_table(question: Question, folds: Standings) -> "pd.DataFrame":
    """What is given, and each variant beside it.

    Returns:
        `variant`, then the columns of `pairs.beside` for the metric that models are compared by; of
        ways of preparing rows also `fit_seconds`, `transform_seconds`, `rows_per_second` and
        `learned_parameters`.
    """
    names = [GIVEN, *question.variants]
    table = folds.beside(GIVEN, names, [folds.metric])
    table.insert(0, "variant", names)
    if question.costs:
        costs = [question.costs[name] for name in names]
        table["fit_seconds"] = [cost.fit_seconds for cost in costs]
        table["transform_seconds"] = [cost.transform_seconds for cost in costs]
        table["rows_per_second"] = [cost.rows_per_second for cost in costs]
        table["learned_parameters"] = [cost.learned for cost in costs]
    return table


def compared_models(
    run: "pd.DataFrame", rivals: Sequence[str], folds: Standings, speed: "pd.DataFrame"
) -> "pd.DataFrame":
    """`model_comparison` of a run with other models below it, judged over folds.

    Args:
        run: its table, on the test rows.
        rivals: names of the others.
        folds: their scores and those of what is given.
        speed: of `speed_table`.
    """
    import pandas as pd

    names, metrics, rows = [GIVEN, *rivals], folds.task.compared, max(BATCHES)
    found = folds.beside(GIVEN, names, metrics)
    lines = []
    for place, name in enumerate(names):
        line: dict[str, Any] = {m.name: found[m.name][place] for m in metrics}
        line |= {"model": f"model ({GIVEN})" if name == GIVEN else name, "verdict": ""}
        line["difference"] = found["difference"][place].turned()
        if name != GIVEN:
            line["verdict"] = turned(found["verdict"][place])
        scored = folds.by_name[name]
        timed = speed[(speed["what"] == ALONE) & (speed["rows_per_call"] == rows)]
        timed = timed[timed["model"] == ("model" if name == GIVEN else name)]
        quickest = timed["milliseconds_per_row"].min() if len(timed) else float("nan")
        line |= {
            "fit_seconds": found["seconds"][place],
            "milliseconds_per_row": float(quickest),
            "rows_fitted": round(float(scored["train_rows"].mean())),
            "note": found.get("why", [""] * len(names))[place]
            or f"mean of {plural(folds.count, 'fold')} of training and validation rows",
            "judged_on": plural(folds.count, "fold"),
        }
        lines.append(line)
    first = run.assign(judged_on="test rows")
    both = [first.astype(object), pd.DataFrame(lines, dtype=object)]
    return pd.concat(both, ignore_index=True)[list(first.columns)]


def architectures_scored(
    table: "pd.DataFrame", folds: Standings | None, rivals: Sequence[str]
) -> "pd.DataFrame":
    """`architectures` with the scores of those that were compared."""
    import pandas as pd

    if folds is None:
        return table
    known = {name: folds.mean(name, folds.metric) for name in rivals}
    trained = str(table["architecture"].iloc[0])
    known[trained] = folds.mean(GIVEN, folds.metric)
    scored = pd.Series([known.get(name) for name in table["architecture"]], dtype=object)
    place = list(table.columns).index("inputs")
    found = table.copy()
    found.insert(place, folds.metric.name, scored.to_numpy())
    return found


def with_facts(table: "pd.DataFrame", facts: Mapping[str, str]) -> "pd.DataFrame":
    """A table of `quantity` and `value` with more of them."""
    import pandas as pd

    more = pd.DataFrame({"quantity": list(facts), "value": list(facts.values())})
    return pd.concat([table, more], ignore_index=True)


def memory_text(size: int | None) -> str:
    """Bytes in words; `not measured` where they are not known."""
    return bytes_text(size) if size else "not measured"


def limits(tables: Tables, given: "pd.DataFrame", folds: Standings | None) -> "pd.DataFrame":
    """The limitations of a run and of what was studied about it.

    Args:
        tables: all others of the ten.
        given: those of the run.
        folds: what was compared; None for nothing.
    """
    import pandas as pd

    told = []
    if folds is not None:
        told.append(
            (
                f"Variants were judged over {plural(folds.count, 'fold')} of the training and "
                "validation rows; the best of several looks better than it is.",
                f"{len(folds.by_name)} variants, Holm's rule within each table",
            )
        )
    for name in TEN:
        if name != "limitations" and not is_filled(tables[name]):
            status, why = tables[name].iloc[0]
            told.append((f"`{name}` was not filled: {why}.", str(status)))
    if folds is not None:  # which trained again and again: that is known now
        metric = folds.metric.name
        scores = folds.by_name[GIVEN][metric]
        spread = f"{folds.count} folds: {scores.min():.4g} to {scores.max():.4g}"
        again = given["evidence"] == UNREPEATED
        given = given.assign(evidence=given["evidence"].mask(again, f"{metric} over {spread}"))
    more = pd.DataFrame(told, columns=["limitation", "evidence"])
    return pd.concat([given, more], ignore_index=True)
