from urllib.error import URLError

import numpy as np
import pytest
from sklearn import datasets
from sklearn.utils import Bunch

from fivefold.errors import DataError
from fivefold.reading.source import read

PICTURES = np.linspace(0, 1, 2 * 64 * 64).reshape(2, 64, 64)
SETS = {
    "california_housing": Bunch(
        data=np.arange(6.0).reshape(3, 2),
        target=np.array([1.5, 2.5, 3.5]),
        feature_names=["MedInc", "HouseAge"],
        target_names=["MedHouseVal"],
    ),
    "covtype": Bunch(
        data=np.eye(3),
        target=np.array([1, 7, 2]),
        feature_names=["a", "b", "c"],
        target_names=["Cover_Type"],
    ),
    "olivetti_faces": Bunch(images=PICTURES, target=np.array([0, 1])),
}


@pytest.mark.parametrize("name", SETS)
def test_set_that_was_fetched_is_read_from_where_it_lies(monkeypatch, name):
    asked = []
    monkeypatch.setattr(datasets, f"fetch_{name}", lambda **more: asked.append(more) or SETS[name])
    raw = read(f"sklearn:{name}")
    assert asked == [{"download_if_missing": False}]
    assert raw.column("target").tolist() == SETS[name].target.tolist()
    assert raw.target == "target"
    if name == "olivetti_faces":
        assert np.array_equal(raw.columns["image"][..., 0], np.rint(PICTURES * 255))
    else:
        assert list(raw.columns) == [*SETS[name].feature_names, "target"]


def test_texts_keep_their_parts(monkeypatch):
    def fetch(*, subset, **more):
        rows = {"train": ["a b", "c d", "e"], "test": ["f"]}[subset]
        return Bunch(data=rows, target=np.arange(len(rows)) % 2, target_names=["alt", "sci"])

    monkeypatch.setattr(datasets, "fetch_20newsgroups", fetch)
    raw = read("sklearn:20newsgroups")
    assert raw.column("target").tolist() == ["alt", "sci", "alt", "alt"]
    assert raw.given.tolist() == [0, 0, 0, 2]


def test_set_that_cannot_be_fetched_says_where_it_may_be(monkeypatch):
    def fetch(*, download_if_missing=True, **more):
        raise URLError("no route") if download_if_missing else OSError("not there")

    monkeypatch.setattr(datasets, "fetch_covtype", fetch)
    with pytest.raises(DataError, match="no route") as caught:
        read("sklearn:covtype")
    assert "fetch_covtype" in caught.value.remedy
