"""Intervals about numbers, and sets of classes, as people ask a model for them."""

from abc import abstractmethod
from os import PathLike
from typing import Any, NamedTuple

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.errors import RequestError
from fivefold.tasks.conformal import INTERVALS, SETS, Conformal
from fivefold.tasks.known import task_of
from fivefold.tasks.places import labels_of
from fivefold.tasks.threshold import Threshold, decided


class About(NamedTuple):
    """What there is to say of some rows.

    Args:
        scores: `(n, ...)` of the rows.
        schema: of the model.
        threshold: what decides answers, which are in each set; None for the likeliest class.
        conformal: what holds the truth; None where that is not known.
    """

    scores: Array
    schema: Schema
    threshold: Threshold | None = None
    conformal: Conformal | None = None


class Bounded:
    """What answers with intervals or sets, where it was evaluated with `coverage=`."""

    @abstractmethod
    def _about(self, data: Any, root: str | PathLike[str] | None) -> About:
        """The scores of some rows, and what is known of their truth."""

    def predict_interval(self, data: Any, *, root: str | PathLike[str] | None = None) -> Array:
        """Between which numbers the truth of each row lies, as often as was asked for.

        Args:
            data: as for `predict`.
            root: as for `predict`.

        Returns:
            `(rows, 2)` float64, low and high; infinite where too few rows were kept for it.

        Raises:
            RequestError: as `predict`; also where there are no intervals.
        """
        about = self._about(data, root)
        task = task_of(about.schema)
        return _known(about, INTERVALS).intervals(task, about.scores, about.schema)

    def predict_set(self, data: Any, *, root: str | PathLike[str] | None = None) -> Array:
        """The classes among which the truth of each row is, as often as was asked for.

        Args:
            data: as for `predict`.
            root: as for `predict`.

        Returns:
            `(rows,)` objects, a list of labels each, with the answer among them.

        Raises:
            RequestError: as `predict`; also where there are no sets.
        """
        about = self._about(data, root)
        marks, schema = decided(about.scores, about.threshold), about.schema
        held = _known(about, SETS).sets(task_of(schema), about.scores, marks)
        return objects(labels_of(np.flatnonzero(row), schema.classes) for row in held)


def _known(about: About, form: str) -> Conformal:
    """What answers in this form.

    Raises:
        RequestError: if there is nothing, or something of another form.
    """
    there = task_of(about.schema).bounds(about.schema) if about.conformal is not None else ""
    if about.conformal is not None and there == form:
        return about.conformal
    found, remedy = f"one with {there}", f"Call predict_{there.removesuffix('s')}."
    if not there:
        found = "one that was evaluated without coverage="
        remedy = "Pass Evaluate(coverage=0.9), and train and deploy again."
    who = f"predict_{form.removesuffix('s')}"
    raise RequestError.expected(who, f"a model with {form}", found, remedy, row=None, column=None)
