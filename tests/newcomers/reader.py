"""Someone who reads the docs: every way leads somewhere, and what stands there runs.

Run on the docs of a clone: `python tests/newcomers/reader.py`.
"""

import re
import shlex
import sys
from collections import deque
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import fivefold as ff
from fivefold import cli

ROOT = Path(__file__).parents[2]
CLICKS = 3
FENCED = re.compile(r"^( *)(```+|~~~+).*?^\1\2$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]*)(#[^)\s]+)?\)|(?:src|href)=\"([^\"#]*)(#[^\"]+)?\"")
GUIDED = ("Start", "Learn", "Prepare", "Kinds", "Tasks", "Train", "Judge", "Deploy", "Extend")
"""Sections of the nav whose pages are read one after another, not looked up."""


class Page(NamedTuple):
    """A page as a reader sees it.

    Args:
        path: of its Markdown.
        blocks: its paragraphs without code, in order; headings, tables and lists among them.
        links: where it leads: files, each with the anchor or an empty text.
        anchors: what of it can be linked to.
    """

    path: Path
    blocks: list[str]
    links: list[tuple[Path, str]]
    anchors: set[str]


def read(path: Path) -> Page:
    """Take a page apart."""
    text = re.sub(r"<!--.*?-->", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    prose = FENCED.sub("\n", text)
    links = []
    for found in LINK.findall(re.sub(r"`[^`]*`", "", prose)):
        target, anchor = (found[0] or found[2]), (found[1] or found[3])
        if (
            not target.startswith(("http://", "https://", "data:", "mailto:"))
            and found != ("",) * 4
        ):
            links.append(((path.parent / target).resolve() if target else path, anchor[1:]))
    heads = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    anchors = {slug(head) for head in heads} | {*re.findall(r'\bid="([^"]+)"', prose)}
    return Page(
        path, [block.strip() for block in prose.split("\n\n") if block.strip()], links, anchors
    )


def slug(head: str) -> str:
    """The anchor of a heading, as the toc of Markdown makes it.

    Example:
        >>> slug("What `ff.look` counts, and why")
        'what-fflook-counts-and-why'
    """
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", head)
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())


