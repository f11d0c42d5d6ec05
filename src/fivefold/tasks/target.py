"""The target columns before it is settled what they are, and after."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from fivefold.codecs.coded import Coded
from fivefold.codecs.schema import Label
from fivefold.codecs.table import Array
from fivefold.codecs.whole import WideIntegers
from fivefold.core.finding import Finding
from fivefold.core.wording import quoted
from fivefold.errors import DataError
from fivefold.tasks.labels import Labels, read_labels

MOST_NUMBERS = 20
"""Whole numbers with at most this many different values may be classes."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Target:
    """A column to predict.

    Args:
        name: of the column.
        values: `(n,)` canonical.
        present: `(n,)` bool, False where it is missing.
        what: its values are, for messages: `datetime values`.
        reads_as: `numbers`, `labels`, both or neither: what its kind can be learnt as.
        cells: `(n,)` as the source gave them.
        typed: whether the source tells texts from numbers; a CSV file does not.
        wide: the whole numbers that float64 does not hold apart, if there are such.
        lost: a sentence about texts that stand for missing in it; empty if there are none.
        remedy: what makes them values again.
        format: how its cells are written.
    """

    name: str
    values: Array
    present: Array
    what: str
    reads_as: frozenset[str]
    cells: "Array | Coded"
    typed: bool = False
    wide: WideIntegers | None = None
    lost: str = ""
    remedy: str = ""
    format: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Targets:
    """All columns to predict.

    Args:
        columns: one or more.
        usable: `(n,)` bool, rows to look at: readable, no target missing.
        source: its name, for messages.
        positions: `(n,)` int64, how many the one sequence among the other columns has in each row;
            None where there is none, or several.
        sizes: `(n, 2)` height and width of the one picture among the other columns, NaN where it
            is missing; None where there is none, or several.
        asked: whether the task was asked for, or is to be guessed.
        positive: the class whose probability a binary model is judged by, if that was said.
        orders: of the classes of a column from the least to the most, by name, where it is known.
        said: by setting (`order`, `positive` ...) the columns of which a user said something by it.
        tasks: names of what columns are to be predicted as, by name, where that was said.
        normal: the class of usual rows, where odd ones are sought, if that was said.
        named: what ids in masks are called, by id or from 0 on; None for what is no class.
        number_kind: name of the kind that holds numbers, for messages.
        number_task: name of the task that predicts one, for messages.
        text_task: the same of one that writes down what a row says, where rows can be read so.
    """

    columns: tuple[Target, ...]
    usable: Array
    source: str
    positions: Array | None = None
    sizes: Array | None = None
    asked: bool = False
    positive: Label | None = None
    orders: Mapping[str, tuple[Label, ...]] = field(default_factory=dict)
    said: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tasks: Mapping[str, str] = field(default_factory=dict)
    normal: Label | None = None
    named: Mapping[Any, str | None] | tuple[str | None, ...] | None = None
    number_kind: str = ""
    number_task: str = ""
    text_task: str = ""

    @property
    def only(self) -> Target:
        """The one column, for a task that takes one.

        Raises:
            DataError: if there are several.
        """
        if len(self.columns) == 1:
            return self.columns[0]
        names = tuple(column.name for column in self.columns)
        raise DataError(
            f"{self.source}: expected one target for this task, found {quoted(names)}.",
            remedy="Name one of them, or pass a task of your own that takes several.",
            columns=names,
        )

    @property
    def are_regions(self) -> bool:
        """Whether cells are masks of pictures, which no task but one for pixels reads."""
        return all("regions" in column.reads_as for column in self.columns)

    @property
    def order(self) -> tuple[Label, ...]:
        """That of the one column; empty if it is not known."""
        return tuple(self.orders.get(self.only.name, ()))

    def apart(self) -> "list[Targets]":
        """Each column as the only one."""
        return [replace(self, columns=(column,)) for column in self.columns]

    @cached_property
    def labels(self) -> Labels:
        """The labels of the one column as the source wrote them."""
        column, present = self.only, self.only.present
        return read_labels(column.cells, present, self.usable & present, typed=column.typed)

    @cached_property
    def wide(self) -> WideIntegers | None:
        """The whole numbers of the one column that float64 does not hold apart in usable rows."""
        return None if self.only.wide is None else self.only.wide.within(self.usable)

    @cached_property
    def look_like_labels(self) -> bool:
        """Whether the one column holds labels, or few whole numbers that repeat."""
        column = self.only
        if "numbers" not in column.reads_as:
            return True
        values = column.values[self.usable]
        floats = np.unique(values)
        whole = bool(np.all(floats == np.rint(floats)))
        distinct = len(floats) if self.wide is None else self.wide.distinct
        return whole and distinct <= MOST_NUMBERS and len(values) >= 5 * distinct

    def refuse_unfit(self) -> None:
        """Refuse columns whose kind can be learnt neither as numbers nor as labels.

        Raises:
            DataError: naming the first.
        """
        for column in self.columns:
            if not column.reads_as & {"numbers", "labels"}:
                raise DataError(
                    f"{self.source}, target `{column.name}`: expected classes or numbers, found "
                    f"{column.what}.",
                    remedy="Choose another target.",
                    column=column.name,
                )

    def refuse_unheeded(
        self, task: str, heeds: Collection[str], others: Callable[[str], str] | None = None
    ) -> None:
        """Refuse what a user says of the target that the task does not go by.

        Args:
            task: its name.
            heeds: the settings that it goes by.
            others: tasks that go by a setting, in words.

        Raises:
            DataError: naming the first setting.
        """
        for setting in self.said:
            names = [c.name for c in self.columns if c.name in self.said[setting]]
            if setting in heeds or not names:
                continue
            raise DataError(
                f"{self.source}, target `{names[0]}`: expected a task that goes by {setting}=, "
                f"found {task}.",
                remedy=f"Leave {setting}= out, or "
                + (f"pass task={others(setting)}." if others else "name another task for it."),
                setting=setting,
                column=names[0],
            )

    def one_value(self, column: Target, value: str, lost: bool = False) -> DataError:
        """The fault of a column that is the same in all rows."""
        return DataError(
            f"{self.source}, target `{column.name}`: expected at least two different values, "
            f"found only {value}.",
            evidence=column.lost if lost else "",
            remedy=(column.remedy if lost else "")
            or "Choose another target, or collect rows of another class.",
            column=column.name,
            found=value,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Settled:
    """The target columns as a task wants them.

    Args:
        values: canonical, one array a column.
        words: whether they are words of labels now, of whichever kind they were; or which are.
        classes: labels as people write them, in the order of the scores.
        format: how a cell of the one column is written, for its `Column.format`.
        formats: the same of each column.
        each: the classes of each column, where each is predicted as a task of its own.
        task: the name of what is predicted, where that tells more than it did.
        notes: decisions worth a line each.
        findings: noticed on the way.
        unfit: `(n,)` bool, rows whose target does not suit them, which are not used; None for none.
    """

    values: tuple[Array, ...]
    words: bool | tuple[bool, ...] = False
    classes: tuple[Label, ...] = ()
    format: str = ""
    formats: tuple[str, ...] = ()
    each: tuple[tuple[Label, ...], ...] = ()
    task: str = ""
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    unfit: Array | None = None


class Question(NamedTuple):
    """One thing that is asked of each row, by which columns that give the target away are found.

    Args:
        name: in words.
        values: `(n,)` canonical, words of classes or numbers.
        classes: there are; none of numbers.
    """

    name: str
    values: Array
    classes: tuple[Label, ...]
