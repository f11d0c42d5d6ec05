"""Nobody names a kind or a task but their own files, the two tables and their torch halves."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from fivefold.codecs.schema import KindName, TaskName
from fivefold.kinds.known import KINDS
from fivefold.tasks.known import TASKS
from source_trees import SOURCE, tree, trees

BLOCKS = ("numbers", "codes", "tokens", "pixels", "clips", "signals", "lexemes", "windows", "films")
HOMES = ("kinds/", "tasks/", *(f"models/{block}.py" for block in BLOCKS))
"""Files that may: where kinds and tasks are, and the torch halves of the blocks."""

MEANT_OTHERWISE = {
    ("codecs/schema.py", name): "the type of a setting, so that mypy finds typos"
    for name in (*KINDS.known, *TASKS.known)
} | {
    ("collect/tabulate.py", "count"): "how many cells a finding counts",
    ("reading/databases.py", "numeric"): "what PostgreSQL calls exact numbers",
    ("models/networks.py", "several"): "what a network reads",
    ("preprocess/split.py", "ahead"): "how far labels look",
    ("reading/content.py", "several"): "a source of several files",
    ("reading/source.py", "several"): "a source of several files",
    ("label/agreement.py", "ordinal"): "a level of measurement, in Krippendorff's words",
    ("label/doccano.py", "text"): "the key under which doccano has the text of a row",
    ("label/labelstudio.py", "text"): "the key under which Label Studio has the words of a span",
    ("label/agreed.py", "ordinal"): "a level at which differences count",
    ("models/kernels.py", "count"): "how many kernels there are",
    ("reading/unreadable.py", "count"): "how many cells a finding counts",
    ("pipeline.py", "text"): "the name of an argument of from_json",
    ("reading/arrow.py", "categorical"): "a word of pandas in the metadata of a Parquet file",
    ("reading/encoding.py", "text"): "what a message expects of a file",
    ("reading/names.py", "image"): "the name of the column that pictures without one get",
    ("core/content.py", "mask"): "what a masked array of numpy has",
    ("reading/names.py", "mask"): "the name of the column that masks without one get",
    ("reading/names.py", "sequence"): "the name of the column of a FASTA file's sequences",
    ("reading/names.py", "series"): "the name of the column that a long table's rows become",
    ("reading/names.py", "text"): "the name of the column that files of a text each become",
    ("report/grids.py", "numeric"): "columns of a table of the page that are set to the right",
    ("serve/flight.py", "text"): "the key under which the words of an entity stand",
    ("serve/contract.py", "text"): "the key under which the writing of a file stands",
    ("travel/rollup.py", "count"): "how many rows of a joined source there are",
    ("sklearn.py", "numeric"): "a word of scikit-learn's for what an array may hold",
    ("travel/functions.py", "text"): "a type of the language of formulas",
}
"""Words that are the name of a kind or a task and mean something else."""


def constants(path: Path) -> Iterator[str]:
    """All constant texts of a module, docstrings left out."""
    nodes = [*ast.walk(tree(path))]
    told = {
        id(node.value)
        for node in nodes
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in nodes:
        if isinstance(node, ast.Constant) and id(node) not in told and isinstance(node.value, str):
            yield node.value


def outside() -> Iterator[tuple[str, Path]]:
    for path in trees():
        name = path.relative_to(SOURCE).as_posix()
        if not name.startswith(HOMES):
            yield name, path


ASKS = {"isinstance", "issubclass"}


@cache
def imported(path: Path) -> set[str]:
    """What a module imports from kinds and tasks."""
    return {
        alias.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and str(node.module).startswith(("fivefold.kinds", "fivefold.tasks"))
        for alias in node.names
    }


def test_no_file_outside_their_homes_names_a_kind_or_a_task():
    names = {*KINDS.known, *TASKS.known}
    found = {(file, text) for file, path in outside() for text in constants(path) if text in names}
    assert found == set(MEANT_OTHERWISE)


def test_no_file_asks_of_which_class_a_kind_or_a_task_is():
    classes = {type(one).__name__ for one in (*KINDS, *TASKS)} | {"Choice", "Quantity"}
    for name, path in outside():
        if name == "models/heads.py":  # the table of the torch halves of tasks
            continue
        for call in ast.walk(tree(path)):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ASKS:
                asked = {n.id for n in ast.walk(call.args[1]) if isinstance(n, ast.Name)}
                assert not asked & classes & imported(path), f"{name}:{call.lineno}"


@pytest.mark.parametrize("suffix", ["js", "css", "jinja"])
def test_no_page_names_a_kind_or_a_task(suffix):
    names = "|".join((*KINDS.known, *TASKS.known))
    for path in SOURCE.rglob(f"*.{suffix}"):
        quoted = re.findall(rf"[\"'.](?:{names})[\"'\s{{]", path.read_text())
        assert quoted == [], path.name


def test_names_that_mypy_knows_are_those_of_the_tables():
    assert get_args(KindName) == tuple(KINDS.known)
    assert get_args(TaskName) == tuple(TASKS.known)
