"""Odd rows: recall at a stated rate of false alarms, beside an isolation forest and a distance.

Run: python tests/benchmarks/odd.py FOLDER [--sets NAME ...] [--seeds 0 1 2] [--to FILE.json]

Each set is run with unlabelled training rows and with clean ones. The rivals are scikit-learn's
IsolationForest of 200 trees and EmpiricalCovariance, fitted to the same training rows; their
thresholds are set by the same usual validation rows. Differences are of the default minus the
better of the two, test rows drawn in pairs, a set's in all its seeds. Where test rows are unlike
those held out, one threshold raises fewer alarms than another; so the last column tells the recall
of each where 1 % of the usual test rows raise an alarm.
"""

import sys
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from machine import table
from resumed import Wanted, main_of, parser
from sklearn.metrics import average_precision_score

import fivefold as ff
from fivefold.evaluate.baselines import fit_baselines

DRAWS = 200
STATED = 0.01
"""False alarms that are stated: what `Train` does unless told otherwise."""

MODES = ("unlabelled", "clean")
WHO = ("own", "forest", "distance")


class OddSet(NamedTuple):
    """Rows of which some are odd.

    Args:
        collect: of the folder of data, gives the stage that reads them.
        modes: whether training rows are unlabelled, clean, or once each.
    """

    collect: Callable[[Path], ff.Collect]
    modes: tuple[str, ...] = MODES


def _rare(name: str, odd: int) -> pd.DataFrame:
    """A bundled set whose one class is odd, and thinned out to 8 % of the rows."""
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")(as_frame=True)
    frame = bunch.data.assign(odd=bunch.target == odd)
    some = frame[frame["odd"]].sample(frac=1, random_state=0)
    usual = frame[~frame["odd"]]
    return pd.concat([usual, some.head(round(0.08 / 0.92 * len(usual)))], ignore_index=True)


def _bundled(name: str, odd: int) -> OddSet:
    def collect(folder: Path) -> ff.Collect:
        return ff.Collect(_rare(name, odd), target="odd", task="anomaly")

    return OddSet(collect)


SETS = {
    "creditcard": OddSet(
        lambda folder: ff.Collect(
            folder / "creditcard_fraud_sample.csv.gz", target="Class", task="anomaly", drop=["Time"]
        )
    ),
    "nsl_kdd": OddSet(
        lambda folder: ff.Collect(
            folder / "nsl_kdd_train20.csv.gz",
            target="label",
            task="anomaly",
            drop=["difficulty"],
            test_source=folder / "nsl_kdd_test.csv.gz",
        )
    ),
    "breast_cancer": _bundled("breast_cancer", 0),
    "digits_0": _bundled("digits", 0),
    "digits_8": _bundled("digits", 8),
    "wine": _bundled("wine", 2),
}


def run(name: str, mode: str, seed: int, folder: Path) -> dict[str, Any]:
    """Scores of the test rows by all three, beside the truth."""
    train = ff.Train(clean=mode == "clean", threads=1)
    stages = [SETS[name].collect(folder), ff.Preprocess(), train, ff.Evaluate(baselines=())]
    begun = perf_counter()
    result = ff.Pipeline(stages).run(seed=seed, progress=False)
    seconds = perf_counter() - begun
    data, settings = result[ff.Preprocessed], result[ff.Trained].settings
    beside = fit_baselines(data, ("boosting", "linear"), seed=seed, beside=settings)
    scores = {"own": result[ff.Evaluated].scores}
    scores |= {who: one.scores for who, one in zip(WHO[1:], beside, strict=True)}
    told = {who: np.asarray(found, np.float64).round(7).tolist() for who, found in scores.items()}
    return {"seconds": seconds, "truth": data.test.target.tolist(), **told}


def worth(run: dict[str, Any], who: str, rows: Any = slice(None)) -> np.ndarray:
    """Recall, the rate of false alarms, and average precision."""
    odd, scores = np.asarray(run["truth"])[rows] == 1, np.asarray(run[who])[rows]
    alarm = scores[:, 1] > scores[:, 0]
    ranked = average_precision_score(odd, scores[:, 1])
    return np.array([alarm[odd].mean(), alarm[~odd].mean(), ranked])


def ranked(run: dict[str, Any], who: str) -> float:
    """Recall where so many of the usual test rows raise an alarm as are stated."""
    odd, scores = np.asarray(run["truth"]) == 1, np.asarray(run[who])[:, 1]
    return float((scores[odd] > np.quantile(scores[~odd], 1 - STATED)).mean())


def difference(runs: list[dict[str, Any]], rival: str) -> np.ndarray:
    """95 % intervals of the mean differences of recall, false alarms and average precision."""
    drawn = np.zeros((DRAWS, 3))
    for told in runs:
        one = {who: np.asarray(told[who]) for who in ("truth", "own", rival)}
        draw = np.random.default_rng(told["seed"])
        sides = [np.flatnonzero(one["truth"] == side) for side in (0, 1)]
        for place in range(DRAWS):
            rows = np.concatenate([draw.choice(side, len(side)) for side in sides])
            drawn[place] += (worth(one, "own", rows) - worth(one, rival, rows)) / len(runs)
    return np.quantile(drawn, [0.025, 0.975], axis=0).T


def shown(runs: list[dict[str, Any]]) -> str:
    """The Markdown table, a row a set and mode."""
    head = ["set", "training rows", "seeds", "recall", "false alarms", "average precision"]
    head += ["forest", "distance", "recall, difference [95 %]", "average precision, difference"]
    head += ["recall at 1 % of the test rows: default / forest / distance"]
    lines = []
    for name, mode in dict.fromkeys((run["set"], run["mode"]) for run in runs):
        mine = [run for run in runs if (run["set"], run["mode"]) == (name, mode)]
        means = {who: np.mean([worth(run, who) for run in mine], axis=0) for who in WHO}
        level = [f"{np.mean([ranked(run, who) for run in mine]):.3f}" for who in WHO]
        told = []
        for place in (0, 2):  # recall, average precision
            best = max(WHO[1:], key=lambda who: means[who][place])
            gap, (low, high) = means["own"] - means[best], difference(mine, best)[place]
            told.append(f"{gap[place]:+.3f} [{low:+.3f}, {high:+.3f}] ({best})")
        lines.append(
            [
                *(name, mode, str(len(mine))),
                *(f"{means['own'][0]:.3f}", f"{means['own'][1]:.4f}", f"{means['own'][2]:.3f}"),
                *("{:.3f} / {:.4f} / {:.3f}".format(*means[who]) for who in WHO[1:]),
                *told,
                " / ".join(level),
            ]
        )
    return table(head, lines)


def main(arguments: list[str]) -> int:
    """Run what is asked for, and print the table."""
    made = parser(__doc__, seeds=[0, 1, 2])
    made.add_argument("--modes", nargs="+", default=MODES, choices=MODES)

    def wanted(asked: Namespace) -> Wanted:
        for name, mode, seed in product(asked.sets, asked.modes, asked.seeds):
            if mode in SETS[name].modes:
                key = {"set": name, "mode": mode, "seed": seed}
                yield key, partial(run, name, mode, seed, asked.folder)

    return main_of(made, arguments, SETS, wanted, shown)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
