"""Small runs that between them go through every kind, task and door; what `bits.py` compares."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from collected import COLLECTED
from PIL import Image

import fivefold as ff

ROWS = 400
TABLE = "x z count city open when"
WORDS = np.array(["red house", "blue door", "green hill", "old tree by the road"])


def rows(task: str) -> pd.DataFrame:
    """A table with numbers, categories, dates, texts, groups, gaps and a target of this task."""
    draw = np.random.default_rng(0)
    x, z = draw.normal(size=(2, ROWS))
    signal = x + 0.5 * z + draw.normal(size=ROWS) / 2
    frame = pd.DataFrame(
        {
            "x": np.where(draw.random(ROWS) < 0.1, np.nan, x),
            "z": 1e6 + z,
            "count": draw.poisson(3, ROWS),
            "city": draw.choice(np.array(["Ulm", "Bern", "Graz", None], object), ROWS),
            "open": draw.random(ROWS) < 0.5,
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.permutation(ROWS), "h"),
            "person": [f"person {n}" for n in draw.integers(0, 60, ROWS)],
            "note": [
                f"{WORDS[n]} {WORDS[m]} seen {n + m}" for n, m in draw.integers(0, 4, (ROWS, 2))
            ],
        }
    )
    frame["y"] = {
        "binary": np.where(signal > 0.4, "yes", "no"),
        "multiclass": np.digitize(signal, [-0.5, 0.5]).astype(str),
        "regression": 50 + 20 * signal,
        "count": draw.poisson(np.exp(signal / 2)),
    }[task]
    return frame


def run(of: str, *, keep: str, train: ff.Train, folds: int = 0, **options: Any) -> ff.Pipeline:
    """A pipeline on some of the columns, on one thread."""
    frame = rows(of)[[*keep.split(), "y"]]
    collect = ff.Collect(frame, target="y", **options)
    evaluate = ff.Evaluate(folds=folds, baselines=())
    return ff.Pipeline([collect, ff.Preprocess(), train.replace(threads=1), evaluate])


def pictures(folder: Path) -> ff.Pipeline:
    """Digits: a stack of grey pictures from 0 to 16."""
    train, evaluate = ff.Train(epochs=2, threads=1), ff.Evaluate(baselines=())
    return ff.Pipeline([ff.Collect("sklearn:digits"), ff.Preprocess(), train, evaluate])


def short(collect: ff.Collect, preprocess: ff.Preprocess, model: str | None = None) -> ff.Pipeline:
    """Two epochs on one thread, beside all simple models."""
    return ff.Pipeline([collect, preprocess, ff.Train(model, epochs=2, threads=1), ff.Evaluate()])


def album(folder: Path) -> ff.Pipeline:
    """Every kind in one table, pictures first: two sizes, a file, one damaged, one missing."""
    draw = np.random.default_rng(1)
    count = 150
    bright = draw.random(count) < 0.5
    photos: list[Any] = [
        (draw.integers(0, 240, (12 + 4 * (n % 2), 12, 3)) + 9 * bright[n]).astype(np.uint8)
        for n in range(count)
    ]
    days = pd.to_timedelta(draw.integers(0, 900, count), "D")
    file = io.BytesIO()
    Image.fromarray(photos[5]).save(file, "PNG")
    photos[5], photos[6], photos[7] = file.getvalue(), file.getvalue()[:60], None
    frame = pd.DataFrame(
        {
            "photo": photos,
            "taken": pd.Timestamp("2019-03-01") + days,
            "caption": [
                None if n % 40 == 9 else " ".join(draw.choice(WORDS, 1 + n % 4)) + f" no {n}"
                for n in range(count)
            ],
            "flash": draw.choice(np.array([True, False, None], object), count),
            "camera": draw.choice(["A", "B"], count),
            "title": [f"{WORDS[n % 4]} and {WORDS[n % 3]} at {n}" for n in range(count)],
            "iso": draw.choice([100.0, 200.0, np.nan], count),
            "bright": bright,
        }
    )
    preprocess = ff.Preprocess(image_size=12, text_length=5, truncation="both")
    return short(ff.Collect(frame, target="bright"), preprocess)


def embed(folder: Path) -> ff.Pipeline:
    """Embedded categories, one with more than are kept, and numbers by rank; trees beside them."""
    draw = np.random.default_rng(2)
    frame = rows("multiclass").drop(columns=["note", "when"])
    frame["shop"] = np.minimum(draw.geometric(0.04, ROWS), 90)
    frame["y"] = frame["y"].astype(int)
    preprocess = ff.Preprocess(scale="quantile", categories="embed", max_categories=45, rare=3)
    collect = ff.Collect(frame, target="y", kinds={"shop": "categorical"})
    return short(collect, preprocess)


def dates(folder: Path) -> ff.Pipeline:
    """Dates before the numbers, one gives the target away; a column is made from the answers."""
    draw = np.random.default_rng(3)
    count = 600
    x, z = draw.normal(size=(2, count))
    odd = draw.random(count) < 0.2
    sold = (x > 0) ^ odd
    seconds = pd.to_timedelta(draw.integers(0, 10**6, count), "s")
    days = pd.Timestamp("2021-01-01") + pd.to_timedelta(draw.integers(0, 700, count), "D")
    frame = pd.DataFrame(
        {
            "seen": pd.Timestamp("2023-05-01") + seconds,
            "born": days.strftime("%d/%m/%Y").where(draw.random(count) > 0.05, ""),
            "x": x,
            "doubts": 3 * odd + draw.integers(0, 2, count),
            "closed": pd.Timestamp("2024-01-01") + seconds + pd.to_timedelta(90 * sold, "D"),
            "z": z,
            "city": draw.choice(["Ulm", "Bern", "Graz"], count),
            "sold": np.where(sold, "yes", "no"),
        }
    )
    return short(ff.Collect(frame, target="sold"), ff.Preprocess(scale="robust"), "mlp")


def past(folder: Path) -> ff.Pipeline:
    """Rows divided by time, drifting, with a target that two columns add up to."""
    draw = np.random.default_rng(4)
    frame = rows("regression")[["when", "x", "city", "open"]].sort_values("when")
    frame["x"] = frame["x"] + np.linspace(0, 3, ROWS)
    frame["shift"] = np.where(draw.random(ROWS) < np.linspace(0, 1, ROWS), "late", "early")
    frame["casual"] = draw.poisson(20 + np.arange(ROWS) / 10)
    frame["regular"] = draw.poisson(60, ROWS)
    frame["riders"] = (frame["casual"] + frame["regular"]).astype(float)
    preprocess = ff.Preprocess(scale="minmax", numeric_missing="mean", outliers="drop")
    return short(ff.Collect(frame, target="riders", time="when"), preprocess, "mlp")


def truths(folder: Path) -> ff.Pipeline:
    """Truth in many spellings, classes that are whole numbers, test rows with one more class."""
    draw = np.random.default_rng(5)
    x = draw.normal(size=ROWS)
    frame = pd.DataFrame(
        {
            "is_new": x > draw.normal(size=ROWS),
            "gaps": draw.choice(np.array([True, False, None], object), ROWS),
            "word": np.where(x > 0.3, "true", "false"),
            "asked": draw.choice(["yes", "no", ""], ROWS),
            "bit": (x < draw.normal(size=ROWS)).astype(int),
            "asked bit": draw.choice([0.0, 1.0, np.nan], ROWS),
            "grade": np.digitize(x, [-0.6, 0.6]) + 1,
        }
    )
    test = frame.iloc[::5].copy()
    test.loc[test.index[:4], "grade"] = 9
    collect = ff.Collect(
        frame.drop(test.index),
        target="grade",
        test_source=test,
        kinds={"asked": "boolean", "asked bit": "boolean"},
    )
    preprocess = ff.Preprocess(scale="none", numeric_missing="constant", fill_value=-1.0)
    return short(collect, preprocess, "tabm")


def written(folder: Path) -> ff.Pipeline:
    """A file in the German manner, with a price to predict and what such files have in them."""
    draw = np.random.default_rng(6)
    frame = rows("regression")
    price = 1200 + 30 * frame["y"] + draw.normal(size=ROWS)
    frame = pd.DataFrame(
        {
            "Nr": np.arange(1, ROWS + 1),
            "Datum": frame["when"].dt.strftime("%d.%m.%Y"),
            "Preis": [f"{value:_.2f} €".translate({46: 44, 95: 46}) for value in price],
            "Fläche": [f"{value:.1f}".replace(".", ",") for value in 60 + 9 * frame["x"].fillna(0)],
            "PLZ": [f"{n:05d}" for n in draw.integers(1000, 1030, ROWS)],
            "Rabatt": [f"{n} %" for n in draw.integers(0, 30, ROWS)],
            "aktiv": np.where(frame["open"], "true", "false"),
            "Stadt": frame["city"].fillna("NA"),
            "Notiz": frame["note"] + [f" {n}" for n in range(ROWS)],
            "Messung": np.where(draw.random(ROWS) < 0.03, "k. A.", frame["z"].round(3).astype(str)),
            "Kundennummer": [f"K-{n:05d}" for n in draw.permutation(ROWS)],
            "Konto": 2**60 + draw.integers(0, 9, ROWS),
            "leer": "",
            "Land": "AT",
        }
    )
    frame.to_csv(folder / "preise.csv", sep=";", index=False, encoding="cp1252")
    return short(ff.Collect(folder / "preise.csv", target="Preis"), ff.Preprocess(), "mixture")


def uneven(folder: Path) -> ff.Pipeline:
    """Numbers that are predicted worse in one city, and for large values of a column."""
    draw = np.random.default_rng(8)
    count = 1000
    x, size = draw.normal(size=count), draw.gamma(2.0, 3.0, count)
    city = draw.choice(np.array(["Ulm", "Bern", "Graz", None], object), count)
    noise = draw.normal(size=count) * np.where(city == "Ulm", 12, np.where(size > 9, 9, 1))
    frame = pd.DataFrame({"x": x, "city": city, "size": size, "y": 10 * x + noise})
    frame.loc[draw.random(count) < 0.1, "size"] = np.nan
    preprocess = ff.Preprocess(outliers="keep", missing_indicator=False)
    return short(ff.Collect(frame, target="y"), preprocess, "mlp")


CASES: dict[str, Callable[[Path], ff.Pipeline]] = {
    "binary": lambda folder: run("binary", keep=TABLE, train=ff.Train(epochs=4)),
    "regression": lambda folder: run("regression", keep=TABLE, train=ff.Train(epochs=4)),
    "multiclass": lambda folder: run(
        "multiclass", keep=TABLE, train=ff.Train("mlp", epochs=6), folds=2
    ),
    "counts": lambda folder: run(
        "count",
        keep="x z city",
        train=ff.Train("mlp", epochs=4, loss="poisson", members=3),
        task="regression",
    ),
    "texts": lambda folder: run("binary", keep="note", train=ff.Train(epochs=4)),
    "mixture": lambda folder: run("binary", keep="x city note", train=ff.Train(epochs=3)),
    "groups": lambda folder: run(
        "regression",
        keep="x z person",
        train=ff.Train("mlp", epochs=3, loss="quantile", quantile=0.9),
        group="person",
        folds=2,
    ),
    "pictures": pictures,
    "album": album,
    "embed": embed,
    "dates": dates,
    "past": past,
    "truths": truths,
    "written": written,
    "uneven": uneven,
    **COLLECTED,
}
