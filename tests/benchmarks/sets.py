"""The tables on which accuracy is compared: what is read, what is left out, how it is split."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

Task = Literal["binary", "multiclass", "regression"]
METRICS: dict[str, str] = {"binary": "roc_auc", "multiclass": "accuracy", "regression": "rmse"}


@dataclass(frozen=True, eq=False)
class Set:
    """Rows to learn from and rows to be judged on, the same for every method.

    Args:
        name: of the set.
        task: decides the metric: area under the ROC curve, accuracy, root mean squared error.
        target: its column; texts for classes, floats for regression.
        train: frame with the target.
        test: frame with the target.
        positive: of two classes, the one whose probability is judged.
    """

    name: str
    task: Task
    target: str
    train: pd.DataFrame
    test: pd.DataFrame
    positive: str = ""

    @property
    def metric(self) -> str:
        """Name of what is reported."""
        return METRICS[self.task]

    @property
    def numeric(self) -> list[str]:
        """Columns of numbers and booleans."""
        columns = self.train.drop(columns=self.target)
        return list(columns.select_dtypes(include=["number", "bool"]).columns)

    @property
    def categorical(self) -> list[str]:
        """All other columns."""
        known = {*self.numeric, self.target}
        return [name for name in self.train.columns if name not in known]


@dataclass(frozen=True)
class Source:
    """How a set is read.

    Args:
        read: of the folder, gives all rows and how many of them, counted from the top, are for
            training (0: four fifths are drawn, stratified where there are classes).
        task: of the target.
        target: its column.
        positive: as in `Set`.
    """

    read: Callable[[Path], tuple[pd.DataFrame, int]]
    task: Task
    target: str
    positive: str = ""


def load(name: str, folder: Path, *, most_rows: int) -> Set:
    """One set, split with seed 0.

    Args:
        name: one of `SOURCES`.
        folder: that holds the files.
        most_rows: to train on; a sample is drawn where there are more.
    """
    from sklearn.model_selection import train_test_split

    source = SOURCES[name]
    frame, given = source.read(folder)
    frame = frame.reset_index(drop=True)
    classes = source.task != "regression"
    frame[source.target] = frame[source.target].astype(str if classes else float)
    rows = np.arange(len(frame))
    if given:
        train, test = rows[:given], rows[given:]
    else:
        train, test = train_test_split(
            rows,
            test_size=0.2,
            random_state=0,
            stratify=frame[source.target] if classes else None,
        )
    if len(train) > most_rows:
        train = np.random.default_rng(0).choice(train, most_rows, replace=False)
    return Set(
        name=name,
        task=source.task,
        target=source.target,
        train=frame.iloc[np.sort(train)].reset_index(drop=True),
        test=frame.iloc[np.sort(test)].reset_index(drop=True),
        positive=source.positive,
    )


def _titanic(folder: Path) -> tuple[pd.DataFrame, int]:
    return pd.read_csv(folder / "titanic.csv").drop(columns="alive"), 0


def _telco(folder: Path) -> tuple[pd.DataFrame, int]:
    frame = pd.read_csv(folder / "telco_churn.csv", na_values=[" "])
    return frame.drop(columns="customerID"), 0


def _creditcard(folder: Path) -> tuple[pd.DataFrame, int]:
    return pd.read_csv(folder / "creditcard_fraud_sample.csv.gz"), 0


def _adult(folder: Path) -> tuple[pd.DataFrame, int]:
    return pd.read_csv(folder / "adult.csv", na_values=["?"]), 32_561


def _nsl_kdd(folder: Path) -> tuple[pd.DataFrame, int]:
    train = pd.read_csv(folder / "nsl_kdd_train20.csv.gz")
    both = pd.concat([train, pd.read_csv(folder / "nsl_kdd_test.csv.gz")])
    both["label"] = np.where(both["label"] == "normal", "normal", "attack")
    return both.drop(columns="difficulty"), len(train)


def _bike_sharing(folder: Path) -> tuple[pd.DataFrame, int]:
    frame = pd.read_csv(folder / "bike_sharing_hour.csv")
    # The date is left out too: year, month, hour and weekday stand beside it, and as a text it
    # names days that no training row has.
    frame = frame.drop(columns=["casual", "registered", "instant", "dateday"])
    return frame, int(0.8 * len(frame))


def _pima(folder: Path) -> tuple[pd.DataFrame, int]:
    frame = pd.read_csv(folder / "pima_diabetes.csv")
    zeros = ["insulin", "skin_thickness", "blood_pressure", "bmi", "glucose"]
    frame[zeros] = frame[zeros].replace(0, np.nan)
    return frame, 0


def _housing(folder: Path) -> tuple[pd.DataFrame, int]:
    return pd.read_csv(folder / "california_housing.csv"), 0


def _diamonds(folder: Path) -> tuple[pd.DataFrame, int]:
    frame = pd.read_parquet(folder / "diamonds.parquet")
    texts = frame.select_dtypes(exclude="number").columns
    return frame.astype(dict.fromkeys(texts, "str")), 0


def _penguins(folder: Path) -> tuple[pd.DataFrame, int]:
    return pd.read_csv(folder / "penguins.csv"), 0


def _bundled(name: str) -> Callable[[Path], tuple[pd.DataFrame, int]]:
    def read(folder: Path) -> tuple[pd.DataFrame, int]:
        from sklearn import datasets

        bunch = getattr(datasets, f"load_{name}")(as_frame=True)
        return bunch.frame, 0

    return read


SOURCES: dict[str, Source] = {
    "titanic": Source(_titanic, "binary", "survived", "1"),
    "telco_churn": Source(_telco, "binary", "Churn", "Yes"),
    "creditcard": Source(_creditcard, "binary", "Class", "1"),
    "adult": Source(_adult, "binary", "income", ">50K"),
    "nsl_kdd": Source(_nsl_kdd, "binary", "label", "attack"),
    "pima": Source(_pima, "binary", "outcome", "1"),
    "breast_cancer": Source(_bundled("breast_cancer"), "binary", "target", "1"),
    "penguins": Source(_penguins, "multiclass", "species"),
    "wine": Source(_bundled("wine"), "multiclass", "target"),
    "digits": Source(_bundled("digits"), "multiclass", "target"),
    "bike_sharing": Source(_bike_sharing, "regression", "count"),
    "california_housing": Source(_housing, "regression", "median_house_value"),
    "diamonds": Source(_diamonds, "regression", "price"),
    "diabetes": Source(_bundled("diabetes"), "regression", "target"),
}
