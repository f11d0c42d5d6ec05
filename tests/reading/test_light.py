import subprocess
import sys

CODE = '''
import sys
for name in ("torch", "pandas", "pyarrow", "scipy", "sklearn", "onnx", "openpyxl", "matplotlib"):
    sys.modules[name] = None
import numpy as np
from fivefold.codecs.schema import Column, Schema
from fivefold.serve.requests import read
import fivefold.reading.origin, fivefold.reading.images, fivefold.serve.replay

schema = Schema(
    columns=(
        Column(name="n", kind="numeric"),
        Column(name="c", kind="categorical"),
        Column(name="y", kind="categorical", role="target"),
    ),
    targets=("y",),
    task="binary",
    classes=("a", "b"),
)
rows = [{"n": 1.5, "c": "x"}, {"n": None, "c": "z, \\"q\\""}]
with open("t.csv", "w", newline="") as file:
    file.write('n,c\\n1.5,x\\n,"z, ""q"""\\n' + "2,w\\n" * 200_000)
with open("t.jsonl", "w") as file:
    import json
    file.writelines(json.dumps(row) + "\\n" for row in rows)
for data in ("t.csv", "t.jsonl", rows, {"n": [1.5, None], "c": ["x", 'z, "q"']}):
    columns = read(data, schema)
    assert columns.column("c").tolist()[:2] == ["x", 'z, "q"'], data
    assert columns.column("n")[0] == 1.5 and np.isnan(columns.column("n")[1])
array = np.array([[1.5, "x"], [2.5, "y"]], dtype=object)
assert read(array, schema).column("n").tolist() == [1.5, 2.5]
print("read")
'''


def test_rows_are_read_where_nothing_heavy_can_be_imported(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.stdout.strip() == "read", done.stderr
