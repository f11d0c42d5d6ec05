"""Made-up data that needs no network: small sets with the troubles that real ones have.

Each is drawn by a seed, the same rows for the same seed, and is a source as it is:
`ff.Collect(ff.samples.churn(), target="left")`.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

CAP = 500_000.0
"""What the most expensive houses cost at most in `prices`."""


def churn(rows: int = 2000, *, seed: int = 0) -> "pd.DataFrame":
    """Customers of a telephone company, and which of them left: a table with missing cells.

    Args:
        rows: how many.
        seed: of the draw.

    Returns:
        `months`, `plan`, `monthly` (missing in one row of twenty), `calls`, `region`, and `left`,
        which is `yes` in about a fourth of the rows.

    Example:
        >>> churn(3).columns.tolist()
        ['months', 'plan', 'monthly', 'calls', 'region', 'left']
    """
    import pandas as pd

    draw = np.random.default_rng(seed)
    months = draw.integers(1, 72, rows)
    plan = draw.choice(["basic", "family", "business"], rows, p=[0.5, 0.3, 0.2])
    monthly = np.array([20.0, 45.0, 70.0])[np.unique(plan, return_inverse=True)[1]]
    monthly = (monthly + draw.normal(scale=6, size=rows)).round(2)
    calls = draw.poisson(1.2, rows)
    logit = 0.6 * calls - 0.05 * months + 0.015 * monthly - 1.0
    left = draw.random(rows) < 1 / (1 + np.exp(-logit))
    monthly[draw.random(rows) < 0.05] = np.nan
    region = draw.choice(["north", "south", "east", "west"], rows)
    return pd.DataFrame(
        {
            "months": months,
            "plan": plan,
            "monthly": monthly,
            "calls": calls,
            "region": region,
            "left": np.where(left, "yes", "no"),
        }
    )


def prices(rows: int = 1500, *, seed: int = 0) -> "pd.DataFrame":
    """Houses and what they cost: a number to predict, which was cut off at the top.

    Args:
        rows: how many.
        seed: of the draw.

    Returns:
        `area` (square metres), `rooms`, `built` (year), `district`, and `price`, of which what
        was above 500,000 stands as 500,000.

    Example:
        >>> int((prices()["price"] == CAP).sum()) > 30
        True
    """
    import pandas as pd

    draw = np.random.default_rng(seed)
    area = draw.gamma(9, 12, rows).round()
    rooms = np.maximum(1, (area / 25 + draw.normal(scale=0.7, size=rows)).round())
    built, district = draw.integers(1900, 2024, rows), draw.choice(list("ABCDEF"), rows)
    worth = {name: place for place, name in enumerate("ABCDEF")}
    levels = np.array([worth[name] for name in district])
    price = area * (1400 + 420 * levels) * (0.8 + (built - 1900) / 400)
    price = np.minimum(CAP, (price * draw.lognormal(0, 0.12, rows)).round(-2))
    return pd.DataFrame(
        {"area": area, "rooms": rooms, "built": built, "district": district, "price": price}
    )


def reviews(rows: int = 800, *, seed: int = 0) -> "pd.DataFrame":
    """Short opinions of films, and whether they are good ones: texts, one in twenty labelled wrong.

    Args:
        rows: how many.
        seed: of the draw.

    Returns:
        `review` and `opinion`, which is `good` or `bad`.

    Example:
        >>> reviews(2).columns.tolist()
        ['review', 'opinion']
    """
    import pandas as pd

    draw = np.random.default_rng(seed)
    praise = ["moving", "brilliant", "funny", "gripping", "warm", "clever"]
    blame = ["dull", "noisy", "flat", "tiresome", "clumsy", "endless"]
    parts = ["plot", "music", "ending", "cast", "dialogue", "pace", "camera"]
    good = draw.random(rows) < 0.5
    texts = []
    for liked in good.tolist():
        words, other = (praise, blame) if liked else (blame, praise)
        first, second, third = draw.choice(parts, 3, replace=False)
        aside = f", though the {third} is {draw.choice(other)}" if draw.random() < 0.3 else ""
        texts.append(
            f"The {first} is {draw.choice(words)} and the {second} {draw.choice(words)}{aside}."
        )
    said = np.where(good ^ (draw.random(rows) < 0.05), "good", "bad")
    return pd.DataFrame({"review": texts, "opinion": said})


def shapes(rows: int = 900, *, seed: int = 0) -> dict[str, Any]:
    """Drawn circles, squares and triangles, of any size, anywhere, with noise: pictures.

    Args:
        rows: how many.
        seed: of the draw.

    Returns:
        `picture`, uint8 `(rows, 28, 28)`, and `shape`, their names.

    Example:
        >>> shapes(2)["picture"].shape
        (2, 28, 28)
    """
    draw = np.random.default_rng(seed)
    names = draw.choice(["circle", "square", "triangle"], rows)
    across, down = np.meshgrid(np.arange(28), np.arange(28))
    pictures = np.empty((rows, 28, 28), np.uint8)
    for row, name in enumerate(names):
        size = draw.uniform(5, 10)
        x, y = draw.uniform(size, 27 - size, 2)
        if name == "circle":
            inside = (across - x) ** 2 + (down - y) ** 2 <= size**2
        elif name == "square":
            inside = np.maximum(abs(across - x), abs(down - y)) <= 0.85 * size
        else:
            inside = (down <= y + 0.7 * size) & (abs(across - x) <= 0.6 * (down - y + size))
        shade = np.where(inside, draw.integers(140, 230), draw.integers(20, 90))
        noisy = shade + draw.normal(scale=18, size=(28, 28))
        pictures[row] = np.clip(noisy, 0, 255).astype(np.uint8)
    return {"picture": pictures, "shape": names}


def visits(people: int = 150, *, seed: int = 0) -> "pd.DataFrame":
    """Visits of patients, several each: rows that belong together, as `group="patient"` says.

    Args:
        people: how many patients; they come two to eight times.
        seed: of the draw.

    Returns:
        `patient`, `age`, `pressure`, `pulse`, and `ill`, in which visits of one patient agree.

    Example:
        >>> int(visits(20)["patient"].nunique())
        20
    """
    import pandas as pd

    draw = np.random.default_rng(seed)
    times = draw.integers(2, 9, people)
    patient = np.repeat(np.arange(people), times)
    age, base = draw.integers(20, 90, people), draw.normal(size=(people, 2))
    ill = 0.03 * (age - 55) + base[:, 0] + draw.normal(size=people) > 0
    pressure = 125 + 12 * base[patient, 0] + 4 * draw.normal(size=len(patient))
    pulse = 72 + 9 * base[patient, 1] + 3 * draw.normal(size=len(patient))
    return pd.DataFrame(
        {
            "patient": [f"P{number:03d}" for number in patient],
            "age": age[patient],
            "pressure": pressure.round(),
            "pulse": pulse.round(),
            "ill": np.where(ill[patient], "yes", "no"),
        }
    )


def hours(days: int = 90, *, seed: int = 0) -> "pd.DataFrame":
    """Bicycles that were lent each hour: the next steps of a series, with hours that are absent.

    Args:
        days: how many.
        seed: of the draw.

    Returns:
        `when`, `temperature` and `lent`; one hour of a hundred is not there.

    Example:
        >>> hours(2).columns.tolist()
        ['when', 'temperature', 'lent']
    """
    import pandas as pd

    draw = np.random.default_rng(seed)
    hour = np.arange(24 * days)
    when = np.datetime64("2024-03-01T00", "h") + hour
    warm = 12 + 8 * np.sin(2 * np.pi * (hour % 24 - 9) / 24) + 0.05 * hour / 24
    warm += np.cumsum(draw.normal(scale=0.2, size=len(hour))) * 0.3
    rush = np.exp(-(((hour % 24) - 8) ** 2) / 6) + 1.3 * np.exp(-(((hour % 24) - 18) ** 2) / 8)
    weekend = (hour // 24) % 7 >= 5
    mean = np.maximum(1, 8 + 60 * rush * np.where(weekend, 0.5, 1.0) + 1.5 * warm)
    kept = draw.random(len(hour)) >= 0.01
    frame = pd.DataFrame(
        {"when": when.astype("M8[s]"), "temperature": warm.round(1), "lent": draw.poisson(mean)}
    )
    return frame[kept].reset_index(drop=True)
