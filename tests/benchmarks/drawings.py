"""Pictures on which random changes are judged: drawn here, or a few of public sets.

Of public sets the published training pictures alone are taken, so that nothing is chosen by rows
that a result is stated for.
"""

import gzip
import io
import math
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIDE = 16
"""Pixels a side."""

LARGE = 4
"""Times as large a sign is drawn before it is made smaller, so that its edges are smooth."""

Drawn = tuple[np.ndarray, np.ndarray]
"""Pictures, uint8, and their labels."""


def signs(rows: int, draw: np.random.Generator, _: Path | None) -> Drawn:
    """Arrows to four sides and three plain shapes, anywhere, of any size and colour."""
    kinds = ("left", "right", "up", "down", "disc", "square", "triangle")
    labels = np.arange(rows) % len(kinds)
    return np.stack([_sign(kinds[label], draw) for label in labels]), np.array(kinds)[labels]


def _sign(kind: str, draw: np.random.Generator) -> np.ndarray:
    side = SIDE * LARGE
    ground, ink = draw.integers(0, 256, (2, 3))
    while abs(int(ground.sum()) - int(ink.sum())) < 150:
        ink = draw.integers(0, 256, 3)
    picture = Image.new("RGB", (side, side), tuple(map(int, ground)))
    pen, size = ImageDraw.Draw(picture), draw.uniform(0.25, 0.4) * side
    x, y = draw.uniform(size, side - size, 2)
    turns = {"right": 0, "down": 1, "left": 2, "up": 3}
    if kind in turns:
        angle = turns[kind] * math.pi / 2 + draw.normal(0, 0.1)
        shape = [(1, 0), (0, 1), (0, 0.35), (-1, 0.35), (-1, -0.35), (0, -0.35), (0, -1)]
        cos, sin = math.cos(angle) * size, math.sin(angle) * size
        points = [(x + a * cos - b * sin, y + a * sin + b * cos) for a, b in shape]
        pen.polygon(points, fill=tuple(map(int, ink)))
    elif kind == "disc":
        pen.ellipse((x - size, y - size, x + size, y + size), fill=tuple(map(int, ink)))
    else:
        corners, start = (4, math.pi / 4) if kind == "square" else (3, -math.pi / 2)
        start += draw.normal(0, 0.1)
        angles = [start + 2 * math.pi * k / corners for k in range(corners)]
        points = [(x + size * math.cos(a), y + size * math.sin(a)) for a in angles]
        pen.polygon(points, fill=tuple(map(int, ink)))
    small = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX), float)
    return (small + draw.normal(0, 8, small.shape)).clip(0, 255).astype(np.uint8)


def letters(rows: int, draw: np.random.Generator, _: Path | None) -> Drawn:
    """Small letters, of which some are others mirrored, a little turned, in noise."""
    kinds = "bdpqszaegt"
    labels = np.arange(rows) % len(kinds)
    pictures = []
    for label in labels:
        picture = Image.new("L", (SIDE * LARGE, SIDE * LARGE))
        font = ImageFont.load_default(size=draw.uniform(0.5, 0.8) * SIDE * LARGE)
        middle = SIDE * LARGE / 2 + draw.normal(0, 0.06 * SIDE * LARGE, 2)
        ImageDraw.Draw(picture).text(tuple(middle), kinds[label], 255, font, anchor="mm")
        picture = picture.rotate(draw.normal(0, 8)).resize((SIDE, SIDE), Image.Resampling.BOX)
        pixels = draw.uniform(0.4, 1) * np.asarray(picture, float)
        pictures.append((pixels + draw.normal(0, 30, pixels.shape)).clip(0, 255))
    return np.stack(pictures).astype(np.uint8), np.array(list(kinds))[labels]


def digits(rows: int, draw: np.random.Generator, _: Path | None) -> Drawn:
    """The digits of scikit-learn."""
    from sklearn.datasets import load_digits

    known = load_digits()
    chosen = draw.permutation(len(known.target))[:rows]
    small = (known.images[chosen] * 15.9).astype(np.uint8)
    return _small(map(Image.fromarray, small)), known.target[chosen].astype(str)


