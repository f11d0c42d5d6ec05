"""Whether rows are as the population that they are to stand for."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fivefold.codecs.coded import coded_of, missing_rows
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array, Table
from fivefold.core.digits import digits, per_cent
from fivefold.core.wording import brief, nearest
from fivefold.errors import ConfigError
from fivefold.kinds.known import kind_of
from fivefold.metrics.significance import chi_squared, holm
from fivefold.survey.section import Section

WHO = "look"
FACTS = ("mean", "quantiles")
"""What may be said of a column of numbers."""
REMEDY = 'Pass population={"sex": {"f": 0.51, "m": 0.49}, "age": {"mean": 42.0}}.'
SURE = 0.05
"""Chance, after correction for all that is compared, below which rows are not as the population."""
FEWEST_EXPECTED = 5.0
WHOLE = 0.02
"""By how much shares may miss 1, as where they are rounded."""
TOLD = 3
MOST = 100
"""Different numbers that may be categories."""
QUARTILES = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Compared:
    """One thing that is known of the population, and what rows say of it.

    Args:
        column: its name.
        what: `share of f`, `mean`, `share up to 40`.
        wanted: in the population.
        found: among rows.
        gap: how far off that is: a difference of shares, or of means in deviations.
    """

    column: str
    what: str
    wanted: float
    found: float
    gap: float


Population = Mapping[str, Mapping[Any, Any]]
"""By column the share of each category, or `mean` and `quantiles` of a number."""


def unlike(
    table: Table, columns: Mapping[str, Column], rows: Array, told: Population, drawn: int = 0
) -> Section:
    """How rows differ from the population, by column, with corrected chances.

    Args:
        table: of canonical values.
        columns: by name.
        rows: positions.
        told: of the population.
        drawn: rows of the population that this was counted by; 0 where it is simply known.

    Raises:
        ConfigError: if a column is not there, or what is said of it cannot be.
    """
    tests = list[tuple[str, float, list[Compared]]]()
    wider = (
        1 + len(rows) / drawn if drawn else 1.0
    )  # of a variance, as the population was drawn too
    for name, facts in told.items():
        if name not in columns:
            near = nearest(name, list(columns))
            remedy = f"Write {near!r}." if near else "Name columns of the data."
            raise ConfigError.expected(WHO, "a population by columns", repr(name), remedy)
        kind, values = kind_of(columns[name].kind), table.column(name)[rows]
        if kind.ordered and values.dtype.kind == "f" and set(facts) <= set(FACTS):
            tests += _of_numbers(name, values, facts, wider)
        elif values.ndim == 1 and kind.levels:
            tests.append(_of_categories(name, values, facts, wider))
        else:
            found = f"{brief(dict(facts))} of `{name}`, which is {kind.name}"
            raise ConfigError.expected(WHO, "shares of categories, or a mean", found, REMEDY)
    chances = holm(np.array([p for _, p, _ in tests]))
    lines, words = list[dict[str, Any]](), list[tuple[float, str]]()
    for (name, _, compared), p in zip(tests, chances.tolist(), strict=True):
        for one in compared:
            line = {"column": name, "what": one.what, "population": one.wanted, "here": one.found}
            lines.append({**line, "p": p, "differs": bool(p < SURE)})
        if p < SURE:
            most = max(compared, key=lambda one: abs(one.gap))
            words.append((abs(most.gap), f"`{name}` ({_told(most)}; {_chance(p)})"))
    words.sort(reverse=True)
    listed = "; ".join(word for _, word in words[:TOLD])
    more = f"; and {len(words) - TOLD} more" if len(words) > TOLD else ""
    as_is = "Rows are as the population, as far as they tell."
    return Section(
        name="population",
        title="Beside the population",
        head="people",
        told=(f"Not as the population: {listed}{more}." if words else as_is,),
        rows=tuple(lines),
    )


def _of_categories(
    name: str, values: Array, facts: Mapping[Any, Any], wider: float
) -> tuple[str, float, list[Compared]]:
    """Shares, by the chi-squared test; categories with few expected rows together."""
    shares = {str(label): _number(name, label, part) for label, part in facts.items()}
    total = math.fsum(shares.values())
    if not facts or min(shares.values()) < 0 or abs(total - 1) > WHOLE:
        told = f"{brief(dict(facts))}, {digits(total)} in all"
        raise ConfigError.expected(WHO, f"shares of `{name}` that sum to 1", told, REMEDY)
    present = values[~missing_rows(values)]
    if present.dtype != object and len(np.unique(present)) > MOST:
        told = f"{len(np.unique(present)):,} different numbers"
        raise ConfigError.expected(WHO, f"shares of few categories of `{name}`", told, REMEDY)
    counts = dict[str, int]()
    if present.dtype == object:
        coded = coded_of(present)
        counts = dict(zip(coded.values.tolist(), np.bincount(coded.codes).tolist(), strict=True))
    else:
        for value, count in zip(*np.unique(present, return_counts=True), strict=True):
            counts[_spelt(value, shares)] = int(count)
    rows = sum(counts.values())
    labels = [*shares, *(label for label in counts if label not in shares)]
    wanted = np.array([shares.get(label, 0.0) / total for label in labels]) * rows
    found = np.array([counts.get(label, 0) for label in labels], np.float64)
    most = max(rows, 1)
    compared = [
        Compared(name, f"share of {label}", w / most, f / most, (f - w) / most)
        for label, w, f in zip(labels, wanted.tolist(), found.tolist(), strict=True)
    ]
    return name, _fit(found, wanted, wider), compared


def _fit(found: Array, wanted: Array, wider: float) -> float:
    """The chance of counts at least as far from what is wanted."""
    rare = wanted < FEWEST_EXPECTED
    wanted = np.append(wanted[~rare], wanted[rare].sum())
    found = np.append(found[~rare], found[rare].sum())
    if wanted[-1] < FEWEST_EXPECTED:
        never = wanted[-1] == 0 and found[-1] > 0  # what the population does not have
        if never and wider == 1:
            return 0.0
        wanted, found = wanted[:-1], found[:-1]
        if not len(wanted) or not found.sum():
            return float("nan")
        wanted = wanted * found.sum() / wanted.sum()
    if len(wanted) < 2:
        return float("nan")
    squares = float(((found - wanted) ** 2 / wanted).sum())
    return chi_squared(squares / wider, len(wanted) - 1)


def _of_numbers(
    name: str, values: Array, facts: Mapping[Any, Any], wider: float
) -> Iterator[tuple[str, float, list[Compared]]]:
    """The mean by its deviation, quantiles by how many rows are below each."""
    known = values[np.isfinite(values)]
    rows = len(known)
    if rows < 2:
        raise ConfigError.expected(WHO, f"numbers in `{name}`", f"{rows}", "Leave it out.")
    if "mean" in facts:
        wanted, mean = _number(name, "mean", facts["mean"]), float(known.mean())
        deviation = float(known.std(ddof=1))
        gap = (mean - wanted) / deviation if deviation else math.inf * (mean != wanted)
        p = math.erfc(abs(gap) * math.sqrt(rows / wider / 2)) if gap == gap else 1.0
        yield name, p, [Compared(name, "mean", wanted, mean, gap)]
    levels = facts.get("quantiles", {})
    if not isinstance(levels, Mapping):
        wrong = brief(levels)
        raise ConfigError.expected(WHO, f"quantiles of `{name}` by level", wrong, _QUANTILES)
    for level, bound in levels.items():
        part, end = _number(name, "a level", level), _number(name, "a quantile", bound)
        if not 0 < part < 1:
            wrong = f"a level of {digits(part)}"
            raise ConfigError.expected(WHO, f"levels of `{name}` in 0 to 1", wrong, _QUANTILES)
        below = float((known < end).mean())
        up_to = float((known <= end).mean())
        share = min(max(part, below), up_to)  # of equal numbers as many as it takes
        gap = up_to - part if share == up_to else below - part
        spread = math.sqrt(part * (1 - part) / rows * wider)
        p = math.erfc(abs(share - part) / spread / math.sqrt(2))
        gap = 0.0 if share == part else gap
        yield name, p, [Compared(name, f"share up to {digits(end)}", part, part + gap, gap)]


_QUANTILES = 'Pass {"quantiles": {0.25: 20, 0.5: 40}}.'


def as_told(sample: Table, columns: Mapping[str, Column]) -> Population:
    """What a table of the population says of the columns that both have.

    Args:
        sample: rows of the population, canonical as the columns have it.
        columns: by name.
    """
    told = dict[str, dict[Any, Any]]()
    for name in (name for name in sample.names if name in columns):
        kind, values = kind_of(columns[name].kind), sample.column(name)
        present = values[~missing_rows(values)] if values.ndim == 1 else values[:0]
        if not len(present):
            continue
        if kind.ordered and present.dtype.kind == "f":
            quartiles = np.quantile(present, QUARTILES).tolist()
            levels = dict(zip(QUARTILES, quartiles, strict=True))
            told[name] = {"mean": float(present.mean()), "quantiles": levels}
        elif kind.levels and present.dtype == object:
            coded = coded_of(present)
            shares = np.bincount(coded.codes) / len(present)
            told[name] = dict(zip(coded.values.tolist(), shares.tolist(), strict=True))
        elif kind.levels:
            each, counts = np.unique(present, return_counts=True)
            told[name] = dict(zip(each.tolist(), (counts / len(present)).tolist(), strict=True))
    return told


def _number(name: str, what: object, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, bool) or not math.isfinite(number):
        found = f"{brief(value)} for {brief(what)}"
        raise ConfigError.expected(WHO, f"numbers for `{name}` in population", found, REMEDY)
    return number


def _spelt(value: float, shares: Mapping[str, float]) -> str:
    """What people call a truth value or a number, as the population has it."""
    whole = {0.0: ("False", "false", "no", "0"), 1.0: ("True", "true", "yes", "1")}
    names = [*whole.get(float(value), ()), digits(float(value)), str(float(value))]
    known = [name for name in names if name in shares]
    return str((known or names)[0])


def _told(one: Compared) -> str:
    if one.what == "mean":
        return f"mean {digits(one.found)}, not {digits(one.wanted)}"
    return f"{one.what} {per_cent(one.found)}, not {per_cent(one.wanted)}"


def _chance(p: float) -> str:
    return "p < 0.0001" if p < 1e-4 else f"p = {p:.4f}"
