"""How often faults of a model are found that were planted, and how often where there are none.

Run: python tests/benchmarks/planted.py [--faults fragile ...] [--draws 200] [--power 40]

Every draw is a data set that is made up from a seed, and a whole run on it with a small model.
Clean sets are drawn `--draws` times for each kind of rows: the finding is a false alarm there. Then
the fault is planted at several strengths, `--power` times each. A share stands with the 95 %
interval of Wilson. What is made is told in the functions below.
"""

import argparse
import warnings
from collections.abc import Callable, Iterator
from math import prod
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from machine import conditions, sentence, table
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from torch import nn

import fivefold as ff
from fivefold.metrics.intervals import wilson

Array = np.ndarray
Draw = np.random.Generator
Made = Callable[[Draw, float], tuple[Any, dict[str, Any]]]
"""A generator, and how strong the fault is (0 for none), to a source and settings of Collect."""


class Plan(NamedTuple):
    """What is tried.

    Args:
        fault: the finding that is looked for.
        rows: what rows are, in words.
        made: draws a data set.
        learner: what is trained on it.
        strengths: of the fault, from weak to strong; none where only clean sets are drawn.
        unit: what they say.
    """

    fault: str
    rows: str
    made: Made
    learner: Callable[[], ff.Stage]
    strengths: tuple[float, ...] = ()
    unit: str = ""


def logistic() -> ff.Stage:
    """Logistic regression that may have large weights."""
    return ff.Train(LogisticRegression(C=1e6, max_iter=5000))


def boosted() -> ff.Stage:
    """Boosted trees."""
    return ff.Train(HistGradientBoostingClassifier(max_iter=40))


def linear_pixels() -> ff.Stage:
    """One layer over all pixels."""

    def network(inputs: Any, outputs: int) -> nn.Module:
        return nn.Sequential(nn.Flatten(), nn.Linear(prod(inputs), outputs))

    return ff.Train(network, epochs=12, lr=0.01, augment=())


def bag() -> ff.Stage:
    """fivefold's own network of texts, for a few epochs."""
    return ff.Train(epochs=3)


def twins(draw: Draw, gap: float) -> tuple[Any, dict[str, Any]]:
    """A table of 800 rows whose answer follows from four columns of eight, with noise.

    The fault: two columns are readings of one thing, whose difference tells the answer by a gap in
    deviations.
    """
    rows = 800
    numbers = draw.normal(size=(rows, 6))
    colours = draw.integers(0, 4, (rows, 2))
    told = numbers[:, :3] @ draw.normal(size=3) + draw.normal(size=4)[colours[:, 0]]
    up = told + draw.logistic(size=rows) > np.median(told)
    frame = pd.DataFrame(numbers, columns=[f"n{k}" for k in range(6)])
    frame["colour"], frame["shape"] = (colours.T + 1).astype(str)
    if gap:
        up = draw.random(rows) < 0.5
        frame["n1"] = frame["n0"] + gap * (up - 0.5) + draw.normal(0, gap / 8, rows)
    frame["y"] = np.where(up, "up", "down")
    return frame, {"target": "y", "kinds": {"colour": "categorical", "shape": "categorical"}}


def blobs(draw: Draw, share: float) -> tuple[Any, dict[str, Any]]:
    """600 pictures of 16 x 16 pixels: a soft blob that is left or right, on a noisy ground.

    The fault: in a share of them the blob is anywhere, and a checkerboard of 5 % of white, which is
    turned where a picture is a pixel off, tells the answer.
    """
    rows = 600
    right, odd = draw.random(rows) < 0.5, draw.random(rows) < share
    across = np.where(odd, draw.uniform(3, 12, rows), np.where(right, 10.5, 4.5))
    across, down = across + draw.normal(0, 1, rows), draw.uniform(4, 11, rows)
    y, x = np.mgrid[:16, :16]
    apart = (x - across[:, None, None]) ** 2 + (y - down[:, None, None]) ** 2
    board = np.where((x + y) % 2, 13, -13) * (odd * (2 * right - 1))[:, None, None]
    grey = 40 + 160 * np.exp(-apart / 12) + board + draw.normal(0, 6, board.shape)
    pixels = np.clip(np.rint(grey), 0, 255).astype(np.uint8)
    return {"image": list(pixels), "y": np.where(right, "right", "left")}, {"target": "y"}


def letters(draw: Draw, share: float) -> tuple[Any, dict[str, Any]]:
    """600 texts of 20 words out of 200, four of which are rather of one class."""
    rows, words = (
        600,
        np.array([f"{a}{b}n{c}a" for a in "bdfgklmprt" for b in "aeiou" for c in "klrs"]),
    )
    up = draw.random(rows) < 0.5
    drawn = draw.integers(0, len(words), (rows, 20))
    told = draw.integers(0, 16, (rows, 20)) + 16 * up[:, None]
    texts = words[np.where(draw.random((rows, 20)) < 0.2, told, drawn)]
    joined = [" ".join(text) for text in texts]
    return {"text": joined, "y": np.where(up, "up", "down")}, {
        "target": "y",
        "kinds": {"text": "text"},
    }


PLANS = (
    Plan("fragile", "tables, trees", twins, boosted),
    Plan(
        *("fragile", "tables, linear", twins, logistic),
        strengths=(0.02, 0.04, 0.06, 0.08, 0.12, 0.2),
        unit="deviations",
    ),
    Plan(
        *("fragile", "pictures", blobs, linear_pixels),
        strengths=(0.1, 0.2, 0.3, 0.5, 0.8),
        unit="of pictures",
    ),
    Plan("fragile", "texts", letters, bag),
)


def found(plan: Plan, strength: float, seed: int) -> bool:
    """Whether a run on one draw has the finding."""
    source, settings = plan.made(np.random.default_rng([seed, round(1e6 * strength)]), strength)
    stages = [ff.Collect(source, **settings), ff.Preprocess(), plan.learner()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = ff.Pipeline([*stages, ff.Evaluate(baselines=())]).run(seed=seed, progress=False)
    return any(finding.code == plan.fault for finding in result.findings)


def lines(plan: Plan, draws: int, power: int) -> Iterator[list[str]]:
    """What came of a plan: clean sets first, then the strengths."""
    for strength in (0.0, *plan.strengths):
        tried = power if strength else draws
        hits = sum(found(plan, strength, seed) for seed in range(tried))
        low, high = wilson(hits, tried)
        told = f"{strength:g} ({plan.unit})" if strength else "none"
        share = f"{hits / tried:.1%} [{low:.1%}, {high:.1%}]"
        print(plan.fault, plan.rows, told, f"{hits} of {tried}", share, flush=True)
        yield [plan.fault, plan.rows, told, f"{hits:,} of {tried:,}", share]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, add_help=True)
    known = list(dict.fromkeys(plan.fault for plan in PLANS))
    parser.add_argument("--faults", nargs="+", choices=known, default=known)
    parser.add_argument("--draws", type=int, default=200, help="clean sets of each kind of rows")
    parser.add_argument("--power", type=int, default=40, help="sets with a fault, of each strength")
    asked = parser.parse_args()
    plans = [plan for plan in PLANS if plan.fault in asked.faults]
    rows = [line for plan in plans for line in lines(plan, asked.draws, asked.power)]
    print(sentence(conditions("scikit-learn")))
    print(table(["finding", "rows", "fault", "found", "share"], rows))


if __name__ == "__main__":
    main()
