import struct

import numpy as np
import pytest

from fivefold.errors import DataError
from fivefold.reading.idx import labels_name, parse_idx, read_idx


def packed(array, code):
    header = bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.mark.parametrize(("dtype", "code"), [("u1", 8), ("i2", 0x0B), ("i4", 0x0C), ("f8", 0x0E)])
def test_array_of_each_type_is_read_back(dtype, code):
    array = np.arange(24).reshape(2, 3, 4).astype(dtype)
    found = parse_idx(packed(array, code), "a")
    assert found.dtype == np.dtype(dtype)
    assert np.array_equal(found, array)


def test_file_cut_short_is_refused_with_both_sizes():
    content = packed(np.zeros((3, 4, 4), np.uint8), 8)
    with pytest.raises(DataError, match=r"expected 48 bytes .* found 38") as caught:
        parse_idx(content[:-10], "a")
    assert (caught.value.wanted, caught.value.found) == (48, 38)


def test_header_cut_short_and_other_bytes_are_refused():
    with pytest.raises(DataError):
        parse_idx(b"\0\0\x08\x03\0\0", "a")
    with pytest.raises(DataError, match="expected an idx file"):
        parse_idx(b"hello", "a")


def test_images_and_labels_become_two_columns():
    images = np.arange(32, dtype=np.uint8).reshape(2, 4, 4)
    raw = read_idx(packed(images, 8), packed(np.array([7, 3], np.uint8), 8), "i", "l")
    assert np.array_equal(raw.columns["image"][..., 0], images)
    assert raw.columns["label"].tolist() == [7, 3]
    assert raw.target == "label"


def test_labels_of_another_length_are_refused():
    images, labels = np.zeros((2, 4, 4), np.uint8), np.zeros(3, np.uint8)
    with pytest.raises(DataError, match=r"\(2, 4, 4\) and \(3,\)"):
        read_idx(packed(images, 8), packed(labels, 8), "i", "l")


def test_labels_name_keeps_prefix_and_ending():
    assert labels_name("t10k-images-idx3-ubyte") == "t10k-labels-idx1-ubyte"
    assert labels_name("my_train-images-idx3-ubyte.gz") == "my_train-labels-idx1-ubyte.gz"
