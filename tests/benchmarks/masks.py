"""Classes of pixels found by the default, by a linear model and boosted trees of pixels.

Run: python tests/benchmarks/masks.py FOLDER --to masks.json, where FOLDER holds the fashion files;
shapes and cells are wholly made, so that any folder does for --sets shapes cells.

`clothes`: two or three clothes of Fashion-MNIST pasted on a textured ground, in colour, 64 x 64; a
class for each kind of clothes. `shapes`: discs, bars and rings of one colour on a textured ground,
64 x 64. `cells`: bright blobs of unequal size on a dark uneven ground, 48 x 64, two classes.
"""

import gzip
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
from resumed import Run, Wanted, main_of, parser

import fivefold as ff

SEEDS = [0, 1, 2]
SIDE = 64
RIVALS = ("linear model of pixels", "boosted trees of pixels")
Rows = list[dict[str, np.ndarray]]


def ground(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """A textured ground in colour: waves of some direction, and noise."""
    down, right = np.mgrid[:height, :width]
    turn, shift = rng.uniform(-0.5, 0.5, 2), rng.uniform(0, 6)
    waves = 25 * np.sin(turn[0] * down + turn[1] * right + shift)
    tone = rng.integers(40, 200, 3)
    return tone + waves[:, :, None] + rng.normal(0, 10, (height, width, 3))


def clothes(folder: Path, rows: int, seed: int) -> Rows:
    """Clothes on grounds; ids are those of the kinds of clothes and 0 for the ground."""
    rng = np.random.default_rng(seed)
    path = folder / "fashion_train-images-idx3-ubyte.gz"
    pictures = np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=16)
    pictures = pictures.reshape(-1, 28, 28)
    kinds = folder / "fashion_train-labels-idx1-ubyte.gz"
    labels = np.frombuffer(gzip.decompress(kinds.read_bytes()), np.uint8, offset=8)
    found = []
    for _ in range(rows):
        scene, mask = ground(rng, SIDE, SIDE), np.zeros((SIDE, SIDE), np.uint8)
        for one in rng.integers(0, len(pictures), rng.integers(2, 4)):
            top, left = rng.integers(0, SIDE - 28, 2)
            there = pictures[one] > 20
            part = np.s_[top : top + 28, left : left + 28]
            tint = rng.uniform(0.4, 1.0, 3)
            scene[part][there] = (pictures[one][:, :, None] * tint)[there]
            mask[part][there] = labels[one] + 1
        found.append({"photo": scene.clip(0, 255).astype(np.uint8), "mask": mask})
    return found


def shapes(folder: Path | None, rows: int, seed: int) -> Rows:
    """Discs, bars and rings that differ by form alone."""
    rng = np.random.default_rng(seed)
    down, right = np.mgrid[:SIDE, :SIDE]
    found = []
    for _ in range(rows):
        scene, mask = ground(rng, SIDE, SIDE), np.zeros((SIDE, SIDE), np.uint8)
        lift = rng.integers(40, 90, 3)
        for kind in (1, 2, 3):
            middle, size = rng.uniform(10, SIDE - 10, 2), rng.uniform(6, 10)
            apart = np.hypot(down - middle[0], right - middle[1])
            bar = (abs(down - middle[0]) < 3) & (abs(right - middle[1]) < 1.5 * size)
            ring = (apart < size) & (apart > 0.55 * size)
            mask[[apart < size, bar, ring][kind - 1]] = kind
        scene += lift * (mask > 0)[:, :, None]
        found.append({"photo": scene.clip(0, 255).astype(np.uint8), "mask": mask})
    return found


def cells(folder: Path | None, rows: int, seed: int) -> Rows:
    """Blobs on a ground whose brightness drifts: grey, two classes, 0 and 255."""
    rng = np.random.default_rng(seed)
    height, width = 48, 64
    down, right = np.mgrid[:height, :width]
    found = []
    for _ in range(rows):
        slope = rng.uniform(-1, 1, 2)
        scene = 70 + slope[0] * down + slope[1] * right + rng.normal(0, 12, (height, width))
        mask = np.zeros((height, width), np.uint8)
        for _ in range(rng.integers(2, 7)):
            middle, sizes = rng.uniform(0, (height, width)), rng.uniform(3, 8, 2)
            inside = np.hypot((down - middle[0]) / sizes[0], (right - middle[1]) / sizes[1]) < 1
            scene[inside] += rng.uniform(15, 60)
            mask[inside] = 255
        found.append({"photo": scene.clip(0, 255).astype(np.uint8), "mask": mask})
    return found


SETS: dict[str, Callable[[Path, int, int], Rows]] = {
    "clothes": clothes,
    "shapes": shapes,
    "cells": cells,
}
ROWS = {"clothes": 900, "shapes": 500, "cells": 400}


def measure(rows: Rows, seed: int) -> Run:
    """Train by default; mean IoU on test rows, beside simple models, with paired differences."""
    started = perf_counter()
    stages = [ff.Collect(rows, target="mask"), ff.Preprocess(), ff.Train(), ff.Evaluate()]
    result = ff.Pipeline(stages).run(seed=seed, progress=False)
    table = result.tables["model_comparison"].set_index("model")
    ours = table.loc["model", "mean_iou"]
    run: Run = {"seconds": perf_counter() - started, "loss": result[ff.Trained].settings.loss}
    run["mean_iou"] = [float(ours), ours.low, ours.high]
    for name in RIVALS:
        theirs, apart = table.loc[name, "mean_iou"], table.loc[name, "difference"]
        run[name] = [float(theirs), theirs.low, theirs.high]
        run[f"beside {name}"] = [float(apart), apart.low, apart.high]
    return run


def wanted(asked: Namespace) -> Wanted:
    """One run a set and seed."""
    for name in asked.sets:
        for seed in asked.seeds:
            key = {"set": name, "seed": seed}

            def once(name: str = name, seed: int = seed) -> Run:
                return measure(SETS[name](asked.folder, ROWS[name], seed), seed)

            yield key, once


def shown(runs: list[Run]) -> str:
    """A table of mean IoU with intervals, a line a run."""
    lines = ["| set | seed | `unet` | linear | boosted trees | less the better of them | seconds |"]
    lines.append("|---|---|---|---|---|---|---|")

    def told(values: list[float]) -> str:
        return "{:.3f} [{:.3f}, {:.3f}]".format(*values)

    for run in runs:
        best = max(RIVALS, key=lambda name: run[name][0])
        cells = [told(run[name]) for name in ("mean_iou", *RIVALS, f"beside {best}")]
        lines.append(
            f"| {run['set']} | {run['seed']} | {' | '.join(cells)} | {run['seconds']:.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    made = parser(__doc__, seeds=SEEDS)
    sys.exit(main_of(made, sys.argv[1:], SETS, wanted, shown))
