"""Numbers as people read them: one form wherever one is told."""

from collections.abc import Sequence
from math import isfinite
from numbers import Integral, Real

GROUPED = 10_000
"""From here on thousands are set apart."""
SMALL, LARGE = 1e-3, 1e15
"""Below and from here on numbers have as many digits as they need, and a power of ten."""


def digits(value: "float | Real") -> str:
    """One number as people read it.

    Args:
        value: finite or not.

    Returns:
        Four significant digits; from 1,000 on whole, with thousands set apart from 10,000 on. A
        power of ten stands only below 0.0001 and from 1e15 on.

    Example:
        >>> digits(0.123456), digits(46135.7), digits(2021), digits(48842), digits(1.234e-7)
        ('0.1235', '46,136', '2021', '48,842', '1.234e-07')
    """
    if isinstance(value, Integral):
        return f"{int(value):,}" if abs(int(value)) >= GROUPED else str(int(value))
    number = float(value)
    return digits(round(number)) if 1_000 <= abs(number) < LARGE else f"{number:.4g}"


def per_cent(fraction: float) -> str:
    """A share in per cent: two digits, or as many as tell it from all.

    Args:
        fraction: 0 to 1.

    Example:
        >>> per_cent(0.4869), per_cent(0.00058), per_cent(0.9987), per_cent(1.0)
        ('49%', '0.058%', '99.9%', '100%')
        >>> per_cent(0.99996), per_cent(0.0)
        ('99.996%', '0%')
    """
    for decimals in (1, 2, 3):
        told = f"{100 * fraction:.{decimals}f}"
        if 0.99 < fraction < 1 and float(told) < 100:
            return f"{told}%"
    return "100%" if fraction > 0.99 else f"{100 * fraction:.2g}%"


def alike(values: Sequence[float]) -> list[str]:
    """Numbers with the same decimals, so that one compares them at a glance.

    Args:
        values: the one that decides how many first: a score, and the ends of its interval.

    Example:
        >>> alike((0.9, 0.85, 0.94)), alike((46135.7, 45002, 47300))
        (['0.9000', '0.8500', '0.9400'], ['46,136', '45,002', '47,300'])
        >>> alike((0.0, -0.0001, 0.0001))
        ['0', '-0.0001', '0.0001']
    """
    largest = max((abs(value) for value in values if isfinite(value)), default=0.0)
    if 0 < largest < SMALL:
        return [f"{value:.3g}" for value in values]
    size = abs(values[0])
    decimals, comma = 4 if size < 10 else 2 if size < 1000 else 0, "," * (largest >= GROUPED)
    return [f"{value:{comma}.{decimals}f}" for value in values]
