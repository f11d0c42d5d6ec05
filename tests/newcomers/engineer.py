"""Someone who is handed a bundle and has to run it: look into it, serve it, ask it, replace it.

Run on a table of yours: `python tests/newcomers/engineer.py titanic.csv survived`.
"""

import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from fivefold.cli import main

FITS = ("titanic",)
"""Sets that `all.py` goes the way with."""

DOCS = Path(__file__).parents[2] / "docs"
LIGHT = (
    "import sys; sys.modules.update(dict.fromkeys(('torch', 'pandas', 'sklearn', 'pyarrow')));"
    "from fivefold.cli import main; sys.exit(main(sys.argv[1:]))"
)
"""fivefold where what a server needs not is not installed."""


def ask(*words: str, light: bool = False) -> tuple[int, str, str]:
    """The exit status of a command in a process of its own, and both streams."""
    start = ["-c", LIGHT] if light else ["-m", "fivefold"]
    done = subprocess.run(
        [sys.executable, *start, *words], capture_output=True, encoding="utf-8", check=False
    )
    return done.returncode, done.stdout, done.stderr


def ask_here(*words: str) -> tuple[int, str, str]:
    """The same of a command in this process, which has imported and exported before."""
    said, noted = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(noted):
        status = main([*words])
    return status, said.getvalue(), noted.getvalue()


