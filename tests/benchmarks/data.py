"""How fast data becomes arrays, beside pandas and scikit-learn by hand.

`python tests/benchmarks/data.py` writes a table of 18 columns in several forms, and lets both
sides read it, split it and encode it, each in a process of its own; `--quick` tries the script on
a few rows, and its numbers mean nothing.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from machine import conditions, sentence, table
from prepare import CONTENDERS, FORMS, write_forms
from rounds import quartiles

HERE = Path(__file__).parent


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    made.add_argument("--rows", nargs="+", type=int, default=[200_000, 1_000_000])
    made.add_argument("--forms", nargs="+", choices=FORMS, default=list(FORMS))
    made.add_argument("--threads", nargs="+", type=int, default=[1, 0], help="0 is all cores")
    made.add_argument("--rounds", type=int, default=5)
    made.add_argument("--quick", action="store_true", help="few rows, two rounds")
    made.add_argument("--to", type=Path, help="a JSON file for the results")
    return made


def main(arguments: list[str]) -> int:
    asked = parser().parse_args(arguments)
    rounds = 2 if asked.quick else asked.rounds
    facts = conditions("numpy", "pandas", "pyarrow", "scikit-learn") | {"rounds": rounds}
    print(sentence(facts), flush=True)
    found: dict[str, Any] = {"conditions": facts, "quick": asked.quick, "pairs": []}
    for rows in [2_000] if asked.quick else asked.rows:
        with TemporaryDirectory() as folder:
            write_forms(Path(folder), rows, asked.forms)
            for form in asked.forms:
                for threads in asked.threads:
                    pair = compare(Path(folder), form, rows, threads, rounds)
                    found["pairs"].append(pair)
                    print(line(pair), file=sys.stderr, flush=True)
    if asked.to is not None:
        asked.to.write_text(json.dumps(found, indent=1))
    print(f"\n{report(found['pairs'])}", flush=True)
    return 0


def compare(folder: Path, form: str, rows: int, threads: int, rounds: int) -> dict[str, Any]:
    """Both sides in turn, who begins alternating."""
    measured: dict[str, list[dict[str, float]]] = {name: [] for name in CONTENDERS}
    for number in range(rounds):
        for name in CONTENDERS if number % 2 == 0 else reversed(CONTENDERS):
            measured[name].append(ask(name, folder, form, threads))
    seconds = {name: [one["seconds"] for one in all_] for name, all_ in measured.items()}
    peaks = {name: median(one["megabytes"] for one in all_) for name, all_ in measured.items()}
    ratios = [ours / hand for ours, hand in zip(seconds["ours"], seconds["hand"], strict=True)]
    low, middle, high = quartiles(ratios)
    return {
        **{"form": form, "rows": rows, "threads": threads, "seconds": seconds, "megabytes": peaks},
        **{"ratio": middle, "quartiles": [low, high], "range": [min(ratios), max(ratios)]},
        "memory_ratio": peaks["ours"] / peaks["hand"],
    }


def ask(contender: str, folder: Path, form: str, threads: int) -> dict[str, float]:
    """One run in a fresh process."""
    script = str(HERE / "prepare.py")
    command = [sys.executable, script, contender, str(folder), form, str(threads)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{contender} on {form}: {done.stderr}")
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def line(pair: dict[str, Any]) -> str:
    """A pair in one line, as it is measured."""
    return (
        f"{pair['rows']:>9,} rows  {pair['form']:8} {pair['threads'] or 'all'} threads  "
        f"ratio {pair['ratio']:.2f}, memory {pair['memory_ratio']:.2f}"
    )


def report(pairs: list[dict[str, Any]]) -> str:
    head = ["rows", "form", "threads", "ratio", "quartiles", "range", "by hand, s", "fivefold, s"]
    head += ["by hand, MB", "fivefold, MB", "memory ratio"]
    rows = [
        [
            f"{pair['rows']:,}",
            pair["form"],
            str(pair["threads"] or "all"),
            f"**{pair['ratio']:.2f}**",
            *(" to ".join(f"{v:.2f}" for v in pair[name]) for name in ("quartiles", "range")),
            *(f"{median(pair['seconds'][name]):.2f}" for name in CONTENDERS),
            *(f"{pair['megabytes'][name]:,.0f}" for name in CONTENDERS),
            f"{pair['memory_ratio']:.2f}",
        ]
        for pair in pairs
    ]
    return table(head, rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
