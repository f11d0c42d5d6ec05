"""Write into docs/scikit-learn.md which estimators of scikit-learn have a graph.

Run: `python docs/make_estimators.py`. Each is fitted on 120 rows of one small table and asked for
the graph that `Train` would look for.
"""

import warnings
from collections.abc import Iterator
from inspect import Parameter, signature
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.utils import all_estimators

from fivefold.models.conversion import convert
from fivefold.models.estimated import Live

PAGE = Path(__file__).with_name("scikit-learn.md")
BEGIN, END = "<!-- estimators -->", "<!-- end of estimators -->"
ROWS = 120


def made(kind: type[BaseEstimator], inner: BaseEstimator) -> Any:
    """An estimator with its defaults; those that hold others hold a linear one."""
    parameters = signature(kind).parameters.values()
    wanted = [one.name for one in parameters if one.default is Parameter.empty]
    several = [("one", inner), ("two", type(inner)())]
    given = {name: several if name == "estimators" else inner for name in wanted}
    if kind.__name__ == "VotingClassifier":
        given["voting"] = "soft"
    return kind(**given)


def sorted_out(of: str) -> dict[str, list[str]]:
    """Names by what became of them: `graph`, `none`, `no probabilities`."""
    rng = np.random.default_rng(0)
    rows = rng.random((ROWS, 4)).astype(np.float32)
    numbers = rows[:, 0] + rows[:, 1] + rng.normal(0, 0.1, ROWS)
    target = (numbers > 1).astype(np.int64) if of == "classifier" else numbers
    inner = LogisticRegression() if of == "classifier" else Ridge()
    found: dict[str, list[str]] = {"graph": [], "none": [], "no probabilities": []}
    for name, kind in all_estimators(of):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                fitted = made(kind, inner).fit(rows.astype(np.float64), target)
            except (ValueError, TypeError, IndexError):  # for several targets, or for counts alone
                continue
            if of == "classifier" and not hasattr(fitted, "predict_proba"):
                found["no probabilities"].append(name)
                continue
            labels = np.arange(2) if of == "classifier" else None
            columns = 2 if of == "classifier" else 1
            unit = np.zeros(columns), np.ones(columns)
            graph = convert(Live(fitted, labels), rows, *unit).graph
        found["none" if graph is None else "graph"].append(name)
    return found


def listed() -> Iterator[str]:
    """The lines of the page."""
    for of in ("classifier", "regressor"):
        found = sorted_out(of)
        for what, names in found.items():
            if names:
                words = {"graph": "with a graph", "none": "without one"}.get(what, f"with {what}")
                shown = ", ".join(f"`{name}`" for name in names)
                yield f"- **{of.capitalize()}s {words}**: {shown}."


def main() -> None:
    """Write the list between its marks."""
    text = PAGE.read_text("utf-8")
    head, rest = text.split(BEGIN)
    body = "\n".join(listed())
    PAGE.write_text(f"{head}{BEGIN}\n\n{body}\n\n{END}{rest.split(END)[1]}", "utf-8")


if __name__ == "__main__":
    main()
