import numpy as np
import pytest
import torch

from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Columns
from fivefold.deploy.export import export_onnx
from fivefold.kinds.codec import Codec
from fivefold.models.assemble import assemble
from fivefold.models.inputs import Text, Width
from fivefold.models.score import score
from fivefold.models.textcnn import TextCnn
from fivefold.models.textnet import TextNet
from fivefold.models.texttransformer import Layer, TextTransformer
from fivefold.serve.graph import Graph

of_texts = pytest.mark.parametrize("network", [TextNet, TextCnn, TextTransformer])


@of_texts
def test_network_of_texts_gives_the_same_however_much_padding_follows(network):
    torch.manual_seed(0)
    body = network(Text(9, 50), 3).eval()
    short = torch.tensor([[4, 7, 2, 0]])
    long = torch.tensor([[4, 7, 2, 0, 0, 0, 0, 0, 0]])
    torch.testing.assert_close(body(short), body(long))
    assert not torch.allclose(body(short), body(torch.tensor([[4, 2, 7, 0]])), atol=1e-4)


@of_texts
def test_network_of_texts_given_padding_alone_is_finite(network):
    assert network(Text(4, 9), 2).eval()(torch.zeros(2, 4, dtype=torch.int64)).isfinite().all()


@of_texts
def test_network_of_texts_never_moves_the_embedding_of_padding(network):
    torch.manual_seed(0)
    body = network(Text(4, 9), 1)
    optimizer = torch.optim.AdamW(body.parameters(), lr=0.1)
    body(torch.tensor([[3, 2, 0, 0]] * 8)).sum().backward()
    optimizer.step()
    assert not body.embedding.weight[0].any()
    assert body.embedding.weight[3].any()


@of_texts
def test_network_of_texts_for_a_table_is_refused(network):
    with pytest.raises(TypeError, match="reads a text"):
        network(Width(4), 2)


def test_attention_is_that_of_torch():
    torch.manual_seed(0)
    layer, words = Layer(8, 2, 0.0).eval(), torch.randn(3, 5, 8)
    behind = torch.tensor([[False] * 3 + [True] * 2] * 3)
    theirs = torch.nn.TransformerEncoderLayer(
        8, 2, 16, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    ).train()
    pairs = {
        "self_attn.in_proj_weight": layer.three.weight,
        "self_attn.in_proj_bias": layer.three.bias,
        "self_attn.out_proj.weight": layer.joined.weight,
        "self_attn.out_proj.bias": layer.joined.bias,
        "linear1.weight": layer.hidden[0].weight,
        "linear1.bias": layer.hidden[0].bias,
        "linear2.weight": layer.hidden[2].weight,
        "linear2.bias": layer.hidden[2].bias,
    }
    theirs.load_state_dict({name: value.detach() for name, value in pairs.items()}, strict=False)
    hidden = torch.zeros(3, 5).masked_fill(behind, -1e9)[:, None, None]
    wanted = theirs(words, src_key_padding_mask=behind)
    torch.testing.assert_close(layer(words, hidden)[:, :3], wanted[:, :3])


@pytest.mark.slow
@pytest.mark.parametrize("network", [TextCnn, TextTransformer])
def test_graph_of_a_network_of_texts_answers_as_torch(network):
    texts = np.array(["one two", "", "three four five six", None] * 4, object)
    target = Column(name="y", kind="categorical", role="target")
    schema = Schema(
        columns=(Column(name="t", kind="text"), target),
        targets=("y",),
        task="binary",
        classes=("no", "yes"),
    )
    table = Columns({"t": texts, "y": np.array(["no", "yes"] * 8, object)})
    codec = Codec.fit(table, schema, np.arange(16), Settings())
    model = assemble(codec, network).eval()
    arrays = codec.encode(table)
    found = Graph(export_onnx(model, arrays))(arrays)
    np.testing.assert_allclose(found, score(model, arrays), atol=1e-5)
