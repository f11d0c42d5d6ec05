"""Measurements that are kept as soon as each is known, so that what was cut short goes on."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from machine import conditions, sentence

Run = dict[str, Any]
Wanted = Iterable[tuple[Run, Callable[[], Run]]]
"""What names a measurement, and what measures it."""


def parser(document: str, *, seeds: list[int]) -> argparse.ArgumentParser:
    """A parser with what all such scripts take."""
    made = argparse.ArgumentParser(description=document.splitlines()[0])
    made.add_argument("folder", type=Path, nargs="?", help="that holds the public sets")
    made.add_argument("--seeds", nargs="+", type=int, default=seeds)
    made.add_argument("--to", type=Path, help="a JSON file; what it holds is not run again")
    made.add_argument("--from", dest="sources", type=Path, nargs="+", help="earlier JSON files")
    return made


def main_of(
    made: argparse.ArgumentParser,
    arguments: list[str],
    sets: Iterable[str],
    wanted: Callable[[argparse.Namespace], Wanted],
    shown: Callable[[list[Run]], str],
) -> int:
    """The main of a script that measures public sets: runs what is wanted of them, prints a table.

    Args:
        made: the parser, with what is the script's own.
        arguments: of the shell.
        sets: the names there are.
        wanted: what to measure by what was asked, `asked.sets` of `asked.folder`.
        shown: the table of all runs.
    """
    names = list(sets)
    made.add_argument("--sets", nargs="+", choices=names, default=names)
    asked = made.parse_args(arguments)
    if asked.sources:
        print(f"\n{shown(earlier(asked.sources))}")
        return 0
    if asked.folder is None:
        made.error("FOLDER is needed, or --from")
    runs = measured(wanted(asked), asked.to, "pandas")
    print(f"\n{shown([run for run in runs if run['set'] in asked.sets])}")
    return 0


def earlier(paths: Iterable[Path]) -> list[Run]:
    """What earlier files hold; prints what each was measured on."""
    found = [json.loads(path.read_text()) for path in paths]
    for one in found:
        print(sentence(one["conditions"]))
    return [run for one in found for run in one["runs"]]


def measured(wanted: Wanted, path: Path | None, *packages: str) -> list[Run]:
    """All that the file holds, and what it lacked of what is wanted, measured one by one."""
    facts = conditions("torch", "numpy", *packages, "scikit-learn")
    runs: list[Run] = json.loads(path.read_text())["runs"] if path and path.exists() else []
    print(sentence(facts), flush=True)
    for key, measure in wanted:
        if any(key.items() <= run.items() for run in runs):
            continue
        runs.append(key | measure())
        print(told(runs[-1]), file=sys.stderr, flush=True)
        if path:
            beside = path.with_suffix(".part")
            beside.write_text(json.dumps({"conditions": facts, "runs": runs}))
            beside.replace(path)
    return runs


def told(run: Run) -> str:
    """A measurement in a line, without its lists."""
    return json.dumps({name: value for name, value in run.items() if not isinstance(value, list)})
