import pytest
import torch

from fivefold.errors import ModelError
from fivefold.models.inputs import Codes, Image, Text, Width
from fivefold.models.mixture import Mixture

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
