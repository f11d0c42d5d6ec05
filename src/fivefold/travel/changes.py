"""What stages did to the rows of a source, so that a server can do it to others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

from fivefold.codecs.schema import Column, Role, Schema
from fivefold.codecs.table import Array, Canonical, Columns, Table
from fivefold.errors import DataError
from fivefold.kinds.codec import cells_of
from fivefold.travel.known import STEPS
from fivefold.travel.step import Step

VERSION = 1
"""Of the form of `pack()`."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Changes:
    """The steps from the columns of the source to those that the model reads.

    Args:
        source: the columns before the first step.
        steps: in the order in which they were taken.
        before: the columns of the source that a step has overwritten, all rows; empty where it was
            loaded from a bundle.
    """

    source: Schema
    steps: tuple[Step, ...] = ()
    before: Mapping[str, Array] = field(default_factory=dict)

    @cached_property
    def schema(self) -> Schema:
        """The columns after the last step."""
        schema = self.source
        for step in self.steps:
            schema = step.schema(schema)
        return schema

    def then(self, step: Step, lost: Mapping[str, Array]) -> Self:
        """The same changes and one more.

        Args:
            step: what was done.
            lost: the columns that it has overwritten, as they were, all rows.
        """
        new = {n: a for n, a in lost.items() if n in self.source.by_name and n not in self.before}
        return replace(self, steps=(*self.steps, step), before={**self.before, **new})

    def needed(self, names: Iterable[str]) -> set[str]:
        """The columns of the source of which these columns of the model are made."""
        needed = set(names)
        for step in reversed(self.steps):
            needed = step.sources(needed)
        return needed

    def serving(self, model: Schema) -> Self:
        """The same without what no input of a model is made of: nobody is to read that in a bundle.

        Args:
            model: the schema that the model was fitted with.
        """
        needed, steps = {column.name for column in model.inputs}, list[Step]()
        for step in reversed(self.steps):
            kept = step.only(needed)
            if kept is not None:
                steps.insert(0, kept)
                needed = kept.sources(needed)
        return replace(self, steps=tuple(steps))

    def made_of(self) -> dict[str, str]:
        """How columns of the model came to be, in a few words by name."""
        return {name: how for step in self.steps for name, how in step.made_of().items()}

    def leaves(self, name: str) -> bool:
        """Whether this column of the source comes to the model as it is."""
        return self.schema.by_name.get(name) is self.source[name]

    def request(self, model: Schema) -> Schema:
        """The columns of the source; those that a row to answer must have are its inputs.

        Args:
            model: the schema that the model was fitted with.
        """
        needed = self.needed(column.name for column in model.inputs)
        columns = [self._asked(column, model, needed) for column in self.source.columns]
        return replace(model, columns=tuple(columns))

    def _asked(self, column: Column, model: Schema, needed: set[str]) -> Column:
        if column.name in needed:
            own = model.by_name.get(column.name, column)
            role: Role = "exposure" if own.role == "exposure" else "input"
            return replace(own if self.leaves(column.name) else column, role=role)
        return replace(column, role="ignored") if column.role == "input" else column

    def apply(self, columns: Columns) -> Canonical:
        """Rows as the model reads them.

        Args:
            columns: canonical columns of the source, those that `needed` names at least.
        """
        for step in self.steps:
            columns = step.rows(columns)
        return Canonical({n: columns.column(n) for n in columns.names}, self.schema.columns)

    def source_table(self, table: Table) -> Columns:
        """The columns of the source as they were, of all rows.

        Args:
            table: after the last step.
        """
        names = [column.name for column in self.source.columns if column.name in table.names]
        return Columns({n: self.before[n] if n in self.before else table.column(n) for n in names})

    def pack(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """All but `before`, as JSON values and named arrays without objects."""
        packed = [(step.name, *step.pack()) for step in self.steps]
        steps = [{"step": name, **values} for name, values, _ in packed]
        arrays = {
            f"{place}/{name}": array
            for place, (_, _, some) in enumerate(packed)
            for name, array in some.items()
        }
        return {"version": VERSION, "source": self.source.to_json(), "steps": steps}, arrays

    @classmethod
    def unpack(
        cls,
        values: Mapping[str, Any],
        arrays: Mapping[str, Array],
        before: Mapping[str, Array] | None = None,
    ) -> Self:
        """The changes that `pack` took apart.

        Raises:
            DataError: if they are of a newer form, or a step is not known here.
        """
        if values.get("version") != VERSION:
            raise DataError(
                f"Changes: expected a form of version {VERSION}, found {values.get('version')!r}."
            )
        steps = []
        for place, told in enumerate(values["steps"]):
            name = told["step"]
            if name not in STEPS:
                known = ", ".join(STEPS)
                raise DataError(f"Changes: expected one of the steps {known}, found {name!r}.")
            own = f"{place}/"
            some = {n.removeprefix(own): a for n, a in arrays.items() if n.startswith(own)}
            steps.append(STEPS[name].unpack(told, some))
        schema = Schema.from_json(values["source"])
        return cls(source=schema, steps=tuple(steps), before=before or {})


def stepped(
    table: Table, schema: Schema, changes: Changes | None, step: Step
) -> tuple[Table, Schema, Changes]:
    """Rows and columns after one step more, and all that was done to them.

    Args:
        table: the rows before it.
        schema: of their columns.
        changes: what was done to them before; None for nothing.
        step: what is done.
    """
    after = step.schema(schema)
    needed = step.sources(after.by_name)
    read = [name for name in table.names if name in needed]
    ready = Columns({name: cells_of(table, schema[name]).values for name in read})
    new = step.rows(ready)
    known = {id(ready.column(name)) for name in read}
    made = {n: new.column(n) for n in new.names if id(new.column(n)) not in known}
    columns = {name: table.column(name) for name in table.names} | made
    exact = isinstance(table, Canonical)
    lost = {name: table.column(name) for name in made if name in table.names}
    return (
        Canonical(columns, after.columns) if exact else Columns(columns),
        after,
        (changes or Changes(source=schema)).then(step, lost),
    )
