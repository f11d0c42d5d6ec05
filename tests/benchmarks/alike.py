"""Texts and pictures of which some test rows are nearly training rows: for `faults.py`."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import weakly

import fivefold as ff
from fivefold.evaluate.finders.cellcopies import copied_cells

ROWS, SIDE = 500, 28
WORDS = [f"{first}{last}" for first in "bcdfgklmnprst" for last in ("an", "el", "ir", "os", "ut")]


def copied(kind: str, strength: float, seed: int) -> Sequence[ff.Finding]:
    """Test rows of which a share are training rows: a tenth of the words others, or grey noise."""
    draw = np.random.default_rng([seed, 40])
    target = draw.integers(0, 2, 2 * ROWS)
    cells = (texts if kind == "text" else pictures)(target, draw)
    for place in range(round(strength * ROWS)):
        cells[ROWS + place] = moved(cells[place], draw)
        target[ROWS + place] = target[place]
    frame = pd.DataFrame({"cell": pd.Series(cells, dtype=object)})
    chances = np.where(target[:, None] == np.arange(2), 0.8, 0.2)
    learn, judge = frame[:ROWS], frame[ROWS:].reset_index(drop=True)
    rows = learn.assign(y=[f"c{k}" for k in target[:ROWS]])
    kinds = {"cell": "text" if kind == "text" else "image"}
    return weakly.found(
        *(judge, target[ROWS:], chances[ROWS:], rows),
        rivals=False,
        look=copied_cells,
        kinds=kinds,
    )


def texts(target: np.ndarray, draw: np.random.Generator) -> list[object]:
    """Sentences of 10 to 60 words, some far commoner than others, a few by class; all have one of
    ten openings of five words."""
    share = 1 / np.arange(1, len(WORDS) + 1)
    likely = [np.roll(share, 3 * one) / share.sum() for one in (0, 1)]
    openings = [" ".join(draw.choice(WORDS, 5)) for _ in range(10)]
    return [
        f"{openings[draw.integers(10)]} "
        + " ".join(draw.choice(WORDS, draw.integers(10, 61), p=likely[one]))
        for one in target
    ]


def pictures(target: np.ndarray, draw: np.random.Generator) -> list[object]:
    """Three soft blobs on grey, of one class on the left; all on one of ten grounds."""
    down, across = np.mgrid[:SIDE, :SIDE]
    grounds = [_blobs(draw.uniform(0, SIDE, (6, 2)), down, across, 8.0) for _ in range(10)]
    found = list[object]()
    for one in target:
        centres = draw.uniform(0, SIDE, (3, 2)) * [1, 0.6] + [0, 0.4 * SIDE * one]
        drawn = grounds[draw.integers(10)] + 2 * _blobs(centres, down, across, 3.0)
        drawn = 40 * drawn + draw.normal(0, 4, drawn.shape)
        found.append((60 + drawn).clip(0, 255).astype(np.uint8)[:, :, None])
    return found


def _blobs(centres: np.ndarray, down: np.ndarray, across: np.ndarray, wide: float) -> np.ndarray:
    far = [(down - y) ** 2 + (across - x) ** 2 for y, x in centres]
    return np.sum([np.exp(-one / (2 * wide**2)) for one in far], axis=0)


def moved(cell: object, draw: np.random.Generator) -> object:
    """A cell that is nearly the same."""
    if isinstance(cell, str):
        words = cell.split()
        for place in draw.choice(len(words), max(1, len(words) // 10), replace=False):
            words[place] = str(draw.choice(WORDS))
        return " ".join(words)
    noise = draw.normal(0, 4, np.shape(cell)) + draw.normal(0, 10)
    return (np.asarray(cell, float) + noise).clip(0, 255).astype(np.uint8)