def titles(docs: Path) -> dict[str, list[Path]]:
    """The pages of the nav by section."""
    nav = (docs / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    sections: dict[str, list[Path]] = {}
    name = ""
    for line in nav.splitlines():
        if found := re.match(r"^  - ([^:]+):$", line):
            name = found[1]
        elif found := re.match(r"^ +- .+: ([\w./-]+\.md)$", line):
            sections.setdefault(name, []).append((docs / found[1]).resolve())
    return sections


def clicks(start: Path, pages: dict[Path, Page]) -> dict[Path, int]:
    """How many links of texts lie between a page and each that can be reached from it."""
    far, waiting = {start: 0}, deque([start])
    while waiting:
        here = waiting.popleft()
        for target, _ in pages[here].links:
            if target in pages and target not in far:
                far[target] = far[here] + 1
                waiting.append(target)
    return far


def dead_links(page: Page, pages: dict[Path, Page]) -> list[str]:
    """Links of a page that lead nowhere."""
    dead = []
    for target, anchor in page.links:
        if not target.exists():
            dead.append(f"{page.path.name}: {target.name} is not there")
        elif anchor and target in pages and anchor not in pages[target].anchors:
            dead.append(f"{page.path.name}: {target.name} has no #{anchor}")
    return dead


def unopened(page: Page) -> str:
    """What is wrong with the beginning of a page, or nothing: a title, and a sentence below it."""
    title, *rest = page.blocks
    first = next((block for block in rest if not block.startswith(("![", "[This lesson"))), "")
    if not title.startswith("# "):
        return f"{page.path.name}: begins without a title"
    if first.startswith(("#", "|", "<", "- ", "* ")) or len(first) < 40 or first[-1] not in ".:?*":
        return f"{page.path.name}: no sentence says what it is for, but {first[:60]!r}"
    return ""


def unended(page: Page) -> str:
    """What is wrong with the end of a guide, or nothing: its last part leads on."""
    last = page.path.read_text(encoding="utf-8").rpartition("\n## ")[2]
    if any(target != page.path for target, _ in read_links(page, last)):
        return ""
    return f"{page.path.name}: its last part leads nowhere"


def read_links(page: Page, part: str) -> list[tuple[Path, str]]:
    """The links of a page that stand in a part of its text."""
    return [one for one in page.links if one[0].name in part]


def unlinked_names(pages: dict[Path, Page], docs: Path) -> list[str]:
    """Public names whose page no guide links to."""
    told = {
        target
        for path, page in pages.items()
        if path.parent.name != "reference"
        for target, _ in page.links
    }
    listed = {
        path.stem.removesuffix("-function"): path
        for path in pages
        if path.parent.name == "reference"
    }
    missing = [name for name in ff.__all__ if name not in listed]
    return missing + [
        name for name, path in listed.items() if name in ff.__all__ and path not in told
    ]


def look_around(root: Path = ROOT) -> dict[str, list[str]]:
    """What is wrong with the ways through README and docs, by kind; nothing where all is well."""
    docs = root / "docs"
    files = [path for path in docs.rglob("*.md") if docs / "site" not in path.parents]
    pages = {path.resolve(): read(path.resolve()) for path in [root / "README.md", *files]}
    inside = {path: page for path, page in pages.items() if path != root / "README.md"}
    sections = titles(docs)
    listed = {path for group in sections.values() for path in group}
    far = clicks((docs / "index.md").resolve(), inside)
    guides = [
        page for name in GUIDED for path in sections.get(name, ()) if (page := inside.get(path))
    ]
    looked_up = {path for path in inside if path.parent.name == "reference"}
    return {
        "dead links": [fault for page in pages.values() for fault in dead_links(page, pages)],
        "nav that leads nowhere": [path.name for path in listed if path not in inside],
        "not in the nav": [path.name for path in inside if path not in listed | looked_up],
        "too many clicks from index.md": [
            f"{path.name}: {far.get(path, 'no way')}"
            for path in inside
            if far.get(path, 99) > CLICKS
        ],
        "beginnings": [
            *filter(None, map(unopened, (inside[path] for path in inside if path not in looked_up)))
        ],
        "ends": [*filter(None, map(unended, guides))],
        "names that no guide links to": unlinked_names(pages, docs),
    }


def commands(page: Path) -> list[list[str]]:
    """The words of each command of fivefold in the consoles of a page, as it stands there."""
    text = page.read_text(encoding="utf-8")
    bodies = re.findall(r"^```(?:console|bash)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    told = [shlex.split(line, comments=True) for body in bodies for line in body.splitlines()]
    return [words[1:] for words in told if words and words[0] == "fivefold"]


def follow_quickstart(folder: Path, root: Path = ROOT) -> list[str]:
    """Type every command of the quickstart, in its order, in a folder with the files it names.

    Args:
        folder: where that is done.
        root: of the clone.

    Returns:
        What was typed.

    Raises:
        AssertionError: if one ends with another status than 0.
    """
    write_files(folder)
    typed = []
    with chdir(folder):
        for words in commands(root / "docs" / "quickstart.md"):
            if words[0] == "serve":  # it never ends; test_cli serves
                cli.parser().parse_args(words)
            else:
                status = cli.main(words)
                assert status == 0, f"fivefold {shlex.join(words)} ended with {status}"
            typed.append(shlex.join(words))
    return typed


def write_files(folder: Path) -> None:
    """The files that the quickstart names: a table, new rows of it, sales, and a recipe."""
    people = ff.samples.churn(400).rename(columns={"left": "income"})
    people.insert(0, "id", range(len(people)))
    people.to_csv(folder / "adult.csv", index=False)
    people.drop(columns="income").head(20).to_csv(folder / "new.csv", index=False)
    lines = ["price;day;sold"]
    for row in range(200):
        day = f"{1 + row % 28:02}/{1 + row % 12:02}/2025"
        lines.append(f"1.{row:03},5;{day};{'yes' if row % 3 else 'no'}")
    (folder / "sales.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    recipe = ff.Pipeline(
        [ff.Collect("adult.csv", target="income"), ff.Preprocess(), ff.Train("mlp", epochs=2)]
    )
    (folder / "recipe.json").write_text(recipe.to_json(), encoding="utf-8")


if __name__ == "__main__":
    faults = look_around()
    for kind, told in faults.items():
        print(f"{kind}: {len(told)}", *told, sep="\n  ")
    with TemporaryDirectory() as place:
        print(*follow_quickstart(Path(place)), sep="\n")
    sys.exit(any(faults.values()))
