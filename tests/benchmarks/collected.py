"""Sources of all sorts that are collected and no more; what `bits.py` compares."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
from columns import columns_of
from PIL import Image

import fivefold as ff

ROWS = 120


def guessed(folder: Path) -> ff.Pipeline:
    """What columns are by their cells alone."""
    return ff.Pipeline([ff.Collect(columns_of(), target="y")])


def guessed_texts(folder: Path) -> ff.Pipeline:
    """The same columns as a file has them."""
    frame = pd.DataFrame(columns_of(texts=True))
    frame.to_csv(folder / "columns.csv", index=False)
    return ff.Pipeline([ff.Collect(folder / "columns.csv", target="y")])


def asked(folder: Path) -> ff.Pipeline:
    """The same columns where the user says what they are."""
    cells = columns_of(texts=True)
    kinds = ("numeric", "categorical", "text")
    said = {name: kinds[place % 3] for place, name in enumerate(cells) if place % 4}
    said = {name: kind for name, kind in said.items() if name.startswith("number ")}
    said |= {
        "date %b %d, %Y": "datetime",
        "date, 60 strays": "datetime",
        "date %Y-%m": "categorical",
    }
    said |= {"code": "numeric", "yes": "boolean", "bits": "boolean", "order": "numeric"}
    said |= {"prose": "categorical", "id": "categorical", "wide": "numeric", "two words": "text"}
    collect = ff.Collect(
        cells,
        target="y",
        kinds=said,
        missing={"number": [7], "few words": {"NA": False}},
        date_format={"date %d/%m/%Y": "%d/%m/%Y", "date both ways": "%m/%d/%Y"},
        drop=("mixed",),
    )
    return ff.Pipeline([collect])


def typed() -> pd.DataFrame:
    """Columns whose type says what they are."""
    draw = np.random.default_rng(9)
    some = draw.random(ROWS) < 0.2
    days = pd.Timestamp("2020-02-01") + pd.to_timedelta(draw.integers(0, 10**6, ROWS), "min")
    words = pd.Series(draw.choice(["low", "mid", "high"], ROWS))
    return pd.DataFrame(
        {
            "level": pd.Categorical(words.mask(some), ["low", "mid", "high"], ordered=True),
            "digits": pd.Categorical(draw.integers(1, 5, ROWS)),
            "nullable": pd.array(draw.integers(0, 40, ROWS), "Int64"),
            "truth": pd.array(np.where(some, None, draw.random(ROWS) < 0.5), "boolean"),
            "byte": draw.integers(0, 200, ROWS).astype(np.uint8),
            "half": draw.normal(size=ROWS).astype(np.float32),
            "zoned": pd.Series(days).dt.tz_localize("Europe/Vienna", ambiguous=True),
            "stamp": pd.Series(days).mask(some),
            "day": [stamp.date() for stamp in days],
            "clock": [datetime.time(n % 24, n % 60) for n in range(ROWS)],
            "lasted": pd.to_timedelta(draw.integers(0, 900, ROWS), "s"),
            "money": [Decimal(int(n)) / 100 for n in draw.integers(0, 10**6, ROWS)],
            "word": words.astype("string"),
            "long": 2**60 + draw.integers(0, 9, ROWS),
            "label": draw.random(ROWS) < 0.4,
        }
    )


def frame(folder: Path) -> ff.Pipeline:
    """Types of pandas."""
    return ff.Pipeline([ff.Collect(typed(), target="label")])


def parquet(folder: Path) -> ff.Pipeline:
    """The same as types of Arrow."""
    typed().to_parquet(folder / "typed.parquet")
    return ff.Pipeline([ff.Collect(folder / "typed.parquet", target="label")])


def matrix(folder: Path) -> ff.Pipeline:
    """A matrix of numbers, and numbers to predict."""
    draw = np.random.default_rng(10)
    values = draw.normal(size=(ROWS, 4))
    values[draw.random((ROWS, 4)) < 0.05] = np.nan
    return ff.Pipeline([ff.Collect((values, np.nan_to_num(values).sum(1)))])


def tree(folder: Path) -> ff.Pipeline:
    """A folder of pictures in parts and classes, with one damaged and one stray."""
    draw, photos = np.random.default_rng(11), folder / "photos"
    for n in range(40):
        place = photos / ("test" if n % 5 == 0 else "train") / ("cat" if n % 2 else "dog")
        place.mkdir(parents=True, exist_ok=True)
        pixels = draw.integers(0, 256, (6, 8 + n % 2, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(place / f"{n}.png")
    (photos / "train" / "cat" / "torn.png").write_bytes(b"\x89PNG and no more")
    Image.fromarray(pixels).save(photos / "train" / "stray.png")
    return ff.Pipeline([ff.Collect(photos)])


def named(folder: Path) -> ff.Pipeline:
    """A table whose texts name pictures, grey and sixteen bits deep."""
    draw = np.random.default_rng(12)
    for n in range(40):
        Image.fromarray(draw.integers(0, 60_000, (5, 5)).astype(np.uint16)).save(
            folder / f"{n}.png"
        )
    table = {"file": [f"{n}.png" for n in range(40)], "mark": draw.choice(["a", "b"], 40).tolist()}
    pd.DataFrame(table).to_csv(folder / "named.csv", index=False)
    return ff.Pipeline([ff.Collect(folder / "named.csv", target="mark", kinds={"file": "image"})])


COLLECTED: dict[str, Callable[[Path], ff.Pipeline]] = {
    "guessed": guessed,
    "guessed_texts": guessed_texts,
    "asked": asked,
    "frame": frame,
    "parquet": parquet,
    "matrix": matrix,
    "tree": tree,
    "named": named,
}
