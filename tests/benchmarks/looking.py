"""How long `fivefold look` takes, from the shell, in a process of its own each time.

`python tests/benchmarks/looking.py` looks at a made table of 100,000 rows and 20 columns;
`python tests/benchmarks/looking.py FILE --target NAME` at a file; `--large` at a made Parquet file
of 1,000,000 rows and 30 columns. The memory is the most that any of the processes had.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd


def main(arguments: list[str]) -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("source", nargs="?")
    asked.add_argument("--target")
    asked.add_argument("--rows", type=int, default=100_000)
    asked.add_argument("--large", action="store_true")
    asked.add_argument("--rounds", type=int, default=3)
    chosen = asked.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        source, target = chosen.source, chosen.target
        if source is None:
            source, target = str(Path(folder) / "made.csv"), "y"
            if chosen.large:
                source = str(Path(folder) / "made.parquet")
                wide(1_000_000).to_parquet(source)
            else:
                table(chosen.rows).to_csv(source, index=False)
        for what in ([], ["--target", target]) if target else ([],):
            seconds = [looked(source, what) for _ in range(chosen.rounds)]
            told = ", ".join(f"{wall:.2f}" for wall, _ in seconds)
            wall, busy = (statistics.median(each) for each in zip(*seconds, strict=True))
            print(
                f"look {Path(source).name} {' '.join(what)}: median {wall:.2f} s ({told}), "
                f"{busy:.2f} s of a processor, {_peak():,} MB; load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
    return 0


def looked(source: str, what: list[str]) -> tuple[float, float]:
    """Seconds of one look, by the clock and of a processor."""
    command = [sys.executable, "-m", "fivefold", "look", source, *what]
    begun, before = time.perf_counter(), _busy()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun, _busy() - before


def _busy() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _peak() -> int:
    """Megabytes that the largest of the processes had."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def wide(rows: int) -> pd.DataFrame:
    """The table below with ten columns more: numbers, truth values, categories, hours."""
    draw = np.random.default_rng(1)
    more = {f"m{place}": draw.normal(size=rows) for place in range(5)}
    more |= {f"b{place}": draw.random(rows) < 0.3 for place in range(2)}
    more["hour"] = np.datetime64("2020-01-01") + draw.integers(0, 36_000, rows).astype("m8[h]")
    more["place"] = draw.choice([f"place {n}" for n in range(700)], rows)
    more["grade"] = draw.choice(list("abcde"), rows)
    return pd.concat([pd.DataFrame(more), table(rows)], axis=1)


def table(rows: int) -> pd.DataFrame:
    """Twelve numbers, five of categories, a date, a text of some words, and two classes."""
    draw = np.random.default_rng(0)
    numbers = {f"n{place}": draw.normal(size=rows) for place in range(9)}
    numbers |= {f"k{place}": draw.integers(0, 10 ** (place + 1), rows) for place in range(3)}
    numbers["n0"][draw.random(rows) < 0.1] = np.nan
    levels = {
        f"c{place}": draw.choice([f"level {n}" for n in range(3**place + 1)], rows)
        for place in range(5)
    }
    words = draw.choice(["red", "green", "large", "small", "old", "new", "bright"], (rows, 6))
    score = numbers["n1"] + (levels["c1"] == "level 0") + draw.normal(size=rows)
    return pd.DataFrame(
        {
            **numbers,
            **levels,
            "when": np.datetime64("2020-01-01") + draw.integers(0, 1500, rows),
            "words": [" ".join(row) + f" {n}" for n, row in enumerate(words)],
            "y": np.where(score > 0.5, "yes", "no"),
        }
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
