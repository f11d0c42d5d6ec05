"""Classes defined twice, by a cell that is run again or a module that is reloaded."""

import sys
from types import ModuleType

import pytest

from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.errors import WiringError


def refused(stages: list[object], given: tuple[type[Artifact], ...] = ()) -> WiringError:
    """The error that building a chain of these stages raises."""
    with pytest.raises(WiringError) as caught:
        Chain(stages, given=given)
    return caught.value


NOTEBOOK = {
    "imports": (
        "from fivefold.core.artifact import Artifact\n"
        "from fivefold.core.chain import Chain\n"
        "from fivefold.core.session import Session\n"
        "from fivefold.core.stage import Stage\n"
    ),
    "artifact": "class Distilled(Artifact): ...\n",
    "writer": (
        "class Distil(Stage):\n"
        "    def run(self, session: Session) -> Distilled:\n"
        "        return Distilled()\n"
    ),
    "reader": (
        "class Grade(Stage):\n"
        "    def run(self, distilled: Distilled) -> Grades:\n"
        "        return Grades()\n"
    ),
    "grades": "class Grades(Artifact): ...\n",
}


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module whose cells were run once, in order."""
    module = ModuleType("notebook")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    for cell in ("imports", "grades", "artifact", "writer", "reader"):
        exec(NOTEBOOK[cell], vars(module))
    Chain([module.Distil(), module.Grade()])
    return module


def rerun(notebook: ModuleType, *cells: str) -> list[Stage]:
    """Run cells again, and build the stages anew."""
    for cell in cells:
        exec(NOTEBOOK[cell], vars(notebook))
    return [notebook.Distil(), notebook.Grade()]


def test_notebook_that_defines_an_artifact_and_its_writer_again_is_told_of_the_reader(notebook):
    assert str(refused(rerun(notebook, "artifact", "writer"))) == (
        "Grade (stage 2 of 2) reads Distilled, and Distil (stage 1) writes another class of "
        "that name.\n"
        "\n"
        "  1  Distil              ->  Distilled\n"
        "  2  Grade    Distilled  ->  Grades        Distilled was defined twice\n"
        "\n"
        "Define Grade again, after Distilled: the class statement of Distilled ran twice."
    )


def test_notebook_that_defines_an_artifact_and_its_reader_again_is_told_of_the_writer(notebook):
    error = refused(rerun(notebook, "artifact", "reader"))
    assert "Distilled was defined twice" in str(error)
    assert error.remedy == (
        "Define Distil again, after Distilled: the class statement of Distilled ran twice."
    )


def test_notebook_that_defines_all_again_is_fine(notebook):
    Chain(rerun(notebook, "artifact", "writer", "reader"))


def test_notebook_that_defines_only_stages_again_is_fine(notebook):
    Chain(rerun(notebook, "reader"))
    Chain(rerun(notebook, "writer"))


def test_notebook_that_defines_only_the_artifact_again_says_what_to_define_when_run(notebook):
    stages = rerun(notebook, "artifact")
    with pytest.raises(WiringError) as caught:
        Chain(stages).execute()
    assert "Define Distil again, after Distilled" in str(caught.value)


def test_notebook_that_gives_an_artifact_of_the_older_class_says_so(notebook):
    older = notebook.Distilled()
    rerun(notebook, "artifact", "reader")
    chain = Chain([notebook.Grade()], given=[notebook.Distilled])
    with pytest.raises(WiringError, match=r"another class of that name|defined twice|again"):
        chain.execute(given=[older])


def test_classes_of_one_name_in_two_modules_are_simply_two_classes(notebook):
    class Distilled(Artifact): ...

    class Other(Stage):
        def run(self, session: Session) -> Distilled: ...

    error = refused([Other(), notebook.Grade()])
    assert "which nothing before it writes" in str(error)
