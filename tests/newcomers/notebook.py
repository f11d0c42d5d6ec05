"""A data scientist in a notebook: look, run, what is shown, a figure, a wrong name, the report.

On a table of yours: `python tests/newcomers/notebook.py titanic.csv survived --to kept.ipynb`.
"""

import argparse
import re
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

FITS = ("california_housing",)

QUESTIONS = (
    "Is it good?",
    "Better than a simple model?",
    "Can I trust it?",
    "What is wrong with my data?",
    "What next?",
)

CELLS = {
    "import": "import fivefold as ff",
    "look": "ff.look({data!r}, target={target!r})",
    "help": "help(ff.Train)",
    "build": "pipeline = ff.Pipeline([ff.Collect({data!r}, target={target!r}), ff.Preprocess(), "
    'ff.Train(quality="fast", epochs=4), ff.Evaluate(), ff.Deploy("model.ff")])\npipeline',
    "run": "result = pipeline.run(seed=0)",
    "shown": "result",
    "figures": "list(result.figures)",
    "figure": "result.figures[list(result.figures)[1]]",
    "score": "first = next(iter(result.metrics))\nprint(first, result.metrics[first])",
    "table": 'result.tables["model_comparison"]',
    "metric": "result.metrics[first[:-1] + 'X']",
    "tables": 'result.tables["model_comparisons"]',
    "picture": 'result.figures["learning_curv"]',
    "stage": 'result["train"]',
    "target": "ff.Pipeline([ff.Collect({data!r}, target={target!r} + 'X'), ff.Preprocess()]).run()",
    "completed": "ip = get_ipython()\n"
    "ip.Completer.use_jedi = False\n"
    "def complete(line, text=None):\n"
    "    print(ip.complete(text or line, line=line, cursor_pos=len(line))[1])\n"
    'complete("ff.er"); complete("ff.Train(quali", "quali"); complete("pipeline[\'")\n'
    "for name in ('metrics', 'tables', 'figures'):\n"
    "    complete(f'result.{{name}}[\"')",
    "names": "[name for name in dir(ff) if name[0] != '_']",
    "page": 'result.report("r.html")',
    "loaded": 'model = ff.load("model.ff")\nmodel',
    "answers": "import pandas as pd\n"
    "rows = pd.read_csv({data!r}).drop(columns={target!r}).head(3)\n"
    "print(list(model.predict(rows)) == list(result.predict(rows)), len(model.predict(rows)))",
}
"""By name, what is typed; those in `WRONG` are mistaken, and tell what was meant."""

WRONG = {
    "metric": r"MissingNameError.*[Ww]rite \"",
    "tables": r'Write "model_comparison"',
    "picture": r'Write "learning_curve"',
    "stage": r"result\[ff\.Trained\]",
    "target": r"expected.*column.*\n.*",
}


class Seen(HTMLParser):
    """The text of a page, and what a screen reader says of its pictures."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.labels = "", list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "svg":
            self.labels.append(dict(attrs).get("aria-label") or "")

    def handle_data(self, data: str) -> None:
        self.text += data


def walk(data: Path, target: str, folder: Path) -> nbformat.NotebookNode:
    """Go the way, and give the notebook with its outputs.

    Args:
        data: a table of two classes or numbers to predict, as CSV.
        target: its column to predict.
        folder: where the kernel works and may write files.
    """
    notebook = nbformat.v4.new_notebook()
    for name, code in CELLS.items():
        cell = nbformat.v4.new_code_cell(code.format(data=str(data.resolve()), target=target))
        cell.metadata["tags"] = [name, *(["raises-exception"] if name in WRONG else [])]
        notebook.cells.append(cell)
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources).execute()
    outputs = dict(zip(CELLS, (cell.outputs for cell in notebook.cells), strict=True))

    for name, shown in outputs.items():
        streams = {one.name for one in shown if one.output_type == "stream"}
        assert streams <= {"stdout"}, (name, said(shown))  # the other one is red
        errors = [f"{one.ename}: {one.evalue}" for one in shown if one.output_type == "error"]
        assert len(errors) == (name in WRONG), (name, errors)
        if name in WRONG:
            assert re.search(WRONG[name], errors[0], re.DOTALL), (name, errors)

    assert target in Seen(html_of(outputs["look"])).text
    assert "quality" in said(outputs["help"])
    assert "FieldInfo" not in said(outputs["help"])
    lines = said(outputs["run"]).splitlines()
    assert [line.split()[1] for line in lines if line.startswith("[")] == [
        *("collect", "preprocess", "train", "evaluate", "deploy"),
    ]
    assert max(map(len, lines)) < 240
    assert not any("\r" in line for line in lines)
    kept = [one for one in outputs["run"] if one.output_type == "display_data"]
    assert kept  # the bar was there, and left nothing behind
    assert all(one.data["text/html"] == "" for one in kept)

    shown = html_of(outputs["shown"])
    seen = Seen(shown)
    places = [seen.text.index(question) for question in QUESTIONS]
    assert places == sorted(places)
    assert places[-1] < 2500  # the first screen
    assert 2 <= len(seen.labels) <= 3
    assert all(len(label) > 20 for label in seen.labels)
    assert len(shown.encode()) < 200_000
    assert "<svg" in html_of(outputs["figure"])
    assert "Beside simple models" in seen.text
    assert "model" in Seen(html_of(outputs["table"])).text

    completed = said(outputs["completed"])
    for wanted in (".errors", "quality=", "evaluate", "model_comparison", "learning_curve"):
        assert wanted in completed, (wanted, completed)
    assert said(outputs["score"]).split()[0] in completed
    assert "'errors'" in said(outputs["names"])
    assert len(str(outputs["page"])) < 1000
    assert (folder / "r.html").is_file()
    assert said(outputs["answers"]).strip() == "True 3"
    return notebook


def said(outputs: list[nbformat.NotebookNode]) -> str:
    """What a cell prints, and gives as plain text."""
    return "".join(one.get("text") or one.get("data", {}).get("text/plain", "") for one in outputs)


def html_of(outputs: list[nbformat.NotebookNode]) -> str:
    """The HTML that a cell shows."""
    return "".join(one.get("data", {}).get("text/html", "") for one in outputs)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("target")
    parser.add_argument("--to", type=Path, help="where to keep the notebook with its outputs")
    asked = parser.parse_args()
    with TemporaryDirectory() as place:
        made = walk(asked.data, asked.target, Path(place))
    if asked.to is not None:
        nbformat.write(made, asked.to)
