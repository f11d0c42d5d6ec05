"""Pieces of DNA of unequal lengths, made up: in half of them a protein binds, in two places."""

from pathlib import Path

import numpy as np

SITE = "TTGACAATTA"


def write_fragments(path: Path, rows: int = 600, seed: int = 0) -> Path:
    """Write them as FASTA, `bound=yes` or `bound=no` in the header; sites differ a little."""
    rng = np.random.default_rng(seed)
    lines = []
    for row in range(rows):
        bases = rng.choice([*"ACGT"], rng.integers(80, 160))
        if row % 2:
            for start in (rng.integers(0, 30), rng.integers(40, 70)):
                site = np.array([*SITE])
                changed = rng.random(len(SITE)) < 0.05
                site[changed] = rng.choice([*"ACGT"], changed.sum())
                bases[start : start + len(SITE)] = site
        lines += [f">fragment{row} bound={'yes' if row % 2 else 'no'}", "".join(bases)]
    path.write_text("\n".join(lines) + "\n")
    return path
