import hashlib

import numpy as np

from fivefold.codecs.digest import digest_of


def test_digest_of_values_is_the_hash_of_sorted_json():
    expected = hashlib.sha256(b'{"a":[1,"\\u00e9"],"b":null}').hexdigest()
    assert digest_of({"b": None, "a": [1, "é"]}, {}) == expected


def test_digest_ignores_byte_order_and_layout():
    array = np.arange(6, dtype="<f4").reshape(2, 3)
    same = [array, array.astype(">f4"), np.asfortranarray(array)]
    assert len({digest_of({}, {"a": other}) for other in same}) == 1


def test_digest_moves_with_name_dtype_shape_and_bytes():
    array = np.arange(6, dtype="f4")
    others = [
        {"a": array},
        {"b": array},
        {"a": array.astype("f8")},
        {"a": array.reshape(2, 3)},
        {"a": array[::-1]},
        {"a": array[:3], "b": array[3:]},
    ]
    assert len({digest_of({}, arrays) for arrays in others}) == len(others)


def test_digest_of_lone_surrogates_is_defined():
    assert len(digest_of({"a": "\ud800"}, {})) == 64
