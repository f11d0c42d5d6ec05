"""Homes for sale, made up: numbers, a city, a note and a small picture; each tells a part."""

from typing import Any

import numpy as np

KNOWN = {"bright": 1.2, "quiet": 0.6, "damp": -1.3, "loud": -0.7, "view": 0.9, "garden": 0.5}
KNOWN |= {"tiny": -0.6, "wide": 0.5, "cellar": 0, "stairs": 0, "near": 0, "far": 0, "new": 0}
WORDS, WORTH = np.array([*KNOWN]), np.array([*KNOWN.values()])
SIDE = 16


def draw_homes(rows: int = 600, seed: int = 0) -> dict[str, Any]:
    """Columns by name: what the table, the note and the picture tell adds up."""
    draw = np.random.default_rng(seed)
    area, age = draw.normal(80, 22, rows), draw.integers(0, 90, rows)
    city = draw.choice(["Bern", "Graz", "Ulm"], rows)
    picked = draw.integers(0, len(WORDS), (rows, 7))
    stripes = draw.random(rows) < 0.5
    pictures = [_picture(draw, bool(across)) for across in stripes]
    worth = (area - 80) / 18 + (city == "Bern") * (age < 40) * 1.5 - 0.5
    worth += WORTH[picked].sum(axis=1) - 1.4 + 1.6 * (stripes - 0.5)
    known = draw.random(rows) > 0.1
    return {
        "area": np.where(known, area.round(1), np.nan),
        "age": age,
        "city": city,
        "note": [" ".join(WORDS[row]) for row in picked],
        "photo": pictures,
        "sold": np.where(worth + draw.logistic(scale=0.5, size=rows) > 0, "yes", "no"),
    }


def _picture(draw: np.random.Generator, across: bool) -> np.ndarray:
    """Stripes across or down somewhere in noise, `(side, side, 3)` uint8."""
    pixels = draw.normal(110, 25, (SIDE, SIDE, 3))
    top, left = draw.integers(0, SIDE - 8, 2)
    tile = pixels[top : top + 8, left : left + 8]
    tile[::3] += 90 * across
    tile[:, ::3] += 90 * (not across)
    return np.clip(pixels, 0, 255).astype(np.uint8)
