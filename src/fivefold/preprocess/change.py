"""A stage of one's own that changes rows, and travels with the model."""

from abc import abstractmethod
from typing import Self

from pydantic import Field, model_validator

from fivefold.artifacts import Collected
from fivefold.codecs.table import Columns, Table
from fivefold.core.stage import Stage
from fivefold.kinds_asked import KindsByColumn, names_of_kinds
from fivefold.travel.handed import Handed, adopt_stage


class Change(Stage):
    """A stage of your own that changes rows, each by itself; the model is served with it.

    Derive from it in a file of yours and write `rows`, with numpy alone where the model is served
    without pandas. The bundle holds the name of the class and its settings, which must go into
    JSON: `load(path, stages=[Mine])`, or `--with FILE.py` in the shell. What is to be fitted on
    training rows stands in `Derive`; see docs/derive.md.

    Args:
        kinds: of columns that it adds or changes, where they do not follow from their cells.

    Example:
        >>> class Flip(Change):
        ...     column: str = "x"
        ...     def rows(self, table):
        ...         return table.replace({self.column: -table.column(self.column)})
        >>> Flip(column="w")
        Flip(column='w')
    """

    kinds: KindsByColumn = Field(default_factory=dict)

    @model_validator(mode="after")
    def _adopt(self) -> Self:
        adopt_stage(type(self))
        return self

    @property
    def takes_open(self) -> bool:
        """That it may stand before `Label`, as each row is changed by itself."""
        return True

    @abstractmethod
    def rows(self, table: Columns) -> Table:
        """The rows with what it changes: `table.replace({...})`.

        Args:
            table: canonical columns, see `Columns`: those that it looked at when it was tried on
                all rows, the target never. Their arrays are read-only.

        Returns:
            As many rows, in their order; each must follow from that row alone.
        """

    def run(self, collected: Collected) -> Collected:
        """Change all rows, and see that each is changed by itself."""
        kinds = names_of_kinds(self.kinds)
        step = Handed.fit(self, collected.table, collected.schema, kinds=kinds)
        return collected.changed_by(step)
