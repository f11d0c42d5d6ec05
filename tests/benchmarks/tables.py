"""How good fivefold's default is on tables, beside other libraries at theirs.

`python tests/benchmarks/tables.py FOLDER` runs every method on every set with three seeds, prints
Markdown tables and, with `--to`, keeps each score as soon as it is known: started again with the
same file it goes on where it was. `--from` prints the tables of earlier files and runs nothing.
"""

import argparse
import json
import sys
import warnings
from pathlib import Path
from typing import Any

from machine import conditions, sentence
from methods import METHODS, Method
from scores import judge
from sets import SOURCES, load
from standing import sections

THREADS = 2
QUICK_ROWS = 300
PACKAGES = ("torch", "scikit-learn", "lightgbm", "xgboost", "catboost", "pytabkit")


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    made.add_argument("folder", type=Path, nargs="?", help="that holds the public sets")
    made.add_argument("--sets", nargs="+", choices=list(SOURCES), default=list(SOURCES))
    made.add_argument("--methods", nargs="+", choices=list(METHODS), default=list(METHODS))
    made.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    made.add_argument("--most-rows", type=int, default=15_000, help="to train on")
    made.add_argument("--threads", type=int, default=THREADS)
    made.add_argument("--quick", action="store_true", help="300 training rows, one seed")
    made.add_argument("--to", type=Path, help="a JSON file; what it holds is not run again")
    made.add_argument("--from", dest="sources", type=Path, nargs="+", help="earlier JSON files")
    return made


def main(arguments: list[str]) -> int:
    asked = parser().parse_args(arguments)
    if asked.sources:
        found = [read(path) for path in asked.sources]
        for one in found:
            print(sentence(one["conditions"]))
        show([score for one in found for score in one["scores"]])
        return 0
    if asked.folder is None:
        parser().error("FOLDER is needed, or --from")
    if asked.quick:
        asked.seeds, asked.most_rows = [0], QUICK_ROWS
    facts = conditions(*PACKAGES) | {"threads": asked.threads}
    found = {"conditions": facts, "scores": []}
    if asked.to is not None and asked.to.exists():
        found["scores"] = read(asked.to)["scores"]
    print(sentence(facts), flush=True)
    methods = []
    for method in (METHODS[name] for name in asked.methods):
        if method.lacks:
            print(f"{method.name}: skipped, {method.lacks}.", flush=True)
        else:
            methods.append(method)
    failed = run(asked, methods, found)
    wanted = [s for s in found["scores"] if s["most_rows"] == asked.most_rows]
    if wanted:
        show(wanted)
    return 1 if failed else 0


def run(asked: argparse.Namespace, methods: list[Method], found: dict[str, Any]) -> int:
    """Measure what the results lack, and add it to them; gives how many failed."""
    limit_threads(asked.threads)
    done = {(s["set"], s["method"], s["seed"], s["most_rows"]) for s in found["scores"]}
    failed = 0
    for name in asked.sets:
        data = None
        for method in methods:
            for seed in asked.seeds:
                if (name, method.name, seed, asked.most_rows) in done:
                    continue
                data = data or load(name, asked.folder, most_rows=asked.most_rows)
                try:
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")
                        score = judge(
                            method,
                            data,
                            seed=seed,
                            threads=asked.threads,
                            most_rows=asked.most_rows,
                        )
                except Exception as error:
                    failed += 1
                    reason = str(error).splitlines()[:1]
                    print(f"{name} {method.name} {seed} FAILED: {type(error).__name__} {reason}")
                    continue
                found["scores"].append(score.to_json())
                write(asked.to, found)
                print(
                    f"{name:20} {method.name:14} seed {seed}  {score.metric} {score.score:.4f}  "
                    f"fit {score.fit_seconds:.1f} s",
                    file=sys.stderr,
                    flush=True,
                )
    return failed


def limit_threads(threads: int) -> None:
    """Of torch and of the libraries under numpy and scikit-learn."""
    import threadpoolctl
    import torch

    torch.set_num_threads(threads)
    threadpoolctl.threadpool_limits(limits=threads)


def show(scores: list[dict[str, Any]]) -> None:
    """Print the tables; methods and sets in their usual order."""
    methods, sets = list(METHODS), list(SOURCES)
    scores = sorted(scores, key=lambda s: (sets.index(s["set"]), methods.index(s["method"])))
    for title, text in sections(scores):
        print(f"\n## {title}\n\n{text}", flush=True)


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def write(path: Path | None, found: dict[str, Any]) -> None:
    """The results so far, whole or not at all."""
    if path is not None:
        beside = path.with_suffix(".part")
        beside.write_text(json.dumps(found, indent=1))
        beside.replace(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
