"""A fresh clone of an estimator, and what is to be known of it before it is fitted."""

from typing import Any

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.cores import cores
from fivefold.core.session import derive_seed

FEW = 200  # rows on which an estimator is tried before it is fitted


def cloned(estimator: Any, seed: int) -> Any:
    """A clone; what would draw without a `random_state` gets one, so that a run can be repeated.

    Example:
        >>> from sklearn.linear_model import Ridge
        >>> cloned(Ridge(random_state=7), 0).random_state
        7
    """
    from sklearn.base import clone

    fresh = clone(estimator)
    drawn = [
        name
        for name, value in fresh.get_params().items()
        if name.split("__")[-1] == "random_state" and value is None
    ]
    states = {name: derive_seed(seed, "estimator", name) for name in drawn}
    return fresh.set_params(**states)


def title(estimator: Any) -> str:
    """An estimator by the name of its class; a pipeline with those of its steps.

    Example:
        >>> from sklearn.linear_model import Ridge
        >>> from sklearn.pipeline import make_pipeline
        >>> from sklearn.preprocessing import StandardScaler
        >>> title(make_pipeline(StandardScaler(), Ridge()))
        'Pipeline(StandardScaler, Ridge)'
    """
    steps = getattr(estimator, "steps", None)
    inner = f"({', '.join(title(step) for _, step in steps)})" if steps else ""
    return f"{type(estimator).__name__}{inner}"


def weights_name(estimator: Any) -> str:
    """The argument of `fit` that takes weights of rows; empty if there is none."""
    from sklearn.utils.validation import has_fit_parameter

    steps = getattr(estimator, "steps", None)
    last = estimator if not steps else steps[-1][1]
    if not has_fit_parameter(last, "sample_weight"):
        return ""
    return f"{steps[-1][0]}__sample_weight" if steps else "sample_weight"


def threads_of(estimator: Any) -> int:
    """How many threads an estimator may use now: those of its `n_jobs`, and of the libraries.

    Those of the libraries are as they are limited at the moment.
    """
    from threadpoolctl import threadpool_info

    jobs = [
        int(value) if value > 0 else cores() + 1 + int(value)
        for name, value in estimator.get_params().items()
        if name.split("__")[-1] == "n_jobs" and value
    ]
    return max([1, *jobs, *(int(pool["num_threads"]) for pool in threadpool_info())])


def few_rows(target: Array) -> Array:
    """Positions of a few rows, some of each class."""
    if target.dtype.kind != "i" or len(target) <= FEW:
        return np.arange(min(len(target), FEW))
    each = max(5, FEW // (int(target.max()) + 1))
    first = [np.flatnonzero(target == label)[:each] for label in np.unique(target)]
    return np.sort(np.concatenate(first))
