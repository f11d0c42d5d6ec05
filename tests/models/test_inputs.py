import copy
import json

import pytest

from fivefold.errors import ModelError
from fivefold.models.inputs import Codes, Image, Text, Width, from_json, parts, to_json


@pytest.mark.parametrize(
    "inputs",
    [
        Width(7, measured=3),
        Codes((4, 5)),
        Image(3, 8, 9),
        Text(12, 90),
        {"table": Width(7, measured=3), "codes": Codes((4,)), "a.b": Image(1, 2, 3)},
    ],
)
def test_inputs_through_json_come_back_with_their_kinds(inputs):
    found = from_json(json.loads(json.dumps(to_json(inputs))))
    assert found == inputs
    assert [type(part) for part in parts(found).values()] == [
        type(part) for part in parts(inputs).values()
    ]
    if isinstance(inputs, Width):
        assert found.measured == 3


def test_width_behaves_as_an_int_and_copies_whole():
    width = Width(4, measured=2)
    assert width + 1 == 5
    assert copy.deepcopy(width).measured == 2


def test_from_json_of_nonsense_is_refused():
    with pytest.raises(ModelError, match="of an input, found"):
        from_json({"sound": [1]})
