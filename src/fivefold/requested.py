"""What rows look like that a model is to answer: as the source gave them, before any change."""

from dataclasses import dataclass, replace

from fivefold.artifacts import Collected, Preprocessed
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Table
from fivefold.kinds.codec import Codec
from fivefold.serve.contract import Contract, Field, contract_of, text_of
from fivefold.travel.changes import Changes
from fivefold.travel.lookup import lookups

HANDED_ON = "taken as it is by what is made of it"


@dataclass(frozen=True, kw_only=True, eq=False)
class Requested:
    """What rows to answer look like."""

    schema: Schema  # its inputs are the columns of a request
    table: Table  # all rows as the source gave them
    codec: Codec  # fitted on these columns, for what the contract tells of each
    contract: Contract  # what a request must look like
    # from these columns to those that the model reads; None where they are the same
    changes: Changes | None


def requested(collected: Collected, data: Preprocessed) -> Requested:
    """What rows to answer look like, before the changes that travel with the model."""
    text, changes, codec = text_of(collected.provenance), collected.changes, data.codec
    table, seen = collected.table, data.train.inputs
    if changes is not None:
        changes = changes.serving(codec.schema)
        schema, rows = changes.request(codec.schema), data.train.index
        table = changes.source_table(table)
        codec = Codec.fit(table, schema, rows, codec.settings)
        seen = codec.encode(table.take(rows))
    contract = contract_of(codec, seen, text)
    if changes is not None:
        told = tuple(_told(field, data.codec, changes) for field in contract.fields)
        keys = {own for step in lookups(changes.steps).values() for own, _ in step.on}
        keys -= set(data.codec.raw_columns())  # whose words are nobody's business
        told = tuple(replace(f, categories=()) if f.name in keys else f for f in told)
        contract = replace(contract, fields=told)
    return Requested(
        schema=codec.schema, table=table, codec=codec, contract=contract, changes=changes
    )


def _told(field: Field, codec: Codec, changes: Changes) -> Field:
    """A field of whose values others are made has no bounds of its own."""
    if field.name in codec.raw_columns() and changes.leaves(field.name):
        return field
    policy = {when: HANDED_ON if field.nullable else what for when, what in field.policy.items()}
    return replace(field, low=None, high=None, policy=policy)
