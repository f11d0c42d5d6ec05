import torch

from fivefold.models.inputs import Image
from fivefold.models.pixels import farthest, flip, shift


def pictures(rows=40, size=9):
    return torch.arange(rows * 2 * size * size).reshape(rows, 2, size, size).to(torch.uint8)


def test_shift_moves_each_image_by_its_own_few_pixels():
    torch.manual_seed(0)
    images = torch.zeros(400, 1, 9, 9, dtype=torch.uint8)
    images[:, 0, 4, 4] = 1
    moved = shift(images, 2)
    places = moved[:, 0].nonzero()[:, 1:]
    assert moved.dtype == torch.uint8
    assert len(places) == 400
    assert set(map(tuple, places.tolist())) == {(y, x) for y in range(2, 7) for x in range(2, 7)}


def test_shift_repeats_the_edge():
    images = torch.full((50, 1, 5, 5), 7, dtype=torch.uint8)
    assert torch.equal(shift(images, 2), images)


def test_shift_keeps_channels_together():
    torch.manual_seed(0)
    images = pictures()
    images[:, 1] = images[:, 0] + 1
    moved = shift(images, 1)
    assert torch.equal(moved[:, 1], moved[:, 0] + 1)


def test_flip_mirrors_about_half_of_the_images():
    torch.manual_seed(0)
    images = pictures(200)
    found = flip(images)
    mirrored = (found == images.flip(-1)).flatten(1).all(dim=1)
    same = (found == images).flatten(1).all(dim=1)
    assert (mirrored ^ same).all()
    assert 60 < int(mirrored.sum()) < 140


def test_shift_goes_one_pixel_in_14_and_one_at_least():
    images = [Image(1, 28, 28), Image(3, 8, 40), Image(1, 6, 6), Image(1, 100, 70)]
    assert [farthest(image) for image in images] == [2, 1, 1, 5]
