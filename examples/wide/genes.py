"""Genes of patients, made up: very many columns, of which twenty tell the sick from the well."""

from pathlib import Path

import numpy as np


def write_genes(path: Path, rows: int = 160, columns: int = 4_000, seed: int = 0) -> Path:
    """Write them as CSV, a row a patient; the genes that tell are `gene_0` to `gene_19`."""
    rng = np.random.default_rng(seed)
    sick = rng.random(rows) < 0.5
    level = rng.normal(size=(rows, columns))
    level[:, :20] += 0.9 * sick[:, None]
    head = ",".join([*(f"gene_{place}" for place in range(columns)), "state"])
    lines = [head]
    for row in range(rows):
        told = ",".join(f"{value:.3f}" for value in level[row])
        lines.append(f"{told},{'sick' if sick[row] else 'well'}")
    path.write_text("\n".join(lines) + "\n")
    return path
