"""Made-up clips of squares that drift, as a folder of GIF files, one subfolder a direction."""

from pathlib import Path

import numpy as np
from PIL import Image

FRAMES, SIDE, EACH = 10, 20, 70
STEPS = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}


def clip(direction: str, rng: np.random.Generator) -> np.ndarray:
    """A patch that drifts, and comes in again on the other side: `(time, height, width)`."""
    frames = rng.integers(0, 60, (FRAMES, SIDE, SIDE))
    patch = rng.integers(120, 256, (5, 5))
    start, step = rng.integers(0, SIDE, 2), np.array(STEPS[direction])
    for moment in range(FRAMES):
        rows, columns = ((start + moment * step)[:, None] + np.arange(5)) % SIDE
        frames[moment][np.ix_(rows, columns)] = patch
    return frames.astype(np.uint8)


def write_clips(folder: Path) -> Path:
    """Write 70 clips of each direction, as `folder/left/07.gif`."""
    rng = np.random.default_rng(0)
    for direction in STEPS:
        (folder / direction).mkdir(parents=True, exist_ok=True)
        for number in range(EACH):
            first, *others = map(Image.fromarray, clip(direction, rng))
            path = folder / direction / f"{number:02d}.gif"
            first.save(path, save_all=True, append_images=others, duration=80)
    return folder
