"""What accuracy is compared with: other libraries at their defaults, and fivefold's.

Each method takes the same rows and gives a function of a frame: the probability of the positive
class, labels, or numbers. Encoding counts as fitting.
"""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sets import Set

Predict = Callable[[pd.DataFrame], np.ndarray]


@dataclass(frozen=True)
class Method:
    """A way to learn from a table.

    Args:
        name: in the tables.
        fit: of the set, a seed and a number of threads.
        needs: a package beside fivefold's own.
        quality: of `Train`, for a variant of fivefold.
    """

    name: str
    fit: Callable[[Set, int, int], Predict]
    needs: str = ""
    quality: str = ""

    @property
    def lacks(self) -> str:
        """Why it cannot run here; empty if it can."""
        if self.needs and importlib.util.find_spec(self.needs) is None:
            return f"{self.needs} is not installed"
        if self.quality:
            import fivefold as ff

            if "quality" not in ff.Train.model_fields:
                return "`Train` has no `quality` in this version"
        return ""


def fivefold(data: Set, seed: int, threads: int, **train: Any) -> Predict:
    """Collect, Preprocess and Train; the validation rows are drawn from the training rows."""
    import fivefold as ff

    named = {"positive": data.positive} if data.positive else {}
    pipeline = ff.Pipeline(
        [
            ff.Collect(
                data.train, target=data.target, test_source=data.test, task=data.task, **named
            ),
            ff.Preprocess(),
            ff.Train(threads=threads, **train),
        ]
    )
    result = pipeline.run(seed=seed, device="cpu", progress=False)
    classes = [str(label) for label in result[ff.Preprocessed].codec.schema.classes]

    def predict(frame: pd.DataFrame) -> np.ndarray:
        frame = frame.drop(columns=data.target)
        if data.task == "regression":
            return result.predict(frame)
        return _answers(data, result.predict_proba(frame), classes)

    return predict


def _quality(level: str) -> Callable[[Set, int, int], Predict]:
    return lambda data, seed, threads: fivefold(data, seed, threads, quality=level)


def linear(data: Set, seed: int, threads: int) -> Predict:
    from sklearn.linear_model import LogisticRegression, Ridge

    if data.task == "regression":
        return _estimator(data, Ridge(), _dense(data))
    return _estimator(data, LogisticRegression(max_iter=1000), _dense(data))


def perceptron(data: Set, seed: int, threads: int) -> Predict:
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.preprocessing import StandardScaler

    if data.task == "regression":
        scaled = TransformedTargetRegressor(
            MLPRegressor(random_state=seed), transformer=StandardScaler()
        )
        return _estimator(data, scaled, _dense(data))
    return _estimator(data, MLPClassifier(random_state=seed), _dense(data))


def histogram(data: Set, seed: int, threads: int) -> Predict:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kinds = (HistGradientBoostingRegressor, HistGradientBoostingClassifier)
    model = kinds[data.task != "regression"](random_state=seed)
    return _estimator(data, model, _native(data))


def lightgbm(data: Set, seed: int, threads: int) -> Predict:
    from lightgbm import LGBMClassifier, LGBMRegressor

    kind = LGBMRegressor if data.task == "regression" else LGBMClassifier
    model = kind(random_state=seed, n_jobs=threads, verbose=-1)
    return _estimator(data, model, _native(data))


def xgboost(data: Set, seed: int, threads: int) -> Predict:
    from xgboost import XGBClassifier, XGBRegressor

    kind = XGBRegressor if data.task == "regression" else XGBClassifier
    model = kind(random_state=seed, n_jobs=threads, enable_categorical=True)
    return _estimator(data, model, _native(data))


def catboost(data: Set, seed: int, threads: int) -> Predict:
    from catboost import CatBoostClassifier, CatBoostRegressor

    kind = CatBoostRegressor if data.task == "regression" else CatBoostClassifier
    model = kind(
        random_seed=seed,
        thread_count=threads,
        verbose=False,
        allow_writing_files=False,
        cat_features=data.categorical,
    )
    return _estimator(data, model, _named(data))


