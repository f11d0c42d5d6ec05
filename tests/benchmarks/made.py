"""The default on made-up sequences, series and texts beside the simple models of the same rows.

`python tests/benchmarks/made.py --kind sequence --to made.json` draws each set (what tells its
classes apart is known), runs the five lines and the simple models, keeps each answer as soon as it
is known (started again with the same file it goes on) and prints a Markdown table.
"""

import resource
import sys
import time
import warnings
from functools import partial
from typing import Any

import made_sequences
import made_series
import made_texts
import numpy as np
import pandas as pd
from machine import table
from resumed import earlier, measured, parser

MADE: dict[str, Any] = {
    "sequence": made_sequences,
    "series": made_series,
    "text": made_texts,
}
TEST = 600
RARE = "class 1"
"""Whose F1 is the score where it is rare; else the score is accuracy."""


def main(arguments: list[str]) -> int:
    made = parser(__doc__, seeds=[0])
    made.add_argument("--kind", choices=list(MADE), default="sequence")
    made.add_argument("--sets", nargs="+", help="all of the kind if left out")
    asked = made.parse_args(arguments)
    if asked.sources:
        print(f"\n{shown(earlier(asked.sources))}")
        return 0
    wanted = (
        ({"kind": asked.kind, "set": name, "seed": seed}, partial(judged, asked.kind, name, seed))
        for name in asked.sets or MADE[asked.kind].SETS
        for seed in asked.seeds
    )
    runs = measured(wanted, asked.to, "pandas")
    print(f"\n{shown([run for run in runs if run['kind'] == asked.kind])}")
    return 0


def judged(kind: str, name: str, seed: int) -> dict[str, Any]:
    """Scores of the default, of its parts and of the simple models on the same test rows."""
    import fivefold as ff

    draw, rows = MADE[kind].SETS[name]
    frame = draw(np.random.default_rng([seed, len(name)]), rows + TEST)
    train, test = frame[:rows].reset_index(drop=True), frame[rows:].reset_index(drop=True)
    number = frame["label"].dtype.kind == "f"
    begun = time.perf_counter()
    collect = ff.Collect(train, target="label", test_source=test, kinds={kind: kind})
    result = ff.Pipeline([collect, ff.Preprocess(), ff.Train(), ff.Evaluate()]).run(
        seed=seed, progress=False
    )
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # of the first set alone
    compared = result.tables["model_comparison"].set_index("model")
    score = "r2" if number else "accuracy"
    if not number and (test["label"] == RARE).mean() < 0.2 and test["label"].nunique() == 2:
        score = "f1"
    found = {
        "rows": rows,
        "score": score,
        "own": worth(test["label"], pd.Series(result.predict(test[[kind]])), number),
        "parts": dict(result[ff.Trained].model.body.parts),
        "alone": {str(model): float(value) for model, value in compared[score].items()},
        "seconds": seconds,
        "megabytes": peak,
        "rivals": {},
    }
    for title, (read, model) in MADE[kind].rivals(frame, number).items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(read(train[kind]), train["label"])
            answers = pd.Series(model.predict(read(test[kind])))
        found["rivals"][title] = worth(test["label"], answers, number)
    return found


def worth(truth: pd.Series, answers: pd.Series, number: bool) -> float:
    """Accuracy, F1 of a rare class, or the share of variance that is explained."""
    if number:
        return float(1 - np.var(truth - answers) / np.var(truth))
    if (truth == RARE).mean() < 0.2 and truth.nunique() == 2:
        hits = ((truth == RARE) & (answers == RARE)).sum()
        return float(2 * hits / max(1, (truth == RARE).sum() + (answers == RARE).sum()))
    return float(np.mean(truth.to_numpy(object) == answers.to_numpy(object)))


def shown(runs: list[dict[str, Any]]) -> str:
    """The Markdown table, a row a set; the simple model is the best of them on the test rows."""
    head = ["set", "runs", "rows", "score", "fivefold", "best simple model", "s"]
    rows = []
    for name in dict.fromkeys(run["set"] for run in runs):
        mine = [run for run in runs if run["set"] == name]
        means = {
            title: float(np.mean([run["rivals"][title] for run in mine]))
            for title in mine[0]["rivals"]
        }
        best = max(means, key=lambda title: means[title])
        rows.append(
            [
                name,
                str(len(mine)),
                f"{mine[0]['rows']:,}",
                mine[0]["score"],
                f"{np.mean([run['own'] for run in mine]):.3f}",
                f"{means[best]:.3f} ({best})",
                f"{max(run['seconds'] for run in mine):.0f}",
            ]
        )
    return table(head, rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
