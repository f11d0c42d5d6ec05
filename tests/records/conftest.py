from pathlib import Path

import pytest
from sklearn.datasets import load_breast_cancer

import fivefold as ff


def pipeline(data: Path, **train: object) -> ff.Pipeline:
    return ff.Pipeline(
        [
            ff.Collect(str(data), target="target"),
            ff.Preprocess(),
            ff.Train("mlp", epochs=2, **train),
            ff.Evaluate(baselines=()),
        ]
    )


@pytest.fixture(scope="session")
def tumours(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("data") / "tumours.csv"
    frame = load_breast_cancer(as_frame=True).frame
    frame.iloc[:200, -6:].to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def kept(tumours, tmp_path_factory) -> Path:
    """A folder with two runs that differ by their rate."""
    folder = tmp_path_factory.mktemp("runs")
    pipeline(tumours).run(directory=folder / "first", progress=False)
    pipeline(tumours, lr=0.1).run(seed=0, directory=folder / "second", progress=False)
    return folder
