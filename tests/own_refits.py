"""Stages in a file of their own, which other processes of a study load."""

import os
import signal

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from fivefold.artifacts import Collected, Preprocessed
from fivefold.core.stage import Stage
from fivefold.partition import Partition


class Halve(Stage):
    """Halves the numbers of the training rows' table; a change that networks can see."""

    column: str = "a"

    def run(self, collected: Collected, partition: Partition) -> Collected:
        from fivefold.codecs.table import Columns

        table = collected.table
        columns = {name: table.column(name) for name in table.names}
        columns[self.column] = columns[self.column] / 2
        return collected.replace(table=Columns(columns))


class Fail(Stage):
    """Ends the units whose seed is odd, or all."""

    text: str = "no more"

    def run(self, data: Preprocessed) -> Preprocessed:
        raise LookupError(self.text, 7)


class Die(Stage):
    """Ends its process as the system does when memory is short."""

    short: bool = True

    def run(self, data: Preprocessed) -> Preprocessed:
        if self.short:
            os.kill(os.getpid(), signal.SIGKILL)
        return data


def doubled(matrix):
    """A function for a FunctionTransformer."""
    return 2 * matrix


class Nearest(ClassifierMixin, BaseEstimator):
    """An estimator of a user's: shares by the distance to the mean of each class."""

    def __init__(self, sharpness=1.0):
        self.sharpness = sharpness

    def fit(self, matrix, labels):
        self.classes_ = np.unique(labels)
        self.means_ = np.array([matrix[labels == one].mean(axis=0) for one in self.classes_])
        return self

    def predict_proba(self, matrix):
        gaps = ((matrix[:, None] - self.means_) ** 2).sum(axis=2)
        shares = np.exp(-self.sharpness * gaps)
        return shares / shares.sum(axis=1, keepdims=True)

    def predict(self, matrix):
        return self.classes_[self.predict_proba(matrix).argmax(axis=1)]
