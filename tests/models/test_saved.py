import numpy as np
import pytest
from torch import nn

from fivefold.core.format import FORMATS
from fivefold.core.store import whole
from fivefold.models.assemble import assemble, read_network, write_network
from fivefold.models.defaults import choose, make
from fivefold.models.score import score


@pytest.mark.parametrize("kind", ["numeric", "image", "text"])
def test_network_read_back_gives_the_same_bits(make_codec, tmp_path, kind):
    codec, arrays, target = make_codec(kind, task="regression")
    model = assemble(codec, lambda i, o: make(choose(i), i, o), target=target).eval()
    with whole(tmp_path / "network.safetensors") as file:
        write_network(model, file)
    again = read_network(tmp_path / "network.safetensors")
    np.testing.assert_array_equal(score(again, arrays), score(model, arrays))
    assert not again.training


def test_store_accepts_built_in_networks_and_no_others(make_codec):
    codec, _, _ = make_codec("numeric")
    accepts = FORMATS["network"].accepts
    assert accepts(assemble(codec, lambda i, o: make("mlp", i, o)))
    assert not accepts(assemble(codec, nn.Linear))
    assert not accepts({"a": 1})
