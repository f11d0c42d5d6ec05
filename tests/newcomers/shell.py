"""Someone who is new to the shell, from a file to a model that answers.

Run on data of yours: `python tests/newcomers/shell.py titanic.csv survived`; pictures in folders
need no column.
"""

import csv
import io
import json
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

from fivefold import cli
from fivefold.commands.run import RUN

QUESTIONS = ("good?", "simpler?", "trust?", "wrong?", "next?")
QUICK = ("--quality", "fast", "--epochs", "2")
SPEAKS_PYTHON = re.compile(
    r"\bff\.\w|\b(?:Collect|Split|Clean|Derive|Preprocess|Train|Evaluate|Deploy)\((?:\w+=|\))"
)
FITS = ("titanic", "pima", "california_housing", "ag_news", "cifar10")
"""Sets that `all.py` goes the way with."""


def ask(*words: str) -> tuple[int, str, str]:
    """The exit status of a command, and what it says on both streams."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = cli.main(words)
        except SystemExit as left:
            status = int(left.code or 0)
    return status, out.getvalue(), err.getvalue()


def walk(data: Path, target: str, folder: Path) -> str:
    """Go the way, and give what the run said.

    Args:
        data: a table, or pictures in folders of their classes.
        target: the column to predict, by name or place; empty where folders tell it.
        folder: where files may be written.
    """
    source, bundle, page = str(data), str(folder / "m.ff"), str(folder / "r.html")
    asked = ["--target", target] if target else []

    status, told, _ = ask()
    assert status == 0
    assert all(f"\n  {name} " in told for name in ("look", "run", "predict", "explain"))

    status, told, _ = ask("look", source, *asked)
    assert status == 0
    assert re.search(r"^> \S", told, re.MULTILINE), told  # the column to predict
    assert not SPEAKS_PYTHON.search(told), told

    status, told, wrong = ask("run", source, "--traget", "y")
    assert (status, told) == (2, "")
    assert "usage: fivefold run" in wrong
    assert "did you mean --target?" in wrong

    status, _, wrong = ask("run", source, "--target", f"{target}x")
    assert status == 2
    assert not target or target.isdecimal() or f'"{target}"' in wrong
    assert not re.search(r"\btarget=", wrong), wrong

    status, told, _ = ask("check", source, *asked, "--to", bundle)
    assert status == 0
    assert "fivefold look" in told

    words = ["run", source, *asked, *QUICK, "--to", bundle, "--report", page]
    status, told, shown = ask(*words)
    assert status == 0, shown
    lines = told.splitlines()
    assert [line.split()[0] for line in lines if line.split()[0] in QUESTIONS] == [*QUESTIONS]
    assert any(line.split() == ["report", page] for line in lines)
    assert Path(page).is_file()
    known = {option for action in RUN.parser()._actions for option in action.option_strings}
    known |= {"--port", "--seconds"}
    assert {*re.findall(r"(?<!\S)--[a-z][a-z-]*", told + shown)} <= known
    assert not SPEAKS_PYTHON.search(told + shown), told + shown

    status, told_json, _ = ask(*words[:-4], "--json")
    assert status == 0
    value = json.loads(told_json)
    assert set(value["verdict"]) >= {"good", "simpler", "trust", "data", "next"}
    for finding in value["findings"]:
        status, explained, _ = ask("explain", finding["code"])
        assert status == 0
        assert explained.startswith(f"{finding['code']}: a finding")

    answers = folder / "answers.csv"
    assert ask("predict", bundle, source, "--to", str(answers))[0] == 0
    with answers.open(encoding="utf-8") as file:
        rows = sum(1 for _ in csv.DictReader(file))
    status, answered, _ = ask("predict", bundle, source, "--json")
    assert status == 0
    assert len([json.loads(line) for line in answered.splitlines()]) == rows
    return told


if __name__ == "__main__":
    with TemporaryDirectory() as place:
        print(walk(Path(sys.argv[1]), "".join(sys.argv[2:]), Path(place)))
