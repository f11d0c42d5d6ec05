"""Kinds and tasks are named where they are defined; how often others name them may only fall.

A name is a constant text that is equal to it, a type such as `Literal["text"]` included and a
docstring not. Some of those counted mean something else (a format, a mode): they count all the same
until they are called otherwise or are all that is left.
"""

import ast
from collections import Counter
from pathlib import Path

import pytest

import fivefold

SOURCE = Path(fivefold.__file__).parent
KINDS = {"numeric", "categorical", "boolean", "datetime", "text", "image"}
TASKS = {"binary", "multiclass", "regression"}
HOMES = ("kinds/", "tasks/")
"""Folders that may name them; those of the blocks' torch halves follow."""
HALVES = {f"models/{block}.py" for block in ("numbers", "codes", "tokens", "pixels")}

NAMED_KINDS: dict[str, int] = {
    "codecs/block.py": 10,
    "codecs/canonical.py": 27,
    "codecs/codec.py": 17,
    "codecs/feature.py": 6,
    "codecs/numeric.py": 1,
    "codecs/plan.py": 7,
    "codecs/schema.py": 10,
    "codecs/single.py": 7,
    "preprocess/preprocess.py": 16,
    "preprocess/truncation.py": 1,
    "reading/arrow.py": 1,
    "reading/encoding.py": 1,
    "reading/names.py": 1,
    "report/html.py": 2,
    "serve/contract.py": 2,
}
NAMED_TASKS: dict[str, int] = {
    "codecs/schema.py": 5,
    "codecs/target.py": 1,
    "collect/target.py": 8,
    "collect/wishes.py": 1,
    "deploy/deploy.py": 2,
    "deploy/parity.py": 1,
    "division.py": 1,
    "evaluate/baselines.py": 5,
    "evaluate/evaluation.py": 1,
    "evaluate/findings.py": 5,
    "evaluate/row_findings.py": 2,
    "metrics/metric.py": 4,
    "report/card.py": 2,
    "report/html.py": 4,
    "serve/answers.py": 3,
    "serve/messages.py": 1,
    "serve/page.py": 1,
    "serve/predictor.py": 2,
    "serve/writers.py": 2,
    "testing.py": 1,
}


def count_names(source: str, names: set[str]) -> int:
    """How many constants of a module are one of these names, docstrings left out."""
    tree = ast.parse(source)
    told = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return sum(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value in names
        and id(node) not in told
        for node in ast.walk(tree)
    )


def named(names: set[str]) -> Counter[str]:
    """How often each file of the source names one of these, where they are not at home."""
    paths = {path.relative_to(SOURCE).as_posix(): path for path in SOURCE.rglob("*.py")}
    return Counter(
        {
            name: count_names(path.read_text("utf-8"), names)
            for name, path in paths.items()
            if not name.startswith(HOMES) and name not in HALVES
        }
    )


def unlike(found: Counter[str], known: dict[str, int], ledger: str) -> list[str]:
    """What is wrong with a ledger, or with the files: one line a file."""
    lines = []
    for name in sorted({*known, *(name for name, count in found.items() if count)}):
        now, before = found[name], known.get(name, 0)
        if now > before:
            lines.append(f"{name} names {now}, {before} may: ask the object that knows.")
        elif now < before:
            wish = f"set {ledger}[{name!r}] to {now}" if now else f"delete {name!r} from {ledger}"
            lines.append(f"{name} names {now}, the ledger says {before}: {wish}.")
    return lines


@pytest.mark.parametrize(
    ("names", "known", "ledger"),
    [(KINDS, NAMED_KINDS, "NAMED_KINDS"), (TASKS, NAMED_TASKS, "NAMED_TASKS")],
    ids=["kinds", "tasks"],
)
def test_names_outside_their_home_are_as_few_as_known(names, known, ledger):
    lines = unlike(named(names), known, ledger)
    assert not lines, "\n".join(lines)


def test_names_are_counted_in_code_and_not_in_docstrings():
    source = '''"""numeric"""
Kind = Literal["numeric", "text"]
class A:
    """image"""
    kind: str = "image"
    """text"""
def f(kind, numeric=None):
    "text"
    match kind:
        case "text" | "other":
            return {"image": f"{numeric} text"}["image"]
    return kind == "texts" or numeric(numeric="numeric")
'''
    assert count_names(source, KINDS) == 7


def test_ledger_of_more_or_fewer_names_is_told():
    found = Counter({"more.py": 3, "new.py": 1, "fewer.py": 1, "none.py": 0, "same.py": 2})
    known = {"more.py": 2, "fewer.py": 4, "none.py": 1, "moved.py": 5, "same.py": 2}
    assert unlike(found, known, "L") == [
        "fewer.py names 1, the ledger says 4: set L['fewer.py'] to 1.",
        "more.py names 3, 2 may: ask the object that knows.",
        "moved.py names 0, the ledger says 5: delete 'moved.py' from L.",
        "new.py names 1, 0 may: ask the object that knows.",
        "none.py names 0, the ledger says 1: delete 'none.py' from L.",
    ]
