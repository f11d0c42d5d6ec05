"""The default on sequences beside the simple models of the same rows.

`python tests/benchmarks/symbols.py dna_splice.csv --target label --seeds 0 1 2`: any table with a
column of sequences. Equal sequences are on one side of the split, as everywhere.
"""

import argparse
import sys
import time
from pathlib import Path

from machine import conditions, sentence

import fivefold as ff


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--target", required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    asked = parser.parse_args(arguments)
    print(sentence(conditions("torch", "numpy", "scikit-learn")), flush=True)
    for seed in asked.seeds:
        began = time.perf_counter()
        stages = [ff.Collect(asked.path, target=asked.target), ff.Preprocess(), ff.Train()]
        result = ff.Pipeline([*stages, ff.Evaluate()]).run(seed=seed, progress=False)
        seconds = time.perf_counter() - began
        print(f"seed {seed}, {seconds:.0f} s", flush=True)
        print(result[ff.Evaluated].tables["model_comparison"].to_string(index=False), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
