"""What `fivefold predict` costs beside the graph alone, in time and in memory.

`python tests/benchmarks/predict.py FOLDER` trains the default on `adult.csv` of that folder, draws
files of many rows from it, and lets `fivefold predict` answer them in a process of its own; the
graph alone answers the same rows, encoded before, in another. `--quick` tries the script, and its
numbers mean nothing.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from machine import conditions, sentence, table
from rounds import quartiles

import fivefold as ff
from fivefold.serve.asked import ROWS
from fivefold.serve.requests import canonical_chunks, encoded, raw_pieces


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    made.add_argument("folder", type=Path)
    made.add_argument("--rows", nargs="+", type=int, default=[100_000, 1_000_000])
    made.add_argument("--rounds", type=int, default=5)
    made.add_argument("--quick", action="store_true", help="few rows and epochs, two rounds")
    made.add_argument("--bundle", type=Path, help="of adult, deployed before")
    made.add_argument("--alone", nargs=2, metavar="PATH", help=argparse.SUPPRESS)
    return made


def main(arguments: list[str]) -> int:
    asked = parser().parse_args(arguments)
    if asked.alone is not None:
        print(json.dumps(alone(*map(Path, asked.alone))))
        return 0
    rounds = 2 if asked.quick else asked.rounds
    facts = conditions("torch", "onnxruntime", "numpy", "pyarrow") | {"rounds": rounds}
    print(sentence(facts), flush=True)
    with TemporaryDirectory() as folder:
        source = asked.folder / "adult.csv"
        bundle = asked.bundle or trained(source, Path(folder) / "adult.ff", quick=asked.quick)
        found = []
        for rows in [20_000, 50_000] if asked.quick else asked.rows:
            path = drawn(source, Path(folder) / f"{rows}.csv", rows)
            found.append(compare(bundle, path, rows, rounds))
    print(f"\n{report(found)}", flush=True)
    return 0


def trained(source: Path, bundle: Path, *, quick: bool) -> Path:
    """The default on adult, deployed."""
    settings: dict[str, Any] = {"epochs": 2} if quick else {}
    stages = [ff.Collect(source, target="income"), ff.Preprocess(), ff.Train(**settings)]
    ff.Pipeline([*stages, ff.Deploy(bundle)]).run(seed=0, progress=False)
    return bundle


def drawn(source: Path, path: Path, rows: int) -> Path:
    """A file of so many rows of another, drawn with replacement."""
    header, *lines = source.read_text(encoding="utf-8").splitlines()
    chosen = np.random.default_rng(0).integers(len(lines), size=rows)
    path.write_text("\n".join([header, *(lines[row] for row in chosen), ""]), encoding="utf-8")
    return path


def compare(bundle: Path, path: Path, rows: int, rounds: int) -> dict[str, Any]:
    """Both in turn, who begins alternating."""
    to = path.with_suffix(".answers.csv")
    whole = ["-c", ANSWERS, "predict", str(bundle), str(path), "--to", str(to)]
    graph = [__file__, str(path.parent), "--alone", str(bundle), str(path)]
    seconds: tuple[list[float], list[float]] = ([], [])
    peaks = []
    for number in range(rounds):
        for which in (0, 1) if number % 2 == 0 else (1, 0):
            said, elapsed = run(whole if which else graph)
            seconds[which].append(elapsed if which else json.loads(said))
            peaks += [int(said) / 1024] if which else []
    with to.open(encoding="utf-8") as answers:
        assert sum(1 for _ in answers) == rows + 1
    ratios = [ours / base for base, ours in zip(*seconds, strict=True)]
    return {"rows": rows, "seconds": seconds, "ratios": ratios, "peak": max(peaks)}


ANSWERS = """
import sys
from fivefold.cli import main
main(sys.argv[1:])
status = open("/proc/self/status").read()
print(status.split("VmHWM:")[1].split()[0])
"""
"""`fivefold predict`, with the most kilobytes that its process held; what the system reports of a
finished process may be those of the one that started it."""


def run(words: list[str]) -> tuple[str, float]:
    """Standard output and seconds of a process of Python."""
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, *words], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout, time.perf_counter() - begun


def alone(bundle: Path, path: Path) -> float:
    """Seconds of the graph on rows that were encoded before."""
    model = ff.load(bundle)
    blocks = [
        encoded(model._codec, columns)
        for raw in raw_pieces(path, model.schema, model.reading(), rows=ROWS)
        for columns in canonical_chunks(raw, model.schema, 0)
    ]
    model._scores(blocks[0])
    begun = time.perf_counter()
    for piece in blocks:
        model._scores(piece)
    return time.perf_counter() - begun


def report(found: list[dict[str, Any]]) -> str:
    head = ["rows", "ratio", "quartiles", "range", "graph alone, s", "predict, s", "peak, MB"]
    rows = []
    for one in found:
        low, middle, high = quartiles(one["ratios"])
        rows.append(
            [
                f"{one['rows']:,}",
                f"**{middle:.2f}**",
                f"{low:.2f} to {high:.2f}",
                f"{min(one['ratios']):.2f} to {max(one['ratios']):.2f}",
                *(f"{median(seconds):.2f}" for seconds in one["seconds"]),
                f"{one['peak']:.0f}",
            ]
        )
    return f"fivefold predict / the graph alone\n\n{table(head, rows)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
