"""Whole entities of WNUT-17 found by the default and by a linear tagger, over seeds.

Run: python tests/benchmarks/entities.py FOLDER --to entities.json, where FOLDER holds
wnut17_train.conll and wnut17_test.conll.
"""

from pathlib import Path

from resumed import Run, Wanted, measured, parser

import fivefold as ff

SEEDS = [0, 1, 2]


def measure(folder: Path, seed: int) -> Run:
    """Train on the training sentences; both F1 on the test ones, and their paired difference."""
    collect = ff.Collect(folder / "wnut17_train.conll", test_source=folder / "wnut17_test.conll")
    stages = [collect, ff.Preprocess(), ff.Train(), ff.Evaluate(baselines=("linear",))]
    result = ff.Pipeline(stages).run(seed=seed, progress=False)
    table = result.tables["model_comparison"].set_index("model")
    ours, theirs = (table.loc[name, "entity_f1"] for name in ("model", "linear tagger"))
    apart = table.loc["linear tagger", "difference"]
    return {
        "entity_f1": [float(ours), ours.low, ours.high],
        "linear": [float(theirs), theirs.low, theirs.high],
        "difference": [float(apart), apart.low, apart.high],
    }


def wanted(folder: Path, seeds: list[int]) -> Wanted:
    """One run a seed."""
    for seed in seeds:
        yield {"set": "wnut17", "seed": seed}, lambda seed=seed: measure(folder, seed)


if __name__ == "__main__":
    asked = parser(__doc__, seeds=SEEDS).parse_args()
    for run in measured(wanted(asked.folder, asked.seeds), asked.to):
        print(run)
