import numpy as np
import onnxruntime
import pytest
import torch
import torch.nn.functional as F

from fivefold.deploy.export import quiet
from fivefold.models.inputs import Codes, Image, Width
from fivefold.models.tabm import TabM, thin


def member(network, batch, place):
    """One member as plain two-dimensional algebra."""
    table = batch["table"]
    numbers = table[:, : network.measured].clamp(network.low, network.high)
    vectors = network.numbers
    pieces = vectors.pieces(numbers).view(len(table), *vectors.weight.shape[:2])
    bend = F.relu if vectors.rectify else torch.clone
    columns = [
        bend(numbers[:, j, None] * vectors.slope[j] + vectors.bias[j] + bent)
        for j, bent in enumerate(torch.einsum("ncb,cbs->cns", pieces, vectors.weight))
    ]
    embedded = [embed(batch["codes"][:, j]) for j, embed in enumerate(network.embeddings)]
    hidden = torch.cat([numbers, table[:, network.measured :], *columns, *embedded], dim=1)
    first = network.first
    bias = first.bias.view(network.members, -1)[place]
    hidden = (hidden * first.enter[:, place, 0]) @ first.weight * first.leave[0, place] + bias
    hidden = F.relu(hidden)
    for layer in network.layers:
        hidden = (hidden * layer.enter[place, :, 0]) @ layer.weight * layer.leave[place, 0]
        hidden = F.relu(hidden + layer.bias[place, 0])
    return hidden @ network.weight[place] + network.bias[place, 0]


@pytest.fixture
def rows():
    torch.manual_seed(0)
    table = torch.randn(40, 5)
    table[:, 3:] = (table[:, 3:] > 0).float()
    return {"table": table, "codes": torch.randint(0, 4, (40, 2))}


@pytest.fixture(params=[False, True])
def network(rows, request):
    inputs = {"table": Width(5, measured=3), "codes": Codes((4, 5))}
    network = TabM(
        inputs, 2, members=3, width=8, depth=2, dropout=0.0, bins=4, space=6, rectify=request.param
    )
    network.fit_buffers(rows)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
    return network


def test_tabm_members_are_networks_with_scaled_weights(network, rows):
    found = network.train()(rows)
    assert found.shape == (40, 3, 2)
    for place in range(3):
        torch.testing.assert_close(found[:, place], member(network, rows, place))


def test_tabm_in_eval_mode_gives_the_mean_of_its_members(network, rows):
    wanted = network.train()(rows).mean(dim=1)
    torch.testing.assert_close(network.eval()(rows), wanted)


def test_tabm_beyond_the_training_rows_stays_at_their_edge(network, rows):
    network.eval()
    far = {name: tensor.clone() for name, tensor in rows.items()}
    edge = {name: tensor.clone() for name, tensor in rows.items()}
    far["table"][:, 0] = 1e6
    edge["table"][:, 0] = rows["table"][:, 0].max()
    assert torch.equal(network(far), network(edge))
    assert not torch.equal(network(far), network(rows))


def test_tabm_after_fit_buffers_is_blind_to_what_was_never_seen():
    torch.manual_seed(0)
    table = torch.rand(50, 6)
    table[:, 4] = 0
    network = TabM(Width(6, measured=2), 1, members=2, width=8).eval()
    changed = table.clone()
    changed[:, 4] = 1
    assert not torch.equal(network(table), network(changed))
    network.fit_buffers(table)
    assert torch.equal(network(table), network(changed))


def test_tabm_of_many_numbers_takes_shorter_vectors():
    assert TabM(Width(10, measured=10), 1, width=4).description["arguments"]["space"] == 12
    assert TabM(Width(128, measured=128), 1, width=4).description["arguments"]["space"] == 4


def test_tabm_rectifies_its_vectors_where_there_is_one_output():
    assert TabM(Width(3, measured=3), 1, width=4).numbers.rectify
    assert not TabM(Width(3, measured=3), 4, width=4).numbers.rectify


def test_tabm_of_an_image_is_refused():
    with pytest.raises(TypeError, match="reads a table"):
        TabM(Image(1, 8, 8), 1)


def test_thin_leaves_out_a_fraction_and_keeps_the_mean():
    torch.manual_seed(0)
    thinned = thin(torch.ones(1001, 301), 0.25)
    assert abs((thinned == 0).float().mean().item() - 0.25) < 0.01
    assert abs(thinned.mean().item() - 1) < 0.01
    assert len(thinned.unique()) == 2


def test_tabm_as_onnx_agrees_with_torch():
    torch.manual_seed(0)
    table = torch.randn(30, 4)
    network = TabM(Width(4, measured=3), 3, members=4, width=8)
    network.fit_buffers(table)
    network.eval()
    batch = torch.export.Dim("batch", min=1)
    with quiet():
        program = torch.export.export(network, (table[:8],), dynamic_shapes=({0: batch},))
        proto = torch.onnx.export(program, dynamo=True, verbose=False).model_proto
    session = onnxruntime.InferenceSession(proto.SerializeToString())
    for count in (1, 7, 30):
        found = session.run(None, {session.get_inputs()[0].name: table[:count].numpy()})[0]
        np.testing.assert_allclose(found, network(table[:count]).detach().numpy(), atol=1e-5)
