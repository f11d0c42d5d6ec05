"""Columns of all sorts, for what Collect takes them for."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

ROWS = 120
DATES = (
    *("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%b %d, %Y", "%d-%b-%y", "%Y-%m"),
    *("%Y-%m-%d %H:%M", "%d/%b/%Y:%H:%M:%S", "%m/%d/%Y %I:%M %p", "%Y%m%d"),
)
STRAYS = (1, 2, 24, 25, 60, 61)
"""Cells of a column that are not of its kind: on both sides of a hundredth, a fifth and a half."""


def columns_of(*, texts: bool = False) -> dict[str, list[Any]]:
    """Columns by name, `y` last; with `texts` as a file holds them."""
    draw = np.random.default_rng(7)
    numbers = (1000 * draw.normal(size=ROWS)).round(2).tolist()
    whole = draw.integers(0, 90_000, ROWS).tolist()
    days = [datetime.datetime(2022, 1, 1) + datetime.timedelta(hours=17 * n) for n in range(ROWS)]
    few = draw.choice(["tea", "coffee", "NA", "milk"], ROWS).tolist()
    columns: dict[str, list[Any]] = {"number": whole, "number of one digit": [n % 8 for n in whole]}
    columns |= {f"number {form}": [write(n) for n in numbers] for form, write in FORMS.items()}
    columns |= {
        f"number, {count} {word}": _strayed(list(map(str, numbers)), count, word)
        for count in STRAYS
        for word in ("n/k", "V57", "1.2.3")
    }
    dates = [day.strftime("%d.%m.%Y") for day in days]
    columns |= {f"date, {count} strays": _strayed(dates, count, "soon") for count in STRAYS}
    columns |= {f"date {form}": [day.strftime(form) for day in days] for form in DATES}
    columns |= {
        "date both ways": [f"{1 + n % 12:02d}/{1 + n % 11:02d}/2020" for n in range(ROWS)],
        "date torn": ["13/01/2020" if n % 2 else "01/13/2020" for n in range(ROWS)],
        "code": [f"{n % 40:05d}" for n in whole],
        "few words": few,
        "yes": ["yes" if n % 3 else "no" for n in whole],
        "truth": ["True" if n % 3 else "FALSE" for n in whole],
        "bits": [n % 2 for n in whole],
        "prose": [f"the {word} of guest {n} was cold" for n, word in enumerate(few)],
        "prose that repeats": [f"the {word} was cold" for word in few],
        "two words": [f"{word} {n}" for n, word in enumerate(few)],
        "id": [f"C{n}" for n in range(ROWS)],
        "order": list(range(1, ROWS + 1)),
        "wide": [2**60 + n % 9 for n in whole],
        "infinite": [np.inf if n % 30 == 0 else n / 7 for n in range(ROWS)],
        "gaps": [None if n % 3 == 0 else n % 17 for n in whole],
        "mostly gone": [n % 5 if n < 30 else None for n in range(ROWS)],
        "blanks": [" " if n % 4 == 0 else f"{n % 6}" for n in whole],
        "constant": ["same"] * ROWS,
        "empty": [None] * ROWS,
        "twin": [n % 8 for n in whole],
        "mixed": [n if n % 2 else few[n % 7] for n in whole],
    }
    if not texts:
        columns |= _typed(numbers, days, few)
    columns["y"] = [
        "a" if number + 400 * (n % 3) > 300 else "b" for n, number in enumerate(numbers)
    ]
    return columns


def _typed(numbers: list[float], days: list[datetime.datetime], few: list[str]) -> dict[str, Any]:
    """Cells of types that no text has."""
    return {
        "bool": [number > 0 for number in numbers],
        "bool and none": [None if n % 9 == 0 else number > 0 for n, number in enumerate(numbers)],
        "decimal": [Decimal(str(number)) for number in numbers],
        "datetime": days,
        "day": [day.date() for day in days],
        "time of day": [day.time() for day in days],
        "bytes": [word.encode() for word in few],
        "list": [[n, n + 1] for n in range(ROWS)],
        "tuple": [(n, n + 1) for n in range(ROWS)],
        "complex": [complex(number, 1) for number in numbers],
        "lasting": [pd.Timedelta(n, "h") for n in range(ROWS)],
        "float and none": [None if n % 7 == 0 else number for n, number in enumerate(numbers)],
    }


def _strayed(cells: list[str], count: int, word: str) -> list[str]:
    gone = set(np.random.default_rng(count).permutation(len(cells))[:count].tolist())
    return [word if place in gone else cell for place, cell in enumerate(cells)]


FORMS: dict[str, Callable[[float], str]] = {
    "1234.56": str,
    "1234,56": lambda n: f"{n:.2f}".replace(".", ","),
    "1,234.56": lambda n: f"{n:,.2f}",
    "1.234,56": lambda n: f"{n:_.2f}".translate({46: 44, 95: 46}),
    "1 234.56": lambda n: f"{n:_.2f}".replace("_", " "),
    "$1,234.56": lambda n: f"${abs(n):,.2f}",
    "12 €": lambda n: f"{abs(n):.0f} €",
    "12 %": lambda n: f"{n / 100:.1f} %",
    "(12)": lambda n: f"({-n:.0f})" if n < 0 else f"{n:.0f}",
    "1e3": lambda n: f"{n:e}",
    "12 kg": lambda n: f"{abs(n):.1f} kg",
    "+12": lambda n: f"{n:+.1f}",
    "minus": lambda n: str(n).replace("-", "\u2212"),
}
"""Ways to write a number."""
