"""How good the default is on tables of many more columns than rows, beside what people take.

`python tests/benchmarks/wide.py --to wide.json` makes every set with every seed, runs the five
lines and the rivals, keeps each as soon as it is known (started again with the same file it goes
on where it was) and prints a Markdown table. `--from` prints the table of such files and runs
nothing; `--columns` and `--sets` make it small. A penalised linear model has its penalty (L1, L2
or both) and its strength chosen by five folds of the rows that it learns from.
"""

import argparse
import sys
import time
import warnings
from functools import partial
from typing import Any

import numpy as np
from machine import table
from made_wide import COLUMNS, JUDGED, ROWS, SETS, Wide, frames
from resumed import Run, Wanted, earlier, measured, parser
from sklearn.base import BaseEstimator, RegressorMixin

RIVALS = ("penalised linear", "boosting", "random forest")
HEAD = [
    *("set", "runs", "metric", "fivefold", "rival", "score", "difference [95 %]", "the model"),
    *("seconds", "chosen", "of them markers"),
]


def main(arguments: list[str]) -> int:
    made: argparse.ArgumentParser = parser(__doc__, seeds=[0, 1, 2])
    made.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    made.add_argument("--columns", type=int, default=COLUMNS)
    made.add_argument("--rivals", nargs="*", choices=RIVALS, default=list(RIVALS))
    asked = made.parse_args(arguments)
    if asked.sources:
        print(f"\n{shown(earlier(asked.sources))}")
        return 0
    runs = measured(wanted(asked), asked.to, "pandas")
    print(f"\n{shown([run for run in runs if run['set'] in asked.sets])}")
    return 0


def wanted(asked: Any) -> Wanted:
    """Every set with every seed."""
    for seed in asked.seeds:
        for name in asked.sets:
            key = {"set": name, "columns": asked.columns, "seed": seed}
            yield key, partial(judged, name, asked.columns, seed, tuple(asked.rivals))


def judged(name: str, columns: int, seed: int, rivals: tuple[str, ...]) -> Run:
    """The default and its rivals on the same rows."""
    import fivefold as ff
    from fivefold.metrics.comparison import compare
    from fivefold.metrics.resampling import resample
    from fivefold.tasks.known import task_of

    made = SETS[name](np.random.default_rng([seed, *map(ord, name)]), ROWS + JUDGED, columns)
    train, test = frames(made)
    begun = time.perf_counter()
    result = ff.Pipeline(
        [
            ff.Collect(train, target="y", test_source=test),
            ff.Preprocess(),
            ff.Train(),
            ff.Evaluate(),
        ]
    ).run(seed=seed, progress=False)
    seconds = time.perf_counter() - begun
    evaluated, data = result[ff.Evaluated], result[ff.Preprocessed]
    schema = data.codec.schema
    metric = task_of(schema).metrics[0]
    found = []
    for rival in rivals:
        begun = time.perf_counter()
        scores = answers(rival, made, seed)[evaluated.index - ROWS]
        if schema.classes:  # the model's classes are in the order of the target's digits
            scores = scores[:, [int(str(name)[1:]) for name in schema.classes]]
        outcome = compare(
            *(metric, evaluated.target, evaluated.scores, scores),
            resample(len(scores), seed=seed),
        )
        gap = outcome.difference
        found.append(
            {
                "model": rival,
                "score": float(metric(evaluated.target, scores)),
                "difference": [float(gap), gap.low, gap.high],
                "verdict": outcome.verdict,
                "seconds": time.perf_counter() - begun,
            }
        )
    names = [one["column"] for one in data.markers]
    parts = result.tables["model_comparison"]
    parts = parts[parts["model"].str.startswith("its ")]
    return {
        "metric": metric.name,
        "score": float(result.metrics[metric.name]),
        "parts": {str(line["model"]): float(line[metric.name]) for _, line in parts.iterrows()},
        "rivals": found,
        "seconds": seconds,
        "chosen": len(names),
        "markers": len({int(name[1:]) for name in names} & set(made.markers.tolist())),
        "discovered": sum(one["q"] <= 0.1 for one in data.markers),
        "false": sum(
            one["q"] <= 0.1 and int(one["column"][1:]) not in made.markers for one in data.markers
        ),
    }


