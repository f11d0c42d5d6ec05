"""Which way a picture of clothes moves: clips that are told apart by motion alone, over seeds.

Run: python tests/benchmarks/clips.py FOLDER --to clips.json, where FOLDER holds the idx files of
fashion-mnist. Each clip shows one of its pictures, which drifts in one of 4 or 8 directions and
comes in again on the other side. No picture is on both sides: training clips are made of the
training file, test clips of the other. Of a single frame the direction cannot be told.
"""

import gzip
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from resumed import Run, Wanted, main_of, parser

import fivefold as ff

SEEDS = [0, 1, 2]
SETS = {"four directions": 4, "eight directions": 8}
FRAMES, SIDE = 12, 40
ROWS, TESTED = 1_600, 800
NAMES = ("right", "down", "left", "up", "down right", "down left", "up left", "up right")
STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, -1), (-1, 1))


def pictures(path: Path) -> np.ndarray:
    """`(n, 28, 28)` uint8."""
    return np.frombuffer(gzip.decompress(path.read_bytes())[16:], np.uint8).reshape(-1, 28, 28)


def drifting(picture: np.ndarray, way: int, rng: np.random.Generator) -> np.ndarray:
    """`(frames, side, side)`: the picture at a random place, 1 to 2 pixels on in each frame."""
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    canvas[:28, :28] = picture
    start, speed = rng.integers(0, SIDE, 2), rng.uniform(1.0, 2.0)
    places = start + np.rint(np.outer(np.arange(FRAMES) * speed, STEPS[way])).astype(int)
    return np.stack([np.roll(canvas, tuple(place), (0, 1)) for place in places])


def made(folder: Path, part: str, rows: int, ways: int, seed: int) -> dict[str, Any]:
    """Clips of different pictures, and which way each moves."""
    every = pictures(folder / f"fashion_{part}-images-idx3-ubyte.gz")
    rng = np.random.default_rng(seed)
    some, way = every[rng.permutation(len(every))[:rows]], rng.integers(0, ways, rows)
    clips = np.stack([drifting(x, w, rng) for x, w in zip(some, way, strict=True)])
    return {"clip": clips, "way": np.array(NAMES)[way]}


def measure(folder: Path, name: str, seed: int) -> Run:
    """The default, alone and beside simple models, on clips of pictures that it did not see."""
    train = made(folder, "train", ROWS, SETS[name], seed)
    test = made(folder, "t10k", TESTED, SETS[name], seed)
    collect = ff.Collect(train, target="way", test_source=test)
    stages = [collect, ff.Preprocess(), ff.Train(), ff.Evaluate(baselines=("linear",))]
    started = perf_counter()
    result = ff.Pipeline(stages).run(seed=seed, progress=False)
    seconds = perf_counter() - started
    table = result.tables["model_comparison"].set_index("model")
    single, motion = (row for row in table.index if row.startswith("logistic"))
    ours = table.loc["model", "accuracy"]
    found: Run = {"accuracy": [float(ours), ours.low, ours.high], "seconds": round(seconds)}
    for label, row in (("single", single), ("motion", motion)):
        there, apart = table.loc[row, "accuracy"], table.loc[row, "difference"]
        found[label] = [float(there), there.low, there.high]
        found[f"over {label}"] = [float(apart), apart.low, apart.high]
    return found


def shown(runs: list[Run]) -> str:
    """A table of all runs, for docs/video.md."""
    lines = [
        "| clips | seed | default | one frame | linear, motion | seconds |",
        "|---|---|---|---|---|---|",
    ]
    for run in runs:
        cells = [
            "{:.3f} ({:.3f} to {:.3f})".format(*run[k]) for k in ("accuracy", "single", "motion")
        ]
        lines.append(f"| {run['set']} | {run['seed']} | {' | '.join(cells)} | {run['seconds']} |")
    return "\n".join(lines)


def wanted(asked: Any) -> Wanted:
    """One run a set and seed."""
    for name in asked.sets:
        for seed in asked.seeds:
            yield (
                {"set": name, "seed": seed},
                lambda n=name, s=seed: measure(asked.folder, n, s),
            )


if __name__ == "__main__":
    sys.exit(main_of(parser(__doc__, seeds=SEEDS), sys.argv[1:], SETS, wanted, shown))
