"""Every finding on real sets, divided as their sources ask: `told.py FOLDER [NAME ...] [--to DIR]`.

FOLDER holds the public sets that `sets` names. Models are cheap: it is what is told of the data
that is looked at here. `--to` keeps a report of each.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fieldsets
import pandas as pd

import fivefold as ff

Settings = dict[str, Any]


def sets(folder: Path, scratch: Path) -> dict[str, Callable[[], Settings]]:
    """Settings of `Collect` by the name of a set, with `epochs` and `folds` of other stages."""

    def file(name: str, target: Any, **more: Any) -> Callable[[], Settings]:
        test = more.pop("test", None)
        given = {} if test is None else {"test_source": str(folder / test)}
        return lambda: {"source": str(folder / name), "target": target, **given, **more}

    def part(made: Any, target: str) -> Callable[[], Settings]:
        def settings() -> Settings:
            one = next(made(folder, scratch))
            test = {} if one.test is None else {"test_source": one.test}
            return {"source": one.train, "target": target, **test, **one.collect}

        return settings

    def adult() -> Settings:
        frame = pd.read_csv(folder / "adult.csv")
        return {"source": frame[:32_561], "test_source": frame[32_561:], "target": "income"}

    def fashion() -> Settings:
        one = next(fieldsets.fashion(folder, scratch))
        assert one.test is not None
        train, test = one.train.sample(4_000, random_state=0), one.test.sample(1_000)
        return {"source": train, "test_source": test, "target": "label", "epochs": 3}

    def speakers() -> Settings:
        frame = fieldsets._spoken(folder, scratch).drop(columns="number")
        return {"source": frame, "target": "digit", "group": "speaker"}

    def places() -> Settings:
        frame = fieldsets._movement(folder)
        return {"source": frame, "target": "label", "group": "place"}

    def given_places() -> Settings:
        frame = fieldsets._movement(folder)
        test = frame.place == 3
        return {"source": frame[~test], "test_source": frame[test], "target": "label"}

    def numbered() -> Settings:
        frame = fieldsets._spoken(folder, scratch)
        test = frame.number < 5
        return {"source": frame[~test], "test_source": frame[test], "target": "digit"}

    def stocks() -> Settings:
        frame = pd.read_csv(folder / "stocks_djia_2006_2017.csv.gz")
        frame = frame[frame.Name.isin(sorted(frame.Name.unique())[:6])]
        frame["next"] = frame.groupby("Name").Close.shift(-1)
        return {"source": frame.dropna(subset=["next"]), "target": "next", "time": "Date"}

    def entities() -> Settings:
        return {
            "source": str(folder / "wnut17_train.conll"),
            "test_source": str(folder / "wnut17_test.conll"),
            "target": None,
            "epochs": 3,
        }

    bike, etth = "bike_sharing_hour.csv", "etth2.csv.gz"
    return {
        "adult": adult,
        "telco_churn": file("telco_churn.csv", "Churn"),
        "pima": file("pima_diabetes.csv", "outcome"),
        "pima_folds": file("pima_diabetes.csv", "outcome", folds=5),
        "titanic": file("titanic.csv", "survived"),
        "penguins": file("penguins.csv", "species"),
        "california_housing": file("california_housing.csv", "median_house_value"),
        "diamonds": file("diamonds.parquet", "price"),
        "diamonds_cut": file("diamonds.parquet", "cut"),
        "bike_sharing": file(bike, "count"),
        "bike_sharing_by_time": file(
            bike, "count", time="dateday", drop=("casual", "registered", "instant")
        ),
        "bike_forecast": file(bike, "count", time=("dateday", "hour"), horizon=24, stride=12),
        "fashion_mnist": fashion,
        "cifar10": file("cifar10_subset_jpg.zip", None, epochs=3),
        "sms_spam": file("sms_spam.tsv", 0),
        "ag_news": file("ag_news_7600.csv", 0),
        "spoken_digits": numbered,
        "spoken_digits_by_speaker": speakers,
        "weight_lifting": part(fieldsets.lifting, "classe"),
        "indoor_movement": given_places,
        "indoor_movement_by_place": places,
        "dna_splice": file("dna_splice.csv", "label"),
        "creditcard": file("creditcard_fraud_sample.csv.gz", "Class"),
        "creditcard_by_time": file("creditcard_fraud_sample.csv.gz", "Class", time="Time"),
        "stocks": stocks,
        "nsl_kdd": file("nsl_kdd_train20.csv.gz", "label", test="nsl_kdd_test.csv.gz"),
        "nsl_kdd_normal": file(
            *("nsl_kdd_train20.csv.gz", "label"),
            **{"test": "nsl_kdd_test.csv.gz", "task": "binary", "positive": "normal"},
        ),
        "wnut17": entities,
        "etth2": file(etth, "OT", time="date", horizon=24, stride=24),
    }


def told(name: str, settings: Settings, reports: Path | None) -> None:
    """Run a set once and print what was found."""
    settings = dict(settings)
    epochs, folds = settings.pop("epochs", None), settings.pop("folds", 0)
    begun = time.perf_counter()
    train = ff.Train(quality="fast") if epochs is None else ff.Train(quality="fast", epochs=epochs)
    stages = [ff.Collect(settings.pop("source"), **settings), ff.Preprocess(), train]
    result = ff.Pipeline([*stages, ff.Evaluate(folds=folds)]).run(seed=0, progress=False)
    print(f"\n## {name} ({time.perf_counter() - begun:.0f} s): {result[ff.Partition].how}")
    for one in result.findings:
        print(f"{one.severity:8} {one.code:24} {one.sentence}", flush=True)
    if reports is not None:
        result.report(str(reports / f"{name}.html"))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("names", nargs="*")
    asked.add_argument("--to", type=Path)
    chosen = asked.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for name, made in sets(chosen.folder, Path(scratch)).items():
            if name in chosen.names or not chosen.names:
                try:
                    told(name, made(), chosen.to)
                except ff.errors.FivefoldError as error:
                    print(f"\n## {name}\n{error}", flush=True)


if __name__ == "__main__":
    main()
