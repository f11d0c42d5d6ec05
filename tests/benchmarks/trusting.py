"""Whether intervals, sets and the interval of the calibration error hold the truth as they say.

`python trusting.py` draws from laws that are known; `python trusting.py FOLDER` fits models to the
bundled sets of scikit-learn and to sets of FOLDER, and tells what a map of probabilities gains on
rows that nobody looked at.
"""

import argparse
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.naive_bayes import GaussianNB

import fivefold as ff
from fivefold.metrics.calibration import calibration_error_by_chance, calibration_interval
from fivefold.metrics.conformal import limit, limit_by_group
from fivefold.metrics.resampling import resample

CHUNK = 1000


def coverage_of_rows(rows: int, level: float, repetitions: int, seed: int = 0) -> float:
    """How often a further row lies within the limit of so many, of a skewed law."""
    draw, inside = np.random.default_rng(seed), 0
    for start in range(0, repetitions, CHUNK):
        drawn = draw.gumbel(size=(min(CHUNK, repetitions - start), rows + 1))
        inside += int((drawn[:, -1] <= limit(drawn[:, :-1], level)).sum())
    return inside / repetitions


def coverage_of_groups(groups: int, level: float, repetitions: int, seed: int = 0) -> float:
    """The same of a row of a further group, of groups of 1 to 20 rows that are nearly alike."""
    draw, inside = np.random.default_rng(seed), 0
    for _ in range(repetitions):
        group = np.repeat(np.arange(groups), draw.integers(1, 21, groups))
        shift = draw.exponential(size=groups + 1)
        errors = shift[group] + 0.1 * draw.random(len(group))
        inside += shift[-1] + 0.1 * draw.random() <= limit_by_group(errors, group, level)
    return inside / repetitions


def coverage_of_error(rows: int, heat: float, repetitions: int, seed: int = 0) -> tuple[float, ...]:
    """How often the interval of the calibration error holds what it is without luck.

    Of probabilities by Beta(2, 2), whose logits are `heat` times as far from 0 as is true.

    Returns:
        The share, the mean true error, and the mean of what is found.
    """
    draw, inside, told = np.random.default_rng(seed), 0, list[tuple[float, float]]()
    for number in range(repetitions):
        given = draw.beta(2, 2, rows)
        share = 1 / (1 + np.exp(-np.log(given / (1 - given)) / heat))
        came_true = draw.random(rows) < share
        chance = calibration_error_by_chance(given, seed=number)
        resamples = resample(rows, seed=number)
        error = calibration_interval(given, came_true, resamples, chance)
        order = np.argsort(given)
        pieces = np.array_split((share - given)[order], 15)
        truth = sum(abs(piece.sum()) for piece in pieces) / rows
        inside += error.low <= truth <= error.high
        told.append((truth, float(error)))
    means = np.mean(told, axis=0)
    return inside / repetitions, float(means[0]), float(means[1])


def bundled() -> Iterator[tuple[str, pd.DataFrame, str]]:
    """Sets that scikit-learn brings."""
    for name, load in (("breast cancer", load_breast_cancer), ("digits", load_digits)):
        known = load(as_frame=True)
        yield name, known.data.assign(y=known.target.astype(str)), "y"


def elsewhere(folder: Path) -> Iterator[tuple[str, pd.DataFrame, str]]:
    """Sets of a folder, those that are there."""
    files = {
        "pima": ("pima_diabetes.csv", "outcome"),
        "telco": ("telco_churn.csv", "Churn"),
        "card fraud": ("creditcard_fraud_sample.csv.gz", "Class"),
        "weight lifting": ("har_weightlifting_train.csv.gz", "classe"),
        "adult": ("adult.csv", "income"),
    }
    for name, (file, target) in files.items():
        if (folder / file).is_file():
            yield name, pd.read_csv(folder / file), target


def gained(frame: pd.DataFrame, target: str, model: Any, how: str, seed: int) -> Any:
    """Log loss of test rows with the map, less that of the same model without it."""
    train = ff.Train(model, calibrate=how, **({"epochs": 15} if isinstance(model, str) else {}))
    stages = [ff.Collect(frame, target=target), ff.Preprocess(), train, ff.Evaluate(baselines=())]
    result = ff.Pipeline(stages).run(seed=seed, progress=False)
    return result.tables["calibration"].iloc[0]


def main() -> None:
    """Draw, or fit, and print lines of a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--repetitions", type=int, default=10_000)
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    if asked.folder is None:
        draw_all(asked.repetitions)
        return
    models = {"naive Bayes": GaussianNB, "forest": RandomForestClassifier, "mlp": lambda: "mlp"}
    for name, frame, target in (*bundled(), *elsewhere(asked.folder)):
        for called, make in models.items():
            two = frame[target].nunique() == 2
            for how in ("temperature", "isotonic") if two else ("temperature",):
                lines = [gained(frame, target, make(), how, seed) for seed in range(asked.seeds)]
                change = [float(line["log_loss_change"]) for line in lines]
                loss = statistics.fmean(float(line["log_loss"]) for line in lines)
                spread = statistics.stdev(change) if len(change) > 1 else float("nan")
                sure = sum(line["log_loss_change"].high < 0 for line in lines)
                worse = sum(line["log_loss_change"].low > 0 for line in lines)
                mean = statistics.fmean(change)
                print(
                    f"| {name} | {called} | {how} | {loss - mean:.4f} | {loss:.4f} | "
                    f"{mean:+.4f} ± {spread:.4f} | {sure} | {worse} |",
                    flush=True,
                )


def draw_all(repetitions: int) -> None:
    """Everything that is drawn from laws."""
    for rows, level in ((9, 0.9), (19, 0.95), (50, 0.9), (200, 0.9), (99, 0.99)):
        found = coverage_of_rows(rows, level, repetitions)
        print(f"| rows, {rows} kept | {level:g} | {found:.4f} |", flush=True)
    for groups, level in ((20, 0.8), (40, 0.9)):
        found = coverage_of_groups(groups, level, repetitions)
        print(f"| groups, {groups} kept | {level:g} | {found:.4f} |", flush=True)
    for rows in (200, 1000, 5000):
        for heat in (1.0, 1.3, 2.0, 4.0):
            held, truth, found = coverage_of_error(rows, heat, max(1, repetitions // 20))
            print(f"| {rows:,} | {truth:.3f} | {found:.3f} | {held:.3f} |", flush=True)


if __name__ == "__main__":
    main()
