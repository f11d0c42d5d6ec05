"""The course: lessons run from top to bottom, give what they show, and have pages that agree."""

import difflib
import html
import re
import runpy
from math import isclose
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAKER = runpy.run_path(str(ROOT / "docs" / "make_course.py"))
LESSONS = MAKER["notebooks"]()
DIGEST = re.compile(r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{8,64}\b")
NUMBER = re.compile(r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?")
NEAR = {"rel_tol": 0.1, "abs_tol": 0.05}
"""How far numbers may be off on another machine: other kernels of torch train to other bits."""

each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def said(output):
    """What a reader reads of an output; of a picture its title."""
    if output["output_type"] == "stream":
        return MAKER["text"](output["text"])
    ((form, value),) = output["data"].items()
    value = MAKER["text"](value)
    if form != "text/html":
        return value
    value = re.sub(r"<svg.*?<title>(.*?)</title>.*?</svg>", r" \1 ", value, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", " ", value))


def drift(kept, fresh):
    """Where two runs of a lesson differ by more than their numbers may.

    Args:
        kept: the notebook as it stands.
        fresh: the same, run again.
    """
    faults = []
    for place, (one, two) in enumerate(zip(kept["cells"], fresh["cells"], strict=True)):
        ours, theirs = (
            DIGEST.sub("#", "\n".join(map(said, cell.get("outputs", [])))) for cell in (one, two)
        )
        words = [NUMBER.sub("0", text).split() for text in (ours, theirs)]
        if words[0] != words[1]:
            other = [word for word in difflib.ndiff(*words) if word[0] in "-+"]
            faults.append(f"cell {place}: other words, {' '.join(other)}")
            continue
        pairs = zip(NUMBER.findall(ours), NUMBER.findall(theirs), strict=True)
        values = [tuple(float(number.replace(",", "")) for number in pair) for pair in pairs]
        off = [pair for pair in values if not isclose(*pair, **NEAR)]
        faults += [f"cell {place}: {one} is now {two}" for one, two in off]
    return faults


def test_there_are_six_lessons_and_each_page_is_what_its_notebook_holds():
    assert [path.stem[:2] for path in LESSONS] == ["1-", "2-", "3-", "4-", "5-", "6-"]
    for path in LESSONS:
        page = path.with_suffix(".md").read_text(encoding="utf-8")
        assert page == MAKER["page"](MAKER["read"](path), path.stem), (
            "run python docs/make_course.py"
        )


@each_lesson
def test_lesson_has_one_idea_exercises_with_answers_and_more_to_read(path):
    book = MAKER["read"](path)
    prose = [MAKER["text"](c["source"]) for c in book["cells"] if c["cell_type"] == "markdown"]
    whole = "\n".join(prose)
    assert "The one idea of this lesson: **" in prose[0]
    exercises, answers = whole.split("## Exercises")[1].split("## Read on")
    asked = re.findall(r"^\*\*(\d)\.\*\*", exercises, re.MULTILINE)
    assert asked == [str(number + 1) for number in range(len(asked))]
    assert len(asked) == exercises.count("<details>") == exercises.count("</details>") >= 3
    assert answers.count("](../") >= 3
    later = LESSONS[LESSONS.index(path) + 1 :]
    assert not later or f"]({later[0].stem}.md)" in answers


@each_lesson
def test_lesson_keeps_small_outputs_that_name_no_machine(path):
    told = path.read_text(encoding="utf-8")
    assert len(told.encode()) < 300_000
    assert not re.search(r"/(?:home|tmp|root|work|Users)/", told)
    for cell in MAKER["read"](path)["cells"]:
        for output in cell.get("outputs", []):
            assert output["output_type"] != "error"
            assert output.get("name") != "stderr"


@pytest.fixture(scope="module")
def kernel():
    """One for all lessons: each resets its names, and only the first imports and exports anew."""
    from jupyter_client import AsyncKernelManager
    from jupyter_core.utils import run_sync

    manager = AsyncKernelManager(kernel_name="python3")
    yield manager
    if manager.has_kernel:
        run_sync(manager.shutdown_kernel)(now=True)
    run_sync(manager.cleanup_resources)()


@pytest.mark.slow
@pytest.mark.first
@each_lesson
def test_lesson_runs_from_top_to_bottom_and_gives_what_it_shows(path, kernel):
    kept = MAKER["read"](path)
    fresh = MAKER["executed"](kept, kernel)
    loud = [out for cell in fresh["cells"] for out in cell.get("outputs", []) if "name" in out]
    assert {out["name"] for out in loud} <= {"stdout"}
    assert not drift(kept, fresh), "run python docs/make_course.py"


def test_drift_sees_other_words_and_numbers_and_no_noise():
    def book(text):
        output = {"output_type": "stream", "name": "stdout", "text": text}
        return {"cells": [{"outputs": [output]}]}

    kept = book("ROC-AUC 0.81 by 1,200 rows, digest 12ab34cd56ef")
    assert drift(kept, book("ROC-AUC 0.82 by 1,200 rows, digest 77ab34cd56ef")) == []
    assert drift(kept, book("ROC-AUC 0.71 by 1,200 rows, digest 12ab34cd56ef"))
    assert drift(kept, book("ROC-AUC 0.81 by 1,200 lines, digest 12ab34cd56ef"))
    assert drift(kept, book(""))
