"""The floors that serve stand without torch, pandas, pyarrow, scipy, scikit-learn and onnx."""

import subprocess
import sys

BLOCKED = """
import sys
for name in ("torch", "pandas", "pyarrow", "scipy", "sklearn", "onnx", "openpyxl", "matplotlib"):
    sys.modules[name] = None
"""

IMPORTED = (
    BLOCKED
    + """
import pkgutil
from importlib import import_module
for floor in ("codecs", "metrics", "tasks", "kinds", "reading", "serve"):
    package = import_module(f"fivefold.{floor}")
    for module in pkgutil.iter_modules(package.__path__, f"fivefold.{floor}."):
        import_module(module.name)
print("imported")
"""
)

WORKED = (
    BLOCKED
    + """
import json
import numpy as np
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.kinds.codec import Codec
from fivefold.kinds.known import KINDS
from fivefold.serve.contract import Contract, contract_of
from fivefold.serve.requests import read
from fivefold.tasks.known import TASKS

CELLS = {
    "numeric": [1.5, None, 2.5, 7.0],
    "categorical": ["a", "b", None, "a"],
    "boolean": [True, False, None, True],
    "datetime": ["2024-01-31", None, "2023-05-06T10:30", "1969-12-31"],
    "text": ["a red house", "a green one", "houses", None],
    "audio": [[0, 900, -900] * row for row in (1, 9, 99, 200)],
    "image": [[[0, 255], [255, 0]], [[9, 9], [9, 9]], [[1, 2], [3, 4]], [[5, 6], [7, 8]]],
    "mask": [[[0, 1], [1, 2]], [[0, 0], [1, 1]], [[2, 2], [2, 2]], [[0, 1], [0, 1]]],
    "sequence": ["ACGT", "acg", None, "NNRT"],
    "series": [[1, 2.5, None], "[4, 5]", None, [7, 7, 7, 7]],
    "sentence": [["A", "red", "house"], "a green one", None, ["houses"]],
    "lags": [[1, 2.5, None], "[4, 5, 6]", [None, None, None], [7, 7, 7]],
    "prices": [[1, 2.5, None], "[4, 5, 6]", [None, None, None], [7, 7, 7]],
    "video": [[[[0, 9, 255, 9, 0]] * 5] * frames for frames in (1, 3, 9, 40)],
    "ahead": ["2024-01-31", "2024-02-01", "2024-02-02T00:00", "2024-02-03"],
}
columns = tuple(Column(name=kind, kind=kind) for kind in KINDS.known)
target = Column(name="y", kind="categorical", role="target")
schema = Schema(columns=(*columns, target), targets=("y",), task="binary", classes=("no", "yes"))
rows = [{kind: cells[row] for kind, cells in CELLS.items()} for row in range(4)]
codec = Codec.fit(read(rows, schema), schema, np.arange(4))
values, arrays = codec.state()
again = Codec.from_state(json.loads(json.dumps(values)), arrays)
found = again.encode(read(rows, schema))
own = ["text", "image", "mask", "sequence", "audio", "series", "sentence", "windows", "ahead"]
own += ["video"]
assert list(found) == ["numeric", "codes", *own], list(found)
for name, array in codec.encode(read(rows, schema)).items():
    np.testing.assert_array_equal(found[name], array)
contract = contract_of(codec)
assert Contract.from_json(json.loads(json.dumps(contract.to_json()))) == contract
for name, task in TASKS.known.items():
    if task.separate:  # its targets are known once they are settled
        continue
    classes = ("no", "yes") if task.labelled or task.several or task.network else ()
    of = Schema(columns=schema.columns, targets=("y",), task=name, classes=classes)
    scores = np.full((2, *task.empty(of, 3).shape[1:]), 0.5)
    assert len(task.answers(scores, of)) == len(task.reply(scores, of)["predictions"]) == 2
print("worked")
"""
)


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr


def test_light_floors_import_where_nothing_heavy_is():
    assert run(IMPORTED) == "imported"


def test_light_floors_fit_encode_and_answer_where_nothing_heavy_is():
    assert run(WORKED) == "worked"
