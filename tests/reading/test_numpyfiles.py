import numpy as np
import pytest

from fivefold.errors import DataError
from fivefold.reading.source import read


@pytest.mark.parametrize(
    "names", [("x_train", "y_train", "x_test", "y_test"), ("train_images", "train_labels")]
)
def test_npz_of_pairs_says_which_part_rows_belong_to(tmp_path, names):
    rng = np.random.default_rng(0)
    arrays = [rng.integers(0, 255, (5, 8, 8)).astype(np.uint8), np.arange(5) % 2] * 2
    np.savez(tmp_path / "some.npz", **dict(zip(names, arrays, strict=False)))
    raw = read(tmp_path / "some.npz")
    assert raw.given.tolist() == ([0] * 5 + [2] * 5)[: 5 * len(names) // 2]
    assert np.array_equal(raw.columns["image"][:5], arrays[0])
    assert raw.columns["target"][:5].tolist() == [0, 1, 0, 1, 0]
    assert raw.target == "target"


def test_npz_of_other_names_is_columns(tmp_path):
    np.savez(tmp_path / "some.npz", age=[1, 2, 3], wave=np.zeros((3, 40, 2)))
    assert list(read(tmp_path / "some.npz").columns) == ["age", "wave"]


def test_npy_is_a_matrix_or_series(tmp_path):
    np.save(tmp_path / "some.npy", np.arange(6.0).reshape(3, 2))
    assert read(tmp_path / "some.npy").columns["x1"].tolist() == [1, 3, 5]
    np.save(tmp_path / "some.npy", np.zeros((3, 40, 2)))
    assert list(read(tmp_path / "some.npy").types.values()) == ["steps"]


def test_numpy_files_that_cannot_be_read_say_why(tmp_path):
    np.savez(tmp_path / "some.npz", a=[1, 2], b=[1, 2, 3])
    with pytest.raises(DataError, match=r"found a \(2,\), b \(3,\)"):
        read(tmp_path / "some.npz")
    np.savez(tmp_path / "some.npz", a=np.array([{}], object))
    with pytest.raises(DataError, match="found objects of Python"):
        read(tmp_path / "some.npz")
    for name in ("some.npz", "some.npy"):
        (tmp_path / name).write_bytes(b"PK\x03\x04 nothing")
        with pytest.raises(DataError, match=f"{name}: expected"):
            read(tmp_path / name)
