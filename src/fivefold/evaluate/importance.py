"""How much each column tells the model: what is lost where it is another row's."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from fivefold.codecs.table import Array
from fivefold.evaluate.evidence import Evidence
from fivefold.kinds.codec import cells_of, encode_cells

if TYPE_CHECKING:
    import pandas as pd

FEWEST, MOST = 30, 500
"""Validation rows below which nothing is told, and that are looked at, evenly spaced."""

TURNS = 3
"""Shuffles of each column, of which the mean is taken."""

COLUMNS = 100
"""Columns beyond which it is not measured: `ff.ablate` and markers tell of wide tables."""


def importance(evidence: Evidence) -> "pd.DataFrame | None":
    """What the leading score loses where the cells of a column are exchanged among rows.

    The model is asked as it is, about validation rows; nothing is fitted again. What two columns
    tell both is lost with neither, so that both look unimportant: `ff.ablate` leaves columns out.

    Returns:
        One row a column, the one that is missed most first: `column`, `kind`, `lost` (of the
        leading score, above 0 where it gets worse), `deviation` over the shuffles, and the `score`
        itself. None where rows have one column, or more than 100, or there are too few of them.

    Reference:
        Breiman, Random Forests, Machine Learning 45, 2001; Fisher, Rudin and Dominici, JMLR 2019.
    """
    import pandas as pd

    from fivefold.models.score import score

    codec, valid = evidence.data.codec, evidence.data.valid
    if not 2 <= len(codec.columns) <= COLUMNS or len(valid) < FEWEST:
        return None
    rows = valid.take(np.arange(0, len(valid), -(-len(valid) // MOST)))
    metric, draw = evidence.headline, np.random.default_rng(evidence.seed)

    def scored(inputs: Mapping[str, Array]) -> float:
        scores = codec.cut(score(evidence.asked.model, inputs), inputs)
        return evidence.leading(rows.target, scores)

    whole = scored(rows.inputs)
    if not np.isfinite(whole):
        return None
    orders = [draw.permutation(len(rows)) for _ in range(TURNS)]
    lines = []
    for name, told in exchanged(evidence, rows.index, rows.inputs, orders):
        found = np.array([scored({**rows.inputs, **arrays}) for arrays in told])
        lost = whole - found if metric.greater else found - whole
        line = {"column": name, "kind": codec.columns[name].kind.name, "lost": float(lost.mean())}
        lines.append({**line, "deviation": float(lost.std(ddof=1)), "score": whole})
    table = pd.DataFrame(lines).sort_values("lost", ascending=False, kind="stable")
    return table.reset_index(drop=True)


def exchanged(
    evidence: Evidence, index: Array, inputs: Mapping[str, Array], orders: list[Array]
) -> Iterator[tuple[str, list[dict[str, Array]]]]:
    """Each column by name, and for each order of rows the array that it stands in.

    Args:
        evidence: whose table and codec these are.
        index: `(n,)` positions of the rows in the table.
        inputs: their arrays.
        orders: of the rows, `(n,)` each.
    """
    for block in evidence.data.codec.blocks:
        if not block.block.shared:
            held = inputs[block.name]
            yield block.columns[0].name, [{block.name: held[order]} for order in orders]
            continue
        table = evidence.collected.table.take(index)
        parts = [encode_cells(cells_of(table, c.column), c) for c in block.columns]
        for place, column in enumerate(block.columns):
            told = []
            for order in orders:
                mixed = [part[order] if n == place else part for n, part in enumerate(parts)]
                told.append({block.name: block.block.encode(mixed, block.state)})
            yield column.name, told
