import numpy as np
import pytest
from sklearn import datasets

from fivefold.errors import DataError
from fivefold.reading.bundled import SETS, read_bundled


def test_digits_are_images_stretched_to_bytes():
    raw, known = read_bundled("digits"), datasets.load_digits()
    images = raw.columns["image"]
    assert images.dtype == np.uint8
    assert images.shape == (1797, 8, 8, 1)
    assert np.array_equal(images[..., 0], np.floor(known.images * 255 / 16 + 0.5))
    assert (images.min(), images.max()) == (0, 255)
    assert raw.columns["digit"].tolist() == known.target.tolist()
    assert raw.target == "digit"


@pytest.mark.parametrize("name", [name for name in SETS if name != "digits"])
def test_tables_have_the_columns_of_scikit_learn(name):
    raw, known = read_bundled(name), getattr(datasets, f"load_{name}")()
    assert list(raw.columns) == [*known.feature_names, "target"]
    matrix = np.stack([raw.columns[column] for column in known.feature_names], 1)
    assert np.array_equal(matrix, known.data)
    assert raw.licence


def test_classes_are_called_by_their_names():
    labels = read_bundled("iris").columns["target"]
    assert labels[:2].tolist() == ["setosa", "setosa"]


def test_unknown_set_says_which_is_near():
    with pytest.raises(DataError, match="sklearn:digits") as caught:
        read_bundled("digts")
    assert caught.value.name == "digts"
