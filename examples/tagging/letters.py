"""Letters to people, made up: who is named, and which town; with names that training rows lack."""

from pathlib import Path

import numpy as np

STARTS, ENDS = ("An", "Pa", "Ma", "Jo", "Li", "Be", "Ka", "Ro"), ("na", "lo", "ra", "sa", "ta")
TOWNS = ("ville", "burg", "haven", "ford")
FRAMES = (
    ("{p}", "met", "us", "in", "{t}", "."),
    ("we", "wrote", "to", "{p}", "about", "the", "rain", "."),
    ("In", "{t}", ",", "{p}", "{p}", "was", "late"),
    ("Nobody", "knows", "the", "way", "to", "{t}", "!"),
)


def write_letters(path: Path, rows: int = 700, seed: int = 0) -> Path:
    """Write them as a CoNLL file: a word and its label a line, a blank line between sentences."""
    rng = np.random.default_rng(seed)
    lines = []
    for _ in range(rows):
        before = ""
        for word in FRAMES[rng.integers(len(FRAMES))]:
            kind = {"{p}": "person", "{t}": "town"}.get(word, "")
            if kind:
                ends = ENDS if kind == "person" else TOWNS
                word = (
                    STARTS[rng.integers(8)]
                    + rng.choice([*"bdgklm"])
                    + ends[rng.integers(len(ends))]
                )
            mark = f"{'I' if kind == before else 'B'}-{kind}" if kind else "O"
            lines.append(f"{word}\t{mark}")
            before = kind
        lines.append("")
    path.write_text("\n".join(lines) + "\n")
    return path
