import pytest
import torch

from fivefold.models.inputs import Text, Width
from fivefold.models.textnet import TextNet


def test_textnet_gives_the_same_however_much_padding_follows():
    torch.manual_seed(0)
    network = TextNet(Text(9, 50), 3).eval()
    short = torch.tensor([[4, 7, 2, 0]])
    long = torch.tensor([[4, 7, 2, 0, 0, 0, 0, 0, 0]])
    torch.testing.assert_close(network(short), network(long))


def test_textnet_of_padding_alone_is_finite():
    assert TextNet(Text(4, 9), 2).eval()(torch.zeros(2, 4, dtype=torch.int64)).isfinite().all()


def test_textnet_never_moves_the_embedding_of_padding():
    network = TextNet(Text(4, 9), 1)
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.1)
    network(torch.tensor([[3, 2, 0, 0]])).sum().backward()
    optimizer.step()
    assert not network.embedding.weight[0].any()
    assert network.embedding.weight[3].any()


def test_textnet_of_a_table_is_refused():
    with pytest.raises(TypeError, match="reads a text"):
        TextNet(Width(4), 2)