def textures(rows: int, draw: np.random.Generator, _: Path | None) -> Drawn:
    """Noise of several grains, and stripes of several widths to any side."""
    labels = np.arange(rows) % 8
    pictures = []
    places = np.indices((SIDE, SIDE))
    for label in labels:
        noise = draw.normal(0, 1, (SIDE, SIDE))
        if label < 4:
            grain = Image.fromarray(draw.integers(0, 256, (SIDE, SIDE)).astype(np.uint8))
            grain = grain.filter(ImageFilter.GaussianBlur(0.5 + 0.25 * int(label)))
            pattern = np.asarray(grain, float)
            pattern = (pattern - pattern.mean()) / (pattern.std() + 1)
        else:
            angle, width = draw.uniform(0, math.pi), 0.9 + 0.18 * (label - 4)
            wave = places[0] * math.cos(angle) + places[1] * math.sin(angle)
            pattern = np.sin(wave * width + draw.uniform(0, 6)) * 1.4
        tone = draw.uniform(25, 50) * (pattern + 0.9 * noise) + draw.uniform(90, 160)
        pictures.append(tone.clip(0, 255))
    return np.stack(pictures).astype(np.uint8), labels.astype(str)


def cells(rows: int, draw: np.random.Generator, _: Path | None) -> Drawn:
    """Blobs that differ by how round they are, how many and how even."""
    labels = np.arange(rows) % 6
    pictures = []
    for label in labels:
        side = SIDE * LARGE
        picture = Image.new("L", (side, side), 40)
        for _each in range(2 + 2 * (label % 3)):
            x, y = draw.uniform(0, side, 2)
            long = draw.uniform(0.12, 0.16) * side
            short = long * (0.95 if label < 3 else 0.65)
            blob = Image.new("L", (side, side))
            ImageDraw.Draw(blob).ellipse((x - long, y - short, x + long, y + short), fill=255)
            blob = blob.rotate(draw.uniform(0, 360), center=(x, y))
            picture.paste(int(draw.integers(110, 200)), mask=blob)
        pixels = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX), float)
        pictures.append((pixels + draw.normal(0, 25, pixels.shape)).clip(0, 255))
    return np.stack(pictures).astype(np.uint8), labels.astype(str)


def fashion(rows: int, draw: np.random.Generator, folder: Path | None) -> Drawn:
    """Some of the published training pictures of clothes."""
    assert folder is not None
    images, labels = (
        np.frombuffer(
            gzip.decompress((folder / f"fashion_train-{name}-ubyte.gz").read_bytes()), np.uint8
        )
        for name in ("images-idx3", "labels-idx1")
    )
    chosen = draw.permutation(60_000)[:rows]
    large = map(Image.fromarray, images[16:].reshape(-1, 28, 28)[chosen])
    return _small(large), labels[8:][chosen].astype(str)


def cifar(rows: int, draw: np.random.Generator, folder: Path | None) -> Drawn:
    """Some of the published training photographs, of which there are 2,500."""
    assert folder is not None
    with zipfile.ZipFile(folder / "cifar10_subset_jpg.zip") as archive:
        names = sorted(name for name in archive.namelist() if "/train/" in name)
        chosen = [names[place] for place in draw.permutation(len(names))[:rows]]
        pictures = _small(Image.open(io.BytesIO(archive.read(name))) for name in chosen)
    return pictures, np.array([name.split("/")[2] for name in chosen])


def _small(pictures: Iterable[Image.Image]) -> np.ndarray:
    """Pictures as one array, `SIDE` pixels a side."""
    return np.stack([np.asarray(picture.resize((SIDE, SIDE))) for picture in pictures])


SETS: dict[str, Callable[[int, np.random.Generator, Path | None], Drawn]] = {
    made.__name__: made for made in (signs, letters, digits, textures, cells, fashion, cifar)
}
"""By name: of rows, a generator and the folder of public data."""

PUBLIC = ("fashion", "cifar")
"""Those that need the folder."""
