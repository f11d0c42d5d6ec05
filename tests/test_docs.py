"""Every snippet of the README and of docs/ runs; every command in them is one that exists."""

import ast
import re
import runpy
import shlex
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fivefold import cli, errors
from fivefold.core.finding import FINDINGS
from fivefold.kinds.known import KINDS
from fivefold.reading.unreadable import unreadable_code
from fivefold.tasks.known import TASKS
from source_trees import trees

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = r"(?:^|[ /])fivefold ((?:demo|run|check|study|tune|predict|serve|why)\b.*)"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def fences(page: Path, *languages: str) -> list[str]:
    return [body for language, body in FENCE.findall(page.read_text()) if language in languages]


def commands() -> Iterator[str]:
    for page in PAGES:
        for body in fences(page, "console", "bash", "sh"):
            for line in body.splitlines():
                found = re.search(COMMAND, line)
                if found:
                    yield found[1].split(" #")[0].split("&&")[0].strip()


def write_adult(path: Path, rows: int = 400) -> None:
    """A small table with the columns that the snippets name."""
    rng = np.random.default_rng(0)
    age, hours = rng.integers(18, 80, rows), rng.integers(10, 70, rows)
    work = rng.choice(["Private", "State-gov", "?"], size=rows)
    rich = rng.random(rows) < 1 / (1 + np.exp(-(age + hours - 95) / 8))
    lines = ["age,workclass,hours,income"]
    for row in range(rows):
        income = ">50K" if rich[row] else "<=50K"
        lines.append(f"{age[row]},{work[row]},{hours[row]},{income}")
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.slow
@pytest.mark.parametrize("page", [p for p in PAGES if fences(p, "python")], ids=lambda p: p.stem)
def test_page_python_snippets_run_in_order(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_adult(tmp_path / "adult.csv")
    monkeypatch.chdir(tmp_path)
    for known in (KINDS, TASKS):  # what a page adopts is none of the other tests' business
        monkeypatch.setattr(known, "_own", {})
    space: dict[str, object] = {"__name__": "snippet"}
    for number, snippet in enumerate(fences(page, "python"), start=1):
        exec(compile(snippet, f"{page.name}, snippet {number}", "exec"), space)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_python_snippets_parse(page: Path) -> None:
    for snippet in fences(page, "python"):
        ast.parse(snippet)


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_page_commands_are_understood(command: str) -> None:
    chosen = cli.parser().parse_args(shlex.split(command))
    assert callable(chosen.act)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_links_lead_somewhere(page: Path) -> None:
    text = page.read_text()
    for target in re.findall(r"\]\(([^)#]+)(?:#[\w-]+)?\)|src=\"([^\"]+)\"", text):
        link = next(filter(None, target))
        if not link.startswith(("https://", "http://")):
            place = (page.parent / link).resolve()
            assert place.exists(), link
            assert page == PAGES[0] or ROOT / "docs" in place.parents, f"{link}: not in the site"


def test_errors_page_lists_every_error() -> None:
    page = (ROOT / "docs" / "errors.md").read_text()
    for name, value in vars(errors).items():
        error = isinstance(value, type) and issubclass(value, errors.FivefoldError)
        if error and value is not errors.FivefoldError:
            assert f"| `{name}` |" in page, name


def texts(node: ast.AST) -> list[str]:
    """The string constants in an expression, left to right."""
    constants = (n.value for n in ast.walk(node) if isinstance(n, ast.Constant))
    return [value for value in constants if isinstance(value, str)]


def finding_codes() -> set[str]:
    """The codes of all findings, read from the calls that make them."""
    codes: set[str] = set()
    for tree in trees().values():
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            if call.func.id == "finding":
                codes |= set(texts(call.args[0]))
            elif call.func.id == "Dull":
                codes |= set(texts(call.args[1]))
    files = (unreadable_code(kind) for kind in KINDS.known.values() if kind.suffixes)
    return codes.union(files)


def test_catalogue_lists_every_code_of_the_source_and_no_other() -> None:
    assert set(FINDINGS) == finding_codes()


def test_findings_page_says_what_the_catalogue_says() -> None:
    maker = runpy.run_path(str(ROOT / "docs" / "make_findings.py"))
    page = (ROOT / "docs" / "findings.md").read_text()
    assert page == maker["page"](), "run python docs/make_findings.py"
    listed = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert listed == [*FINDINGS]


def test_page_of_the_shell_says_what_the_parsers_say():
    maker = runpy.run_path(str(ROOT / "docs" / "make_shell.py"))
    page = (ROOT / "docs" / "shell.md").read_text()
    assert page == maker["page"](), "run python docs/make_shell.py"


def test_list_for_programs_has_every_page():
    maker = runpy.run_path(str(ROOT / "docs" / "make_llms.py"))
    there = (ROOT / "docs" / "llms.txt").read_text("utf-8")
    assert there == maker["text"](), "run python docs/make_llms.py"
    assert there.count(".md): ") > 60


def test_navigation_names_every_page_once_in_sections_of_nine() -> None:
    nav = (ROOT / "docs" / "mkdocs.yml").read_text("utf-8").partition("\nnav:\n")[2]
    sections = [re.findall(r": (\S+)$", part, re.MULTILINE) for part in re.split(r":\n", nav)]
    assert max(map(len, sections)) <= 9
    pages = [page for section in sections for page in section]
    assert len(pages) == len(set(pages))
    assert {page for page in pages if "/" not in page} == {page.name for page in PAGES[1:]}
    names = (ROOT / "docs" / "reference").glob("*.md")
    reference = {page for page in pages if page.startswith("reference/")}
    assert reference == {f"reference/{page.name}" for page in names}


def test_pictures_are_small_and_each_is_shown() -> None:
    shown = "".join(page.read_text("utf-8") for page in PAGES)
    sizes = {path.name: path.stat().st_size for path in (ROOT / "docs" / "images").iterdir()}
    assert max(sizes.values()) < 300_000
    assert sum(sizes.values()) < 1_500_000
    assert not [name for name in sizes if f"images/{name}" not in shown]


@pytest.mark.slow
@pytest.mark.rehearsed
def test_reference_is_what_the_docstrings_say():
    maker = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))
    folder = ROOT / "docs" / "reference"
    there = {path.name: path.read_text("utf-8") for path in folder.glob("*.md")}
    assert there == maker["pages"](), "run python docs/make_reference.py"
    assert len({name.lower() for name in there}) == len(there)


def test_stages_page_says_what_the_docstrings_say() -> None:
    maker = runpy.run_path(str(ROOT / "docs" / "make_stages.py"))
    page = (ROOT / "docs" / "stages.md").read_text()
    assert page == maker["page"](), "run python docs/make_stages.py"
    for stage in maker["stages"]():
        for setting in stage.model_fields:
            assert f"| `{setting}` |" in page


def test_derive_page_lists_the_functions_that_there_are() -> None:
    maker = runpy.run_path(str(ROOT / "docs" / "make_stages.py"))
    page = (ROOT / "docs" / "derive.md").read_text()
    assert page == maker["with_functions"](page), "run python docs/make_stages.py"


def test_house_page_every_file_of_the_top_floor_is_named() -> None:
    page = (ROOT / "docs" / "house.md").read_text()
    for path in (ROOT / "src" / "fivefold").iterdir():
        if path.name not in ("__pycache__", "py.typed", "__init__.pyi", "__init__.py"):
            assert path.name in page, path.name
