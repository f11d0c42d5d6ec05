"""The face of scikit-learn: a network that is fitted, scored and searched like any estimator."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_consistent_length, check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from fivefold.artifacts import Collected, Deployed, Preprocessed, Trained
from fivefold.codecs.table import Array
from fivefold.core.recipe import write_recipe
from fivefold.deploy.carried import answering, pack_bundle, unpack_bundle
from fivefold.errors import FivefoldError
from fivefold.kinds.known import labels, number_kind
from fivefold.tasks.known import number_task

TARGET, WEIGHT = "target", "weight"
OF_TRAIN = ("quality", "epochs", "batch", "lr", "members")


class _Fivefold(BaseEstimator):  # type: ignore[misc]
    """What a classifier and a regressor have in common; the parameters are those of the stages."""

    def __init__(
        self,
        model: Any = None,
        *,
        quality: str = "balanced",
        epochs: int | None = None,
        batch: int | None = None,
        lr: float | None = None,
        members: int | None = None,
        train: Mapping[str, Any] | None = None,
        preprocess: Mapping[str, Any] | None = None,
        validation_fraction: float = 0.16,
        device: str = "auto",
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.model = model
        self.quality = quality
        self.epochs = epochs
        self.batch = batch
        self.lr = lr
        self.members = members
        self.train = train
        self.preprocess = preprocess
        self.validation_fraction = validation_fraction
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _fit(self, X: Any, target: Array, sample_weight: Any) -> None:
        """Fit on rows whose target is ready; `self` knows its columns."""
        from fivefold.collect.collect import Collect
        from fivefold.pipeline import Pipeline
        from fivefold.preprocess.preprocess import Preprocess
        from fivefold.preprocess.split import Split
        from fivefold.train.train import Train

        columns = self._columns(X)
        said: dict[str, Any] = {"missing": {}}
        said["kinds"] = {} if _is_frame(X) else dict.fromkeys(columns, number_kind())
        aim, weight = _free(TARGET, columns), _free(WEIGHT, columns)
        columns[aim] = target
        if sample_weight is not None:
            columns[weight] = _check_sample_weight(sample_weight, target, dtype=np.float64)
            said["weight"] = weight
        asked = {name: getattr(self, name) for name in OF_TRAIN} | dict(self.train or {})
        if target.dtype == object:  # a label may be "NA"
            said["kinds"][aim], said["missing"][aim] = labels().name, []
        else:
            said["task"] = number_task()
        try:
            chain = Pipeline(
                [
                    Collect(columns, target=aim, **said),
                    Split(valid=self.validation_fraction, test=0.0),
                    Preprocess(**(self.preprocess or {})),
                    Train(self.model, **asked),
                ]
            )
            seed = int(check_random_state(self.random_state).randint(2**31 - 1))
            self.result_ = chain.run(seed=seed, device=self.device, progress=bool(self.verbose))
        except FivefoldError as error:
            raise ValueError(str(error)) from error
        self._predictor = answering(*self._made())
        self._bundle = b""

    def _columns(self, X: Any) -> dict[str, Any]:
        """Columns by name: those of a frame as they are, of an array one by one."""
        if _is_frame(X):
            frame = X if hasattr(X, "iloc") else X.to_pandas()
            values = [frame.iloc[:, place] for place in range(frame.shape[1])]
            values = [column.to_numpy() for column in values]
        else:
            values = list(np.asarray(X).T)
        numbered = [f"x{place}" for place in range(self.n_features_in_)]
        names = getattr(self, "feature_names_in_", numbered)
        return dict(zip(map(str, names), values, strict=True))

    def _scores(self, X: Any) -> Array:
        check_is_fitted(self)
        if _is_frame(X):
            validate_data(self, X, reset=False, skip_check_array=True)
        else:
            dtype = object if self._frames else "numeric"
            finite = False if self._frames else "allow-nan"
            X = validate_data(self, X, reset=False, dtype=dtype, ensure_all_finite=finite)
        rows = self._columns(X)
        try:
            return self._predictor.scores(rows)
        except FivefoldError as error:
            raise ValueError(str(error)) from error

    def deploy(self, path: str | Path) -> Deployed:
        """Write a bundle that `fivefold.load` and `fivefold serve` read; see `Deploy`.

        Args:
            path: of the bundle.

        Raises:
            ValueError: if it was not fitted in this process: the rows that a bundle is replayed
                with are in no pickle.
        """
        from fivefold.core.session import Session
        from fivefold.deploy.deploy import Deploy
        from fivefold.partition import Partition

        check_is_fitted(self)
        if not hasattr(self, "result_"):
            raise ValueError("deploy() needs the rows it was fitted on: fit it in this process.")
        collected, data, trained = self._made()
        session = Session(recipe=self._recipe())
        return Deploy(path).run(collected, self.result_[Partition], data, trained, session)

    def __getstate__(self) -> dict[str, Any]:
        kept = (*self.get_params(deep=False), "n_features_in_", "feature_names_in_", "classes_")
        state = {name: vars(self)[name] for name in (*kept, "_frames") if name in vars(self)}
        if hasattr(self, "_predictor"):
            self._bundle = self._bundle or pack_bundle(*self._made(), recipe=self._recipe())
            state["_bundle"] = self._bundle
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if content := state.get("_bundle"):
            self._predictor = unpack_bundle(content)

    def _made(self) -> tuple[Collected, Preprocessed, Trained]:
        result = self.result_
        return result[Collected], result[Preprocessed], result[Trained]

    def _recipe(self) -> str:
        stages = [step.stage for step in self.result_.execution.steps]
        return write_recipe(stages, strict=False)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_predictor")


class FivefoldClassifier(ClassifierMixin, _Fivefold):  # type: ignore[misc]
    """A network for classes, with the methods of scikit-learn.

    Arrays are numbers, NaN where one is missing; columns of frames are what `Collect` finds them to
    be. Part of the rows only stop the training. Its parameters are those of `Train` unless said.

    Args:
        model: None chooses by the columns; a name, a module, or an estimator of scikit-learn.
        quality: `fast`, `balanced` or `best`.
        epochs: at most; None follows a rule.
        batch: rows a step.
        lr: full learning rate.
        members: networks that answer together.
        train: other settings of `Train`, by name.
        preprocess: settings of `Preprocess`, by name.
        validation_fraction: of the rows, to stop by, 0 to 1.
        device: `auto`, `cpu`, `cuda`.
        random_state: seed of all that is drawn.
        verbose: show how it goes.

    Attributes:
        classes_: `(classes,)` labels.
        n_features_in_: columns that it was fitted on.
        feature_names_in_: their names, where these were texts of a frame.
        result_: what its run gave, by type; not in pickles, which hold a bundle's bytes.

    Example:
        >>> from sklearn.datasets import load_iris
        >>> rows, labels = load_iris(return_X_y=True)
        >>> flowers = FivefoldClassifier("mlp", epochs=20, random_state=0).fit(rows, labels)
        >>> flowers.score(rows, labels) > 0.8
        True
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit on rows and their labels.

        Args:
            X: `(n, columns)` array of numbers, or a frame.
            y: `(n,)` labels.
            sample_weight: `(n,)` how much each row counts.

        Raises:
            ValueError: if they cannot be learnt from.
        """
        X, y = _both(self, X, y)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"{type(self).__name__} needs 2 classes or more, found one class.")
        words = np.array(_labels(self.classes_), dtype=object)
        self._fit(X, words[codes], sample_weight)
        return self

    def predict_proba(self, X: Any) -> Array:
        """Float32 `(n, classes)` probabilities in the order of `classes_`."""
        scores = self._scores(X)
        known = [str(label) for label in self._predictor.classes]
        return scores[:, [known.index(str(label)) for label in _labels(self.classes_)]]

    def predict(self, X: Any) -> Array:
        """`(n,)` the likeliest label of each row."""
        shares = self.predict_proba(X)
        labels: Array = self.classes_[shares.argmax(axis=1)]
        return labels


class FivefoldRegressor(RegressorMixin, _Fivefold):  # type: ignore[misc]
    """A network for numbers, with the methods of scikit-learn; parameters as `FivefoldClassifier`.

    Example:
        >>> from sklearn.datasets import load_diabetes
        >>> rows, values = load_diabetes(return_X_y=True)
        >>> model = FivefoldRegressor("mlp", epochs=20, random_state=0).fit(rows, values)
        >>> model.score(rows, values) > 0.3
        True
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit on rows and their numbers.

        Args:
            X: `(n, columns)` array of numbers, or a frame.
            y: `(n,)` numbers.
            sample_weight: `(n,)` how much each row counts.

        Raises:
            ValueError: if they cannot be learnt from.
        """
        X, y = _both(self, X, y, numeric=True)
        self._fit(X, y.astype(np.float64), sample_weight)
        return self

    def predict(self, X: Any) -> Array:
        """`(n,)` float64 numbers."""
        return self._scores(X)


def _both(one: _Fivefold, X: Any, y: Any, *, numeric: bool = False) -> tuple[Any, Array]:
    """Rows and target, checked; frames stay frames."""
    one._frames = _is_frame(X)
    checks: dict[str, Any] = {"dtype": "numeric", "ensure_all_finite": "allow-nan"}
    if not one._frames:
        X, y = validate_data(one, X, y, y_numeric=numeric, ensure_min_samples=2, **checks)
        return X, y
    y = validate_data(one, y=y, y_numeric=numeric)
    validate_data(one, X, skip_check_array=True)  # after y, for which it forgets names of columns
    check_consistent_length(X, y)
    return X, y


def _labels(classes: Array) -> list[Any]:
    """Labels as the target has them: their own, where every one is told apart; else numbers."""
    labels = classes.tolist()
    words = {str(label).strip().casefold() for label in labels}
    plain = all(type(label) in (str, int, bool) for label in labels)
    return (
        labels if plain and len(words) == len(labels) and "" not in words else [*range(len(labels))]
    )


def _free(name: str, columns: Mapping[str, Any]) -> str:
    while name in columns:
        name += "_"
    return name


def _is_frame(X: Any) -> bool:
    return hasattr(X, "columns") and (hasattr(X, "iloc") or hasattr(X, "to_pandas"))
