"""How good the default is in every field, beside the simple model of the same rows.

`python tests/benchmarks/fields.py FOLDER --to fields.json` runs the five lines and the simple model
on every set, keeps each answer as soon as it is known (started again with the same file it goes on
where it was) and prints a Markdown table. `--from` prints the table of such files and runs nothing.
"""

import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from fieldsets import FIELDSETS, FieldSet, Part
from machine import table
from resumed import Wanted, main_of, parser
from rivals import RIVALS

DRAWS = 2000


def main(arguments: list[str]) -> int:
    made = parser(__doc__, seeds=[0, 1, 2])
    return main_of(
        made,
        arguments,
        FIELDSETS,
        lambda asked: wanted(asked.sets, asked.folder, asked.seeds),
        shown,
    )


def wanted(names: list[str], folder: Path, seeds: list[int]) -> Wanted:
    """Every part of every set with every seed."""
    for name in names:
        field = FIELDSETS[name]
        with tempfile.TemporaryDirectory() as scratch:
            for part in field.parts(folder, Path(scratch)):
                for seed in seeds[: field.seeds]:
                    key = {"set": name, "part": part.name, "seed": seed}
                    yield key, partial(judged, field, part, seed)


def judged(field: FieldSet, part: Part, seed: int) -> dict[str, Any]:
    """The default's and the simple model's answers to the same test rows, as plain values."""
    import fivefold as ff

    collect = ff.Collect(part.train, target=field.target, test_source=part.test, **part.collect)
    begun = time.perf_counter()
    result = ff.Pipeline([collect, ff.Preprocess(), ff.Train(), ff.Evaluate()]).run(
        seed=seed, progress=False
    )
    seconds = time.perf_counter() - begun
    train, test = part.train, part.test
    if test is None:
        rows = result[ff.Preprocessed].test.index
        train, test = train.drop(index=rows), train.loc[rows]
    inputs = test.drop(columns=field.target)
    own = pd.Series(result.predict(inputs)).astype(str)
    features, model = RIVALS[field.kind][1]()

    def seen(frame: pd.DataFrame) -> np.ndarray:
        return features(frame[field.column] if field.column else frame.drop(columns=field.target))

    model.fit(seen(train), train[field.target])
    rival = model.predict(seen(test))
    names = sorted(set(train[field.target].astype(str)))
    codes = {name: code for code, name in enumerate(names)}
    coded = {
        who: [codes.get(str(answer), -1) for answer in answers]
        for who, answers in (("truth", test[field.target]), ("own", own), ("rival", rival))
    }
    return coded | {"classes": names, "seconds": seconds, "rows_train": len(train)}


def worth(run: dict[str, Any], who: str, rows: np.ndarray | None = None) -> float:
    """Accuracy or F1 of `own` or `rival`, on all rows or on those drawn."""
    field = FIELDSETS[run["set"]]
    truth, answers = np.asarray(run["truth"]), np.asarray(run[who])
    if rows is not None:
        truth, answers = truth[rows], answers[rows]
    if field.metric == "accuracy":
        return float(np.mean(truth == answers))
    positive = run["classes"].index(field.positive)
    hits = np.sum((truth == positive) & (answers == positive))
    return float(2 * hits / max(1, np.sum(truth == positive) + np.sum(answers == positive)))


def difference(runs: list[dict[str, Any]]) -> tuple[float, float]:
    """95 % interval of the mean difference, test rows drawn in pairs; a part's in all its seeds."""
    drawn = np.zeros(DRAWS)
    for told in runs:
        run = told | {who: np.array(told[who]) for who in ("truth", "own", "rival")}
        generator = np.random.default_rng(abs(hash_of(run["part"])))
        count = len(run["truth"])
        for draw in range(DRAWS):
            rows = generator.integers(0, count, count)
            drawn[draw] += worth(run, "own", rows) - worth(run, "rival", rows)
    low, high = np.quantile(drawn / len(runs), [0.025, 0.975])
    return float(low), float(high)


def hash_of(text: str) -> int:
    """The same number for a text in every process."""
    return int.from_bytes(text.encode()[-8:], "little")


def shown(runs: list[dict[str, Any]]) -> str:
    """The Markdown table, a row a set."""
    head = ["set", "kind", "runs", "test rows", "metric", "fivefold", "simple model"]
    head += ["difference [95 %]", "median s", "longest s"]
    rows = []
    for name, field in FIELDSETS.items():
        mine = [run for run in runs if run["set"] == name]
        if not mine:
            continue
        scores = {who: [worth(run, who) for run in mine] for who in ("own", "rival")}
        means = {who: float(np.mean(found)) for who, found in scores.items()}
        spread = f" ± {np.std(scores['own'], ddof=1):.4f}" if len(mine) > 1 else ""
        low, high = difference(mine)
        seconds = [run["seconds"] for run in mine]
        rows.append(
            [
                name,
                field.kind,
                str(len(mine)),
                f"{np.mean([len(run['truth']) for run in mine]):,.0f}",
                field.metric,
                f"{means['own']:.4f}{spread}",
                f"{means['rival']:.4f} ({RIVALS[field.kind][0]})",
                f"{means['own'] - means['rival']:+.4f} [{low:+.4f}, {high:+.4f}]",
                f"{np.median(seconds):.0f}",
                f"{max(seconds):.0f}",
            ]
        )
    return table(head, rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
