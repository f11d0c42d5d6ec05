"""Made scenes: discs and bars on a textured ground, with a mask of each."""

from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 32
NAMES = ("ground", "disc", "bar")


def write_scenes(folder: Path, rows: int = 150, seed: int = 0) -> Path:
    """Write them as `images/*.png` and `masks/*.png`, whose levels of grey are class ids."""
    rng = np.random.default_rng(seed)
    down, right = np.mgrid[:SIDE, :SIDE]
    for name in ("images", "masks"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for row in range(rows):
        turn, tone = rng.uniform(0.1, 0.5, 2), rng.integers(60, 140, 3)
        waves = 18 * np.sin(turn[0] * down + turn[1] * right)
        picture = tone + waves[:, :, None] + rng.normal(0, 14, (SIDE, SIDE, 3))
        mask = np.zeros((SIDE, SIDE), np.uint8)
        for kind in (1, 2):
            middle, size = rng.uniform(8, SIDE - 8, 2), rng.uniform(4, 7)
            apart = np.stack([down - middle[0], right - middle[1]])
            disc = (apart**2).sum(0) < size**2
            bar = (np.abs(apart[0]) < 2.5) & (np.abs(apart[1]) < 1.6 * size)
            mask[disc if kind == 1 else bar] = kind
        lift = rng.integers(30, 80, 3)  # discs and bars have one colour: their form tells them
        picture = picture + lift * (mask > 0)[:, :, None]
        shown = picture.clip(0, 255).astype(np.uint8)
        Image.fromarray(shown).save(folder / "images" / f"{row:03d}.png")
        Image.fromarray(mask).save(folder / "masks" / f"{row:03d}.png")
    return folder