def _pytabkit(name: str) -> Callable[[Set, int, int], Predict]:
    def fit(data: Set, seed: int, threads: int) -> Predict:
        import pytabkit

        kind = "Regressor" if data.task == "regression" else "Classifier"
        model = getattr(pytabkit, f"{name}_{kind}")(
            device="cpu", random_state=seed, n_threads=threads
        )
        return _estimator(data, model, _filled(data))

    return fit


METHODS = {
    method.name: method
    for method in (
        Method("fivefold", fivefold),
        Method("fivefold-fast", _quality("fast"), quality="fast"),
        Method("fivefold-best", _quality("best"), quality="best"),
        Method("linear", linear),
        Method("mlp", perceptron),
        Method("histogram", histogram),
        Method("lightgbm", lightgbm, needs="lightgbm"),
        Method("xgboost", xgboost, needs="xgboost"),
        Method("catboost", catboost, needs="catboost"),
        Method("realmlp", _pytabkit("RealMLP_TD"), needs="pytabkit"),
        Method("tabm", _pytabkit("TabM_D"), needs="pytabkit"),
    )
}

Encode = Callable[[pd.DataFrame], Any]


def _estimator(data: Set, model: Any, encode: Encode) -> Predict:
    """Fit anything with scikit-learn's face, classes as numbers from 0."""
    target = data.train[data.target].to_numpy()
    if data.task == "regression":
        model.fit(encode(data.train), target)
        return lambda frame: np.asarray(model.predict(encode(frame))).ravel()
    classes, codes = np.unique(target.astype(str), return_inverse=True)
    model.fit(encode(data.train), codes)
    return lambda frame: _answers(data, model.predict_proba(encode(frame)), classes.tolist())


def _answers(data: Set, scores: np.ndarray, classes: list[str]) -> np.ndarray:
    """The positive class's probability, or labels."""
    if data.task == "binary":
        return np.asarray(scores)[:, classes.index(data.positive)]
    return np.array(classes)[np.asarray(scores).argmax(1)]


def _dense(data: Set) -> Encode:
    """Medians for missing numbers, deviation 1, a column a category: for linear and MLP."""
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    encoder = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), data.numeric),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), data.categorical),
    )
    numeric = dict.fromkeys(data.numeric, "float64")
    encoder.fit(_named(data)(data.train).astype(numeric))
    named = _named(data)
    return lambda frame: encoder.transform(named(frame).astype(numeric))


def _native(data: Set) -> Encode:
    """Columns of pandas categories, those of the training rows; numbers as they are."""
    kinds: dict[str, Any] = {
        name: pd.CategoricalDtype(np.unique(data.train[name].dropna().astype(str)))
        for name in data.categorical
    }
    kinds |= dict.fromkeys(data.numeric, "float64")
    texts = dict.fromkeys(data.categorical, "str")
    columns = [*data.numeric, *data.categorical]
    return lambda frame: frame[columns].astype(texts).astype(kinds)


def _named(data: Set) -> Encode:
    """Categories as texts, a missing one as a text of its own; numbers as they are."""

    def encode(frame: pd.DataFrame) -> pd.DataFrame:
        texts = frame[data.categorical].astype("str").fillna("missing").astype(object)
        return pd.concat([frame[data.numeric].astype("float64"), texts], axis=1)

    return encode


def _filled(data: Set) -> Encode:
    """Categories as pandas categories, numbers with medians for missing: for pytabkit."""
    middle = data.train[data.numeric].astype("float64").median()
    named = _named(data)
    kinds = {
        name: pd.CategoricalDtype(np.unique(named(data.train)[name].astype(str)))
        for name in data.categorical
    }

    def encode(frame: pd.DataFrame) -> pd.DataFrame:
        whole = named(frame)
        whole[data.numeric] = whole[data.numeric].fillna(middle)
        return whole.astype(kinds)

    return encode
