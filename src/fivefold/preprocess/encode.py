"""Three parts of a table as arrays, by a codec fitted on the first."""

from collections.abc import Iterator
from dataclasses import replace
from os import PathLike

import numpy as np

from fivefold.artifacts import Collected, Preprocessed
from fivefold.codecs.rows import Rows
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Array, Table
from fivefold.core.finding import Finding, Severity, finding
from fivefold.core.wording import plural
from fivefold.division import bonds_of
from fivefold.errors import DataError
from fivefold.kinds.codec import Codec
from fivefold.metrics.weight import weights_of
from fivefold.partition import Partition
from fivefold.preprocess.like import codec_like, spelled_like
from fivefold.preprocess.markers import Wanted, choose_columns
from fivefold.preprocess.unspelt import find_unspelt
from fivefold.reading.weightfiles import find_weights
from fivefold.tasks.known import task_of


def encode_parts(
    collected: Collected,
    partition: Partition,
    settings: Settings | None = None,
    like: str | PathLike[str] | None = None,
    columns: Wanted = "auto",
) -> Preprocessed:
    """Fit a codec on the training rows and encode training, validation and test rows with it.

    Args:
        collected: the table and its schema.
        partition: positions of the rows of each part; `unlearnt` training rows are left out.
        settings: of the codec; `outliers="drop"` leaves training rows out.
        like: a bundle whose rules are taken, with nothing fitted; or a folder of weights, in whose
            pieces texts are read.
        columns: how many columns of numbers are kept, see `choose_columns`.

    Raises:
        DataError: if a cell is not of its column's kind, or no training row is left.
    """
    settings = settled_settings(collected, settings or Settings())
    table, train = collected.table, collected.learnt(partition.train)
    chosen = None if like is not None else choose_columns(collected, train, columns)
    schema = collected.schema
    if chosen is not None:
        schema, settings = chosen.schema, replace(settings, chosen=chosen.is_few)
    if like is not None and find_weights(like).form == "bundle":
        codec = codec_like(like, schema)
    else:
        codec = Codec.fit(table, schema, train, settings)
        codec = codec if like is None else spelled_like(codec, like, table.take(train))
    if settings.outliers == "drop":
        kept = train[codec.inlier_rows(table.take(train))]
        if not len(kept):
            raise DataError(
                f"Preprocess: expected training rows within the bounds, found none of "
                f"{len(train):,}.",
                remedy='Use outliers="clip".',
                rows=len(train),
            )
        train = kept
    rows, valid = encode_rows(codec, table, train), encode_rows(codec, table, partition.valid)
    bonds = bonds_of(collected, partition.valid, by=partition.by, ties=partition.ties)
    valid = replace(valid, bonds=bonds)
    for part, held in (("training", rows), ("validation", valid)):
        if held.weight is not None and len(held) and not held.weight.any():
            raise DataError(
                f"Preprocess: expected a weight above 0 in some of the {len(held):,} {part} rows, "
                f"found 0 in all of `{collected.schema.named('weight')}`.",
                remedy="Leave such rows out of the data, or divide them with Split.",
                rows=len(held),
            )
    test = encode_rows(codec, table, partition.test)
    return Preprocessed(
        train=rows,
        valid=valid,
        test=test,
        codec=codec,
        findings=(
            *_rows_in_no_part(collected, partition),
            *(() if chosen is None else chosen.findings()),
            *_remarks(codec),
            *_apart(codec, rows),
            *find_unspelt(codec, {"training": rows, "validation": valid, "test": test}),
        ),
        markers=() if chosen is None else chosen.markers,
        lasso=None if chosen is None else chosen.lasso,
    )


def settled_settings(collected: Collected, settings: Settings) -> Settings:
    """The settings with what the task leaves no choice about."""
    if not task_of(collected.schema.task).placed:
        return settings
    ends = "head" if settings.truncation == "auto" else settings.truncation
    return replace(settings, truncation=ends, whole=True)  # answers belong to the first positions


def summarise(codec: Codec, rows: int, dropped: int = 0, like: object = None) -> str:
    """What was fitted, on how many rows or elsewhere, and what comes out."""
    parts = ", ".join(block.block.summary(block) for block in codec.blocks)
    left_out = f"; {plural(dropped, 'row')} left out as outliers" if dropped else ""
    fitted = f"Fitted on {plural(rows, 'training row')}" if like is None else f"As in {like}"
    return f"{fitted}: {parts}{left_out}."


def _remarks(codec: Codec) -> Iterator[Finding]:
    """What the kinds say of their columns, in the order of the schema."""
    for name in codec.raw_columns():
        fitted = codec.columns[name]
        yield from fitted.kind.remarks(fitted.column, fitted.state)


def _apart(codec: Codec, rows: Rows) -> Iterator[Finding]:
    """Training rows of a sequence whose answers are not as many as their positions."""
    task = task_of(codec.schema.task)
    counted = task.positions(rows.target) if task.sequence and not task.plane else None
    if counted is None:
        return
    apart = int((counted.sum(axis=1) != codec.lengths(rows.inputs)).sum())
    if apart:
        sentence = (
            f"{apart:,} of {plural(len(rows), 'training row')} "
            f"{'has' if apart == 1 else 'have'} another number of answers in "
            f"`{codec.schema.predicted}` than positions to give them for: the answers may belong "
            "to other positions than they seem to."
        )
        severity: Severity = "serious" if 2 * apart > len(rows) else "warning"
        yield finding("positions_apart", sentence, severity, rows=apart, training=len(rows))


def _rows_in_no_part(collected: Collected, partition: Partition) -> list[Finding]:
    """Usable rows that the partition leaves out."""
    usable = int(collected.usable.sum())
    held = sum(len(part) for part in (partition.train, partition.valid, partition.test))
    if held >= usable:
        return []
    sentence = (
        f"{plural(usable - held, 'row')} of {usable:,} "
        f"{'is' if usable - held == 1 else 'are'} in no part ({partition.how}): nothing is "
        "learnt from them or judged by them."
    )
    severity: Severity = "warning" if partition.span is None else "note"
    return [finding("rows_in_no_part", sentence, severity, rows=usable - held, usable=usable)]


def encode_rows(codec: Codec, table: Table, rows: Array) -> Rows:
    """The rows at these positions, encoded, with their targets and weights."""
    part, schema = table.take(rows), codec.schema
    weight, exposure = schema.named("weight"), schema.named("exposure")
    return Rows(
        inputs=codec.encode(part),
        target=codec.encode_target(part),
        index=np.asarray(rows, dtype=np.int64),
        weight=None if weight is None else weights_of(part.column(weight), len(rows)),
        exposure=None if exposure is None else np.asarray(part.column(exposure), np.float64),
    )
