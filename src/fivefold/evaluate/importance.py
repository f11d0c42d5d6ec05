"""How much each column tells the model: what is lost where it is another row's."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.codecs.rows import Rows
from fivefold.core.estimate import Estimate
from fivefold.division import drawn_by
from fivefold.evaluate.altered import Altered
from fivefold.evaluate.evidence import Evidence
from fivefold.metrics.shuffles import DRAWS, Loss, Shuffles
from fivefold.metrics.significance import holm
from fivefold.survey.measured import measured
from fivefold.survey.pairwise import associations
from fivefold.tasks.judged import Judged
from fivefold.tasks.threshold import decided

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 30
"""Rows below which nothing is told."""

PLAIN, HEAVY = (1_000, 5), (500, 3)
"""Rows that are looked at, evenly spaced, and shuffles: of numbers and categories in few columns,
and of what takes longer to answer."""

MANY, COLUMNS = 30, 100
"""Columns that are no longer few, and beyond which nothing is measured: `ff.ablate` and markers
tell of wide tables."""

CLOSE = 0.8
"""Association from which on columns are shuffled together too."""

ROWS = 2_000
"""Training rows by which columns are found to be alike, evenly spaced."""

NAMED = 6
"""Columns of a group that are named."""

LEARNT = "the model learnt from these rows"
"""Why there is no interval."""


def importance(evidence: Evidence) -> "pd.DataFrame | None":
    """What the leading score loses where the cells of a column are exchanged among rows.

    The model is asked as it is, about validation rows; nothing is fitted again, and no test row is
    looked at. What columns tell all is lost with none of them alone, so that those that are alike
    are exchanged together too, each row's cells staying beside one another.

    Returns:
        One row a column and a group of columns that are alike, the one that is missed most first:
        `column`, how many `columns`, `kind`, `lost` of the leading score with its interval (over
        rows and shuffles; above 0 where it gets worse), `deviation` over the shuffles, `p` that
        nothing is lost, corrected for all rows of the table, whether it is `told` from nothing, and
        the `score` itself. Where the model learnt from the rows there is neither interval nor `p`.
        None where rows have one column, or more than 100, or there are too few of them.

    Reference:
        Breiman, Random Forests, Machine Learning 45, 2001; Fisher, Rudin and Dominici, JMLR 2019;
        Holm, Scandinavian Journal of Statistics 6, 1979.
    """
    import pandas as pd

    from fivefold.models.score import score

    codec = evidence.data.codec
    rows, learnt = rows_to_ask(evidence)
    if not 2 <= len(codec.columns) <= COLUMNS or len(rows) < FEWEST:
        return None
    plain = len(codec.columns) <= MANY and all(one.block.shared for one in codec.blocks)
    most, turns = PLAIN if plain else HEAVY
    rows = rows.take(np.arange(0, len(rows), -(-len(rows) // most)))
    draw = np.random.default_rng(evidence.seed)
    orders = np.stack([draw.permutation(len(rows)) for _ in range(turns)])

    def judged(inputs: Any) -> Judged:
        scores = codec.cut(score(evidence.asked.model, inputs), inputs)
        return Judged.of(evidence.task, rows.target, scores)

    first = judged(rows.inputs)
    by = evidence.threshold if evidence.headline.decided else None
    shuffles = Shuffles(
        evidence.headline,
        *(first.target, decided(first.scores, by), orders),
        drawn_by(rows.bonds, evidence.task, first, seed=evidence.seed, draws=DRAWS),
        row=first.row,
    )
    if not np.isfinite(shuffles.whole):
        return None
    altered, lines = Altered(evidence.collected, codec, rows), list[dict[str, Any]]()
    for names in [*([name] for name in codec.columns), *columns_alike(evidence)]:
        told = (judged(altered.exchanged(names, order)).scores for order in orders)
        loss = shuffles.loss([decided(each, by) for each in told], level=evidence.level)
        kinds = dict.fromkeys(codec.columns[name].kind.name for name in names)
        line = {"column": _named(names), "columns": len(names), "kind": ", ".join(kinds)}
        lines.append(line | (_bare(loss) if learnt else loss)._asdict())
    table = pd.DataFrame(lines)
    table["lost"] = pd.Series([line["lost"] for line in lines], dtype=object)
    table["p"] = holm(table["p"].to_numpy())
    table["told"] = table["p"] < 1 - evidence.level
    table["score"] = shuffles.whole
    return table.sort_values("lost", ascending=False, kind="stable").reset_index(drop=True)


def rows_to_ask(evidence: Evidence) -> tuple[Rows, bool]:
    """Validation rows that the model did not learn from, and whether there are only others.

    It is the half that is held back where something is decided by such rows. Where nothing is,
    estimators learn from all of them, and so does what stands beside some networks.
    """
    valid, settings = evidence.data.valid, evidence.asked.settings
    stopping, kept = valid.divided(always=evidence.conformal is not None)
    aim = None if evidence.threshold is None else evidence.threshold.aim
    decides = bool(evidence.conformal or aim or evidence.stated)
    apart = len(stopping) + len(kept) == len(valid)
    learnt = settings.all_rows or settings.rows > len(evidence.data.train)
    return kept, learnt and not (decides and apart)


def columns_by_loss(table: "pd.DataFrame", evidence: Evidence) -> list[str]:
    """Names of columns, first those that are missed most, alone or with those that are alike.

    Args:
        table: of `importance`.
        evidence: that it was made of.
    """
    lost = dict(zip(table["column"], table["lost"].astype(float), strict=True))
    most = {name: lost.get(name, -np.inf) for name in evidence.data.codec.columns}
    for names in columns_alike(evidence):
        both = lost.get(_named(names), -np.inf)
        most |= {name: max(most[name], both) for name in names if name in most}
    return sorted(most, key=lambda name: -most[name])


def columns_alike(evidence: Evidence) -> list[list[str]]:
    """Names of columns of which each two nearly tell one another, as groups, by training rows."""
    index = evidence.data.train.index
    some = index[:: max(1, -(-len(index) // ROWS))]
    seen = measured(evidence.collected.table, evidence.schema.inputs, some)
    return associations(*seen).alike(CLOSE)


def _named(names: Sequence[str]) -> str:
    more = f" + {len(names) - NAMED} more" if len(names) > NAMED else ""
    return " + ".join(names[:NAMED]) + more


def _bare(loss: Loss) -> Loss:
    """The same without what rows that were learnt from cannot tell."""
    lost = Estimate(loss.lost, method=LEARNT, n=loss.lost.n, level=loss.lost.level)
    return loss._replace(lost=lost, p=float("nan"))
