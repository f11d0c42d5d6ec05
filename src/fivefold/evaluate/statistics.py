"""What the rows of a run are: every column of the source, and every class."""

from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.artifacts import PARTS
from fivefold.codecs.personal import masked, veiled
from fivefold.codecs.rows import Rows
from fivefold.codecs.table import Array
from fivefold.core.finding import personal_columns
from fivefold.evaluate.evidence import Evidence
from fivefold.kinds.known import kind_of
from fivefold.metrics.weight import effective_rows
from fivefold.report.described import MEASURED, NAN, NUMBERS, SIZES, facts_of, sizes_of

if TYPE_CHECKING:
    import pandas as pd

DESCRIBED = (
    *("column", "kind", "role", "rows", "missing", "missing_fraction", "distinct"),
    *(*NUMBERS, "most_frequent", "its_fraction"),
)


def dataset_statistics(evidence: Evidence) -> "pd.DataFrame":
    """Every column of the source, over the rows of all parts.

    Returns:
        One row a column: `column`, `kind`, `role`, `rows`, `missing`, `missing_fraction`,
        `distinct`, `mean`, `deviation`, `minimum`, `median`, `maximum` (of numbers, and of truth
        values as 0 and 1), `most_frequent` (of categories) and `its_fraction` of the rows that are
        not missing. Where a column holds weights of rows, also `effective_rows`: how many of equal
        weight say as much; where stages made columns, `made_of`. Where cells have a size (`words`
        of a text; `height`, `width` and `channels` of an image), `mean_`, `least_` and `most_` of
        it, of 4,096 evenly spaced rows where there are more.
    """
    import pandas as pd

    partition, changes, headings = evidence.partition, evidence.collected.changes, list(DESCRIBED)
    made = {} if changes is None else changes.made_of()
    headings += ["made_of"] * bool(made)
    rows = np.sort(np.concatenate([partition.train, partition.valid, partition.test]))
    people = personal_columns(evidence.collected.findings)
    lines = []
    for column in evidence.schema.columns:
        values = evidence.collected.table.column(column.name)[rows]
        line: dict[str, Any] = {
            "column": column.name,
            "kind": column.kind,
            "role": column.role,
            "rows": len(rows),
        }
        line["made_of"] = made.get(column.name, "")
        facts = facts_of(values)
        facts["most_frequent"] = masked(facts["most_frequent"])
        if people.get(column.name):
            facts |= {"most_frequent": veiled(facts["most_frequent"])} | dict.fromkeys(NUMBERS, NAN)
        lines.append(line | facts | sizes_of(values, column))
        lines[-1]["missing_fraction"] = lines[-1]["missing"] / max(1, len(rows))
        headings += [name for name in lines[-1] if name.startswith(SIZES) and name not in headings]
        if column.role == "weight":
            lines[-1]["effective_rows"] = effective_rows(values)
            headings.append("effective_rows")
    return pd.DataFrame(lines, columns=headings)


def class_distribution(evidence: Evidence) -> "pd.DataFrame":
    """How many answers of each part are of each class.

    Returns:
        One row a class: `class`, `rows` and `fraction` of all parts together, `train_rows`,
        `valid_rows`, `test_rows`; of a sequence answers are counted, not rows. Where rows have
        weights, `weighted_fraction` too.
    """
    import pandas as pd

    schema, data = evidence.schema, evidence.data
    parts = {part: getattr(data, part) for part in PARTS}
    size = len(schema.classes)

    def counted(rows: Rows, weight: Array | None = None) -> Array:
        return np.asarray(evidence.task.tally(rows.target, size, weight))

    counts = {part: counted(rows) for part, rows in parts.items()}
    total: Array = np.sum(list(counts.values()), axis=0)
    columns: dict[str, Any] = {
        "class": [str(label) for label in schema.classes],
        "rows": total,
        "fraction": total / max(1, total.sum()),
        **{f"{part}_rows": of_part for part, of_part in counts.items()},
    }
    if evidence.weighted:
        heavy: Array = np.sum([counted(rows, rows.weight) for rows in parts.values()], axis=0)
        columns["weighted_fraction"] = heavy / max(heavy.sum(), 1e-300)
    return pd.DataFrame(columns)


def composition(evidence: Evidence) -> "pd.DataFrame | None":
    """What cells of training rows are made of, in each class, of 4,096 evenly spaced rows at most.

    Returns:
        One row a symbol of each column of sequences: `column`, `symbol`, its mean `share` of a
        cell, and where answers are classes the share in each, under its name. None without one.
    """
    import pandas as pd

    train, lines = evidence.data.train, list[dict[str, Any]]()
    some = slice(0, None, max(1, -(-len(train) // MEASURED)))
    labelled = evidence.task.labelled and train.target.ndim == 1
    classes = evidence.schema.classes if labelled else ()
    for column in evidence.schema.inputs:
        values = evidence.collected.table.column(column.name)[train.index[some]]
        for symbol, shares in kind_of(column.kind).composition(values, column).items():
            known = np.isfinite(shares)
            line = {"column": column.name, "symbol": symbol, "share": _mean(shares[known])}
            for place, label in enumerate(classes):
                of = train.target[some] == place
                line[str(label)] = _mean(shares[known & of])
            lines.append(line)
    return pd.DataFrame(lines) if lines else None


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else float("nan")
