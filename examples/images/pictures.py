"""Handwritten digits as a folder of PNG files, one subfolder a class."""

from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits


def write_pictures(folder: Path) -> Path:
    """Write scikit-learn's 1,797 bundled digits, 8 x 8 grey, as `folder/3/0042.png`."""
    digits = load_digits()
    for row, (pixels, label) in enumerate(zip(digits.images, digits.target, strict=True)):
        path = folder / str(label) / f"{row:04d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((pixels * 255 / 16).astype(np.uint8)).save(path)
    return folder
