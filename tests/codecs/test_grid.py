"""How pixels of a grid lie in a picture, beside Pillow."""

import numpy as np
import pytest
from PIL import Image

from fivefold.codecs.grid import Grid
from fivefold.codecs.resizing import resized


@pytest.mark.parametrize("fit", ["resize", "pad", "crop"])
@pytest.mark.parametrize("size", [(30, 44), (44, 30), (9, 13), (64, 20), (20, 20)])
def test_seen_pixels_lie_where_a_picture_of_the_same_is_brought_to(fit, size):
    rng = np.random.default_rng(0)
    blocks = rng.integers(0, 2, (3, 3)).repeat(-(-size[0] // 3), 0).repeat(-(-size[1] // 3), 1)
    mask = blocks[: size[0], : size[1]]
    rows, columns = Grid(20, 20, fit).seen(*size)
    seen = mask[rows.clip(0)[:, None], columns.clip(0)]
    picture = resized((mask * 255).astype(np.uint8)[:, :, None], 20, 20, 1, fit)[:, :, 0]
    sure = ((picture < 10) | (picture > 245)) & (rows >= 0)[:, None] & (columns >= 0)
    assert sure.mean() > 0.2
    assert ((picture > 127) == seen)[sure].mean() > 0.97


def test_seen_pixels_are_those_of_the_nearest_of_pillow():
    mask = np.random.default_rng(0).integers(0, 9, (37, 53)).astype(np.uint8)
    rows, columns = Grid(16, 24).seen(37, 53)
    nearest = Image.fromarray(mask).resize((24, 16), Image.Resampling.NEAREST)
    assert np.array_equal(mask[rows[:, None], columns], np.asarray(nearest))


@pytest.mark.parametrize("fit", ["resize", "pad"])
def test_what_is_shown_is_what_was_seen(fit):
    down, right = Grid(48, 48, fit).seen(12, 24)
    rows, columns = Grid(48, 48, fit).shown(12, 24)
    assert down[rows].tolist() == list(range(12))
    assert right[columns].tolist() == list(range(24))
