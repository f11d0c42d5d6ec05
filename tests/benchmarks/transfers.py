"""What weights that were learnt elsewhere are worth where rows are few, on three pairs of sets.

The pairs were named before any of them was run: clothes of five classes, then few of the five
others; news by section, then few text messages; spoken digits of five people, then few of a sixth.

`python tests/benchmarks/transfers.py FOLDER --to transfers.json` learns the first set of each pair
once a seed, then a few rows of the second in four ways, and prints a Markdown table of the accuracy
on rows of it that nothing was fitted on, the same in every way and for every seed. What the file
holds is not run again; `--from` prints such files. Differences are of the same rows: the mean over
seeds of each row, and the normal interval of 95 % of their mean over rows.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from fieldsets import _spoken, fashion, news, spam
from machine import table
from resumed import Run, Wanted, main_of, parser

import fivefold as ff

SPEAKER = "yweweler"
"""Of whom few digits are learnt: the last in the order of their names."""

FEW, VALID = 100, 100
"""Training and validation rows of the second set; of half as many where it is small."""


class Rows(NamedTuple):
    """One pair.

    Attributes:
        first: rows that are many, and their target.
        second: rows of the set of which few are learnt.
        kind: of the column that both have.
        column: its name.
        target: its name.
        network: that learns the first set; None is the default.
        epochs: of the first set, at most.
    """

    first: pd.DataFrame
    second: pd.DataFrame
    kind: str
    column: str
    target: str
    network: str | None = None
    epochs: int | None = None


def clothes(folder: Path, _: Path) -> Rows:
    (part,) = fashion(folder, Path())
    frame = part.train.head(8000)
    low = frame.label.isin([f"c{n}" for n in range(5)])
    return Rows(frame[low], frame[~low], "image", "image", "label", "resnet_small", 8)


def messages(folder: Path, _: Path) -> Rows:
    (first,), (second,) = news(folder, Path()), spam(folder, Path())
    return Rows(first.train, second.train, "text", "text", "label")


def voices(folder: Path, scratch: Path) -> Rows:
    frame = _spoken(folder, scratch)[["sound", "digit", "speaker"]]
    own = frame.speaker == SPEAKER
    kept = frame[["sound", "digit"]]
    return Rows(kept[~own], kept[own], "audio", "sound", "digit", "soundnet")


PAIRS: dict[str, Callable[[Path, Path], Rows]] = {
    "clothes": clothes,
    "messages": messages,
    "voices": voices,
}

WAYS = ("default", "random weights", "all learns", "frozen")


def main(arguments: list[str]) -> int:
    return main_of(parser(__doc__, seeds=[0, 1, 2]), arguments, PAIRS, wanted, shown)


def wanted(asked: argparse.Namespace) -> Wanted:
    """Every pair with every seed, in every way."""
    for seed in asked.seeds:
        for name in asked.sets:
            scratch = Path(tempfile.gettempdir(), f"transfers-{name}-{seed}")
            for way in WAYS:
                key = {"set": name, "way": way, "seed": seed}
                yield key, partial(judged, name, way, seed, asked.folder, scratch)


def judged(name: str, way: str, seed: int, folder: Path, scratch: Path) -> Run:
    """Which test rows one model answers rightly."""
    scratch.mkdir(exist_ok=True)
    rows = PAIRS[name](folder, scratch)
    bundle, seconds = scratch / "first.ff", 0.0
    if way != "default" and not bundle.exists():
        seconds = learn_first(rows, bundle, seed)
    few, test = drawn(rows, seed)
    begun: Any = {
        "default": lambda: None,
        "random weights": lambda: ff.Pretrained(bundle, random=True),
        "all learns": lambda: ff.Pretrained(bundle),
        "frozen": lambda: ff.Pretrained(bundle, freeze=True),
    }[way]()
    result = ff.Pipeline([
        collect(rows, few, test_source=test),
        ff.Split(valid=0.5),
        ff.Preprocess(),
        ff.Train(begun, threads=1),
        ff.Evaluate(baselines=()),
    ]).run(seed=seed, progress=False)  # fmt: skip
    judged = result[ff.Evaluated]
    right = judged.scores.argmax(axis=1) == judged.target
    return {
        "rows": len(result[ff.Preprocessed].train),
        "tested": len(right),
        "network": result[ff.Trained].settings.network,
        "accuracy": float(right.mean()),
        "seconds": result[ff.Trained].resources.seconds,
        "first_seconds": seconds,
        "right": right[np.argsort(judged.index)].astype(int).tolist(),
    }


def learn_first(rows: Rows, bundle: Path, seed: int) -> float:
    """Learn the first set of a pair, deploy it, and give the seconds of training."""
    frame = rows.first.sample(frac=1, random_state=seed).reset_index(drop=True)
    stages = [
        collect(rows, frame),
        ff.Split(test=0.02),
        ff.Preprocess(),
        ff.Train(rows.network, epochs=rows.epochs, threads=1),
        ff.Deploy(bundle),
    ]
    trained = ff.Pipeline(stages).run(seed=seed, progress=False)[ff.Trained]
    return trained.resources.seconds


def collect(rows: Rows, frame: pd.DataFrame, **more: Any) -> ff.Collect:
    return ff.Collect(frame, target=rows.target, kinds={rows.column: rows.kind}, **more)


def drawn(rows: Rows, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A few rows to learn from, drawn by the seed; and rows to judge by, the same for all seeds."""
    shuffled = rows.second.sample(frac=1, random_state=99)
    count = min(FEW + VALID, len(shuffled) // 2)
    tested = min(1000, len(shuffled) // 2)
    test, others = shuffled[:tested], shuffled[tested:]
    few = others.sample(count, random_state=seed)
    return few.reset_index(drop=True), test.reset_index(drop=True)


def shown(runs: list[Run]) -> str:
    """Accuracy by pair and way, and what each way gains on random weights and on the default."""
    rows = []
    for name in dict.fromkeys(run["set"] for run in runs):
        for way in WAYS:
            own = {r["seed"]: r for r in runs if (r["set"], r["way"]) == (name, way)}
            if not own:
                continue
            first = next(iter(own.values()))
            gains = [
                gain(own, {r["seed"]: r for r in runs if (r["set"], r["way"]) == (name, other)})
                for other in ("random weights", "default")
            ]
            accuracy = np.mean([run["accuracy"] for run in own.values()])
            seconds = np.mean([run["seconds"] for run in own.values()])
            cells = [f"{first['rows']:,}", f"{first['tested']:,}", str(len(own))]
            rows.append([name, way, *cells, f"{accuracy:.3f}", *gains, f"{seconds:.0f}"])
    head = ["pair", "way", "learnt from", "judged by", "seeds", "accuracy"]
    return table([*head, "beside random weights", "beside the default", "seconds"], rows)


def gain(own: dict[int, Run], other: dict[int, Run]) -> str:
    """The mean difference of the same rows with its interval, in points."""
    seeds = sorted(own.keys() & other.keys())
    if not seeds or all(own[s] is other[s] for s in seeds):
        return ""
    apart = [np.subtract(own[seed]["right"], other[seed]["right"]) for seed in seeds]
    rows = 100 * np.mean(apart, axis=0)
    half = 1.96 * rows.std(ddof=1) / np.sqrt(len(rows))
    return f"{rows.mean():+.1f} [{rows.mean() - half:+.1f}, {rows.mean() + half:+.1f}]"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
