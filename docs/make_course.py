"""Run the course and write its pages: `python docs/make_course.py [1-first-model ...]`.

The notebooks in docs/course are the only source: edit prose and code there, in Jupyter or as text.
This runs each in a fresh kernel, keeps its outputs in it, and writes the page beside it. Answers to
exercises are code in `<details>` of a text; they are run as well, and their outputs are not kept.
"""

import html
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COURSE = Path(__file__).parent / "course"
CODE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TIMED = re.compile(r"^(?:fit s|ms a row|seconds|fit_seconds|milliseconds_per_row)$")
RICHEST = ("text/html", "image/png", "text/plain")
MADE = """<!-- Written by docs/make_course.py from the notebook beside it; change that. -->
<!-- fmt: off -->"""
SECONDS = 300  # a cell may take so long on a busy machine
BEGIN = """
import os, sys
os.chdir({folder!r})
if "fivefold.core.ledger" in sys.modules:  # what other lessons have looked at
    sys.modules["fivefold.core.ledger"]._HERE.clear()
%reset -f
"""

Book = dict[str, Any]


def notebooks() -> list[Path]:
    """The lessons in their order."""
    return sorted(COURSE.glob("*.ipynb"))


def read(path: Path) -> Book:
    """A notebook as plain values."""
    book: Book = json.loads(path.read_text(encoding="utf-8"))
    return book


def executed(book: Book, kernel: Any = None) -> Book:
    """The notebook with the outputs of a kernel without names in an empty folder.

    Args:
        book: as it stands.
        kernel: a manager whose kernel has run other lessons, or none yet; None has a fresh one.

    Raises:
        CellExecutionError: if a cell or an answer fails.
        RuntimeError: if a cell writes to stderr.
    """
    import nbformat
    from nbclient import NotebookClient

    with tempfile.TemporaryDirectory() as folder:
        begun = unkept(BEGIN.format(folder=folder), "begin")
        asked = nbformat.from_dict({**book, "cells": [begun, *with_answers(book["cells"])]})
        client = NotebookClient(asked, timeout=SECONDS, kernel_name="python3", km=kernel)
        try:
            client.execute(env={**os.environ, "OMP_NUM_THREADS": "1", "FIVEFOLD_LEDGER": ""})
        finally:
            if client.kc is not None:  # the kernel is not ended, the talk with it is
                client.kc.stop_channels()
    cells = [cell for cell in asked.cells if not cell.metadata.get("unkept")]
    number = 0
    for cell in cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            number += 1
            cell.execution_count = number
            cell.outputs = [kept(output) for output in cell.outputs]
            for output in cell.outputs:
                if "execution_count" in output:
                    output["execution_count"] = number
    plain: Book = json.loads(json.dumps({**book, "cells": cells}))
    for cell in plain["cells"]:
        cell["source"] = lines(cell["source"])
    return plain


def with_answers(cells: list[Book]) -> Iterator[Book]:
    """The cells, each followed by the code that its answers hold."""
    for cell in cells:
        source = text(cell["source"])
        yield {**cell, "source": source}
        if cell["cell_type"] == "markdown" and "<details>" in source:
            for place, answer in enumerate(CODE.findall(source)):
                yield unkept(answer, f"{cell['id']}-answer-{place}")


def unkept(source: str, name: str) -> Book:
    """A cell that is run and left out of the notebook."""
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {"unkept": True},
        "source": source,
        "execution_count": None,
        "outputs": [],
    }


def kept(output: Book) -> Book:
    """An output in its richest form alone, without what differs from run to run."""
    output = dict(output)
    if output["output_type"] == "stream":
        if output["name"] == "stderr":
            raise RuntimeError(f"A cell writes to stderr: {text(output['text'])}")
        output["text"] = lines(text(output["text"]))
        return output
    data = output["data"]
    form = next(form for form in RICHEST if form in data)
    value = untimed(text(data[form])) if form == "text/html" else text(data[form])
    return {**output, "data": {form: lines(value)}, "metadata": {}}


def untimed(page: str) -> str:
    """HTML without styles of a frame, and with a dash in the columns of a table that tell times."""
    page = re.sub(r"<style scoped>.*?</style>\n?", "", page, flags=re.DOTALL)
    return re.sub(r"<table.*?</table>", lambda found: _untimed(found[0]), page, flags=re.DOTALL)


def _untimed(table: str) -> str:
    heads = [html.unescape(head) for head in re.findall(r"<th[^>]*>(.*?)</th>", table)]
    places = {place for place, head in enumerate(heads) if TIMED.match(head)}
    if not places:
        return table
    rows = re.findall(r"<tr[^>]*>.*?</tr>", table, flags=re.DOTALL)
    for row in rows[1:]:
        cells = re.findall(r"<t[dh][^>]*>.*?</t[dh]>", row, flags=re.DOTALL)
        for place in places & {*range(len(cells))}:
            cells[place] = re.sub(r">.*<", ">-<", cells[place], flags=re.DOTALL)
        table = table.replace(row, "<tr>" + "".join(cells) + "</tr>")
    return table


def page(book: Book, name: str) -> str:
    """The page of a lesson: its prose, its code, and what came out."""
    opening, *rest = book["cells"]
    title, _, said = text(opening["source"]).partition("\n\n")
    intro, heading, more = said.partition("\n\n## ")
    pieces = [
        title,
        MADE,
        intro,
        f"[This lesson as a notebook]({name}.ipynb)",
        heading.strip() + " " + more,
    ]
    for cell in rest:
        source = text(cell["source"])
        if cell["cell_type"] == "markdown":
            pieces.append(source.replace("<details>", '<details markdown="1">'))
        else:
            pieces.append(f"```python\n{source}\n```")
            pieces += [shown(output) for output in cell["outputs"]]
    return "\n\n".join(piece for piece in pieces if piece.strip()) + "\n"


def shown(output: Book) -> str:
    """An output as Markdown, or as the HTML that Markdown may hold."""
    if output["output_type"] == "stream":
        return f"```text\n{text(output['text']).rstrip()}\n```"
    ((form, value),) = output["data"].items()
    if form == "text/html":
        plain = text(value).strip().replace(' border="1" class="dataframe"', "")  # the site's style
        return f'<div class="output">\n{plain}\n</div>'
    if form == "image/png":
        return f'<img class="output" alt="" src="data:image/png;base64,{text(value).strip()}">'
    return f"```text\n{text(value).rstrip()}\n```"


def text(value: str | list[str]) -> str:
    """A text of a notebook, which may stand there in lines."""
    return value if isinstance(value, str) else "".join(value)


def lines(value: str | list[str]) -> list[str]:
    """The same in lines, each with its end, as notebooks are written."""
    return text(value).splitlines(keepends=True)


def main(names: list[str]) -> None:
    """Run the lessons of these names, or all, and write them with their pages."""
    for path in notebooks():
        if names and path.stem not in names:
            continue
        book = executed(read(path))
        told = json.dumps(book, indent=1, ensure_ascii=False, sort_keys=True)
        path.write_text(told + "\n", encoding="utf-8")
        path.with_suffix(".md").write_text(page(book, path.stem), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
