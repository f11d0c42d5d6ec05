"""All who are new, on real sets as far as these are there.

Run: `python tests/newcomers/all.py FOLDER [NAME ...]`, where FOLDER holds the public sets and the
names are of scripts or of sets. A script tells in `FITS` which sets it goes the way with. Sets are
cut to some hundred rows: what is looked at is what people are told, and not how good a model gets.
"""

import csv
import importlib.util
import inspect
import multiprocessing
import os
import sys
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).parent


def rows_of(path: Path, to: Path, rows: int, *, named: bool = True) -> None:
    """Copy every n-th row of a table, so that some `rows` are left.

    Args:
        path: of the table.
        to: where the copy is written.
        rows: how many at least, where there are so many.
        named: whether the first line has the names of columns.
    """
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    head, body = (lines[:1], lines[1:]) if named else ([], lines)
    with to.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([*head, *body[:: max(1, len(body) // rows)]])


def members_of(path: Path, to: Path, each: int) -> None:
    """Copy the first files of every folder of an archive.

    Args:
        path: of the archive.
        to: where the copy is written.
        each: how many of a folder.
    """
    taken = dict[str, int]()
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(to, "w") as part:
        for member in whole.infolist():
            folder = str(Path(member.filename).parent)
            taken[folder] = taken.get(folder, 0) + 1
            if not member.is_dir() and taken[folder] <= each:
                part.writestr(member.filename, whole.read(member))


@dataclass(frozen=True)
class Set:
    """Data, and what is asked of it.

    Args:
        file: in the folder of sets.
        target: the column to predict; empty where folders tell it.
        drop: columns that tell the target.
        cut: writes a smaller copy; None where the set is small.
    """

    file: str
    target: str
    drop: tuple[str, ...] = ()
    cut: Callable[[Path, Path], None] | None = None


SETS = {
    "titanic": Set("titanic.csv", "survived", ("alive",)),
    "pima": Set("pima_diabetes.csv", "outcome"),
    "california_housing": Set(
        "california_housing.csv", "median_house_value", cut=lambda a, b: rows_of(a, b, 2000)
    ),
    "ag_news": Set("ag_news_7600.csv", "0", cut=lambda a, b: rows_of(a, b, 800, named=False)),
    "cifar10": Set("cifar10_subset_jpg.zip", "", cut=lambda a, b: members_of(a, b, 20)),
}

USUAL = ("titanic",)
"""What a script that does not say otherwise goes the way with."""


def script(name: str) -> Any:
    """The module of a newcomer."""
    spec = importlib.util.spec_from_file_location(f"newcomer_{name}", HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def scripts() -> dict[str, Any]:
    """All newcomers by name."""
    names = [path.stem for path in sorted(HERE.glob("*.py")) if path.stem != "all"]
    found = {name: script(name) for name in names if not name.startswith("test_")}
    return {name: module for name, module in found.items() if hasattr(module, "walk")}


def go(name: str, data: str, folder: Path) -> float:
    """One way with one set; gives the seconds that it took."""
    chosen, walk = SETS[data], script(name).walk
    began = time.perf_counter()
    with TemporaryDirectory() as place:
        path = folder / chosen.file
        if chosen.cut is not None:
            chosen.cut(path, Path(place, chosen.file))
            path = Path(place, chosen.file)
        work = Path(place, "work")
        work.mkdir()
        os.chdir(work)
        more = {"drop": chosen.drop} if "drop" in inspect.signature(walk).parameters else {}
        walk(path, chosen.target, work, **more)
        os.chdir(HERE)
    return time.perf_counter() - began


def main(folder: Path, wanted: list[str]) -> int:
    """Go all ways, by two processes; gives how many did not arrive."""
    ways = [
        (name, data)
        for name, walker in scripts().items()
        for data in getattr(walker, "FITS", USUAL)
    ]
    if wanted:
        ways = [way for way in ways if {*way} & {*wanted}]
    absent = {data for _, data in ways if not (folder / SETS[data].file).is_file()}
    ways = [(name, data) for name, data in ways if data not in absent]
    for data in sorted(absent):
        print(f"Skipped: there is no {SETS[data].file}.")
    failed, began = 0, time.perf_counter()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1), mp_context=context) as pool:
        asked = {pool.submit(go, *way, folder.resolve()): way for way in ways}
        for done in as_completed(asked):
            name, data = asked[done]
            fault = done.exception()
            failed += fault is not None
            told = f"{done.result():.0f} s" if fault is None else f"{type(fault).__name__}: {fault}"
            print(f"{name:<12} {data:<20} {told}", flush=True)
    print(f"{len(ways) - failed} of {len(ways)} ways, {time.perf_counter() - began:.0f} s")
    return failed


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1]), sys.argv[2:]) else 0)
