"""Whether intervals of scores hold the truth, and corrected chances their level, as they say.

`python nominal.py [--quick]` draws test rows again and again from laws of which the true score is
known, by a formula or by four million rows, and counts how often the interval holds it; for
chances, how often any of ten true null hypotheses is called false at 0.05.
"""

import argparse
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from machine import conditions, sentence, table
from scipy.special import expit, ndtr

from fivefold.metrics import metric as known
from fivefold.metrics.comparison import compare
from fivefold.metrics.distances import category_distance, number_distance
from fivefold.metrics.estimates import estimate_one
from fivefold.metrics.intervals import corrected_t
from fivefold.metrics.metric import Metric
from fivefold.metrics.resampling import Resamples, resample
from fivefold.metrics.significance import holm

LARGE = 4_000_000
POOL = 40
"""Sets of resamples that are used in turn, as drawing them takes longest."""
Drawn = tuple[np.ndarray, np.ndarray]


class Line(NamedTuple):
    """One line of the table: what was drawn, how often, and what was found."""

    what: str
    rows: str
    draws: int
    wanted: float
    found: float


def classes(rows: int, draw: np.random.Generator, shift: float = 1.2) -> Drawn:
    """Two classes, three of ten rows positive, by scores that are the true probabilities."""
    target = (draw.random(rows) < 0.3).astype(np.int64)
    score = draw.normal(size=rows) + shift * target
    positive = expit(shift * score - shift**2 / 2 + np.log(0.3 / 0.7))
    return target, np.stack([1 - positive, positive], axis=1)


def normal(rows: int, draw: np.random.Generator) -> Drawn:
    """Numbers with normal errors."""
    target = draw.normal(size=rows)
    return target, target + 0.5 * draw.normal(size=rows)


def heavy(rows: int, draw: np.random.Generator) -> Drawn:
    """Numbers whose errors have heavy tails: Student's t of five degrees of freedom."""
    target = draw.normal(size=rows)
    return target, target + 0.5 * draw.standard_t(5, rows)


@cache
def pool(rows: int) -> list[Resamples]:
    """Resamples of so many rows."""
    return [resample(rows, seed=seed) for seed in range(POOL)]


def held(
    metric: Metric, law: Callable[..., Drawn], rows: int, draws: int, truth: float | None = None
) -> Line:
    """How often the interval of a score holds what it is of the law."""
    if truth is None:
        truth = metric(*law(LARGE, np.random.default_rng(99)))
    inside = 0
    for seed in range(draws):
        target, scores = law(rows, np.random.default_rng([1, seed]))
        found = estimate_one(metric, target, scores, pool(rows)[seed % POOL])
        inside += found.low <= truth <= found.high
    errors = {normal: ", normal errors", heavy: ", errors with heavy tails"}.get(law, "")
    name = f"{metric.title}{errors}: {found.method}"
    return Line(name, str(rows), draws, 0.95, inside / draws)


def groups_held(groups: int, draws: int) -> Line:
    """The same of accuracy where rows of a group are alike: 1 to 20 rows, each group its rate."""
    inside = 0
    for seed in range(draws):
        draw = np.random.default_rng([2, seed])
        group = np.repeat(np.arange(groups), draw.integers(1, 21, groups))
        right = draw.random(len(group)) < draw.beta(8, 2, groups)[group]
        target = np.zeros(len(group), np.int64)
        scores = np.stack([right, ~right], axis=1).astype(float)
        found = estimate_one(
            known.ACCURACY, target, scores, resample(len(group), seed=seed, group=group)
        )
        inside += found.low <= 0.8 <= found.high
    name = f"accuracy by groups: {found.method}"
    return Line(name, f"{groups} groups", draws, 0.95, inside / draws)


def blocks_held(rows: int, draws: int) -> Line:
    """The same of the mean absolute error where errors follow one another, correlation 0.5."""
    truth, inside = float(np.sqrt(2 / np.pi)), 0
    for seed in range(draws):
        draw = np.random.default_rng([3, seed])
        noise, errors = draw.normal(size=rows + 100), np.zeros(rows + 100)
        for step in range(1, rows + 100):
            errors[step] = 0.5 * errors[step - 1] + np.sqrt(0.75) * noise[step]
        errors, target = errors[100:], np.zeros(rows)
        drawn = resample(rows, seed=seed, time=np.arange(rows), losses=np.abs(errors))
        found = estimate_one(known.MAE, target, errors, drawn)
        inside += found.low <= truth <= found.high
    return Line(f"MAE over time: {found.method}", str(rows), draws, 0.95, inside / draws)


