"""Which cells are missing together, and whether that goes with other columns and the answer."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fivefold.codecs.coded import missing_rows
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array, Table
from fivefold.core.digits import per_cent
from fivefold.core.wording import plural, quoted
from fivefold.kinds.binned import Binned
from fivefold.metrics.significance import chi_squared, holm
from fivefold.survey.measured import Coded, Ranked
from fivefold.survey.pairwise import cramers, ratios
from fivefold.survey.section import Section

MOST, TOLD = 63, 3
"""Columns whose gaps are looked at together, those with most of them; told in a sentence."""

TOGETHER, GOES = 0.8, 0.3
"""Correlation of gaps, and how far they go with another column, from which on it is told."""
SURE = 0.01
"""Chance, after correction, below which gaps go with the answer."""


def missing_together(
    table: Table,
    columns: Sequence[Column],
    rows: Array,
    learnt: Array,
    groups: Binned | None,
    ranked: Ranked,
    coded: Coded,
    sampled: Array,
) -> Section | None:
    """Columns in which cells are missing, and with what that goes; None where none are.

    Args:
        table: of canonical values.
        columns: those that are looked at.
        rows: positions that are counted.
        learnt: positions of rows whose answers may be looked at.
        groups: of all rows by their answers; None where nothing is predicted.
        ranked: columns of numbers, of the sampled rows.
        coded: columns of categories likewise.
        sampled: positions of these rows.
    """
    gaps = {c.name: missing_rows(table.column(c.name)) for c in columns}
    counts = {name: int(gone[rows].sum()) for name, gone in gaps.items()}
    names = sorted((n for n in counts if counts[n]), key=lambda name: -counts[name])[:MOST]
    if not names:
        return None
    square = np.stack([gaps[name] for name in names], axis=1)
    lines: list[dict[str, Any]] = [
        {"column": name, "missing": counts[name], "share": counts[name] / len(rows)}
        for name in names
    ]
    told = [*_patterns(square[rows], names)]
    told += _pairs(square[rows], names, lines)
    told += _with_others(square[sampled], names, ranked, coded, lines)
    if groups is not None and len(groups.labels) > 1:
        told += _with_answers(square[learnt], groups.labels, groups.place[learnt], names, lines)
    return Section(
        name="missing",
        title="Missing cells",
        head="missing",
        told=tuple(told),
        rows=tuple(lines),
    )


def _patterns(square: Array, names: list[str]) -> list[str]:
    """How many rows are complete, and which columns the others lack."""
    keys = square @ (np.uint64(1) << np.arange(len(names), dtype=np.uint64))
    patterns, counts = np.unique(keys, return_counts=True)
    whole = int(counts[patterns == 0].sum())
    told = f"{plural(whole, 'row')} of {len(keys):,} ({per_cent(whole / len(keys))}) lack nothing"
    several = [
        (count, [name for bit, name in enumerate(names) if int(pattern) >> bit & 1])
        for pattern, count in sorted(
            zip(patterns.tolist(), counts.tolist(), strict=True), key=lambda pair: -pair[1]
        )
        if pattern
    ]
    listed = [f"{count:,} lack {quoted(lacking, 4)}" for count, lacking in several[:TOLD]]
    return [f"{'; '.join([told, *listed])}."]


def _pairs(square: Array, names: list[str], lines: list[dict[str, Any]]) -> list[str]:
    """Columns whose cells are missing in the same rows."""
    gone = square - square.mean(axis=0)
    size = np.sqrt((gone**2).sum(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        phi = np.nan_to_num((gone.T @ gone) / (size[:, None] * size))
    np.fill_diagonal(phi, 0)
    for place, line in enumerate(lines):
        other = int(phi[place].argmax())
        if phi[place, other] >= GOES:
            line |= {"missing with": names[other], "correlation": float(phi[place, other])}
    free, found = np.ones(len(names), bool), list[str]()
    for place in range(len(names)):
        near = free & (phi[place] >= TOGETHER)
        if free[place] and near.any():
            near[place] = True
            free &= ~near
            found.append(quoted([names[one] for one in np.flatnonzero(near)], 5))
    return [f"Missing in the same rows: {'; '.join(found[:TOLD])}."] if found else []


def _with_others(
    square: Array, names: list[str], ranked: Ranked, coded: Coded, lines: list[dict[str, Any]]
) -> list[str]:
    """Columns by whose cells one can tell where others are missing."""
    own = Coded(tuple(names), square.astype(np.int64))
    size = np.concatenate([ratios(own, ranked), cramers(own, coded)], axis=1)
    others, found = [*ranked.names, *coded.names], list[tuple[float, str]]()
    for place, line in enumerate(lines):
        told = np.nan_to_num(size[place])
        if not len(told) or told.max() < GOES:
            continue
        best = int(told.argmax())
        line |= {"goes with": others[best], "how far": float(told[best])}
        words = f"`{names[place]}` with `{others[best]}` ({told[best]:.2f})"
        found.append((float(told[best]), words))
    words = ", ".join(word for _, word in sorted(found, reverse=True)[:TOLD])
    return [f"Whether a cell is missing goes with another column: {words}."] if found else []


def _with_answers(
    square: Array,
    labels: tuple[str, ...],
    group: Array,
    names: list[str],
    lines: list[dict[str, Any]],
) -> list[str]:
    """Columns whose cells are missing more often for some answers."""
    inside = group >= 0
    sizes = np.bincount(group[inside], minlength=len(labels)).astype(np.float64)
    chances, shares = [], []
    for gone in square[inside].T:
        lacking = np.bincount(group[inside], gone, minlength=len(labels))
        chances.append(_chance(lacking, sizes))
        shares.append(lacking / np.maximum(sizes, 1))
    found = list[tuple[float, str]]()
    for name, line, p, each in zip(names, lines, holm(np.array(chances)), shares, strict=True):
        line |= {f"missing where {label}": float(v) for label, v in zip(labels, each, strict=True)}
        line["p"] = float(p)
        if p < SURE:
            low, high = int(each.argmin()), int(each.argmax())
            words = (
                f"`{name}` ({per_cent(each[high])} where {labels[high]}, {per_cent(each[low])} "
                f"where {labels[low]})"
            )
            found.append((float(each[high] - each[low]), words))
    words = ", ".join(word for _, word in sorted(found, reverse=True)[:TOLD])
    return [f"Missing more often for some answers: {words}."] if found else []


def _chance(lacking: Array, sizes: Array) -> float:
    """How likely shares of missing cells differ as much, if answers have no say in them."""
    sizes, lacking = sizes[sizes > 0], lacking[sizes > 0]
    part = lacking.sum() / max(sizes.sum(), 1)
    if not 0 < part < 1 or len(sizes) < 2 or (sizes * min(part, 1 - part)).min() < 5:
        return float("nan")
    squares = ((lacking - sizes * part) ** 2 / (sizes * part * (1 - part))).sum()
    return chi_squared(float(squares), len(sizes) - 1)
