import pytest
import torch

from fivefold.errors import ModelError
from fivefold.models.inputs import Codes, Image, Text, Width
from fivefold.models.mixture import Mixture, Products
from fivefold.models.networks import build, describe

INPUTS = {
    "table": Width(5, measured=2),
    "codes": Codes((4,)),
    "note": Text(6, 30),
    "photo": Image(1, 8, 8),
}


def batch(rows):
    torch.manual_seed(1)
    return {
        "table": torch.rand(rows, 5),
        "codes": torch.randint(0, 4, (rows, 1)),
        "note": torch.randint(1, 30, (rows, 6)),
        "photo": torch.rand(rows, 1, 8, 8),
    }


def test_mixture_answers_by_every_kind():
    network = Mixture(INPUTS, 2).eval()
    rows = batch(5)
    plain = network(rows)
    assert plain.shape == (5, 2)
    for name, tensor in rows.items():
        changed = {**rows, name: (tensor + 1) % 4}
        assert not torch.equal(network(changed), plain), name


def test_mixture_has_one_encoder_for_the_table_and_one_for_each_other_kind():
    assert len(Mixture(INPUTS, 2).encoders) == 3
    assert len(Mixture({"a": Text(4, 9), "b": Text(5, 9)}, 2).encoders) == 2


def test_mixture_of_one_kind_takes_the_tensor_itself():
    assert Mixture(Text(4, 9), 3)(torch.ones(2, 4, dtype=torch.int64)).shape == (2, 3)
    assert Mixture(Width(4), 3)(torch.ones(2, 4)).shape == (2, 3)


def test_mixture_fits_the_pieces_of_its_table_only():
    network = Mixture(INPUTS, 2)
    rows = batch(40)
    network.fit_buffers({name: rows[name] for name in ("table", "codes")})
    assert network.encoders[0].pieces.slope.any()


def test_products_are_those_of_all_pairs_number_by_number():
    torch.manual_seed(0)
    given = [torch.randn(5, 8) for _ in range(4)]
    products = Products(8, 4)
    turned = [turn(one) for turn, one in zip(products.turned, given, strict=True)]
    wanted = sum(turned[i] * turned[j] for i in range(4) for j in range(i))
    torch.testing.assert_close(products(given), wanted)


def test_mixture_that_was_joint_has_no_products():
    joint = Mixture(INPUTS, 2, fusion="joint")
    assert joint.products is None
    assert not any("products" in name for name in joint.state_dict())
    twin = build(describe(joint))
    twin.load_state_dict(joint.state_dict())
    assert Mixture(INPUTS, 2).products is not None
    assert Mixture({"note": Text(6, 30)}, 2).products is None


def test_mixture_learns_what_neither_kind_tells_alone():
    torch.manual_seed(0)
    sizes = {"table": Width(2), "photo": Image(1, 8, 8)}
    rows = {"table": torch.randn(512, 2), "photo": torch.rand(512, 1, 8, 8)}
    rows["photo"] += torch.randint(0, 2, (512, 1, 1, 1)).float()
    y = ((rows["table"][:, 0] > 0) ^ (rows["photo"].mean((1, 2, 3)) > 1)).float()

    def right(fusion):
        torch.manual_seed(1)
        network = Mixture(sizes, 1, fusion=fusion)
        adam = torch.optim.AdamW(network.parameters(), lr=3e-3)
        for start in list(range(0, 384, 32)) * 6:
            some = slice(start, start + 32)
            answers = network({name: each[some] for name, each in rows.items()})
            loss = torch.nn.functional.binary_cross_entropy_with_logits(answers[:, 0], y[some])
            adam.zero_grad()
            loss.backward()
            adam.step()
        held = {name: each[384:] for name, each in rows.items()}
        return float(((network.eval()(held)[:, 0] > 0) == (y[384:] > 0)).float().mean())

    assert right("product") > 0.85 > right("sum")


def test_mixture_by_sum_adds_up_what_each_kind_tells():
    network, rows, other = Mixture(INPUTS, 2, fusion="sum").eval(), batch(5), batch(9)
    other = {name: tensor[4:] for name, tensor in other.items()}

    def of(*exchanged):
        return network({n: other[n] if n in exchanged else t for n, t in rows.items()})

    both = of("note", "photo") - of()
    apart = of("note") - of() + of("photo") - of()
    torch.testing.assert_close(both, apart, rtol=1e-4, atol=1e-5)
    joint = Mixture(INPUTS, 2).eval()
    assert joint.joint is not None
    with pytest.raises(ModelError, match="joint, sum"):
        Mixture(INPUTS, 2, fusion="gated")
