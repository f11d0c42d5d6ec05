"""How often intervals of importance hold what is lost in truth, and what runs say of planted data.

    python tests/benchmarks/shuffled.py [--draws 200] [--runs 200]

First, a model that is a fixed formula is asked about rows of a known law: what it loses where a
column is exchanged is known from a million other rows, and an interval of few rows is to hold it.
Beside it, the interval by resamples of the asked rows alone, as is usual, which knows nothing of
the rows that give their cells. Then runs as a user starts them, on planted data: a column of pure
noise, columns of which each tells more than the next, and one that is there twice.
"""

import argparse
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd

import fivefold as ff
from fivefold.evaluate.evaluation import scored
from fivefold.evaluate.importance import importance
from fivefold.metrics.intervals import bca
from fivefold.metrics.metric import LOG_LOSS, RMSE, ROC_AUC, Metric
from fivefold.metrics.resampling import resample
from fivefold.metrics.shuffles import DRAWS, Shuffles
from fivefold.models.answered import answered

TRUE, FITTED = np.array([2.0, 1.0, 0.0]), np.array([1.9, 1.05, 0.3])
"""What rows go by, and what a model has learnt of it: the third column is noise."""

TURNS, MANY = 5, 1_000_000


def law(rows: int, draw: np.random.Generator, metric: Metric) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and the truth."""
    inputs = draw.normal(size=(rows, 3))
    score = inputs @ TRUE
    if metric is RMSE:
        return inputs, score + 1.5 * draw.normal(size=rows)
    return inputs, (draw.random(rows) < 1 / (1 + np.exp(-score))).astype(int)


def answers(inputs: np.ndarray, metric: Metric) -> np.ndarray:
    """Of the model."""
    score = inputs @ FITTED
    if metric is RMSE:
        return score
    chance = 1 / (1 + np.exp(-score))
    return np.stack([1 - chance, chance], axis=1)


def exchanged(inputs: np.ndarray, column: int, order: np.ndarray) -> np.ndarray:
    """The inputs with the column of other rows."""
    changed = inputs.copy()
    changed[:, column] = changed[order, column]
    return changed


def mean_loss(
    metric: Metric,
    target: np.ndarray,
    given: np.ndarray,
    told: Sequence[np.ndarray],
    counts: np.ndarray,
) -> np.ndarray:
    """What is lost by rows that are asked as often as these counts say, whoever gives cells."""
    sign, over = 1 if metric.greater else -1, metric.statistic.over
    moved = np.mean([over(target, each, counts) for each in told], axis=0)
    return np.asarray(sign * (over(target, given, counts) - moved))


def held(metric: Metric, rows: int, draws: int) -> tuple[np.ndarray, np.ndarray]:
    """Shares of intervals that hold what is lost, by column: ours, and of asked rows alone."""
    inputs, target = law(MANY, np.random.default_rng(0), metric)
    sign, order = 1 if metric.greater else -1, np.random.default_rng(1).permutation(MANY)
    whole = metric(target, answers(inputs, metric))
    columns = range(len(TRUE))
    moved = [metric(target, answers(exchanged(inputs, c, order), metric)) for c in columns]
    truth, ours, usual = sign * (whole - np.array(moved)), np.zeros(3), np.zeros(3)
    for seed in range(draws):
        draw = np.random.default_rng(seed)
        inputs, target = law(rows, draw, metric)
        orders = np.stack([draw.permutation(rows) for _ in range(TURNS)])
        given, resamples = answers(inputs, metric), resample(rows, seed=seed, draws=DRAWS)
        shuffles = Shuffles(metric, target, given, orders, resamples)
        for column in columns:
            told = [answers(exchanged(inputs, column, order), metric) for order in orders]
            lost = shuffles.loss(told).lost
            ours[column] += lost.low <= truth[column] <= lost.high

            usual_way = partial(mean_loss, metric, target, given, told)
            low, high, _ = bca(float(lost), *resamples.over(usual_way))
            usual[column] += low <= truth[column] <= high
    return ours / draws, usual / draws


def planted(seed: int, rows: int = 800) -> pd.DataFrame:
    """Three columns that tell ever less, one that is there twice, and noise."""
    draw = np.random.default_rng(seed)
    first, second, third, twin, noise = draw.normal(size=(5, rows))
    score = 2 * first + 1.2 * second + 0.6 * third + 1.2 * twin
    again = twin + 0.01 * draw.normal(size=rows)  # of equal columns one is left out
    y = np.where(score + draw.logistic(size=rows) > 0, "yes", "no")
    columns = {"first": first, "second": second, "third": third, "twin": twin, "again": again}
    return pd.DataFrame(columns | {"noise": noise, "y": y})


def table_of(run: ff.Result, seed: int) -> pd.DataFrame:
    """The table of a run that was trained, without all else that `Evaluate` does."""
    made = [run[kind] for kind in (ff.Collected, ff.Partition, ff.Preprocessed, ff.Trained)]
    scores = answered(run[ff.Trained].model, run[ff.Preprocessed].test, made[2].codec)
    evidence = scored(*made, scores, {}, seed=seed, level=0.95, threshold=None)
    table = importance(evidence)
    assert table is not None
    return table


def runs(draws: int, train: Callable[[], ff.Train]) -> dict[str, float]:
    """Of runs on planted data, the shares in which each thing is as it should be."""
    found: dict[str, float] = {}
    for seed in range(draws):
        stages = [ff.Collect(planted(seed), target="y"), ff.Split(valid=0.3), ff.Preprocess()]
        run = ff.Pipeline([*stages, train()]).run(seed=seed, progress=False)
        table = table_of(run, seed).set_index("column")
        lost, told = table["lost"], table["told"]
        both = "twin + again"
        seen = {
            "the interval of noise holds 0": lost["noise"].low <= 0 <= lost["noise"].high,
            "noise is told from nothing, corrected": bool(told["noise"]),
            "first, second, third in this order": lost["first"] > lost["second"] > lost["third"],
            "first is told": bool(told["first"]),
            "second is told": bool(told["second"]),
            "third is told": bool(told["third"]),
            "twins stand together": both in table.index,
            "together they lose more than the two alone": both in table.index
            and lost[both] > lost["twin"] + lost["again"],
            "together they are told": both in table.index and bool(told[both]),
            "one of them alone is told": bool(told["twin"] or told["again"]),
        }
        for name, is_so in seen.items():
            found[name] = found.get(name, 0.0) + float(is_so) / draws
    return found


def main() -> None:
    """Print both."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--draws", type=int, default=200)
    asked.add_argument("--runs", type=int, default=200, help="on planted data, of each model")
    found = asked.parse_args()
    draws, count = found.draws, found.runs
    print(f"share of {draws} intervals of 95 % that hold it: strong, middle, noise")
    for metric in (ROC_AUC, LOG_LOSS, RMSE):
        for rows in (100, 500):
            ours, usual = held(metric, rows, draws)
            line = "  ".join(f"{one:.3f}" for one in (*ours, *usual))
            print(f"{metric.name:10s} {rows:4d} rows   {line}   (last three: asked rows alone)")
    for name, train in {
        "network": lambda: ff.Train("mlp", epochs=12, threads=1),
        "blend": lambda: ff.Train("blend", epochs=6, threads=1),
    }.items():
        print(f"{name}, share of {count} runs")
        for what, share in runs(count, train).items():
            print(f"  {what:45s} {share:.3f}")


if __name__ == "__main__":
    main()
