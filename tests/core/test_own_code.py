"""The code of one's own classes: what changes its digest, and what does not."""

import copy
import linecache
from pathlib import Path
from typing import Any

import pytest

from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.own import load_file
from fivefold.core.own_code import called_with, own_code
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.errors import ResumeError
from fivefold.train.callback import Callback

TEXT = '''
import fivefold as ff
from fivefold.train.callback import Callback

LIMIT = 10
OTHER = 1

def far(run):
    return run.step > near(run)

def near(run):
    return LIMIT

def elsewhere(result):
    return result

class Board(Callback):
    """Ends training."""

    def step(self, run):
        result = run.step
        if far(run):
            run.stop("enough")

if __name__ == "__main__":
    board = Board()
    result = ff.Pipeline([]).run(resume=False)
result = Board()
'''


def digest(folder: Path, text: str, name: str = "Board") -> str:
    file = folder / "script.py"
    file.write_text(text)
    return own_code([getattr(load_file(file), name)()])[name]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("resume=False", "resume=True"),
        ("result = Board()", "result = Board"),
        ("OTHER = 1", "OTHER = 2"),
        ("    return result\n", "    return None\n"),
        ("import fivefold as ff", "import fivefold as ff  # a remark\nimport json"),
        (
            '        if far(run):\n            run.stop("enough")',
            "        if far(run): run.stop('enough')",
        ),
    ],
)
def test_code_is_the_same_where_the_class_does_not_use_what_changes(tmp_path, old, new):
    assert old in TEXT
    assert digest(tmp_path, TEXT) == digest(tmp_path, TEXT.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("run.step > near", "run.step >= near"),
        ("LIMIT = 10", "LIMIT = 11"),
        ("return LIMIT", "return LIMIT + 1"),
        ('"enough"', '"so far"'),
        ("class Board(Callback):", "class Board(Callback, object):"),
    ],
)
def test_code_is_another_where_the_class_or_what_it_uses_changes(tmp_path, old, new):
    assert old in TEXT
    assert digest(tmp_path, TEXT) != digest(tmp_path, TEXT.replace(old, new))


def test_code_of_a_class_in_a_cell_of_a_notebook_is_its_text():
    digests = []
    for number, limit in enumerate([10, 10, 11]):
        cell, text = f"<ipython-input-{number}>", TEXT.replace("= 10", f"= {limit}")
        linecache.cache[cell] = (len(text), None, text.splitlines(True), cell)
        space: dict[str, Any] = {"__name__": "a notebook"}
        exec(compile(text, cell, "exec"), space)
        digests.append(own_code([space["Board"]()])["Board"])
    assert digests[0] == digests[1] != digests[2]
    assert all(digests)


def test_code_of_a_class_in_a_function_that_reaches_out_is_its_text():
    def make() -> list[Any]:
        count = 0

        class Counting(Callback):
            def step(self, run: Any) -> None:
                nonlocal count
                count += 1

        return [Counting()]

    assert own_code(make()) == own_code(make()) != {}


def test_code_of_what_is_ours_and_of_what_python_brings_is_left_out():
    class Listed(Callback, dict): ...

    assert list(own_code([Callback(), Listed()])) == [Listed.__qualname__]


class Counted(Artifact):
    rows: int


class Limited(Callback):
    def __init__(self, limit: int, *, by: Any = None) -> None:
        self.limit, self.seen = limit, 0


class Fit(Stage):
    callbacks: tuple[Any, ...]

    def run(self, session: Session) -> Counted:
        self.callbacks[0].seen += 1
        return Counted(rows=1)


def test_resume_with_other_arguments_of_a_callback_is_refused(tmp_path):
    stage = Fit(callbacks=(Limited(10),))
    Chain([stage]).execute(directory=tmp_path)
    for same in (stage, Fit(callbacks=(Limited(limit=10),)), Fit(callbacks=(Limited(10),))):
        Chain([same]).execute(directory=tmp_path, resume=True)
    with pytest.raises(ResumeError) as caught:
        Chain([Fit(callbacks=(Limited(-5, by=1),))]).execute(directory=tmp_path, resume=True)
    told = {"Limited.limit": ("10", "-5"), "Limited.by": ("the default", "1")}
    assert caught.value.differences == told


def test_arguments_are_those_of_the_call_by_their_names():
    given = [1, 2]
    limited = Limited(10, by=given)
    given.append(3)
    assert limited.called_with == {"limit": 10, "by": [1, 2]}
    assert copy.deepcopy(limited).called_with == limited.called_with
    assert called_with(Limited, (1,), {"by": object()})["by"] == {"$object": "object"}
    with pytest.raises(TypeError, match="limit"):
        Limited()
