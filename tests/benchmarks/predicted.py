"""How good the default is beside simple models where answers are labels, ordered, counts, several.

`python tests/benchmarks/predicted.py FOLDER --to predicted.json` runs the five lines on every set,
keeps each run as soon as it is known (started again with the same file it goes on where it was) and
prints a Markdown table. `--from` prints the table of such files and runs nothing; `--rows` draws so
many of the rows at most.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from machine import table
from resumed import Wanted, main_of, parser


@dataclass(frozen=True)
class Predicted:
    """One set.

    Args:
        frames: of the folder of data: rows to learn from, and those to be judged on, or None.
        target: its columns.
        collect: further settings of `Collect`.
    """

    frames: Callable[[Path], tuple[pd.DataFrame, pd.DataFrame | None]]
    target: str | tuple[str, ...]
    collect: dict[str, Any] = field(default_factory=dict)


def tweets(path: Path) -> pd.DataFrame:
    """Sentences of WNUT-17, and which kinds of entity occur in each."""
    rows, words, kinds = [], list[str](), list[str]()
    for line in [*path.read_text().splitlines(), ""]:
        if line.strip():
            word, _, tag = line.partition("\t")
            words.append(word)
            if tag.strip() != "O" and (kind := tag.strip()[2:]) not in kinds:
                kinds.append(kind)
        elif words:
            rows.append({"sentence": " ".join(words), "kinds": kinds})
            words, kinds = [], []
    return pd.DataFrame(rows)


def wnut(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    parts = [tweets(folder / f"wnut17_{part}.conll") for part in ("train", "dev", "test")]
    return pd.concat(parts[:2], ignore_index=True), parts[2]


def diamonds(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    return pd.read_parquet(folder / "diamonds.parquet"), None


def bikes(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Hours by what was known of them; the two parts of the count left out."""
    left = ["instant", "dateday", "casual", "registered"]
    return pd.read_csv(folder / "bike_sharing_hour.csv").drop(columns=left), None


def penguins(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    return pd.read_csv(folder / "penguins.csv"), None


HEAD = [
    *("set", "runs", "test rows", "metric", "fivefold", "simple model"),
    *("difference [95 %]", "the model", "longest s"),
]

SETS = {
    "wnut17_kinds": Predicted(wnut, "kinds"),
    "diamonds_cut": Predicted(
        diamonds, "cut", {"order": ("Fair", "Good", "Very Good", "Premium", "Ideal")}
    ),
    "bike_counts": Predicted(bikes, "count", {"task": "count"}),
    "penguins": Predicted(penguins, ("species", "sex", "body_mass_g")),
}


def main(arguments: list[str]) -> int:
    made = parser(__doc__, seeds=[0, 1, 2])
    made.add_argument("--rows", type=int, help="the most rows of a set")
    return main_of(made, arguments, SETS, lambda asked: wanted(asked.sets, asked), shown)


def wanted(names: list[str], asked: Any) -> Wanted:
    """Every set with every seed."""
    for name in names:
        for seed in asked.seeds:
            key = {"set": name, "rows": asked.rows, "seed": seed}
            yield key, partial(judged, SETS[name], asked.folder, asked.rows, seed)


def judged(one: Predicted, folder: Path, rows: int | None, seed: int) -> dict[str, Any]:
    """The default's scores and those of the simple models on the same test rows."""
    import fivefold as ff

    train, test = one.frames(folder)
    if rows is not None and len(train) > rows:
        train = train.sample(rows, random_state=0).reset_index(drop=True)
    collect = ff.Collect(train, target=one.target, test_source=test, **one.collect)
    begun = time.perf_counter()
    stages = [collect, ff.Preprocess(), ff.Train(), ff.Evaluate()]
    result = ff.Pipeline(stages).run(seed=seed, progress=False)
    seconds = time.perf_counter() - begun
    compared = result.tables["model_comparison"]
    first, *others = result.metrics
    rivals = compared[compared["verdict"].ne("") & ~compared["model"].str.startswith("its ")]
    told = [
        {
            "model": str(line["model"]),
            "score": float(line[first]),
            "difference": [float(gap := line["difference"]), gap.low, gap.high],
            "verdict": line["verdict"],
        }
        for _, line in rivals.iterrows()
    ]
    return {
        "metric": first,
        "score": float(result.metrics[first]),
        "others": {name: float(result.metrics[name]) for name in others},
        "rivals": told,
        "test_rows": len(result[ff.Evaluated].index),
        "seconds": seconds,
    }


def shown(runs: list[dict[str, Any]]) -> str:
    """A Markdown table: means over seeds; the difference with the mean of its intervals."""
    lines = []
    for name in dict.fromkeys(run["set"] for run in runs):
        own = [run for run in runs if run["set"] == name]
        scores = np.array([run["score"] for run in own])
        for place, rival in enumerate(own[0]["rivals"]):
            theirs = [run["rivals"][place] for run in own]
            gap = np.mean([one["difference"] for one in theirs], axis=0)
            beside = np.mean([one["score"] for one in theirs])
            verdicts = [one["verdict"] for one in theirs]
            same = f"{verdicts[0]} ({len(own)} of {len(own)})"
            lines.append(
                [
                    *(name, str(len(own)), f"{own[0]['test_rows']:,}", own[0]["metric"]),
                    f"{scores.mean():.4g} ± {scores.std():.2g}",
                    f"{beside:.4g} ({rival['model']})",
                    f"{gap[0]:+.3g} [{gap[1]:+.3g}, {gap[2]:+.3g}]",
                    same if len({*verdicts}) == 1 else ", ".join(verdicts),
                    f"{max(run['seconds'] for run in own):.0f}",
                ]
            )
    return table(HEAD, lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
