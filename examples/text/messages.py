"""Short messages to a town hall, made up: three offices, some noise, some words in common."""

from pathlib import Path

import numpy as np

WORDS = {
    "roads": "pothole street lamp crossing traffic light pavement kerb bicycle lane junction",
    "waste": "bin collection rubbish recycling bag glass paper smell container litter",
    "parks": "playground tree bench lawn pond swing hedge flower football fence",
}
COMMON = "please the our again near since morning week broken full there is a no one when we"


def write_messages(path: Path, rows: int = 900, seed: int = 0) -> Path:
    """Write them as tab-separated `office` and `message`; one in thirty has the wrong office."""
    rng = np.random.default_rng(seed)
    offices = list(WORDS)
    lines = ["office\tmessage"]
    for _ in range(rows):
        office = offices[rng.integers(len(offices))]
        own = rng.choice(WORDS[office].split(), size=rng.integers(1, 4))
        other = rng.choice(" ".join(WORDS.values()).split(), size=rng.integers(0, 2))
        filler = rng.choice(COMMON.split(), size=rng.integers(4, 12))
        message = " ".join(rng.permutation(np.concatenate([own, other, filler])))
        named = office if rng.random() > 1 / 30 else offices[rng.integers(len(offices))]
        lines.append(f"{named}\t{message[0].upper()}{message[1:]}.")
    path.write_text("\n".join(lines) + "\n")
    return path
