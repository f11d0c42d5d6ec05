"""Columns, left out of what a model reads."""

from collections.abc import Mapping, Sequence

from fivefold.artifacts import Collected, Preprocessed
from fivefold.codecs.schema import Schema
from fivefold.core.chain import Chain
from fivefold.core.stage import Stage
from fivefold.core.wording import nearest
from fivefold.errors import ConfigError
from fivefold.partition import Partition
from fivefold.train.snapshot import is_estimator

TABLE = "the table"


def asked_for(stage: Stage, schema: Schema, groups: Mapping[str, Sequence[str]]) -> set[str]:
    """The columns that an estimator asks for itself, and cannot be fitted without.

    Raises:
        ConfigError: if a group names one of them.
    """
    from fivefold.models.originals import asks_by_place, named_by

    model = getattr(stage, "model", None)
    if not is_estimator(model):
        return set()
    inputs = {column.name for column in schema.inputs}
    kept = inputs if asks_by_place(model) else inputs.intersection(named_by(model))
    for group, columns in groups.items():
        if lost := sorted(kept.intersection(columns)):
            wanted = f"columns that {type(model).__name__} does not ask for itself"
            found = ", ".join(map(repr, lost))
            remedy = "Compare it with an estimator that asks for other columns: ff.compare."
            raise ConfigError.expected(f"ablate, group {group!r}", wanted, found, remedy)
    return kept


def read_by(stage: Stage, schema: Schema) -> set[str]:
    """The columns that a model reads: all, unless it is an estimator that names them."""
    from fivefold.models.originals import alone_read_by

    model, inputs = getattr(stage, "model", None), [column.name for column in schema.inputs]
    named = alone_read_by(model) if is_estimator(model) else None
    return set(inputs if named is None else named)


def reads_originals(stage: Stage) -> bool:
    """Whether a model reads columns as they were collected, whatever Preprocess does to numbers."""
    from fivefold.models.originals import wants_originals

    model = getattr(stage, "model", None)
    return is_estimator(model) and wants_originals(model)


def columns_of(schema: Schema, groups: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What to leave out by name: each column, those of a kind, and those of a group."""
    names = [column.name for column in schema.inputs]
    for group, columns in groups.items():
        for name in columns:
            if name not in names:
                near = nearest(name, names)
                remedy = f"Write {near!r}." if near else "Name columns that the model reads."
                who = f"ablate, group {group!r}"
                raise ConfigError.expected(who, "input columns", repr(name), remedy)
    kinds: dict[str, list[str]] = {}
    for column in schema.inputs:
        kinds.setdefault(column.kind, []).append(column.name)
    together = {f"all {kind} columns": of for kind, of in kinds.items() if len(of) > 1}
    listed = {group: [*columns] for group, columns in groups.items()}
    every = {n: [n] for n in names} | together | listed
    return {name: left for name, left in every.items() if len(left) < len(names)}


def blocks_of_rows(schema: Schema) -> dict[str, list[str]]:
    """What to leave out by name, where rows mix kinds: each array, and all others but it.

    Numbers and categories are one, the table.
    """
    from fivefold.kinds.known import kind_of

    arrays: dict[str, list[str]] = {}
    for column in schema.inputs:
        own = f"{column.kind} {column.name}"
        arrays.setdefault(TABLE if kind_of(column.kind).block.shared else own, []).append(
            column.name
        )
    if len(arrays) < 2:
        return {}
    rest = {
        f"all but {name}": [n for other, of in arrays.items() if other != name for n in of]
        for name in arrays
    }
    return arrays | rest


def without(pipeline: Chain, columns: Sequence[str]) -> Chain:
    """The pipeline, whose model reads none of these columns."""
    stages = [*pipeline.stages]
    place = pipeline.names.index(pipeline.writers_of(Preprocessed)[0])
    stages.insert(place, Without(columns=tuple(columns)))
    return type(pipeline)(stages)


class Without(Stage):
    """Leave columns out of what a model reads; they stay in the table.

    Args:
        columns: their names.
    """

    columns: tuple[str, ...]

    def run(self, collected: Collected, partition: Partition) -> Collected:
        """The same rows, of which these columns are ignored."""
        schema = collected.schema
        for name in self.columns:
            schema = schema.replace(name, role="ignored", reason="left out by ablate")
        return collected.replace(schema=schema)
