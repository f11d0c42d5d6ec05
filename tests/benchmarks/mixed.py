"""The default on rows that mix a table and another kind, beside models of one of them.

`python tests/benchmarks/mixed.py --kinds photo note --told table other both crossed`: sets that
are made up, in which the table alone tells the class, or the other kind alone, or both add up, or
the class is told by the two together only. Beside the default: the default for the table alone, and
for the other kind alone, of the same rows; boosting and linear models as the comparison has them.
`--kinds note+photo` has two kinds and no table, each of which tells half.
"""

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from machine import conditions, sentence

import fivefold as ff
from fivefold.models.mixture import FUSIONS, Mixture

Draw = np.random.Generator
TOLD = ("table", "other", "both", "crossed")
WORDS = np.array([f"word{number}" for number in range(60)])
SIDE = 32


def table(draw: Draw, rows: int) -> tuple[dict[str, Any], np.ndarray]:
    """Numbers and categories, and what they tell: bends, steps and a product."""
    x = draw.normal(size=(rows, 6))
    city, way = draw.choice(["Ulm", "Bern", "Graz"], rows), draw.choice(["a", "b", "c"], rows)
    told = 1.5 * np.sin(2 * x[:, 0]) * (x[:, 1] > 0) + 1.2 * (np.abs(x[:, 2]) > 0.8)
    told += (city == "Ulm") * (x[:, 3] > 0)
    columns = {f"x{place}": column for place, column in enumerate(x.T)}
    return columns | {"city": city, "way": way}, told - told.mean()


def photos(draw: Draw, rows: int) -> tuple[list[np.ndarray], np.ndarray]:
    """A ring or a cross of any colour anywhere in noise; which one."""
    found, ring = [], draw.random(rows) < 0.5
    down, across = np.mgrid[:SIDE, :SIDE]
    for one in ring:
        pixels = draw.normal(80, 20, (SIDE, SIDE, 3)) + 20 * draw.normal(size=3)
        y, x = draw.integers(10, SIDE - 10, 2)
        size = draw.integers(5, 9)
        apart, beside = np.abs(down - y), np.abs(across - x)
        cross = (np.abs(apart - beside) < 1.7) & (np.maximum(apart, beside) <= size)
        circle = np.abs(np.hypot(apart, beside) - size) < 1.3
        pixels[circle if one else cross] = draw.integers(130, 255, 3)
        found.append(np.clip(pixels, 0, 255).astype(np.uint8))
    return found, 2.0 * ring - 1


def notes(draw: Draw, rows: int) -> tuple[list[str], np.ndarray]:
    """Words, some of which are worth something; what all of them are worth."""
    worth = draw.normal(size=len(WORDS)) * (draw.random(len(WORDS)) < 0.3)
    picked = [draw.integers(0, len(WORDS), draw.integers(8, 20)) for _ in range(rows)]
    told = np.array([worth[row].sum() for row in picked])
    return [" ".join(WORDS[row]) for row in picked], (told - told.mean()) / told.std()


