"""The rows that the bundles were trained on, drawn by seed."""

from typing import Any

import numpy as np
import pandas as pd
from pictures import FORMS, cell, scene
from sentences import FOOD, WEATHER

OFFSET = 1_700_000_000.0
TOWNS = ("Köln", "<1H OCEAN", 'the "old" one', "x,y; z", "日本")
ZIPS = ("10001", "10002", "10003", "00123")
LINES = ("the engine is loud", "a good match", "rain on the road", "Don't call 08001234", "écoute")


def _holes(draw: np.random.Generator, values: Any, share: float = 0.1) -> Any:
    gone = draw.random(len(values)) < share
    return [None if absent else value for absent, value in zip(gone, values, strict=True)]


def _days(draw: np.random.Generator, rows: int) -> Any:
    return np.datetime64("2020-01-01") + draw.integers(0, 900, rows).astype("m8[D]")


def two_classes(rows: int = 100) -> pd.DataFrame:
    """Every kind that a table has, with missing values; zip codes as floats, as pandas has them."""
    draw = np.random.default_rng(1)
    x = draw.normal(size=rows)
    age = np.rint(draw.uniform(17, 90, rows))
    age[::13] = -999
    frame = pd.DataFrame(
        {
            "age": age,
            "x": _holes(draw, x),
            "skewed": np.exp(draw.normal(0, 3, rows)),
            "zip": np.where(draw.random(rows) < 0.1, np.nan, draw.integers(10_001, 10_005, rows)),
            "town": _holes(draw, draw.choice(TOWNS, rows).tolist()),
            "member": pd.array(_holes(draw, (x > draw.normal(size=rows)).tolist()), "boolean"),
            "since": pd.to_datetime(pd.Series(_holes(draw, _days(draw, rows)))),
        }
    )
    noise = draw.normal(size=rows)
    frame["y"] = np.where(x + (frame["town"] == TOWNS[0]) + age / 90 + noise > 1, "yes", "no")
    return frame


def many_classes(rows: int = 160) -> bytes:
    """A file in cp1252 with semicolons, dates with the day first, four whole numbers as labels."""
    draw = np.random.default_rng(2)
    x, z = draw.normal(size=(2, rows))
    town = draw.choice(TOWNS[:4], rows)
    agreed = draw.choice(["true", "false", "unsure"], rows)
    label = 2 * (x > 0) + (z + (town == TOWNS[0]) > 0.3 * (agreed == "true"))
    frame = pd.DataFrame(
        {
            "x": _holes(draw, [f"{value:.3f}" for value in x]),
            "z": [f"{value:.4g}" for value in z],
            "zip": _holes(draw, draw.choice(ZIPS, rows).tolist()),
            "town": town,
            "agreed": agreed,
            "born": [f"{pd.Timestamp(day):%d.%m.%Y}" for day in _days(draw, rows)],
            "level": 10 * (label + 1),
        }
    )
    return frame.to_csv(index=False, sep=";", na_rep="NA").encode("cp1252")


def numbers(rows: int = 140) -> list[dict[str, Any]]:
    """A target around 3, an input that float32 does not hold apart, moments with a zone."""
    draw = np.random.default_rng(3)
    far = OFFSET + np.rint(draw.normal(0, 40, rows))
    hours = draw.integers(0, 24 * 300, rows)
    flag = draw.random(rows) < 0.4
    moments = [f"{moment}Z" for moment in np.datetime64("2024-01-01T00:00") + hours.astype("m8[h]")]
    near = draw.normal(size=rows)
    y = 3 + (far - OFFSET) / 20 + near + 2 * np.sin(2 * np.pi * hours / 24) + flag
    columns = {
        "far": far.tolist(),
        "near": _holes(draw, near.tolist()),
        "at": _holes(draw, moments, 0.05),
        "flag": _holes(draw, flag.tolist()),
        "y": y.tolist(),
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def hindi() -> pd.DataFrame:
    """Forty sentences about the weather and about food."""
    labels = ["मौसम"] * len(WEATHER) + ["भोजन"] * len(FOOD)
    return pd.DataFrame({"वाक्य": WEATHER + FOOD, "विषय": labels})


def pictures(rows: int = 88) -> dict[str, list[Any]]:
    """Three classes, the cells in every form in turn."""
    draw = np.random.default_rng(4)
    labels = [place % 3 for place in range(rows)]
    cells = [
        cell(scene(draw, label), FORMS[place % len(FORMS)]) for place, label in enumerate(labels)
    ]
    return {"picture": cells, "label": [("red", "green", "blue")[label] for label in labels]}


def mixed(rows: int = 90) -> dict[str, list[Any]]:
    """A number, a category, a text and a picture."""
    draw = np.random.default_rng(5)
    labels = draw.integers(0, 2, rows)
    forms = [form for form in FORMS if form != "ints"]
    lines = [LINES[place] for place in draw.integers(0, 3, rows) + labels]
    return {
        "size": _holes(draw, (labels + draw.normal(size=rows)).tolist()),
        "town": _holes(draw, draw.choice(TOWNS, rows).tolist()),
        "line": [f"{line}, number {place}" for place, line in enumerate(lines)],
        "photo": [
            cell(scene(draw, label), forms[place % len(forms)])
            for place, label in enumerate(labels)
        ],
        "good": np.where(labels == 1, "yes", "no").tolist(),
    }
