"""The public face: its names, and how light it is to import and to build with."""

import ast
import importlib.resources
import json
import subprocess
import sys
from pathlib import Path

import fivefold

HEAVY = ("torch", "pandas", "pyarrow", "sklearn")
FOLDERS = [path.name for path in Path(fivefold.__file__).parent.iterdir() if path.is_dir()]


def stub_names() -> list[str]:
    stub = importlib.resources.files("fivefold").joinpath("__init__.pyi").read_text()
    imports = [node for node in ast.parse(stub).body if isinstance(node, ast.ImportFrom)]
    return [alias.asname for node in imports for alias in node.names]


def test_public_names_are_those_of_the_stub_and_each_can_be_imported():
    assert sorted(fivefold.__all__) == sorted(stub_names())
    assert set(stub_names()) <= set(dir(fivefold))
    missing = [name for name in stub_names() if getattr(fivefold, name, None) is None]
    assert missing == []


def test_public_names_equal_no_folder():
    assert not set(stub_names()) & set(FOLDERS)


def fresh(script: str, *arguments: object) -> str:
    """What a script prints in a process of its own."""
    command = [sys.executable, "-W", "error", "-c", script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


IMPORT = """
import sys, time
began = time.process_time()
import fivefold
elapsed = time.process_time() - began
print(elapsed)
print(*{name.split(".")[0] for name in sys.modules})
"""


def test_import_loads_nothing_heavy_not_even_numpy():
    loaded = set(fresh(IMPORT).splitlines()[1].split())
    assert "fivefold" in loaded
    assert not loaded & {*HEAVY, "numpy", "pydantic", "onnx", "onnxruntime", "matplotlib"}


def test_import_costs_less_than_a_seventh_of_a_second():
    seconds = [float(fresh(IMPORT).splitlines()[0]) for _ in range(5)]
    assert min(seconds) < 0.15


BUILD = """
import json, sys
import fivefold as ff
pipeline = ff.Pipeline([
    ff.Collect(sys.argv[1], target="income"),
    ff.Preprocess(),
    ff.Train(),
    ff.Evaluate(folds=5),
    ff.Deploy(sys.argv[2]),
])
assert pipeline.check() is pipeline
texts = [pipeline.describe(), repr(pipeline), pipeline._repr_html_(), pipeline.to_json()]
assert ff.Pipeline.from_json(texts[-1]).to_json() == texts[-1]
print(json.dumps([pipeline.names, texts, sorted({name.split(".")[0] for name in sys.modules})]))
"""


def test_building_checking_and_printing_a_pipeline_loads_nothing_heavy(tmp_path):
    source = tmp_path / "adult.csv"
    source.write_text("age,town,income\n" + "39,Ulm,low\n50,Bonn,high\n" * 20)
    names, texts, loaded = json.loads(fresh(BUILD, source, tmp_path / "income.ff"))
    assert names == ["collect", "preprocess", "train", "evaluate", "deploy"]
    assert [name for name in HEAVY if name in loaded] == []
    assert all("Collect" in text and "Deploy" in text for text in texts)
    assert [path.name for path in tmp_path.iterdir()] == ["adult.csv"]


WRONG = """
import sys
import fivefold as ff
from fivefold.errors import WiringError
try:
    ff.Pipeline([ff.Collect(sys.argv[1], target="income"), ff.Preprocess(), ff.Evaluate(),
                 ff.Train(), ff.Deploy(sys.argv[2])])
except WiringError as error:
    print(error)
"""


def test_pipeline_in_the_wrong_order_is_refused_before_the_source_is_opened(tmp_path):
    message = fresh(WRONG, tmp_path / "nowhere.csv", tmp_path / "income.ff")
    assert "Evaluate (stage 3 of 5) reads Trained, which nothing before it writes." in message
    assert message.rstrip().endswith("Move Train before Evaluate.")
