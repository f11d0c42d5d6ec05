"""What random changes of pictures, series and sequences are worth, set by set, on validation rows.

"Usual" are those that are made without a trial, "default" those of `Train()`, which tries the
doubtful ones.

`python tests/benchmarks/changes.py [FOLDER] --kind image --to changes.json` trains the network with
each set of changes on a few hundred rows of every set and prints a Markdown table of the validation
accuracy (of numbers the share of variance that is explained) beside that of the usual ones. What
the file holds is not run again; `--from` prints such files. FOLDER holds the public pictures, which
are left out without it.
"""

import argparse
import sys
from functools import partial
from typing import Any, NamedTuple

import drawings
import made_sequences
import made_series
import numpy as np
from machine import table
from resumed import Run, Wanted, earlier, measured, parser

SPARE = 50
"""Test rows, of which nothing is asked."""

ONE = "with flip, seen once"
"""Learnt from mirrored pictures too, but answers for a picture alone."""


class Kind(NamedTuple):
    """What is tried of a kind.

    Attributes:
        network: that learns.
        usual: changes that are made where nothing is said, without a trial.
        others: that may be made beside them.
        sets: by name.
        epochs: None for as many as it takes.
    """

    network: str
    usual: tuple[str, ...]
    others: tuple[str, ...]
    sets: dict[str, Any]
    epochs: int | None = None

    @property
    def ways(self) -> dict[str, tuple[str, ...] | None]:
        """By name, changes that are compared."""
        found: dict[str, tuple[str, ...] | None] = {
            "usual": self.usual,
            "default": None,
            "none": (),
        }
        for one in self.usual:
            found[f"without {one}"] = tuple(c for c in self.usual if c != one)
        found |= {f"with {one}": (*self.usual, one) for one in self.others}
        found["with all"] = (*self.usual, *self.others)
        if "flip" in self.others:
            found[ONE] = found["with flip"]
        return found


KINDS = {
    "image": Kind(
        "resnet_small",
        ("shift", "colour", "erase"),
        ("flip", "crop", "rotate", "mixup", "cutmix"),
        drawings.SETS,
        16,
    ),
    "series": Kind("inceptiontime", (), ("mask", "speed", "noise", "size"), made_series.SETS),
    "sequence": Kind("seqnet", (), ("mutate", "shift", "turn"), made_sequences.SETS),
}


def main(arguments: list[str]) -> int:
    made = parser(__doc__, seeds=[0])
    made.add_argument("--kind", choices=list(KINDS), default="image")
    made.add_argument("--sets", nargs="+", help="all of the kind if left out")
    made.add_argument("--ways", nargs="+", help="likewise")
    made.add_argument("--rows", type=int, help="training rows; 400, or as many as the set says")
    made.add_argument("--valid", type=int, default=500, help="validation rows")
    made.add_argument("--epochs", type=int)
    asked = made.parse_args(arguments)
    if asked.sources:
        print(f"\n{shown(earlier(asked.sources))}")
        return 0
    print(f"\n{shown(measured(wanted(asked), asked.to, 'pillow'))}")
    return 0


def wanted(asked: argparse.Namespace) -> Wanted:
    """Every set in every way with every seed."""
    kind = KINDS[asked.kind]
    public = () if asked.folder else drawings.PUBLIC
    for seed in asked.seeds:
        for name in asked.sets or [name for name in kind.sets if name not in public]:
            for way in asked.ways or kind.ways:
                key = {"kind": asked.kind, "set": name, "way": way, "seed": seed}
                yield key, partial(judged, name, way, seed, asked)


def judged(name: str, way: str, seed: int, asked: argparse.Namespace) -> Run:
    """Validation accuracy and loss of one network."""
    import fivefold as ff
    from fivefold.models.score import score

    kind, draw = KINDS[asked.kind], np.random.default_rng([seed, len(name)])
    if asked.kind == "image":
        rows = (asked.rows or 400) + asked.valid + SPARE
        source = kind.sets[name](rows, np.random.default_rng(seed), asked.folder)
        collect = ff.Collect(source)
    else:
        make, usual = kind.sets[name]
        rows = (asked.rows or usual) + asked.valid + SPARE
        collect = ff.Collect(make(draw, rows), target="label", kinds={asked.kind: asked.kind})
    parts = {"valid": asked.valid / rows, "test": SPARE / rows}
    number = asked.kind != "image" and collect.source["label"].dtype.kind == "f"
    stages = [
        collect,
        ff.Split("random" if number else "stratified", **parts),
        ff.Preprocess(),
        ff.Train(
            kind.network, augment=kind.ways[way], epochs=asked.epochs or kind.epochs, threads=1
        ),
    ]
    result = ff.Pipeline(stages).run(seed=seed, progress=False)
    trained, valid = result[ff.Trained], result[ff.Preprocessed].valid
    if way == ONE:
        trained.model.body.mirror(False)
    answers, truth = score(trained.model, valid.inputs), valid.target
    if number:
        worth = 1 - float(np.mean((answers.ravel() - truth.ravel()) ** 2) / np.var(truth))
    else:
        worth = float((answers.argmax(axis=1) == truth).mean())
    return {
        "accuracy": worth,
        "loss": float(trained.history["valid_loss"].min()),
        "made": trained.settings.augment,
        "seconds": trained.resources.seconds,
    }


def shown(runs: list[dict[str, Any]]) -> str:
    """Accuracy of the usual changes, and what others gain on it, in points, the mean over seeds."""
    names = list(dict.fromkeys(run["set"] for run in runs))
    ways = list(dict.fromkeys(run["way"] for run in runs))
    found = {(run["set"], run["way"], run["seed"]): run["accuracy"] for run in runs}
    rows = []
    for way in ways:
        cells, gains = [], []
        for name in names:
            pairs = [
                (100 * value, 100 * found[name, "usual", seed])
                for (of, how, seed), value in found.items()
                if (of, how) == (name, way) and (name, "usual", seed) in found
            ]
            if not pairs:
                cells.append("")
                continue
            gain = float(np.mean([value - usual for value, usual in pairs]))
            gains.append(gain)
            mean = float(np.mean([value for value, _ in pairs]))
            cells.append(f"{mean:.1f}" if way == "usual" else f"{gain:+.1f}")
        mean = "" if way == "usual" else f"{np.mean(gains):+.2f}" if gains else ""
        rows.append([way, *cells, mean])
    return table(["changes", *names, "mean"], rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
