"""How often faults of a model are found that were planted, and how often where there are none.

Run: python tests/benchmarks/planted.py [--rows pictures ...] [--faults fragile ...] [--draws 200]

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


class Clean(NamedTuple):
    """Sets without a fault.

    Args:
        rows: what rows are, in words.
        made: draws a data set.
        learner: what is trained on it.
    """

    rows: str
    made: Made
    learner: Callable[[], ff.Stage]


class Plan(NamedTuple):
    """A fault that is planted.

    Args:
        fault: the finding that is looked for.
        rows: what rows are, in words.
        made: draws a data set.
        learner: what is trained on it.
        strengths: of the fault, from weak to strong.
        unit: what they say.
    """

    fault: str
    rows: str
    made: Made
    learner: Callable[[], ff.Stage]
    strengths: tuple[float, ...]
    unit: str


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


def cornered(draw: Draw, share: float) -> tuple[Any, dict[str, Any]]:
    """The same pictures, and a pixel in a corner that tells the answer.

    The fault: the pixel; in a share of the pictures the blob is anywhere, so that it tells alone.
    """
    rows = 600
    right, odd = draw.random(rows) < 0.5, draw.random(rows) < share
    across = np.where(odd, draw.uniform(3, 12, rows), np.where(right, 10.5, 4.5))
    across, down = across + draw.normal(0, 1, rows), draw.uniform(4, 11, rows)
    y, x = np.mgrid[:16, :16]
    apart = (x - across[:, None, None]) ** 2 + (y - down[:, None, None]) ** 2
    grey = 40 + 160 * np.exp(-apart / 12) + draw.normal(0, 6, apart.shape)
    grey[:, 0, 0] = np.where(right, 220, 30)
    pixels = np.clip(np.rint(grey), 0, 255).astype(np.uint8)
    return {"image": list(pixels), "y": np.where(right, "right", "left")}, {"target": "y"}


def letters(draw: Draw, share: float) -> tuple[Any, dict[str, Any]]:
    """600 texts of 20 words out of 200, of which 16 are rather of each class.

    The fault: a word more at the end of a share of the texts of one class.
    """
    rows, first, middle, last = 600, "bdfgklmprt", "aeiou", "klrs"
    words = np.array([f"{a}{b}n{c}a" for a in first for b in middle for c in last])
    up = draw.random(rows) < 0.5
    drawn = draw.integers(0, len(words), (rows, 20))
    told = draw.integers(0, 16, (rows, 20)) + 16 * up[:, None]
    texts = words[np.where(draw.random((rows, 20)) < 0.06, told, drawn)]
    joined = [" ".join(text) for text in texts]
    tagged = (draw.random(rows) < share) & up
    marked = [f"{text} code" if tag else text for text, tag in zip(joined, tagged, strict=True)]
    source = {"text": marked, "y": np.where(up, "up", "down")}
    return source, {"target": "y", "kinds": {"text": "text"}}


def wandered(draw: Draw, wrong: float) -> tuple[Any, dict[str, Any]]:
    """600 rows to learn from, 400 to judge by, a quarter of them far out in one of two columns.

    The fault: out there a share of the rows is not what the law of the others says.
    """
    parts = []
    for rows in (600, 400):
        first, second = draw.normal(size=(2, rows))
        far = (np.arange(rows) < 100) & (rows == 400)
        first = first + far * np.where(first > 0, 6, -6)
        up = first + second + draw.logistic(0, 0.3, rows) > 0
        up ^= far & (draw.random(rows) < wrong)
        parts.append(pd.DataFrame({"first": first, "second": second, "y": up}))
    return parts[0], {"target": "y", "test_source": parts[1]}


CLEAN = (
    Clean("tables, some rows outside", wandered, logistic),
    Clean("tables, trees", twins, boosted),
    Clean("tables, linear", twins, logistic),
    Clean("pictures", blobs, linear_pixels),
    Clean("texts", letters, bag),
)
PLANS = (
    Plan(
        *("fragile", "tables, linear", twins, logistic),
        *((0.02, 0.04, 0.06, 0.08, 0.12, 0.2), "deviations"),
    ),
    Plan(
        *("fragile", "pictures", blobs, linear_pixels),
        *((0.1, 0.2, 0.3, 0.5, 0.8), "of pictures"),
    ),
    Plan(
        *("shortcut", "pictures", cornered, linear_pixels),
        *((0.2, 0.4, 0.6, 0.8, 1.0), "of pictures"),
    ),
    Plan(*("shortcut", "texts", letters, bag), *((0.2, 0.4, 0.6, 0.8, 1.0), "of one class")),
    Plan(
        *("overconfident_outside", "tables, some rows outside", wandered, logistic),
        *((0.05, 0.1, 0.2, 0.3, 0.5), "of rows there"),
    ),
)
FAULTS = tuple(dict.fromkeys(plan.fault for plan in PLANS))


def found(made: Made, learner: Callable[[], ff.Stage], strength: float, seed: int) -> set[str]:
    """Which of the findings a run on one draw has."""
    source, settings = made(np.random.default_rng([seed, round(1e6 * strength)]), strength)
    stages = [ff.Collect(source, **settings), ff.Preprocess(), learner()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = ff.Pipeline([*stages, ff.Evaluate(baselines=())]).run(seed=seed, progress=False)
    return {finding.code for finding in result.findings} & set(FAULTS)


def line(fault: str, rows: str, told: str, hits: int, tried: int) -> list[str]:
    """A line of the table, which is printed as soon as it is known."""
    low, high = wilson(hits, tried)
    cells = [
        fault,
        rows,
        told,
        f"{hits:,} of {tried:,}",
        f"{hits / tried:.1%} [{low:.1%}, {high:.1%}]",
    ]
    print(*cells, sep=" | ", flush=True)
    return cells


def alarms(clean: Clean, draws: int) -> Iterator[list[str]]:
    """How often each finding is made of sets without a fault."""
    told = [found(clean.made, clean.learner, 0.0, seed) for seed in range(draws)]
    for fault in FAULTS:
        yield line(fault, clean.rows, "none", sum(fault in one for one in told), draws)


def power(plan: Plan, draws: int) -> Iterator[list[str]]:
    """How often a fault of each strength is found."""
    for strength in plan.strengths:
        told = [found(plan.made, plan.learner, strength, seed) for seed in range(draws)]
        hits = sum(plan.fault in one for one in told)
        yield line(plan.fault, plan.rows, f"{strength:g} {plan.unit}", hits, draws)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", nargs="*", choices=FAULTS, default=FAULTS, help="to be planted")
    known = [clean.rows for clean in CLEAN]
    parser.add_argument("--rows", nargs="*", choices=known, default=known, help="without a fault")
    parser.add_argument("--draws", type=int, default=200, help="sets without a fault, of each rows")
    parser.add_argument("--power", type=int, default=40, help="sets with a fault, of each strength")
    asked = parser.parse_args()
    rows = [one for c in CLEAN if c.rows in asked.rows for one in alarms(c, asked.draws)]
    rows += [one for p in PLANS if p.fault in asked.faults for one in power(p, asked.power)]
    print(sentence(conditions("scikit-learn", "torch")))
    print(table(["finding", "rows", "fault", "found", "share"], rows))


if __name__ == "__main__":
    main()
