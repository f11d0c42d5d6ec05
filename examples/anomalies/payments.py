"""Card payments, made up: amounts that hang together, and a few that do not."""

from pathlib import Path

import numpy as np


def write_payments(path: Path, rows: int = 1_500, seed: int = 0) -> Path:
    """Write them as CSV; in frauds each number is usual by itself, and not beside the others."""
    rng = np.random.default_rng(seed)
    size = rng.normal(size=rows)
    fraud = rng.random(rows) < 0.04
    numbers = [factor * size + 0.15 * rng.normal(size=rows) for factor in (1.0, -0.8, 0.6, 0.9)]
    for column in numbers:
        column[fraud] = rng.permutation(column)[: fraud.sum()] * 1.5
    shop = rng.choice(["food", "fuel", "travel"], size=rows, p=[0.6, 0.3, 0.1])
    lines = ["amount,age,items,distance,shop,fraud"]
    for row in range(rows):
        told = ",".join(f"{column[row]:.4f}" for column in numbers)
        lines.append(f"{told},{shop[row]},{'yes' if fraud[row] else 'no'}")
    path.write_text("\n".join(lines) + "\n")
    return path
