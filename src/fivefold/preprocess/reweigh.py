"""The stage that lets training rows count so that group and answer are independent."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from pydantic import Field

from fivefold.artifacts import Collected, Preprocessed
from fivefold.codecs.rows import Rows
from fivefold.codecs.table import Array
from fivefold.core.context import Context
from fivefold.core.digits import digits
from fivefold.core.events import Found
from fivefold.core.finding import Finding, finding
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.core.wording import quoted
from fivefold.errors import DataError, FivefoldError, PreflightError
from fivefold.metrics.groups import FEWEST_ROWS
from fivefold.metrics.weight import weights_of
from fivefold.sensitive import grouped, sensitive_faults
from fivefold.tasks.known import task_of

WHO = "Reweigh"


class Reweigh(Stage):
    """Let training rows count more or less, so that groups have each class equally often.

    A row of group g and class y counts as many times as such rows would be expected to be there if
    the two were independent, over how many there are. It stands between Preprocess and Train, is
    fitted on training rows alone, in every fold anew, and nothing of it is deployed: the model is
    not asked for the group unless it reads the column. Validation and test rows count as before.
    Weights of rows (`Collect(weight=)`) are multiplied. Simple models beside the model learn from
    the same rows and weights.

    Args:
        columns: whose groups are meant, of several those that share a value of each; the model may
            read them or not. Numbers are cut into quarters. Groups of fewer than 30 training rows
            count as they are.

    Raises:
        DataError: if the training rows have no two groups of 30 rows.

    Example:
        >>> Reweigh("sex")
        Reweigh(columns=('sex',))

    Reference:
        Kamiran and Calders, Data preprocessing techniques for classification without
        discrimination, Knowledge and Information Systems 33, 2012, section 4.3.
    """

    columns: tuple[str, ...] = Field(kw_only=False, min_length=1)

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        """Columns that are not there or divide nothing, and tasks without a class a row."""
        collected = found.get(Collected)
        if collected is None:
            return []
        task = task_of(collected.schema)
        if not task.labelled or task.placed or task.plane:
            wanted = f"{WHO} expects a task with a class a row, found {task.called}"
            return [PreflightError(f"{wanted}.", remedy="Leave Reweigh out.")]
        return sensitive_faults(self.columns, collected.schema, WHO)

    def run(self, collected: Collected, data: Preprocessed, session: Session) -> Preprocessed:
        """Weigh the training rows."""
        rows = data.train
        names, group = grouped(collected.table.take(rows.index), collected.schema, self.columns)
        counts = np.bincount(group[group >= 0], minlength=len(names))
        if (counts >= FEWEST_ROWS).sum() < 2:
            wanted = f"training rows of two groups of {FEWEST_ROWS} rows or more"
            found = f"{int((counts >= FEWEST_ROWS).sum())} by {quoted(self.columns)}"
            remedy = "Name a column that divides the training rows."
            raise DataError.expected(WHO, wanted, found, remedy)
        group = np.where((group >= 0) & (counts[group] >= FEWEST_ROWS), group, -1)
        given = weights_of(rows.weight, len(rows))
        factors = factors_of(rows.target, group, given)
        told = self._told(collected, factors, rows.target, group, names)
        session.emit(Found(finding=told))
        valid = data.valid
        if valid.weight is None:
            valid = replace(valid, weight=np.ones(len(valid)))
        train: Rows = replace(rows, weight=given * factors)
        return data.replace(train=train, valid=valid, findings=(*data.findings, told))

    def _told(
        self,
        collected: Collected,
        factors: Array,
        target: Array,
        group: Array,
        names: Sequence[str],
    ) -> Finding:
        """What counts least and most."""
        classes = collected.schema.classes

        def one(place: int) -> str:
            return f"{digits(factors[place])} (`{names[group[place]]}`, `{classes[target[place]]}`)"

        some = np.flatnonzero((group >= 0) & (target >= 0))
        least, most = (int(some[pick(factors[some])]) for pick in (np.argmin, np.argmax))
        sentence = (
            f"Training rows count so that {quoted(self.columns)} and `{collected.schema.predicted}`"
            f" are independent in them: from {one(least)} to {one(most)} times."
        )
        return finding("reweighed", sentence, columns=[*self.columns])


def factors_of(target: Array, group: Array, weight: Array) -> Array:
    """How many times rows are to count for class and group to be independent.

    Args:
        target: `(n,)` class indices; rows of -1 count once.
        group: `(n,)` numbers of groups from 0; rows of -1 count once.
        weight: `(n,)` how much each row counts before.

    Returns:
        `(n,)` float64; the weights of all rows come to what they were.

    Example:
        >>> found = factors_of(np.array([1, 1, 1, 0]), np.array([0, 0, 1, 1]), np.ones(4))
        >>> found.round(2).tolist()
        [0.86, 0.86, 1.71, 0.57]
    """
    factors, some = np.ones(len(target)), (target >= 0) & (group >= 0)
    if not some.any():
        return factors
    one, other, heavy = target[some], group[some], weight[some]
    there = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(there, (one, other), heavy)
    wanted = there.sum(axis=1, keepdims=True) * there.sum(axis=0) / max(there.sum(), 1e-300)
    ratio = np.divide(wanted, there, out=np.ones_like(there), where=there > 0)
    # what is in a class that a group lacks is shared out over the cells that there are
    scale = heavy.sum() / max(float((ratio[one, other] * heavy).sum()), 1e-300)
    factors[some] = ratio[one, other] * scale
    return factors
