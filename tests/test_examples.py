"""Every example runs, and scores what its plain twin scores."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
WITHIN = {"mixed_table": 0.06, "images": 0.02, "text": 0.06}
"""How far the two may be apart: about the width of the interval of their test rows."""


def score(script: Path, folder: Path) -> float:
    """What `main(folder)` of a script gives; what it puts on the path is taken off again."""
    before, known = list(sys.path), set(sys.modules)
    try:
        return float(runpy.run_path(str(script))["main"](folder))
    finally:
        sys.path[:] = before
        for name in set(sys.modules) - known:
            if str(getattr(sys.modules[name], "__file__", "")).startswith(str(EXAMPLES)):
                del sys.modules[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", WITHIN)
def test_example_scores_as_its_plain_twin(name: str, tmp_path: Path) -> None:
    (tmp_path / "twin").mkdir()
    ours = score(EXAMPLES / name / "pipeline.py", tmp_path)
    theirs = score(EXAMPLES / name / "plain_torch.py", tmp_path / "twin")
    assert theirs > 0.75
    assert ours == pytest.approx(theirs, abs=WITHIN[name])
    assert "<svg" in (tmp_path / "report.html").read_text()
    assert list(tmp_path.glob("*.ff"))


@pytest.mark.slow
def test_example_run_as_a_script_ends_well(tmp_path: Path) -> None:
    script = EXAMPLES / "mixed_table" / "pipeline.py"
    done = subprocess.run(
        [sys.executable, script, tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "yes" in done.stdout


def test_example_every_folder_has_pipeline_and_twin() -> None:
    folders = [path for path in EXAMPLES.iterdir() if path.is_dir() and path.name[0] not in "._"]
    assert {path.name for path in folders} == set(WITHIN)
    for folder in folders:
        assert {"pipeline.py", "plain_torch.py"} <= {path.name for path in folder.iterdir()}


@pytest.mark.slow
def test_notebook_runs_from_top_to_bottom(tmp_path: Path) -> None:
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(EXAMPLES / "notebook.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    options = {"resources": {"metadata": {"path": str(tmp_path)}}, "timeout": 240}
    NotebookClient(notebook, kernel_name="python3", **options).execute()
    shown = str([cell.get("outputs") for cell in notebook.cells])
    assert "roc_auc" in shown
    assert "Traceback" not in shown
