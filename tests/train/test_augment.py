import pytest
import torch

from fivefold.models.fixed import Fixed
from fivefold.models.inputs import Image
from fivefold.train.augment import make_augment
from fivefold.train.resident import place

CPU = torch.device("cpu")


def test_augment_changes_images_and_nothing_else(make_data):
    torch.manual_seed(0)
    data = make_data("mixture")
    entries = Fixed(data.codec).entries
    blocks = place(data.train, CPU)
    kept = {name: block.clone() for name, block in blocks.items()}
    changed = make_augment(("shift", "flip"), entries)(blocks)
    assert not torch.equal(changed["photo"], blocks["photo"])
    assert all(changed[name] is blocks[name] for name in blocks if name != "photo")
    assert all(torch.equal(blocks[name], kept[name]) for name in blocks)
    assert next(entry.size for entry in entries if entry.array == "photo") == Image(1, 8, 8)


@pytest.mark.parametrize(("kind", "changes"), [("mixture", ()), ("numeric", ("flip",))])
def test_augment_of_nothing_is_none(make_data, kind, changes):
    assert make_augment(changes, Fixed(make_data(kind).codec).entries) is None
