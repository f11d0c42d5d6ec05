"""Labels that are called wrong: of clean rows, of flipped ones: `doubts.py [FOLDER] [--draws N]`.

Clean draws are of classes that overlap in seven ways; flipped ones have a share of their labels
changed to another class. FOLDER holds `adult.csv`, of which 15,000 rows are taken; digits come with
scikit-learn. Precision at k is the share of flipped labels among the k least believed ones, of as
many as were flipped; beside it stands that of cleanlab's ranking of the same probabilities. Seeds
start at 10,000, as smaller ones were looked at while the rule was made.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

import fivefold as ff
from fivefold.evaluate import simple
from fivefold.evaluate.finders.labelerrors import share_of_errors
from fivefold.evaluate.finders.outoffold import (
    boosting_options,
    drawn_units,
    out_of_fold,
    reading_of,
)
from fivefold.label.confident import self_confidence
from fivefold.tasks.known import task_of

WAYS = ("gaussians", "blobs", "logistic", "rare", "noise", "levels", "moons")
SHARES = (0.01, 0.02, 0.05, 0.1)
SIZES = (600, 1_500, 4_000)
FIRST = 10_000  # seed
FLIPS = 3  # of each real set


def drawn(way: str, rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of classes that overlap, and these."""
    draw = np.random.default_rng(seed)

    def by_chance(odds: np.ndarray) -> np.ndarray:
        return (draw.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)

    numbers = draw.normal(size=(rows, 6))
    target = draw.integers(0, 2, rows)
    if way == "gaussians":
        numbers[:, 0] += draw.choice([1.0, 1.5, 2.0, 2.5, 3.0]) * target
    elif way == "apart":
        target = draw.integers(0, 3, rows)
        numbers[:, :3] += 5 * np.eye(3)[target]
    elif way == "blobs":
        target = draw.integers(0, 4, rows)
        numbers += draw.normal(size=(4, 6))[target] * draw.choice([0.8, 1.2, 2.0])
    elif way == "logistic":
        target = by_chance(numbers @ draw.normal(size=6) * draw.choice([0.2, 0.5, 1.0]))
    elif way == "rare":
        target = by_chance(numbers @ draw.normal(size=6) * draw.choice([0.2, 0.4, 0.8]) - 2.5)
    elif way == "noise":
        target = (draw.random(rows) < draw.choice([0.5, 0.3, 0.1])).astype(int)
    elif way == "levels":
        levels = draw.integers(0, 6, (rows, 3))
        odds = draw.normal(size=(3, 6)) * draw.choice([0.5, 1.0, 2.0])
        target = by_chance(sum(odds[place][levels[:, place]] for place in range(3)))
        numbers[:, :3] = levels
    elif way == "moons":
        turn = draw.random(rows) * np.pi
        numbers[:, 0] = np.where(target, 1 - np.cos(turn), np.cos(turn))
        numbers[:, 1] = np.where(target, 0.5 - np.sin(turn), np.sin(turn))
        numbers[:, :2] += draw.normal(size=(rows, 2)) * draw.choice([0.2, 0.35, 0.5])
    return numbers.astype(np.float32), target


def flipped(target: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels of which a share is another class, and places of these."""
    draw, classes = np.random.default_rng(seed), int(target.max()) + 1
    places = draw.choice(len(target), round(share * len(target)), replace=False)
    changed = target.copy()
    changed[places] = (target[places] + draw.integers(1, classes, len(places))) % classes
    return changed, places


def called(matrix: np.ndarray, target: np.ndarray, seed: int) -> bool:
    """Whether labels are called wrong."""
    classes = int(target.max()) + 1
    options = boosting_options(np.zeros(matrix.shape[1], bool), 1 if classes == 2 else classes)
    rows = simple.Rows(
        *(matrix, target, None, np.zeros(len(target), bool), classes, task_of("multiclass")),
        options=options,
    )
    folds = drawn_units(np.arange(len(target)), seed)
    chances = out_of_fold(rows, simple.SIMPLE["class"].boosting, folds, seed)
    return chances is not None and share_of_errors(target, chances) is not None


def precision(frame: pd.DataFrame, name: str, seed: int) -> tuple[float, float]:
    """At k of 5 % flipped labels of a frame, all rows of which are learnt from or validate.

    That of fivefold's ranking, then that of cleanlab's.
    """
    from cleanlab.rank import get_label_quality_scores

    codes, known = pd.factorize(frame[name], sort=True)
    changed, places = flipped(codes, 0.05, seed)
    source = frame.assign(**{name: np.asarray(known)[changed]})
    division = ff.Split(test=0.001, valid=0.16)
    context = ff.Pipeline([ff.Collect(source, target=name), division, ff.Preprocess()]).run(
        seed=seed, progress=False
    )
    data = context[ff.Preprocessed]
    read = reading_of(data, len(known))
    assert read is not None
    rows, kind = read
    folds = drawn_units(np.arange(len(rows.target)), seed)
    chances = out_of_fold(rows, getattr(simple.SIMPLE["class"], kind), folds, seed)
    assert chances is not None
    index = np.concatenate([data.train.index, data.valid.index])
    wrong = np.isin(index, places)
    own = self_confidence(rows.target, chances)
    theirs = get_label_quality_scores(rows.target, chances, method="self_confidence")
    ranked = (np.argsort(each, kind="stable")[: wrong.sum()] for each in (own, theirs))
    ours, others = (float(wrong[order].mean()) for order in ranked)
    return ours, others


def sets(folder: Path | None) -> Iterator[tuple[str, pd.DataFrame, str]]:
    """Real ones by their names, and what their target is called."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    frame = pd.DataFrame(digits.data).add_prefix("pixel")
    yield "digits", frame.assign(digit=digits.target.astype(str)), "digit"
    if folder is not None:
        adult = pd.read_csv(folder / "adult.csv").sample(15_000, random_state=0)
        yield "adult", adult.reset_index(drop=True), "income"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path, nargs="?")
    asked.add_argument(
        "--draws", type=int, default=200, help="clean ones; a tenth a point of power"
    )
    chosen = asked.parse_args()
    for name, frame, target in sets(chosen.folder):
        found = [precision(frame, target, FIRST + flip) for flip in range(FLIPS)]
        ours, others = np.mean(found, axis=0)
        print(f"{name}: precision at k {ours:.3f}, cleanlab {others:.3f}", found, flush=True)
    false = dict.fromkeys(WAYS, 0)
    for place in range(chosen.draws):
        way, rows = WAYS[place % len(WAYS)], SIZES[place // len(WAYS) % len(SIZES)]
        false[way] += called(*drawn(way, rows, FIRST + place), FIRST + place)
    print(f"clean: {sum(false.values())} of {chosen.draws} are called", false, flush=True)
    for way in ("apart", "gaussians"):
        for rows in SIZES:
            shares = []
            for share in SHARES:
                each = max(1, chosen.draws // 10)
                hits = 0
                for seed in range(FIRST, FIRST + each):
                    matrix, target = drawn(way, rows, seed)
                    hits += called(matrix, flipped(target, share, seed)[0], seed)
                shares.append(f"{share:.0%}: {hits / each:.2f}")
            print(f"{way}, {rows:,} rows:", ", ".join(shares), flush=True)


if __name__ == "__main__":
    main()
