import pytest
import torch

from fivefold.models.inputs import Codes, Image, Width
from fivefold.models.mlp import Mlp


def test_mlp_after_fit_buffers_is_blind_to_columns_that_were_always_zero():
    torch.manual_seed(0)
    table = torch.rand(50, 6)
    table[:, 4] = 0
    network = Mlp(Width(6, measured=2), 1).eval()
    changed = table.clone()
    changed[:, 4] = 1
    assert not torch.equal(network(table), network(changed))
    network.fit_buffers(table)
    assert torch.equal(network(table), network(changed))
    changed[:, 5] = 1
    assert not torch.equal(network(table), network(changed))


def test_mlp_after_fit_buffers_is_blind_to_codes_that_were_never_seen():
    network = Mlp(Codes((4, 3)), 2)
    network.fit_buffers(torch.tensor([[2, 0], [3, 2]]))
    seen = [(table.weight != 0).any(dim=1).tolist() for table in network.embeddings]
    assert seen == [[False, False, True, True], [True, False, True]]


def test_mlp_reads_measured_columns_twice_and_codes_by_embedding():
    network = Mlp({"table": Width(5, measured=2), "codes": Codes((9,))}, 3, width=16, bins=4)
    assert network.layers[0].in_features == 5 + 2 * 4 + network.embeddings[0].embedding_dim
    batch = {"table": torch.zeros(7, 5), "codes": torch.zeros(7, 1, dtype=torch.int64)}
    assert network(batch).shape == (7, 3)


def test_mlp_of_many_numbers_takes_fewer_bins():
    assert Mlp(Width(400, measured=400), 1).pieces.bins == 5
    assert Mlp(Width(3000, measured=3000), 1).pieces is None


def test_mlp_of_an_image_is_refused():
    with pytest.raises(TypeError, match="reads a table"):
        Mlp(Image(1, 8, 8), 1)