def answers(rival: str, made: Wide, seed: int) -> np.ndarray:
    """Scores of the rows that are judged, by a model that learnt from the others."""
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    numeric = made.target.dtype.kind == "f"
    model = _model(rival, numeric, seed)
    whole = (
        model if rival == "boosting" else make_pipeline(SimpleImputer(), StandardScaler(), model)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole.fit(made.matrix[:ROWS], made.target[:ROWS])
    judge = whole.predict if numeric else whole.predict_proba
    return np.asarray(judge(made.matrix[ROWS:]), np.float64)


def _model(rival: str, numeric: bool, seed: int) -> Any:
    from sklearn import ensemble, linear_model
    from sklearn.model_selection import GridSearchCV

    if rival == "boosting":
        kind = (
            ensemble.HistGradientBoostingRegressor
            if numeric
            else ensemble.HistGradientBoostingClassifier
        )
        return kind(random_state=seed)
    if rival == "random forest":
        kind = ensemble.RandomForestRegressor if numeric else ensemble.RandomForestClassifier
        return kind(500, random_state=seed)
    if numeric:
        grid = [
            {"alpha": [0.03, 0.1, 0.3, 1.0], "l1_ratio": [0.2, 1.0]},
        ]
        wide = GridSearchCV(linear_model.ElasticNet(max_iter=300), grid, cv=5)
        ridge = linear_model.RidgeCV([1e2, 1e3, 1e4, 1e5])
        return Better(wide, ridge)
    saga = {"solver": ["saga"], "max_iter": [60]}
    grid = [
        {"l1_ratio": [0.0], "C": [1e-5, 1e-3, 1e-1], "max_iter": [100]},
        {"l1_ratio": [1.0], "C": [0.03, 0.1, 0.3, 1.0], **saga},
        {"l1_ratio": [0.3], "C": [0.03, 0.1, 0.3], **saga},
    ]
    return GridSearchCV(linear_model.LogisticRegression(), grid, cv=5, scoring="neg_log_loss")


class Better(RegressorMixin, BaseEstimator):
    """Of two searches the one that folds say is better."""

    def __init__(self, one: Any, other: Any) -> None:
        self.one, self.other = one, other

    def fit(self, x: np.ndarray, y: np.ndarray) -> "Better":
        from sklearn.model_selection import cross_val_score

        one, other = (model.fit(x, y) for model in (self.one, self.other))
        alone = cross_val_score(type(other)(alphas=[other.alpha_]), x, y, cv=5).mean()
        self.chosen_ = one if one.best_score_ >= alone else other
        return self

    def predict(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(self.chosen_.predict(x))


def shown(runs: list[Run]) -> str:
    """A Markdown table: means over seeds; the difference with the mean of its intervals."""
    lines = []
    for name in dict.fromkeys(run["set"] for run in runs):
        own = [run for run in runs if run["set"] == name]
        scores = np.array([run["score"] for run in own])
        for place, rival in enumerate(own[0]["rivals"]):
            theirs = [run["rivals"][place] for run in own]
            gap = np.mean([one["difference"] for one in theirs], axis=0)
            verdicts = [one["verdict"] for one in theirs]
            told = ", ".join(f"{one} ({verdicts.count(one)})" for one in dict.fromkeys(verdicts))
            lines.append(
                [
                    *(name, str(len(own)), own[0]["metric"]),
                    f"{scores.mean():.3f} ± {scores.std():.2g}",
                    rival["model"],
                    f"{np.mean([one['score'] for one in theirs]):.3f}",
                    f"{gap[0]:+.3f} [{gap[1]:+.3f}, {gap[2]:+.3f}]",
                    told,
                    f"{np.mean([r['seconds'] for r in own]):.0f} / "
                    f"{np.mean([one['seconds'] for one in theirs]):.0f}",
                    f"{np.mean([run['chosen'] for run in own]):.0f}",
                    f"{np.mean([run['markers'] for run in own]):.0f}",
                ]
            )
    return table(HEAD, lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
