from types import SimpleNamespace

import numpy as np
import pytest
import torch

import fivefold as ff
from fivefold.models.choice import ChoiceHead
from fivefold.models.inputs import Image, Width
from fivefold.models.networks import build, describe
from fivefold.models.operations import forward_operations
from fivefold.models.quantity import QuantityHead
from fivefold.models.resnet import LargeResNet, ResNet, SmallResNet, products, stride
from fivefold.train.feed import Feed


@pytest.mark.parametrize(
    "size", [(2, 2), (16, 16), (17, 31), (28, 28), (45, 60), (100, 90), (5, 99)]
)
def test_resnet_of_any_size_answers_and_learns(size):
    network = ResNet(Image(3, *size), 4, width=4)
    answer = network(torch.rand(5, 3, *size))
    assert answer.shape == (5, 4)
    answer.sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_resnets_differ_by_their_width_alone():
    sizes = {type(n).name: n for n in (c(Image(3, 32, 32), 10) for c in (SmallResNet, ResNet))}
    work = {name: forward_operations(n, torch.zeros(1, 3, 32, 32)) for name, n in sizes.items()}
    assert work["resnet"] / work["resnet_small"] == pytest.approx((24 / 16) ** 2, rel=0.02)
    assert LargeResNet.usual == 64


@pytest.mark.parametrize("size", [(28, 28), (40, 48), (96, 96), (128, 128)])
def test_products_are_those_that_are_counted(size):
    image = Image(3, *size)
    counted = forward_operations(ResNet(image, 10), torch.zeros(1, *image)) / 2
    assert products(image, 24) == pytest.approx(counted, rel=0.15)


def test_large_pictures_take_no_more_work_than_small_ones():
    places = [side // stride(Image(3, side, side)) for side in range(16, 129)]
    assert max(places) <= 40


def test_resnet_that_learnt_from_mirrored_pictures_answers_for_both_sides():
    lesson = SimpleNamespace(changes=("shift", "flip"))
    network, pictures = ResNet(Image(1, 16, 16), 3, width=4), torch.rand(6, 1, 16, 16)
    one, other = (network.eval()(each) for each in (pictures, pictures.flip(-1)))
    assert network.begin(lesson) is network
    torch.testing.assert_close(network(pictures), (one + other) / 2)
    twin = build(describe(network)).eval()
    twin.load_state_dict(network.state_dict())
    torch.testing.assert_close(twin(pictures), network(pictures))
    network.begin(SimpleNamespace(changes=("shift",)))
    torch.testing.assert_close(network(pictures), one)
    assert "mirrored" not in network.description["arguments"]


def test_resnet_that_is_too_sure_is_brought_to_what_validation_rows_bear():
    torch.manual_seed(0)
    network, rows = ResNet(Image(1, 16, 16), 3, width=4).eval(), torch.rand(400, 1, 16, 16)
    with torch.no_grad():
        network.out[-1].bias.zero_()
        network.out[-1].weight.mul_(3 / network(rows).std())
        sure = network(rows)
        truth = torch.distributions.Categorical(logits=sure / 2).sample()
    lesson = SimpleNamespace(
        valid=Feed(inputs=rows, target=truth, batch=64), head=ChoiceHead((3,)), changes=()
    )
    assert network.end(network, lesson) == {}
    torch.testing.assert_close(network(rows), sure * 0.5)
    lesson.head = QuantityHead((3,))  # numbers are no logits
    network.end(network, lesson)
    torch.testing.assert_close(network(rows), sure * 0.5)


@pytest.mark.slow
@pytest.mark.parametrize("augment", [(), ("flip",)])
def test_resnet_is_served_as_it_was_trained(augment, tmp_path):
    draw, labels = np.random.default_rng(0), np.arange(120) % 2
    pictures = draw.normal(90, 25, (120, 20, 18, 3)) + 60 * labels[:, None, None, None]
    stages = [
        ff.Collect((pictures.clip(0, 255).astype(np.uint8), np.array(["a", "b"])[labels])),
        ff.Preprocess(),
        ff.Train("resnet", epochs=2, threads=1, augment=augment),
        ff.Evaluate(),
        ff.Deploy(tmp_path / "model.ff"),
    ]
    parity = ff.Pipeline(stages).run(seed=0, progress=False)[ff.Deployed].parity
    assert max(parity[door] for door in ("frame", "csv", "json", "source", "synthetic")) < 1e-5
    some = (pictures.clip(0, 255).astype(np.uint8)[:8] * np.linspace(0.3, 1, 18)[:, None]).round()
    model = ff.load(tmp_path / "model.ff")
    one, other = (model.predict_proba(each.astype(np.uint8)) for each in (some, some[:, :, ::-1]))
    assert np.allclose(one, other, atol=1e-5) is bool(augment)


def test_resnet_of_a_table_is_refused():
    with pytest.raises(TypeError, match="ResNet reads an image"):
        ResNet(Width(4), 2)
