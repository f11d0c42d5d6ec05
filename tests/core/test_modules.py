"""The user's own modules: an edit to any that a class imports is seen, and no other one."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fivefold.core.cache import Cache
from fivefold.core.chain import Chain
from fivefold.core.own import load_file
from fivefold.core.own_code import own_code

FILES = {
    "house/__init__.py": "",
    "house/stages.py": """
from fivefold.core.artifact import Artifact
from fivefold.core.session import Session
from fivefold.core.stage import Stage

from house.rooms import doors
from . import unused

class Counted(Artifact):
    rows: int

class Count(Stage):
    def run(self, session: Session) -> Counted:
        from .late import floors
        return Counted(rows=doors.number() + floors())
""",
    "house/unused.py": "",
    "house/late.py": "def floors():\n    return 1\n",
    "house/rooms/__init__.py": "",
    "house/rooms/doors.py": "from ..walls import HEIGHT\n\ndef number():\n    return HEIGHT\n",
    "house/walls.py": "import numpy\nHEIGHT = 3\n",
    "house/garden.py": "TREES = 1\n",
    "script.py": """
import beside
import plots
from house.stages import Counted
from fivefold.core.session import Session
from fivefold.core.stage import Stage

class Script(Stage):
    def run(self, session: Session) -> Counted:
        return Counted(rows=beside.LENGTH)
""",
    "beside.py": "import far\nLENGTH = 2\n",
    "far.py": "",
    "plots.py": "",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    for name in [n for n in sys.modules if n.split(".")[0] in ("house", "beside", "far", "plots")]:
        del sys.modules[name]


@pytest.fixture
def count(folder: Path) -> Callable[[], object]:
    return importlib.import_module("house.stages").Count


def test_modules_that_a_class_imports_are_told_by_their_names(count):
    found = own_code([count()])
    assert list(found) == [
        "Count",
        *["house.late", "house.rooms.doors", "house.unused", "house.walls"],
    ]
    assert all(len(digest) == 64 for digest in found.values())


@pytest.mark.parametrize(
    ("name", "text", "changed"),
    [
        ("house/walls.py", "import numpy\nHEIGHT = 4\n", ["house.walls"]),
        ("house/late.py", "def floors():\n    return 2\n", ["house.late"]),
        ("house/unused.py", "x = 1\n", ["house.unused"]),
        ("house/walls.py", "import numpy\n# a remark\nHEIGHT = (3)\n", []),
        ("house/late.py", f"{FILES['house/late.py']}\nif __name__ == '__main__':\n    1\n", []),
        ("house/garden.py", "TREES = 2\n", []),
        ("house/late.py", "def floors(:\n", ["house.late"]),
        ("house/walls.py", "import house.garden\nHEIGHT = 3\n", ["house.garden", "house.walls"]),
    ],
)
def test_edit_to_an_imported_module_changes_its_digest_alone(folder, count, name, text, changed):
    before = own_code([count()])
    (folder / name).write_text(text)
    after = own_code([count()])
    assert [n for n in sorted({*before, *after}) if before.get(n) != after.get(n)] == changed


def test_module_beside_a_script_counts_where_the_class_uses_it(folder):
    stage = load_file(folder / "script.py").Script
    found = {*own_code([stage()])}
    assert found >= {"Script", "beside", "far", "house.stages"}
    assert "plots" not in found


def test_edit_to_an_imported_module_runs_the_stage_again_and_why_names_it(folder, count):
    def run() -> str:
        decisions = Chain([count()]).execute(cache=Cache(folder / "cache")).decisions
        return decisions[0].why

    run()
    assert run() == "nothing that decides its bits has changed"
    (folder / "house" / "walls.py").write_text("HEIGHT = 30\n")
    assert run().startswith("code of house.walls was ")
