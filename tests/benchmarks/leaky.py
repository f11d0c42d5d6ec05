"""Rows in which the answer stands where it should not, and the same without: for `faults.py`."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import weakly

import fivefold as ff

ROWS = 1_000
WORDS = np.array([a + b + c for a in "bdfgkmst" for b in "aeiou" for c in "lnrst"], object)


def rows_of(kind: str, seed: int) -> pd.DataFrame:
    """Inputs and `y` by a law, with two more columns that tell nothing."""
    one = weakly.law(kind, ROWS, seed)
    target = weakly.truth(one, seed)
    draw = np.random.default_rng(seed + 3_000_000)
    frame = one.frame.assign(
        code=draw.choice(list("pqrstu"), ROWS), size=draw.gamma(2.0, size=ROWS), y=target
    )
    return frame if kind == "number" else frame.assign(y=[f"c{k}" for k in target])


def collected(frame: pd.DataFrame, **settings: object) -> Sequence[ff.Finding]:
    """What is found in rows."""
    pipeline = ff.Pipeline([ff.Collect(frame, target="y", **settings)])
    return pipeline.run(seed=0, progress=False)[ff.Collected].findings


def _kept(frame: pd.DataFrame, strength: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed + 4_000_000).random(len(frame)) < strength


def combined(kind: str, strength: float, seed: int) -> Sequence[ff.Finding]:
    """Two columns whose sum, or whose sum round the classes, is the target in a share of rows."""
    frame, draw = rows_of(kind, seed), np.random.default_rng(seed + 5_000_000)
    kept = _kept(frame, strength, seed)
    if kind == "number":
        one = draw.normal(size=ROWS) * frame["y"].std()
        other = np.where(kept, frame["y"] - one, draw.permutation(frame["y"]) - one)
        return collected(frame.assign(one=one, other=other))
    codes, classes = frame["y"].str[1:].astype(int), 2 if kind == "two" else 3
    one = draw.integers(0, classes, ROWS)
    other = np.where(kept, (codes - one) % classes, draw.integers(0, classes, ROWS))
    letters = np.array(list("klm"))
    return collected(frame.assign(one=letters[one], other=letters[other]))


def compared(kind: str, strength: float, seed: int) -> Sequence[ff.Finding]:
    """Two numbers, of which the larger one tells the class in a share of rows."""
    frame, draw = rows_of(kind, seed), np.random.default_rng(seed + 5_000_000)
    low, gap = draw.normal(size=ROWS), draw.exponential(size=ROWS)
    second = np.where(_kept(frame, strength, seed), frame["y"] == "c1", draw.random(ROWS) < 0.5)
    return collected(frame.assign(one=low, other=low + np.where(second, gap, -gap)))


def named(kind: str, strength: float, seed: int) -> Sequence[ff.Finding]:
    """Names of files that begin with the class in a share of rows, else with any word."""
    frame, draw = rows_of(kind, seed), np.random.default_rng(seed + 5_000_000)
    words = draw.choice(WORDS, (ROWS, 3))
    first = np.where(_kept(frame, strength, seed), frame["y"], words[:, 0])
    numbers = draw.permutation(ROWS)
    names = [
        f"{a}_{b}/{c}-{n:04}.jpg" for a, (_, b, c), n in zip(first, words, numbers, strict=True)
    ]
    return collected(frame.assign(file=names), kinds={"file": "text"})


def noted(kind: str, strength: float, seed: int) -> Sequence[ff.Finding]:
    """Notes of twelve words, with a word of the class in a share of rows."""
    frame, draw = rows_of(kind, seed), np.random.default_rng(seed + 5_000_000)
    likely = np.where(frame["y"].to_numpy()[:, None] == "c0", 0.3, 0.1)
    words = draw.choice(WORDS, (ROWS, 12))
    words[:, 1:4] = np.where(draw.random((ROWS, 3)) < likely, "mild", words[:, 1:4])
    own = np.where(
        frame["y"] == "c0", "granted", np.where(frame["y"] == "c1", "denied", "postponed")
    )
    words[:, 6] = np.where(_kept(frame, strength, seed), own, words[:, 6])
    return collected(frame.assign(note=[" ".join(row) for row in words]), kinds={"note": "text"})


def ahead(kind: str, strength: float, seed: int) -> Sequence[ff.Finding]:
    """A column that is the target of the next row by time in a share of rows, else of any row."""
    frame, draw = rows_of(kind, seed), np.random.default_rng(seed + 5_000_000)
    days = pd.date_range("2020-01-01", periods=ROWS).strftime("%Y-%m-%d")
    y = frame["y"].to_numpy()
    later = np.append(y[1:], y[:1])
    before = np.append(y[-1:], y[:-1])  # an honest one
    column = np.where(_kept(frame, strength, seed), later, draw.permutation(y))
    return collected(frame.assign(day=days, before=before, signal=column), time="day")
