"""What is asked for of differential privacy, as a setting; torch is not imported for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, get_args

from fivefold.core.asgiven import AsGiven
from fivefold.core.wording import brief, first_line
from fivefold.errors import ConfigError
from fivefold.models.accountant import Accountant


@dataclass(frozen=True, eq=False, repr=False)
class Privacy(AsGiven):
    """Differentially private training (DP-SGD), as `Train(privacy=...)` takes it.

    Each step draws every training row by itself with the same probability, so that batches differ
    in size and may be empty; takes the gradient of each row, shortens it to `clip`, adds Gaussian
    noise to their sum, and divides by the rows that are expected. So no single training row moves
    what is learnt by more than epsilon and delta say.

    Args:
        epsilon: that the whole training may spend; noise is chosen by it.
        noise_multiplier: deviation of the noise as a multiple of `clip`, where no `epsilon` is
            given; then what is spent follows from it.
        delta: probability with which more than epsilon may be told of a row, below one over the
            training rows; None is the largest power of ten that is at most half of that.
        clip: largest norm of the gradient of one row; longer ones are shortened to it.
        accountant: of opacus, that adds up steps: `rdp` (Renyi), or `prv`, which takes longer and
            finds epsilon some per cent smaller.
        seeded: whether noise follows from the seed of the run, so that the run can be repeated.
            Whoever knows the seed can then take the noise out again: for research, and for no
            model that is given away.

    Raises:
        ConfigError: if an argument is wrong, or not one of epsilon and noise_multiplier is given.

    Example:
        >>> Privacy(epsilon=3, clip=0.5)
        Privacy(epsilon=3.0, clip=0.5)

    Reference:
        Abadi et al., Deep Learning with Differential Privacy, CCS 2016, algorithm 1; the same noise
        and accountants as opacus, Yousefpour et al., 2021.
    """

    first = "epsilon"

    epsilon: float | None = None
    noise_multiplier: float | None = None
    delta: float | None = None
    clip: float = 1.0
    accountant: Accountant = "rdp"
    seeded: bool = False

    def __post_init__(self) -> None:
        for name in ("epsilon", "noise_multiplier", "clip", "delta"):
            value = getattr(self, name)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise _wrong(f"{name} as a number", value, f"Write {name}=1.0.")
            if not isfinite(value) or value <= 0 or (name == "delta" and value >= 1):
                wanted = "between 0 and 1" if name == "delta" else "above 0"
                remedy = "Leave it out." if name == "delta" else f"Write {name}=1.0."
                raise _wrong(f"{name} {wanted}", value, remedy)
            object.__setattr__(self, name, float(value))
        if self.accountant not in get_args(Accountant):
            raise _wrong("accountant='rdp' or 'prv'", self.accountant, "Leave it out for 'rdp'.")
        if not isinstance(self.seeded, bool):
            raise _wrong("seeded=True or False", self.seeded, "Leave it out.")
        if (self.epsilon is None) == (self.noise_multiplier is None):
            found = "neither" if self.epsilon is None else "both"
            raise _wrong("epsilon or noise_multiplier", found, "Write Privacy(epsilon=3).")

    def __repr__(self) -> str:
        given = [f"{name}={brief(self[name])}" for name in self if self[name] is not None]
        return f"Privacy({', '.join(given)})"


def read_privacy(value: Any) -> Privacy | None:
    """What was given, or what a recipe has of it.

    Raises:
        ValueError: if it is nothing of the sort.
        ConfigError: if an argument is wrong.
    """
    if value is None or isinstance(value, Privacy):
        return value
    if not isinstance(value, Mapping):
        raise ValueError("ff.Privacy(epsilon=...)")
    try:
        return Privacy(**value)
    except TypeError as error:
        raise ValueError(f"ff.Privacy: {first_line(error)}") from None


def default_delta(rows: int) -> float:
    """The largest power of ten that is at most half of one over the rows.

    Example:
        >>> default_delta(30_000), default_delta(1_000)
        (1e-05, 0.0001)
    """
    digits = len(str(2 * rows - 1))
    return float(f"1e-{digits}")


def _wrong(wanted: str, found: Any, remedy: str) -> ConfigError:
    said = found if found in ("neither", "both") else repr(found)
    return ConfigError.expected("Privacy", wanted, said, remedy)
