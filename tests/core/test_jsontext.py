import json

import pytest

from fivefold.core.jsontext import RepeatedKeyError, parse_json


@pytest.mark.parametrize(
    "text", ['{"a": [1, {"b": null}], "c": "\u00e4"}', "[NaN]", "3", '"x"', "{}"]
)
@pytest.mark.parametrize("encoding", [None, "utf-8", "utf-8-sig", "utf-16", "utf-32-be"])
def test_value_is_that_of_json(text, encoding):
    given = text if encoding is None else text.encode(encoding)
    assert repr(parse_json(given)) == repr(json.loads(given))


@pytest.mark.parametrize("text", ["", "{", "[1,]", "{'a': 1}", b"\xff"])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse_json(text)


def test_key_that_an_object_has_twice_is_refused_and_kept_in_other_objects():
    with pytest.raises(RepeatedKeyError) as caught:
        parse_json('{"a": {"x": 1}, "b": [{"y": 1, "x": 2, "y": 3}]}')
    assert caught.value.key == "y"
    assert parse_json('[{"a": {"a": 1}}, {"a": 2}]') == [{"a": {"a": 1}}, {"a": 2}]


def test_constants_that_json_lacks_are_refused_where_it_is_strict():
    assert parse_json("[-Infinity]") == [float("-inf")]
    with pytest.raises(ValueError, match="-Infinity, which JSON does not have"):
        parse_json("[-Infinity]", strict=True)