def differences_held(metric: Metric, rows: int, draws: int) -> Line:
    """How often two models of equal worth are called a tie: one sees what the other does not."""
    ties = 0
    for seed in range(draws):
        draw = np.random.default_rng([4, seed])
        target = (draw.random(rows) < 0.3).astype(np.int64)
        shared = draw.normal(size=rows)
        pair = []
        for _ in range(2):
            score = (shared + draw.normal(size=rows)) / np.sqrt(2) + 1.2 * target
            positive = expit(1.2 * score - 0.72 + np.log(0.3 / 0.7))
            pair.append(np.stack([1 - positive, positive], axis=1))
        made = compare(metric, target, *pair, pool(rows)[seed % POOL])
        ties += made.verdict == "a tie"
    name = f"difference of {metric.title}: {made.difference.method}"
    return Line(name, str(rows), draws, 0.95, ties / draws)


def folds_held(folds: int, draws: int, rows: int = 200) -> Line:
    """The mean over folds of a rule of nearest means beside what such rules are worth."""
    means = np.zeros((2, 5))
    means[1, 0] = 1.5
    per, worth, estimates = rows // folds, [], []
    for seed in range(draws):
        draw = np.random.default_rng([5, seed])
        target = np.arange(rows) % 2
        cells = draw.normal(size=(rows, 5)) + means[target]
        order, scores = draw.permutation(rows), []
        for fold in range(folds):
            test = np.isin(np.arange(rows), order[fold * per : (fold + 1) * per])
            centres = [cells[~test & (target == one)].mean(axis=0) for one in (0, 1)]
            way = centres[1] - centres[0]
            middle = way @ (centres[0] + centres[1]) / 2
            scores.append(float(((cells[test] @ way > middle) == target[test]).mean()))
            size = np.linalg.norm(way)  # the rule's own worth is known: two normal laws, a plane
            first = ndtr((middle - means[0] @ way) / size)
            worth.append((first + 1 - ndtr((middle - means[1] @ way) / size)) / 2)
        estimates.append(corrected_t(np.array(scores), 1 / (folds - 1)))
    truth = float(np.mean(worth))
    inside = np.mean([one.low <= truth <= one.high for one in estimates])
    return Line(f"accuracy over {folds} folds: nadeau-bengio", str(rows), draws, 0.95, inside)


def family(draws: int, rows: int = 1_000, columns: int = 10) -> Iterator[Line]:
    """How often any of ten columns that do not drift is said to, with and without correction."""
    plain = corrected = 0
    for seed in range(draws):
        draw = np.random.default_rng([6, seed])
        chances = []
        for column in range(columns):
            if column % 2:
                both = [draw.choice(5, n, p=[0.4, 0.3, 0.15, 0.1, 0.05]) for n in (rows, 250)]
            else:
                both = [draw.normal(size=n) for n in (rows, 250)]
            distance = category_distance if column % 2 else number_distance
            chances.append(distance(*both).chance)
        p = np.array(chances)
        plain += bool((p < 0.05).any())
        corrected += bool((holm(p) < 0.05).any())
    told = f"{rows} and 250"
    yield Line("any of ten columns drifts: as they are", told, draws, 0.4013, plain / draws)
    yield Line("any of ten columns drifts: Holm", told, draws, 0.05, corrected / draws)


def lines(quick: bool) -> Iterator[Line]:
    """All that is measured; `quick` draws a tenth as often."""
    many, some = (1_000, 200) if quick else (10_000, 2_000)
    for rows in (50, 200, 1_000):
        yield held(known.ACCURACY, classes, rows, many)
    for rows in (50, 200, 1_000):
        yield held(known.ROC_AUC, classes, rows, many, float(ndtr(1.2 / np.sqrt(2))))
    for metric in (known.LOG_LOSS, known.AVERAGE_PRECISION, known.F1, known.BALANCED_ACCURACY):
        for rows in (50, 200, 1_000):
            yield held(metric, classes, rows, some)
    for law in (normal, heavy):
        for metric in (known.RMSE, known.MAE, known.R2):
            for rows in (50, 200, 1_000):
                yield held(metric, law, rows, some)
    for groups in (40, 100):
        yield groups_held(groups, some)
    for rows in (200, 1_000):
        yield blocks_held(rows, some)
    for metric in (known.ACCURACY, known.ROC_AUC, known.LOG_LOSS):
        yield differences_held(metric, 200, some)
    for folds in (5, 10):
        yield folds_held(folds, many)
    yield from family(some)


def main() -> None:
    """Measure line by line, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth as many draws")
    asked = parser.parse_args()
    told = []
    for line in lines(asked.quick):
        error = (line.found * (1 - line.found) / line.draws) ** 0.5
        cells: list[Any] = [line.what, line.rows, f"{line.draws:,}", f"{line.wanted:g}"]
        told.append([*cells, f"{line.found:.4f} ± {error:.4f}"])
        print(told[-1], flush=True)
    print(sentence(conditions("scipy")))
    print(table(["what", "rows", "draws", "wanted", "found"], told))


if __name__ == "__main__":
    main()
