"""Random changes of pictures, each against what it must leave as it is."""

import pytest
import torch
from torch import nn

from fivefold.models import repainting
from fivefold.models.inputs import Image
from fivefold.models.part import Part
from fivefold.models.pixels import PixelsPart

PART = PixelsPart()
SIZE = Image(3, 20, 16)
ALONE = [*PART.changes, *PART.later]


def pictures(count=64):
    torch.manual_seed(1)
    return torch.randn(count, *SIZE)


def change(name, images):
    made = {**PART.changes, **PART.later}[name](images, SIZE)
    assert made.shape == images.shape
    return made


@pytest.mark.parametrize("name", ALONE)
def test_change_is_drawn_for_each_row_and_repeats_with_its_seed(name):
    one = pictures(1).expand(40, -1, -1, -1)
    torch.manual_seed(5)
    first = change(name, one)
    torch.manual_seed(5)
    assert torch.equal(change(name, one), first)
    assert len({row.sum().item() for row in first}) > 1 or name == "flip"


def test_rotation_turns_about_the_middle_and_no_farther_than_it_says():
    blank = torch.zeros(200, 1, 21, 21)
    blank[:, :, 10, 10:] = 1  # a hand that points right
    torch.manual_seed(0)
    turned = repainting.rotate(blank)
    assert (turned[:, 0, 10, 10] > 0.9).all()
    weight = turned[:, 0, :, 20]
    angles = torch.atan2(
        10 - (weight * torch.arange(21.0)).sum(1) / weight.sum(1), torch.tensor(10.0)
    )
    degrees = angles * 180 / torch.pi
    assert degrees.abs().max() <= repainting.TURN + 1
    assert degrees.std() > 5


def test_crop_shows_what_is_there_and_nothing_else():
    ramp = torch.linspace(0, 1, 30).expand(100, 1, 30, 30)
    torch.manual_seed(0)
    seen = repainting.crop(ramp)
    widths = seen[:, 0, 0, -1] - seen[:, 0, 0, 0]
    assert seen.min() >= 0
    assert seen.max() <= 1
    assert widths.min() > repainting.ZOOM - 0.1
    assert widths.max() <= 1


def test_erasing_sets_one_rectangle_to_the_mean_and_keeps_the_rest():
    images = pictures(300)
    torch.manual_seed(0)
    found = repainting.erase(images)
    gone = found == 0
    assert torch.equal(torch.where(gone, images, found), images)
    assert (gone.all(dim=1) == gone.any(dim=1)).all()  # of all channels alike
    rows, columns = (gone[:, 0].any(dim=axis).sum(dim=1) for axis in (2, 1))
    assert torch.equal(gone[:, 0].flatten(1).sum(1), rows * columns)
    assert rows.max() <= 10
    assert 0.02 < gone.float().mean() < 0.1


def test_colour_changes_brightness_and_contrast_of_whole_channels():
    images = pictures(100)
    found = repainting.colour(images)
    before, after = images.flatten(2), found.flatten(2)
    slope = after.std(dim=2) / before.std(dim=2)
    assert torch.allclose(slope, slope[:, :1].expand_as(slope), atol=1e-4)
    assert slope.min() >= 1 - repainting.TONE - 1e-4
    assert slope.max() <= 1 + repainting.TONE + 1e-4


def test_mixup_is_the_weighted_mean_of_two():
    images, others = pictures(50), torch.ones(50, *SIZE)
    torch.manual_seed(0)
    mixed, share = repainting.mixup(images, others)
    wanted = share.view(-1, 1, 1, 1) * images + (1 - share.view(-1, 1, 1, 1)) * others
    assert torch.allclose(mixed, wanted, atol=1e-6)
    assert share.min() >= 0.5


def test_cutmix_says_what_each_picture_has_of_itself():
    images, others = torch.zeros(200, *SIZE), torch.ones(200, *SIZE)
    torch.manual_seed(0)
    mixed, share = repainting.cutmix(images, others)
    assert torch.allclose(1 - mixed.mean(dim=(1, 2, 3)), share)
    assert 60 < int((share == 1).sum()) < 140
    assert share.min() < 0.3


def test_changes_of_bytes_leave_them_bytes():
    images = torch.randint(0, 256, (9, *SIZE), dtype=torch.uint8)
    for name in PART.changes:
        assert change(name, images).dtype == torch.uint8


def test_part_of_pictures_lists_what_its_block_lists():
    from fivefold.kinds.pixels import PIXELS

    assert isinstance(PART, Part)
    assert {*PART.every_change} == {*PIXELS.changes}
    assert {*PIXELS.doubtful} <= {*PIXELS.usual} <= {*PIXELS.changes}
    assert isinstance(PART.encoder(SIZE, 8), nn.Module)
