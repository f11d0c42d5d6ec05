"""The stage that makes columns of others by formulas."""

from typing import Self

from pydantic import Field, model_validator

from fivefold.artifacts import Collected
from fivefold.core.events import Noted
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.errors import ConfigError
from fivefold.kinds_asked import KindsByColumn, names_of_kinds
from fivefold.partition import Partition
from fivefold.travel.aggregates import is_fitted
from fivefold.travel.expression import parts
from fivefold.travel.formulas import Formulas, table_of, tree_of

Cell = float | int | str | bool | None


class Derive(Stage):
    """Make columns of others by formulas; the model is served with them.

    A formula reads columns by name, of any role but the target, and those of the formulas before
    it: `"w * h"`, `"seen - born"`, `"where(town == 'Ulm', price, missing)"`. Names that are no
    single word stand in backticks. All functions are listed in docs/derive.md. Group aggregates
    (`group_mean(price, town)`) are fitted on the training rows, in every fold anew.

    Args:
        formulas: by the name of the column that each makes, in order; that of an input takes its
            place.
        tables: for `lookup(x, "table")`, by name: what stands for each text, all numbers, all
            texts or all truth values.
        kinds: of new columns; numbers, truth values, dates and categories follow from the formula.

    Raises:
        ConfigError: if a formula is none, with the place.

    Example:
        >>> Derive({"area": "w * h"})
        Derive(formulas={'area': 'w * h'})
    """

    formulas: dict[str, str] = Field(kw_only=False, min_length=1)
    tables: dict[str, dict[str, Cell]] = Field(default_factory=dict)
    kinds: KindsByColumn = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_formulas(self) -> Self:
        faults = []
        for name, text in self.formulas.items():
            try:
                tree_of(name, text)
            except ConfigError as fault:
                faults.append(fault)
        for name, entries in self.tables.items():
            table_of(name, entries)
        idle = sorted(self.kinds.keys() - self.formulas.keys())
        if idle:
            raise ConfigError(
                f"Derive: expected kinds= of columns that it makes, found {idle[0]!r}.",
                remedy="Name the kind of another column in Collect(kinds={...}).",
                column=idle[0],
            )
        if len(faults) > 1:
            raise ConfigError(
                f"Derive: expected formulas, found {len(faults)} that are none.",
                evidence="\n".join(f"  {line}" for f in faults for line in str(f).splitlines()),
                remedy="Correct each of them.",
                faults=tuple(faults),
            )
        if faults:
            raise faults[0]
        return self

    @property
    def takes_open(self) -> bool:
        """Whether no formula is fitted on rows, so that it may stand before `Label`."""
        trees = (tree_of(name, text) for name, text in self.formulas.items())
        return not any(is_fitted(part) for tree in trees for part in parts(tree))

    def run(
        self, collected: Collected, session: Session, partition: Partition | None = None
    ) -> Collected:
        """Fit on the training rows, and make the columns of all rows."""
        table = collected.table
        step = Formulas.fit(
            self.formulas,
            table if partition is None else table.take(collected.learnt(partition.train)),
            collected.schema,
            tables=self.tables,
            kinds=names_of_kinds(self.kinds),
        )
        made = ", ".join(f"{name} ({column.kind})" for name, column in step.columns.items())
        session.emit(Noted(text=f"Derived {made}."))
        return collected.changed_by(step)