def moves(draw: Draw, rows: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Slow waves and fast ones in noise; which one."""
    fast, time = draw.random(rows) < 0.5, np.arange(60)
    found = [
        draw.uniform(0.5, 2) * np.sin((0.2 + 0.25 * one) * time + draw.uniform(0, 6))
        + draw.normal(size=60) / 2
        for one in fast
    ]
    return found, 2.0 * fast - 1


def genes(draw: Draw, rows: int) -> tuple[list[str], np.ndarray]:
    """Letters with a motif anywhere, or without it; which one."""
    found, there = [], draw.random(rows) < 0.5
    for one in there:
        letters = "".join(draw.choice(list("ACGT"), 80))
        place = draw.integers(0, 72)
        found.append(letters[:place] + "TATAAAGC" + letters[place + 8 :] if one else letters)
    return found, 2.0 * there - 1


def clips(draw: Draw, rows: int, rate: int = 4000) -> tuple[list[Any], np.ndarray]:
    """Tones that rise or fall in noise; which one."""
    rises, time = draw.random(rows) < 0.5, np.arange(rate // 2) / rate
    found = []
    for one in rises:
        turns = draw.uniform(300, 900) * time + (600 * one - 300) * time**2
        heard = np.sin(2 * np.pi * turns) / 2 + 0.3 * draw.normal(size=time.size)
        found.append(((8000 * heard).astype(np.int16), rate))
    return found, 2.0 * rises - 1


KINDS: dict[str, tuple[str, Callable[..., Any]]] = {
    "photo": ("image", photos),
    "note": ("text", notes),
    "move": ("series", moves),
    "gene": ("sequence", genes),
    "clip": ("audio", clips),
}


def halves_of(names: list[str], rows: int, seed: int) -> dict[str, Any]:
    """Two kinds without a table, of which each tells half of the class."""
    draw = np.random.default_rng(seed)
    made = {name: KINDS[name][1](draw, rows) for name in names}
    chance = 1 / (1 + np.exp(-1.8 * sum(told for _, told in made.values())))
    cells = {name: column for name, (column, _) in made.items()}
    return cells | {"y": np.where(draw.random(rows) < chance, "yes", "no")}


def rows_of(name: str, told: str, rows: int, seed: int) -> dict[str, Any]:
    """Columns by name, with `y` for what is asked."""
    draw = np.random.default_rng(seed)
    columns, of_table = table(draw, rows)
    cells, of_other = KINDS[name][1](draw, rows)
    crossed = 4 * of_other * np.where(columns["x0"] > 0, 1, -1)
    logits = {"table": 2.5 * of_table, "other": 2.5 * of_other, "crossed": crossed}
    logits["both"] = 2 * of_table + 1.5 * of_other
    chance = 1 / (1 + np.exp(-logits[told]))
    return columns | {name: cells, "y": np.where(draw.random(rows) < chance, "yes", "no")}


def compared(columns: dict[str, Any], seed: int, fusion: str | None = None) -> Any:
    """The model comparison of a default run on these columns, or of its network with a fusion."""
    model = None if fusion is None else partial(Mixture, fusion=fusion)
    kinds = {name: kind for name, (kind, _) in KINDS.items() if name in columns}
    stages = [ff.Collect(columns, target="y", kinds=kinds), ff.Preprocess(), ff.Train(model)]
    result = ff.Pipeline([*stages, ff.Evaluate()]).run(seed=seed, progress=False)
    return result.tables["model_comparison"].set_index("model")["roc_auc"]


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), help="A, or A+B")
    parser.add_argument("--told", nargs="+", choices=TOLD, default=list(TOLD))
    parser.add_argument("--rows", type=int, default=1500)
    parser.add_argument("--whole", action="store_true", help="the default for all columns alone")
    parser.add_argument("--fusion", choices=FUSIONS, help="the network alone, with this one")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    asked = parser.parse_args(arguments)
    print(sentence(conditions("torch", "numpy", "scikit-learn")), flush=True)
    for name in asked.kinds:
        names = name.split("+")
        for told in asked.told if len(names) == 1 else ["both"]:
            for seed in asked.seeds:
                began = time.perf_counter()
                columns = (
                    rows_of(name, told, asked.rows, seed)
                    if len(names) == 1
                    else halves_of(names, asked.rows, seed)
                )
                whole = compared(columns, seed, asked.fusion)
                seconds = time.perf_counter() - began
                print(f"{name}, told by {told}, seed {seed}, {seconds:.0f} s", flush=True)
                print(f"  {', '.join(f'{row} {score:.3f}' for row, score in whole.items())}")
                if asked.whole or asked.fusion:
                    continue
                alone = {n: cells for n, cells in columns.items() if n in {"y", names[-1]}}
                rest = {n: cells for n, cells in columns.items() if n != names[-1]}
                one, other = (compared(part, seed)["model"] for part in (rest, alone))
                first = names[0] if len(names) > 1 else "the table"
                print(f"  {first} alone {one:.3f}, {names[-1]} alone {other:.3f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
