"""Planted faults by strength, and clean draws: `faults.py [--only NAME] [--draws N] [--to FILE]`.

Each fault is planted in fresh rows at each strength, a tenth as often as clean rows are drawn; what
is counted are runs in which its finding was told. Clean draws are the same rows without the fault.
FILE keeps a line of JSON a run, and what stands there is not run again.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import alike
import betraying
import leaky
import numpy as np
import pandas as pd
import people
import unequal
import weakly

import fivefold as ff

FIRST = 20_000
SHARES = (0.9, 0.95, 0.98, 0.99, 1.0)


class Fault(NamedTuple):
    """What is planted.

    Args:
        codes: of findings, one of which must be told.
        strengths: from weak to strong; 0 is clean.
        kinds: of rows: two classes, several, numbers.
        told: of a kind, a strength and a seed, all findings.
        about: what a strength is.
    """

    codes: tuple[str, ...]
    strengths: tuple[float, ...]
    kinds: tuple[str, ...]
    told: Callable[[str, float, int], Sequence[ff.Finding]]
    about: str


FAULTS = {
    "noise in a group": Fault(
        ("weak_subgroup",),
        (0.05, 0.1, 0.2, 0.3),
        ("two", "several"),
        weakly.noisy,
        "share of changed labels in a fifth of 2,000 test rows",
    ),
    "noise in a small group": Fault(
        ("weak_subgroup",),
        (0.1, 0.2, 0.3),
        ("two", "several"),
        weakly.noisy_few,
        "likewise, in 60 of 2,000 test rows",
    ),
    "learnt noise": Fault(
        ("weak_subgroup",),
        (0.1, 0.2, 0.3),
        ("two", "several", "number"),
        weakly.learnt,
        "likewise, of boosting that learnt from 2,000 rows with the same noise; of numbers 2 to 4 "
        "times the noise",
    ),
    "numbers off in a group": Fault(
        ("weak_subgroup",),
        (0.25, 0.5, 1.0),
        ("number",),
        weakly.shifted,
        "standard deviations of the noise, in a fifth of 2,000 test rows",
    ),
    "a part that is not seen": Fault(
        ("weak_subgroup",),
        (0.5, 1.0, 2.0),
        ("two", "several", "number"),
        weakly.unseen,
        "odds, or noises, that two columns together change and the model leaves out",
    ),
    "leak: two columns together": Fault(
        ("target_leakage",),
        SHARES,
        ("two", "several", "number"),
        leaky.combined,
        "share of 1,000 rows whose target is the sum of two columns, of classes round their number",
    ),
    "leak: the larger of two": Fault(
        ("target_leakage",),
        SHARES,
        ("two",),
        leaky.compared,
        "share of 1,000 rows in which the larger of two numbers tells the class",
    ),
    "leak: name of a file": Fault(
        ("target_leakage",),
        (0.1, 0.2, 0.5, 1.0),
        ("two", "several"),
        leaky.named,
        "share of 1,000 names that begin with the class",
    ),
    "leak: word in a text": Fault(
        ("target_leakage",),
        SHARES,
        ("two", "several"),
        leaky.noted,
        "share of 1,000 texts with a word that only rows of the class have",
    ),
    "answers that are the target": Fault(
        ("predicts_target",),
        (0.99, 1.0),
        ("two", "several", "number"),
        weakly.told_the_target,
        "share of 200 answers that are the truth",
    ),
    "another scale": Fault(
        ("other_scale",),
        (1.25, 1.5, 2.0, 10.0),
        ("number",),
        weakly.scaled,
        "times the numbers, which explain half of the variance, around their mean",
    ),
    "the other class": Fault(
        ("other_class",),
        (0.6, 0.8, 1.0),
        ("two",),
        weakly.turned,
        "share of the rows whose probability is that of the other class",
    ),
    "near copies": Fault(
        ("near_copies_across_parts",),
        (0.01, 0.02, 0.05, 0.1),
        ("two", "number"),
        weakly.copied,
        "share of 1,000 test rows that are a training row, numbers moved by 1 % of their deviation",
    ),
    "near cells": Fault(
        ("near_copies_across_parts",),
        (0.01, 0.02, 0.05, 0.1),
        ("text", "picture"),
        alike.copied,
        "share of 500 test rows that are a training row, a tenth of the words others or with noise",
    ),
    "rough copies": Fault(
        ("near_copies_across_parts",),
        (0.05, 0.1),
        ("two", "number"),
        weakly.copied_roughly,
        "likewise, numbers moved by 5 % of their deviation",
    ),
    "answers denied to a group": Fault(
        ("unequal_groups",),
        (0.1, 0.2, 0.3, 0.5),
        ("two", "several", "number"),
        unequal.denied,
        "share of a group of 600 of 2,000 rows that is answered with the first class; of numbers "
        "too low by so many deviations of the noise",
    ),
    "learnt rows that are betrayed": Fault(
        ("memorised",),
        (2.0, 4.0, 6.0, 8.0, 12.0),
        ("two", "several"),
        betraying.told,
        "levels of the trees of a forest that learnt from 1,000 rows; clean is a linear model",
    ),
    "people in texts": Fault(
        ("personal_data",),
        (1.0, 2.0, 3.0, 5.0, 10.0),
        tuple(people.PLANTED),
        people.told,
        "of 1,000 texts that hold a number or an address of a person",
    ),
    "people: cells of nobody": Fault(
        ("personal_data",),
        (),
        tuple(people.CLEAN),
        people.told,
        "nothing is planted: numbers and texts that look like those of people",
    ),
    "leak: what comes later": Fault(
        ("target_leakage",),
        SHARES,
        ("two", "several", "number"),
        leaky.ahead,
        "share of 1,000 rows in which a column is the target of the next one",
    ),
}


def run(name: str, kind: str, strength: float, seed: int) -> bool:
    """Whether the fault is told."""
    fault = FAULTS[name]
    return any(one.code in fault.codes for one in fault.told(kind, strength, seed))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--only", nargs="*", default=[])
    asked.add_argument("--draws", type=int, default=200)
    asked.add_argument("--first", type=int, default=FIRST)
    asked.add_argument("--to", type=Path)
    chosen = asked.parse_args()
    kept: dict[str, bool] = {}
    if chosen.to is not None and chosen.to.exists():
        lines = map(json.loads, chosen.to.read_text().splitlines())
        kept = {line["run"]: line["told"] for line in lines}
    table: list[dict[str, Any]] = []
    for name, fault in FAULTS.items():
        if chosen.only and not any(name.startswith(one) for one in chosen.only):
            continue
        for kind in fault.kinds:
            line: dict[str, Any] = {"fault": name, "rows": kind}
            for strength in (0.0, *fault.strengths):
                count = chosen.draws if strength == 0 else max(1, chosen.draws // 10)
                hits = 0
                for seed in range(chosen.first, chosen.first + count):
                    key = f"{name}/{kind}/{strength}/{seed}"
                    if key not in kept:
                        kept[key] = run(name, kind, strength, seed)
                        if chosen.to is not None:
                            with chosen.to.open("a") as file:
                                file.write(json.dumps({"run": key, "told": kept[key]}) + "\n")
                    hits += kept[key]
                line["clean" if strength == 0 else f"{strength:g}"] = f"{hits} of {count}"
            print(line, flush=True)
            table.append(line)
    print(pd.DataFrame(table).fillna("").to_string(index=False))


if __name__ == "__main__":
    np.seterr(all="ignore")
    main()
