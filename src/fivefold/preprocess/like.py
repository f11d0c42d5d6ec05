"""Rules by which other rows were encoded, for these."""

from collections.abc import Iterator
from dataclasses import replace
from os import PathLike

from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Table
from fivefold.errors import DataError, FivefoldError, PreflightError
from fivefold.kinds.codec import Codec, cells_of
from fivefold.kinds.state import FittedColumn, joined
from fivefold.reading.weightfiles import find_weights, read_pieces
from fivefold.serve.opened import codec_of

WHO = "Preprocess, like"


def codec_like(source: str | PathLike[str], schema: Schema) -> Codec:
    """The codec of a bundle for rows with the same columns; nothing is fitted.

    A column is known by its name and kind; where each side has one column, by its kind alone.

    Raises:
        DataError: if the columns are others.
        BundleError: if the bundle is damaged.
    """
    from fivefold.serve.bundle import open_bundle

    before = codec_of(open_bundle(find_weights(source).path))
    if before.settings.chosen:  # the others are no longer asked for
        kept = (c for c in schema.columns if c.role != "input" or c.name in before.columns)
        schema = replace(schema, columns=tuple(kept))
    now = {column.name: column for column in schema.inputs}
    alone = len(now) == len(before.columns) == 1
    blocks = []
    for block in before.blocks:
        fitted = []
        for old in block.columns:
            column = next(iter(now.values())) if alone else now.get(old.name)
            if column is None or column.kind != old.column.kind:
                raise _others(source, before, schema)
            fitted.append(replace(old, column=_read_as(column, old)))
        names = None if alone else (block.name, block.tensor)
        blocks.append(joined(block.block, fitted, block.state, names=names))
    if len(now) > len(before.columns):
        raise _others(source, before, schema)
    read = {column.name: column for block in blocks for column in (c.column for c in block.columns)}
    columns = tuple(read.get(column.name, column) for column in schema.columns)
    return Codec(schema=replace(schema, columns=columns), settings=before.settings, blocks=blocks)


def spelled_like(codec: Codec, source: str | PathLike[str], train: Table) -> Codec:
    """A codec whose texts are read in the pieces that weights from elsewhere know.

    Args:
        codec: fitted on training rows.
        source: a folder of weights.
        train: the training rows.

    Raises:
        PreflightError: if the pieces cannot be read.
    """
    known, blocks = read_pieces(find_weights(source)), []
    for block in codec.blocks:
        columns = []
        for old in block.columns:
            spell = getattr(old.kind, "spelled_as", None)
            if spell is not None:
                state = spell(old, cells_of(train, old.column), known, codec.settings)
                old = replace(old, state=state)
            columns.append(old)
        names = (block.name, block.tensor)
        blocks.append(joined(block.block, columns, block.state, names=names))
    return Codec(schema=codec.schema, settings=codec.settings, blocks=blocks)


def like_faults(source: str | PathLike[str], given: set[str]) -> Iterator[FivefoldError]:
    """What is wrong with rules that are asked for; settings beside them would do nothing."""
    try:
        form = find_weights(source).form
    except FivefoldError as fault:
        yield fault
        return
    others = sorted(given - {"like", "terms"})
    if form == "bundle" and others:
        remedy = f"Leave {' and '.join(others)} out: the rules of the bundle say it."
        yield PreflightError.expected(WHO, "no other setting", ", ".join(others), remedy)
    if form == "folder":
        try:
            read_pieces(find_weights(source))
        except FivefoldError as fault:
            yield fault
        if "tokens" in given:
            remedy = "Leave tokens out: the weights know which pieces they read."
            yield PreflightError.expected(WHO, "no `tokens` beside it", "some", remedy)
    elif form != "bundle":
        remedy = "Give a bundle of fivefold, or a folder of weights with its tokenizer."
        yield PreflightError.expected(WHO, "rules to encode rows by", f"a file of {form}", remedy)


def _read_as(column: Column, old: FittedColumn) -> Column:
    """A column whose cells are read as those of another were."""
    return column if column.rules == old.column.rules else replace(column, rules=old.column.rules)


def _others(source: str | PathLike[str], before: Codec, schema: Schema) -> DataError:
    then = ", ".join(f"{c.name} ({c.column.kind})" for c in before.columns.values())
    now = ", ".join(f"{c.name} ({c.kind})" for c in schema.inputs)
    return DataError(
        f"{WHO}: expected the columns that {source} reads, found others.",
        evidence=f"  there: {then}\n  here: {now}",
        remedy="Name kinds in Collect, drop what the bundle does not read, or leave `like` out.",
    )
