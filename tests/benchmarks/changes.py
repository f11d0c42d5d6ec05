"""What random changes of pictures are worth, set by set, on validation rows.

"Usual" are those that are made without a trial, "default" those of `Train()`, which tries `flip`.

`python tests/benchmarks/changes.py [FOLDER] --to changes.json` trains the default network with each
set of changes on a few hundred pictures of every set and prints a Markdown table of the validation
accuracy beside that of the usual ones. What the file holds is not run again; `--from` prints such
files. FOLDER holds the public sets, which are left out without it.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from drawings import PUBLIC, SETS
from machine import conditions, sentence, table

SPARE = 50
"""Test rows, of which nothing is asked."""

USUAL = ("shift", "colour", "erase")

ONE = "with flip, seen once"
"""Learnt from mirrored pictures too, but answers for a picture alone."""

WAYS: dict[str, tuple[str, ...] | None] = {
    "usual": USUAL,
    "default": None,
    ONE: (*USUAL, "flip"),
    "none": (),
    **{f"without {one}": tuple(c for c in USUAL if c != one) for one in USUAL},
    **{f"with {one}": (*USUAL, one) for one in ("flip", "crop", "rotate", "mixup", "cutmix")},
}


def main(arguments: list[str]) -> int:
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    made.add_argument("folder", type=Path, nargs="?", help="that holds the public sets")
    made.add_argument("--sets", nargs="+", choices=list(SETS))
    made.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    made.add_argument("--seeds", nargs="+", type=int, default=[0])
    made.add_argument("--rows", type=int, default=400, help="training pictures")
    made.add_argument("--valid", type=int, default=500, help="validation pictures")
    made.add_argument("--epochs", type=int, default=16)
    made.add_argument("--to", type=Path, help="a JSON file; what it holds is not run again")
    made.add_argument("--from", dest="sources", type=Path, nargs="+", help="earlier JSON files")
    asked = made.parse_args(arguments)
    if asked.sources:
        found = [json.loads(path.read_text()) for path in asked.sources]
        for one in found:
            print(sentence(one["conditions"]))
        print(f"\n{shown([run for one in found for run in one['runs']])}")
        return 0
    facts = conditions("torch", "numpy", "pillow", "scikit-learn")
    runs = json.loads(asked.to.read_text())["runs"] if asked.to and asked.to.exists() else []
    known = {(run["set"], run["way"], run["seed"]) for run in runs}
    print(sentence(facts), flush=True)
    for seed in asked.seeds:
        for name in asked.sets or [name for name in SETS if asked.folder or name not in PUBLIC]:
            for way in asked.ways:
                if (name, way, seed) in known:
                    continue
                runs.append(
                    {"set": name, "way": way, "seed": seed, **measured(name, way, seed, asked)}
                )
                print(runs[-1], file=sys.stderr, flush=True)
                if asked.to:
                    beside = asked.to.with_suffix(".part")
                    beside.write_text(json.dumps({"conditions": facts, "runs": runs}))
                    beside.replace(asked.to)
    print(f"\n{shown(runs)}")
    return 0


def measured(name: str, way: str, seed: int, asked: argparse.Namespace) -> dict[str, Any]:
    """Validation accuracy and loss of one network."""
    import fivefold as ff
    from fivefold.models.score import score

    rows = asked.rows + asked.valid + SPARE
    source = SETS[name](rows, np.random.default_rng(seed), asked.folder)
    stages = [
        ff.Collect(source),
        ff.Split("stratified", valid=asked.valid / rows, test=SPARE / rows),
        ff.Preprocess(),
        ff.Train("resnet_small", augment=WAYS[way], epochs=asked.epochs, threads=1),
    ]
    result = ff.Pipeline(stages).run(seed=seed, progress=False)
    trained, valid = result[ff.Trained], result[ff.Preprocessed].valid
    if way == ONE:
        trained.model.body.mirror(False)
    right = score(trained.model, valid.inputs).argmax(axis=1) == valid.target
    return {
        "accuracy": float(right.mean()),
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
