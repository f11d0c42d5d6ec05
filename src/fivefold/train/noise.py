"""Random numbers that a key decides, step by step, which nobody else can draw again."""

import secrets

import numpy as np
import torch
from torch import Tensor

from fivefold.core.session import derive_seed

BATCHES, WEIGHTS = 0, 1  # what is drawn


class Noise:
    """Draws of a private training: which rows a step sees, and what is added to their gradients.

    Each is a function of key, epoch and step, by Philox with the key of 128 bits, so that a
    training that is gone on with draws what it would have drawn.

    Args:
        key: 32 hexadecimal digits.

    Reference:
        Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        self._key = int(key, 16)

    @classmethod
    def seeded(cls, seed: int) -> "Noise":
        """That of a seed, which anybody who knows it can draw again."""
        parts = (derive_seed(seed, "private", half) for half in ("low", "high"))
        return cls("".join(f"{part % 2**64:016x}" for part in parts))

    @classmethod
    def secret(cls) -> "Noise":
        """That of a key which the operating system draws."""
        return cls(secrets.token_hex(16))

    def draw(self, what: int, step: int) -> np.random.Generator:
        """The generator of one draw; those of others have no number in common with it.

        Args:
            what: `BATCHES` or `WEIGHTS`.
            step: its number in the training, from 0.
        """
        return np.random.Generator(np.random.Philox(key=self._key, counter=[0, 0, step, what]))

    def rows(self, step: int, rows: int, expected: int) -> Tensor:
        """The rows of a step, each drawn with the same probability: int64, maybe none.

        Args:
            step: its number in the training, from 0.
            rows: of which are drawn.
            expected: how many come on average, at most `rows`.
        """
        draw = self.draw(BATCHES, step)
        count = draw.binomial(rows, expected / rows)
        picked = draw.choice(rows, count, replace=False)
        return torch.from_numpy(picked.astype(np.int64))

    def normal(self, step: int, shapes: list[torch.Size]) -> list[Tensor]:
        """Standard normal numbers, float32 on the CPU, of these shapes one after another."""
        draw = self.draw(WEIGHTS, step)
        return [
            torch.from_numpy(draw.standard_normal(tuple(shape), dtype=np.float32).reshape(shape))
            if len(shape)
            else torch.tensor(draw.standard_normal(dtype=np.float32))
            for shape in shapes
        ]
