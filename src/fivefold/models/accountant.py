"""What a private training spends, and what noise spends so much: by accountants of opacus."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from typing import Any, Literal

from fivefold.core.faults import missing_package
from fivefold.errors import ConfigError, PreflightError

Accountant = Literal["rdp", "prv"]
"""Ways to add steps up: Renyi differential privacy, or privacy random variables."""

Spent = tuple[float, float, int]
"""The noise multiplier, the probability with which a step sees a row, and so many steps."""

CLOSE = 0.01
"""How far below the epsilon that was asked for the noise may stay, at most."""


def unaccountable() -> PreflightError | None:
    """The fault where opacus is not installed."""
    if find_spec("opacus") is not None:
        return None
    remedy = "Run pip install fivefold[privacy]."
    return missing_package("Train", "opacus", "adds up what `privacy` spends", remedy)


def epsilon_of(spent: Sequence[Spent], delta: float, accountant: Accountant = "rdp") -> float:
    """The epsilon of all these steps together, on the same rows.

    Args:
        spent: of one training, or of several of which all is given away.
        delta: probability with which more may be told of a row.
        accountant: of opacus.

    Returns:
        0 of no step.
    """
    steps = [one for one in spent if one[2]]
    if not steps:
        return 0.0
    with _opacus() as made:
        known = made.create_accountant(mechanism=accountant)
        known.history = steps
        return float(known.get_epsilon(delta=delta))


@cache
def noise_for(
    epsilon: float, delta: float, sample_rate: float, steps: int, accountant: Accountant
) -> float:
    """The least noise multiplier, nearly, with which so many steps spend no more than epsilon.

    Raises:
        ConfigError: if no noise is enough.
    """
    with _opacus() as made:
        try:
            found = made.utils.get_noise_multiplier(
                target_epsilon=epsilon,
                target_delta=delta,
                sample_rate=sample_rate,
                steps=steps,
                accountant=accountant,
                epsilon_tolerance=min(CLOSE, epsilon / 100),
            )
        except ValueError as error:
            raise ConfigError.expected(
                "Train",
                f"noise with which {steps:,} steps spend epsilon {epsilon:g}",
                str(error),
                "Ask for a larger epsilon, or for fewer epochs.",
            ) from None
    return float(found)


@contextmanager
def _opacus() -> Iterator[Any]:
    """Its accountants, which warn of what makes epsilon no less true."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import opacus.accountants
        import opacus.accountants.utils

        yield opacus.accountants
