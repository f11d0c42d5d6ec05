"""From pages of the web to a served model: scrape, label, train, evaluate, deploy, serve.

Rules label most advertisements, you label a hundred on a page: press 1 or 2. Ended at any moment
and run again, it goes on where it was.

Run: python examples/labelling/pipeline.py [folder [port]]
"""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from jobs import advertisement, site

import fivefold as ff

PORT = 8123
LABELS = 100
GUIDE = """# Level

- **senior**: has experience, or leads others
- **junior**: is about to learn
"""


def stages(address: str, folder: Path) -> list[ff.Stage]:
    """The pipeline; `recipe.json` says the same for the shell."""
    return [
        ff.Scrape(
            address,
            follow="/jobs/*",
            select={"text": "main"},
            contact="me@example.org",
            delay=0.0,
            allow_private=True,  # this machine
            directory=str(folder / "pages"),
        ),
        ff.Label(
            ("junior", "senior"),
            by=("text",),
            rules=(
                ff.rule("senior", column="text", contains=("leads a team", "years of experience")),
                ff.rule("junior", column="text", contains=("first job", "recent graduate")),
            ),
            directory=str(folder / "labels"),
            guide=GUIDE,
            budget=LABELS,
        ),
        ff.Preprocess(),
        ff.Train(epochs=8),
        ff.Evaluate(),
        ff.Deploy(str(folder / "jobs.ff")),
    ]


def main(folder: Path, port: int = PORT) -> float:
    """Do all of it; returns the ROC-AUC on rows that a person labelled.

    Args:
        folder: of pages, labels and model.
        port: of the site; the page has the next one.
    """
    with site(port) as address:
        pages, label, *rest = stages(address, folder)
        with label.open(pages, port=port + 1) as room:
            print(f"{room!r}\nLabel {LABELS} advertisements there.", flush=True)
            room.wait(LABELS)
        result = ff.Pipeline([pages, label, *rest]).run(seed=0)
    print(result.tables["labelling"].to_string())
    print(result.metrics["roc_auc"])
    result.report(folder / "report.html")
    print(served(folder / "jobs.ff", [{"text": advertisement(number)} for number in (900, 901)]))
    return float(result.metrics["roc_auc"])


def served(bundle: Path, rows: list[dict[str, str]]) -> list[str]:
    """What a server of the bundle answers."""
    command = [sys.executable, "-m", "fivefold", "serve", str(bundle), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        address = next(word for word in server.stdout.readline().split() if "http" in word)
        body = json.dumps({"instances": rows}).encode()
        try:
            with urllib.request.urlopen(f"{address.rstrip('/')}/predict", body) as reply:
                return json.load(reply)["predictions"]
        finally:
            server.terminate()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."), *map(int, sys.argv[2:]))