@contextmanager
def server(bundle: Path) -> Iterator[str]:
    """A server of the bundle at a free port, without torch; its address. It must end by itself."""
    words = [sys.executable, "-c", LIGHT, "serve", str(bundle), "--port", "0", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["address"].rstrip("/")
        finally:
            process.terminate()
        assert process.wait(timeout=30) in (0, -15)


def http(address: str, body: Any = None, kind: str = "application/json") -> tuple[int, Any]:
    """The status of a request and the JSON of its reply; POST where there is a body."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    try:
        with urlopen(Request(address, data, {"Content-Type": kind}), timeout=60) as reply:
            return reply.status, json.load(reply)
    except HTTPError as refused:
        return refused.code, json.load(refused)


def walk(data: Path, target: str, folder: Path) -> dict[str, Any]:
    """Go the way, and give the schema that the server tells.

    Args:
        data: a table of two classes or numbers to predict.
        target: its column to predict.
        folder: where files may be written.
    """
    bundle, page = folder / "income.ff", (DOCS / "how-to.md").read_text(encoding="utf-8")
    words = ["run", str(data), "--target", target, "--model", "mlp", "--epochs", "2"]
    status, told, wrong = ask(*words, "--to", str(bundle), "--json")
    assert status == 0, wrong
    digest = hashlib.sha256(bundle.read_bytes()).hexdigest()
    assert json.loads(told)["bundle"]["sha256"] == digest

    with zipfile.ZipFile(bundle) as entries:  # what it is, without fivefold
        manifest = json.loads(entries.read("manifest.json"))
        for name, known in manifest["entries"].items():
            assert hashlib.sha256(entries.read(name)).hexdigest() == known["sha256"], name
        assert not [name for name in entries.namelist() if name.endswith((".pkl", ".pt"))]
        needed = entries.read("requirements.txt").decode()
        card = entries.read("card.md").decode()
    assert "onnxruntime" in needed
    assert not re.search(r"torch|pandas|scikit-learn|pyarrow", needed)
    assert "Is it good?" in card
    assert target in card.replace("\\", "")

    with data.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:40]
    asked, answers = folder / "asked.csv", folder / "answers.csv"
    with asked.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    status, told, wrong = ask("predict", str(bundle), str(asked), "--json", light=True)
    assert status == 0, wrong
    expected = [json.loads(line) for line in told.splitlines()]
    assert ask("predict", str(bundle), str(asked), "--to", str(answers), light=True)[0] == 0
    with answers.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(rows) == len(expected)

    with server(bundle) as address:
        schema = questions(address, rows, expected, digest)
        check = re.search(r'^HEALTHCHECK CMD python -c "(.+)"$', page, re.MULTILINE)
        assert check is not None
        code = check[1].replace("http://127.0.0.1:8000", address)
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

    recipe(page, bundle, needed)
    nightly(words, bundle, asked, digest)
    return schema


def questions(
    address: str, rows: list[dict[str, str]], expected: list[Any], digest: str
) -> dict[str, Any]:
    """Ask the server what one may, and what one may not; gives its schema."""
    assert http(f"{address}/health") == (200, {**http(f"{address}/health")[1], "sha256": digest})
    status, schema = http(f"{address}/schema")
    assert status == 200
    fields = {field["name"]: field for field in schema["inputs"]}
    example = {name: field["example"] for name, field in fields.items()}
    assert http(f"{address}/predict", {"instances": [example]})[0] == 200

    status, reply = http(f"{address}/predict", {"instances": rows})
    assert status == 200, reply
    ahead = [each["prediction"] for each in expected]
    assert near(reply["predictions"], ahead)
    if "probabilities" in reply:
        assert near(
            reply["probabilities"], [[*each["probabilities"].values()] for each in expected]
        )
    status, alone = http(f"{address}/predict", {"instances": rows[:1]})
    assert status == 200, alone
    assert near(alone["predictions"], ahead[:1])

    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{rows[0][name]}\r\n'
        for name in fields
    )
    form = f"{parts}--x--\r\n".encode()
    status, formed = http(f"{address}/predict", form, "multipart/form-data; boundary=x")
    assert status == 200, formed
    assert near(formed["predictions"], ahead[:1])

    number = next(name for name, field in fields.items() if field["kind"] == "numeric")
    without = {name: cell for name, cell in example.items() if name != number}
    wrong: list[tuple[Any, str]] = [
        ({"instances": [{**example, number: "many"}]}, number),
        ({"instances": [example, without]}, number),
        ({"instances": [example, 3]}, "row"),
        ({"rows": [example]}, "instances"),
        (b"a,b\n1,2\n", "JSON"),
    ]
    for body, named in wrong:
        status, reply = http(f"{address}/predict", body)
        assert (status, set(reply)) == (422, {"error"}), reply
        assert reply["error"]["wanted"], reply
        assert reply["error"]["found"], reply
        assert named in reply["error"]["message"], reply
    assert http(f"{address}/predict")[0] == 405
    assert http(f"{address}/answers")[0] == 404
    return dict(schema)


def near(found: Any, wanted: Any) -> bool:
    """Whether answers are the same, numbers to a millionth of their size."""
    if isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(near(found[k], wanted[k]) for k in wanted)
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(near, found, wanted))
    if isinstance(wanted, float):
        return abs(found - wanted) <= 1e-6 * max(1.0, abs(wanted))
    return bool(found == wanted)


def recipe(page: str, bundle: Path, needed: str) -> None:
    """The container's recipe in the docs, as far as it can be followed without one."""
    text = page.partition("```dockerfile\n")[2].partition("```")[0]
    inside = bundle.parent / "container"
    inside.mkdir()
    for name in re.search(r"^COPY (\S+\.ff) \./$", text, re.MULTILINE).groups():
        shutil.copy(bundle, inside / name)
    step = re.search(r'^RUN python -c "(.+)" \\$', text, re.MULTILINE)
    subprocess.run([sys.executable, "-c", step[1]], cwd=inside, check=True)
    assert (inside / "requirements.txt").read_text() == needed
    command = json.loads(re.search(r"^CMD (\[.+\])$", text, re.MULTILINE)[1])
    status, told, _ = ask("serve", "--help")
    assert status == 0
    assert command[:2] == ["fivefold", "serve"]
    assert all(word in told for word in command if word.startswith("--"))


def nightly(words: list[str], bundle: Path, asked: Path, digest: str) -> None:
    """Train again, and replace the bundle unless the new one is worse."""
    again = ["--to", str(bundle), "--better-than", str(bundle)]
    for more in (["--seed", "1"], ["--lr", "1e-9", "--epochs", "1"]):  # the second learns nothing
        status, _, wrong = ask_here(*words, *more, *again, "--json")
        found = hashlib.sha256(bundle.read_bytes()).hexdigest()
        assert status in (0, 3), wrong
        assert (found != digest) == (status == 0), wrong
        assert status == 0 or json.loads(wrong.splitlines()[-1])["exit"] == 3
        digest = found
    assert ask("predict", str(bundle), str(asked), light=True)[0] == 0


if __name__ == "__main__":
    with TemporaryDirectory() as place:
        print(json.dumps(walk(Path(sys.argv[1]), sys.argv[2], Path(place)), indent=1))
