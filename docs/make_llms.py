"""Write docs/llms.txt: what fivefold is, and a line for each page, for programs that read.

Run: `python docs/make_llms.py`. The form is that of llmstxt.org.
"""

import re
from pathlib import Path

DOCS = Path(__file__).parent
PAGE = DOCS / "llms.txt"
FENCED = re.DOTALL | re.MULTILINE
SECTION = re.compile(r"^  - (.+):$")
LINE = re.compile(r"^ +- (.+): ([\w/-]+\.md)$")
HEAD = """# fivefold

> A Python library that takes data to a served PyTorch model through five typed stages (collect,
> preprocess, train, evaluate, deploy), chained by a `Pipeline` and exchanging a shared context;
> training on CPU or CUDA. What is fitted sees training rows only, every score has an interval and
> a rival, and what is served answers as what was evaluated.

The shortest run is `fivefold run data.csv --target y --to model.ff`, or in Python
`ff.Pipeline([ff.Collect("data.csv", target="y"), ff.Preprocess(), ff.Train(), ff.Evaluate(),
ff.Deploy("model.ff")]).run()`.
"""


def text() -> str:
    """The file as it should be."""
    nav = (DOCS / "mkdocs.yml").read_text("utf-8").partition("\nnav:\n")[2]
    lines = []
    for entry in nav.splitlines():
        if section := SECTION.match(entry):
            lines += ["", f"## {section[1]}", ""]
        if page := LINE.match(entry):
            lines.append(f"- [{page[1]}]({page[2]}): {said(DOCS / page[2])}")
    return "\n".join([HEAD.rstrip(), *lines, ""])


def said(page: Path) -> str:
    """The first sentence of a page."""
    body = re.sub(r"<!--.*?-->|^```.*?^```$", "", page.read_text("utf-8"), flags=FENCED)
    pieces = [piece.strip() for piece in body.split("\n\n")]
    first = next(p for p in pieces if p and p[0] not in "#!|`<")
    plain = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", " ".join(first.split()))
    return re.split(r"(?<=\.)\s(?=[A-Z`])", plain, maxsplit=1)[0]


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
