"""Drift that is told: of rows of one kind, of moved ones: `drifts.py [--draws N]`.

Clean draws have test rows of the same kind as training rows: single rows, groups whose rows are
alike, series whose neighbours are alike, equal rows that stay on one side. Moved ones have a column
of numbers shifted by so many deviations, a category that so much of its rows has lost, or two
columns whose product has turned its sign, of which no single column shows anything.
"""

import argparse
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

import fivefold as ff
from fivefold.core.finding import Finding

SIZES = (500, 1_500, 5_000)
FIRST = 20_000  # seed; smaller ones were looked at while the rule was made
STRENGTHS = (0.1, 0.2, 0.3, 0.5, 0.8)


class Rows(NamedTuple):
    """A table, and what Collect is told of it."""

    frame: pd.DataFrame
    told: Mapping[str, str] = MappingProxyType({})
    test: pd.DataFrame | None = None


def single(rows: int, seed: int) -> pd.DataFrame:
    """Rows that are alike by nothing."""
    draw = np.random.default_rng(seed)
    numbers = draw.normal(size=(rows, 6))
    numbers[:, 1] += numbers[:, 0]
    numbers[draw.random(rows) < 0.1, 2] = np.nan
    numbers[:, 3] = np.exp(numbers[:, 3]).round(1)
    frame = pd.DataFrame(numbers).add_prefix("number")
    for name, levels in (("few", 3), ("many", 40)):
        frame[name] = draw.choice([f"level {k}" for k in range(levels)], rows)
    return frame.assign(y=draw.choice(["no", "yes"], rows))


def grouped(rows: int, seed: int) -> pd.DataFrame:
    """Rows of groups, which are alike."""
    draw = np.random.default_rng(seed)
    group = draw.integers(0, max(10, rows // 20), rows)
    frame = single(rows, seed)
    level = draw.normal(size=(group.max() + 1, 6))
    for column in range(6):
        frame[f"number{column}"] += draw.choice([0.5, 1.0, 2.0]) * level[group, column]
    of_group = draw.integers(0, 3, group.max() + 1)[group]
    few = np.where(draw.random(rows) < 0.8, of_group, draw.integers(0, 3, rows))
    return frame.assign(few=few.astype(str), group=[f"group {k}" for k in group])


def timed(rows: int, seed: int) -> pd.DataFrame:
    """Rows of a series, whose neighbours are alike."""
    draw = np.random.default_rng(seed)
    frame = single(rows, seed)
    kept = draw.choice([0.0, 0.5, 0.8, 0.9])
    for column in range(6):
        steps, level = draw.normal(size=rows), np.zeros(rows)
        for row in range(1, rows):
            level[row] = kept * level[row - 1] + steps[row]
        frame[f"number{column}"] = level
    return frame.assign(when=pd.date_range("2020-01-01", periods=rows, freq="h").astype(str))


def repeated(rows: int, seed: int) -> pd.DataFrame:
    """Rows that stand there ten times."""
    frame = single(max(rows // 10, 60), seed)
    return frame.sample(rows, replace=True, random_state=seed).reset_index(drop=True)


CLEAN: dict[str, tuple[Callable[[int, int], pd.DataFrame], dict[str, str]]] = {
    "single": (single, {}),
    "groups": (grouped, {"group": "group"}),
    "series": (timed, {"time": "when"}),
    "repeated": (repeated, {}),
}


def told(rows: Rows, seed: int) -> Finding | None:
    """What is told of drift."""
    from fivefold.evaluate.evidence import Evidence
    from fivefold.evaluate.finders import drift as drifts

    collect = ff.Collect(rows.frame, target="y", test_source=rows.test, **rows.told)
    made = ff.Pipeline([collect, ff.Preprocess()]).run(seed=seed, progress=False)
    evidence = Evidence(
        collected=made[ff.Collected],
        partition=made[ff.Partition],
        data=made[ff.Preprocessed],
        trained=None,
        scores=np.zeros(0),
        resamples=None,
        rivals=(None,),
        seed=seed,
    )
    found = drifts.measure_drift(evidence)
    return next(iter(drifts.drift(found)), None) if found is not None else None


def moved(way: str, strength: float, rows: int, seed: int) -> Rows:
    """Rows whose test part has moved."""
    train, test = single(rows, seed), single(rows // 2, seed + 1_000_000)
    draw = np.random.default_rng(seed)
    if way == "number":
        test["number0"] += strength
    elif way == "category":
        lost = (test["few"] == "level 0") & (draw.random(len(test)) < strength)
        test.loc[lost, "few"] = "level 1"
    else:
        for frame, sign in ((train, 1), (test, -1)):
            turned = draw.random(len(frame)) < strength
            size = np.abs(frame["number5"])
            signed = sign * np.sign(frame["number0"]) * size
            frame.loc[turned, "number5"] = signed[turned]
    return Rows(train, test=test)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--draws", type=int, default=200, help="clean ones; a tenth for each power")
    draws = asked.parse_args().draws
    for name, (make, names) in CLEAN.items():
        false = [0, 0]
        for place in range(draws):
            seed = FIRST + place
            found = told(Rows(make(SIZES[place % len(SIZES)], seed), names), seed)
            false[0] += found is not None
            false[1] += found is not None and bool(found.numbers["columns"])
        print(f"clean, {name}: {false[0]} of {draws}, by columns {false[1]}", flush=True)
    each = max(1, draws // 10)
    for way, column in (("number", "number0"), ("category", "few"), ("pair", "number5")):
        for rows in SIZES:
            line = []
            for strength in STRENGTHS:
                found = [
                    told(moved(way, strength, rows, FIRST + k), FIRST + k) for k in range(each)
                ]
                named = [
                    one is not None
                    and column in {*one.numbers["columns"], *one.numbers.get("told_by", ())}
                    for one in found
                ]
                line.append(f"{strength}: {np.mean(named):.2f}")
            print(f"{way}, {rows:,} training and validation rows:", ", ".join(line), flush=True)


if __name__ == "__main__":
    main()
