"""Serving as a stranger would: a new environment with the bundle's own list of requirements."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fivefold.deploy.deploy import Deploy
from fivefold.serve.bundle import open_bundle

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_bundle_is_served_with_its_own_requirements_and_nothing_else(mixed, tmp_path):
    result = Deploy(tmp_path / "model.ff").run(
        mixed.collected, mixed.partition, mixed.data, mixed.trained, mixed.session, mixed.evaluated
    )
    bundle = open_bundle(result.path)
    (tmp_path / "requirements.txt").write_text(bundle.text("requirements.txt"))
    parity = bundle.json("parity.json")
    (tmp_path / "rows.json").write_text(json.dumps(parity["requests"]))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    python = str(tmp_path / "env" / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python]  # quicker than with one of its own
    install = [*pip, "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    subprocess.run([*install, "-r", str(tmp_path / "requirements.txt")], check=True)
    subprocess.run([*install, "--no-deps", str(ROOT)], check=True)
    code = f"""
import json
import fivefold as ff
from fivefold.serve.app import create_app
model = ff.load({str(result.path)!r}, {result.digest!r})
create_app(model)
rows = json.load(open({str(tmp_path / "rows.json")!r}))["instances"]
print(json.dumps(model.predict_proba(rows).tolist()))
"""
    done = subprocess.run(
        [python, "-I", "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    found = np.array(json.loads(done.stdout))
    np.testing.assert_allclose(found, parity["answers"]["probabilities"], atol=1e-5)
    listed = subprocess.run([*pip, "list"], capture_output=True, text=True, check=True)
    names = {line.split()[0].lower() for line in listed.stdout.splitlines()[2:]}
    assert {"fivefold", "onnxruntime"} <= names
    assert not names & {"torch", "pandas", "pyarrow", "scikit-learn", "onnx", "matplotlib"}
