"""What a careful reader would remark about a table before modelling."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.collect.correlated import correlated
from fivefold.collect.heapfindings import heap_findings
from fivefold.collect.heaps import Heaps, find_heaps, without
from fivefold.collect.sides import dates, groups, in_order
from fivefold.collect.untidy import find_extremes, find_spellings
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import plural, quoted
from fivefold.keys import codes_of, missing_rows, row_keys
from fivefold.kinds.known import kind_of
from fivefold.tasks.known import task_of

Values = dict[str, Array]
MANY = 100  # categories in a column from which on it is worth a remark
_PAIRS = 40


def inspect(
    values: Values,
    schema: Schema,
    usable: Array,
    given: Array | None,
    heaps: Heaps | None = None,
) -> list[Finding]:
    """Findings about rows, missing values, repetitions, categories, order and dates.

    Args:
        values: canonical, by name.
        schema: kinds and roles; of rows without a target what is odd about their inputs.
        usable: `(n,)` bool.
        given: `(n,)` the parts that the source gives, or None.
        heaps: numbers that far more rows have than those beside them; None to look for them.
    """
    heaps = find_heaps(values, schema, usable) if heaps is None else heaps
    discrete = [column for column in schema.inputs if kind_of(column.kind).levels]
    codes = {c.name: codes_of(values[c.name]) for c in discrete if _may_be_few(values[c.name])}
    target = codes_of(_target(values, schema)) if schema.targets else np.zeros(len(usable), int)
    found = [rows_and_columns(schema, usable, given)]
    found += missing_cells(values, schema, usable)
    if schema.inputs:
        keys = row_keys(values[column.name] for column in schema.inputs)
        found += duplicate_rows(keys, target, usable, given, schema)
    found += high_cardinality(codes, schema, usable)
    found += same_information(codes) + correlated(values, schema, usable)
    found += sorted_rows(target, schema, usable)
    found += dates(values, schema, usable, given) + groups(values, schema, usable, given)
    found += in_order(values, schema, usable, given)
    found += find_spellings(values, schema, usable) + heap_findings(heaps, schema)
    return found + find_extremes(without(values, heaps), schema, usable)


def _target(values: Values, schema: Schema) -> Array:
    """What is predicted, equal where it is equal in every target column."""
    columns = [values[name] for name in schema.targets]
    return columns[0] if len(columns) == 1 else row_keys(columns)


def rows_and_columns(schema: Schema, usable: Array, given: Array | None) -> Finding:
    """The size of it all."""
    ignored = [column.name for column in schema.columns if column.role == "ignored"]
    parts = "" if given is None else f", {int((given == 2).sum()):,} of them given as test rows"
    left = f"; left out: {quoted(ignored)}" if ignored else ""
    kinds: dict[str, int] = {}
    for column in schema.inputs:
        kinds[column.kind] = kinds.get(column.kind, 0) + 1
    listed = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    inputs = len(schema.inputs)
    if schema.targets and task_of(schema.task).ahead:
        listed = ", ".join(column.name for column in schema.inputs)
    sentence = (
        f"{int(usable.sum()):,} usable rows of {len(usable):,}{parts}; {inputs} "
        f"column{'s' * (inputs != 1)} to learn from ({listed}){left}."
    )
    return finding(
        "rows",
        sentence,
        rows=len(usable),
        usable=int(usable.sum()),
        inputs=inputs,
        kinds=kinds,
        ignored=ignored,
    )


def missing_cells(values: Values, schema: Schema, usable: Array) -> Iterator[Finding]:
    """How many values each column lacks, and the columns that are mostly empty."""
    names = [column.name for column in schema.inputs]
    counts = {name: int(missing_rows(values[name])[usable].sum()) for name in names}
    lacking = {name: count for name, count in counts.items() if count}
    if not lacking:
        return
    rows = int(usable.sum())
    worst = sorted(lacking, key=lambda name: -lacking[name])
    listed = ", ".join(f"`{name}` {lacking[name]:,}" for name in worst[:5])
    sentence = (
        f"Values are missing in {len(lacking)} of {len(counts)} columns: {listed}"
        f"{', ...' if len(worst) > 5 else ''}."
    )
    yield finding("missing", sentence, columns=lacking, rows=rows)
    empty = {name: lacking[name] / rows for name in worst if lacking[name] > 0.5 * rows}
    if empty:
        listed = ", ".join(f"`{name}` ({share:.0%})" for name, share in [*empty.items()][:5])
        sentence = f"More than half of the values are missing in {listed}."
        yield finding("mostly_missing", sentence, columns=empty)


def duplicate_rows(
    keys: Array, target: Array, usable: Array, given: Array | None, schema: Schema
) -> list[Finding]:
    """Rows with the same inputs: how many, with how many targets, in a given test part."""
    rows = np.flatnonzero(usable)
    index = codes_of(keys[rows])
    counts = np.bincount(index)
    repeated = len(rows) - len(counts)
    if not repeated:
        return []
    conflicts = len(np.unique(row_keys([index, target[rows]]))) - len(counts)
    share = repeated / len(rows)
    many, numbers = share > 0.05, {"rows": repeated, "fraction": share, "conflicting": conflicts}
    decides = schema.named("time") or schema.named("group")
    end = "Equal rows are kept on one side of a split."
    if decides:
        end = f"Rows are divided by `{decides}`, so equal ones may stand on both sides."
    if given is not None:
        test = given[rows] == 2
        inside = np.zeros(len(counts), bool)
        inside[index[~test]] = True
        both = numbers["across"] = int(inside[index[test]].sum())
        many |= both > 0.01 * int(test.sum())
        given_rows = f"{both:,} of {int(test.sum()):,} given test rows"
        end = f"{given_rows} have the inputs of a row outside them."
    told = f"; {conflicts:,} of them with another target" if conflicts else ""
    sentence = (
        f"{plural(repeated, 'row')} ({share:.1%}) {'repeats' if repeated == 1 else 'repeat'} the "
        f"inputs of another row{told}. {end}"
    )
    return [finding("duplicate_rows", sentence, "warning" if many else "note", **numbers)]


def high_cardinality(codes: Values, schema: Schema, usable: Array) -> Iterator[Finding]:
    """Columns of texts that repeat, categories mostly, with very many different ones."""
    for column in schema.inputs:
        kind = kind_of(column.kind)
        if not (kind.levels and kind.coded):
            continue
        sizes = np.bincount(codes[column.name][usable])
        distinct, single = int((sizes > 0).sum()), int((sizes == 1).sum())
        if distinct > MANY:
            sentence = (
                f"Column `{column.name}` has {distinct:,} {kind.plural}, {single:,} "
                "of them in one row only."
            )
            numbers = {"column": column.name, "categories": distinct, "single": single}
            yield finding("high_cardinality", sentence, **numbers)


def same_information(codes: Values) -> list[Finding]:
    """Pairs of columns of which each tells the other, value for value."""
    discrete = {}
    for name, cells in codes.items():
        distinct = int(cells.max(initial=0)) + 1
        if 2 < distinct <= min(MANY, len(cells) // 5):
            discrete[name] = distinct
    pairs = []
    for one, other in combinations(list(discrete)[:_PAIRS], 2):
        if discrete[one] == discrete[other]:
            joint = codes[one] * discrete[other] + codes[other]
            if len(np.unique(joint)) == discrete[one]:
                pairs.append((one, other))
    if not pairs:
        return []
    listed = ", ".join(f"`{one}` and `{other}`" for one, other in pairs[:5])
    sentence = f"Each tells the other, value for value: {listed}."
    return [finding("same_information", sentence, pairs=[list(pair) for pair in pairs])]


def sorted_rows(target: Array, schema: Schema, usable: Array) -> list[Finding]:
    """Classes that lie in the file one after another."""
    here = target[usable]
    if not schema.classes or len(here) < 50:
        return []
    runs = int((np.diff(here) != 0).sum()) + 1
    if runs > 2 * len(schema.classes):
        return []
    if runs == 1:  # no order, as all rows are alike
        return []
    sentence = (
        f"Rows are sorted by `{schema.predicted}` ({runs} runs for "
        f"{len(schema.classes)} classes); a split that does not shuffle would miss classes."
    )
    return [finding("sorted_by_target", sentence, runs=runs, classes=len(schema.classes))]


def _may_be_few(values: Array) -> bool:
    """Whether the first rows leave it open that there are few different values."""
    return values.dtype == object or len(np.unique(values[: 10 * MANY])) <= MANY
