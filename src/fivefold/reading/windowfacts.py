"""What is settled about windows, and what is told of them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fivefold.codecs.timegrid import Clock
from fivefold.core.finding import Finding, Severity, finding
from fivefold.core.wording import quoted
from fivefold.reading.options import Windows
from fivefold.reading.stretch import Stretch

MOST = 720
"""Steps of history, where it follows from the data."""

EARLY = 0.5
"""Fraction of each series, its beginning, by which the season is found."""

MUCH = 0.05
"""Fraction of steps from which on it deserves a look that they are absent."""


def settled(asked: Windows, clock: Clock, series: Sequence[Stretch]) -> Windows:
    """The same with a history, and with the season at which series are likest themselves."""
    longest = max(len(one.target) for one in series)
    if not asked.history:
        usual = max((2 * steps for steps in clock.seasons if 2 * steps <= MOST), default=0)
        wished = max(usual, 3 * asked.horizon, 24 if clock.unit != "seconds" else 28)
        room = max(asked.horizon, 1, (longest - asked.horizon) // 4)
        asked = replace(asked, history=min(wished, room))
    if not asked.season:
        known = [m for m in dict.fromkeys((1, *clock.seasons)) if m <= asked.history]
        costs = {season: _cost(series, season, asked.horizon) for season in known}
        asked = replace(asked, season=min(costs, key=lambda season: (costs[season], season)))
    return asked


def _cost(series: Sequence[Stretch], season: int, horizon: int) -> float:
    """The mean over series of the naive error, in deviations of each."""
    costs = []
    for one in series[:100]:
        upto = int(EARLY * len(one.target))
        early = one.measured[:upto]
        total, count = one.errors(season, horizon, upto)
        spread = float(np.nanstd(early)) if (~np.isnan(early)).any() else 0.0
        if count and spread > 0:
            costs.append(total / count / spread)
    return float(np.mean(costs)) if costs else float(season > 1)


def told(
    name: str,
    asked: Windows,
    clock: Clock,
    series: Sequence[Stretch],
    counts: Sequence[int],
    left: Sequence[str],
) -> list[Finding]:
    """Findings: how many windows of which series, absent steps, columns that are left out."""
    steps = sum(len(one.target) for one in series)
    gone = sum(int(np.isnan(one.target).sum()) for one in series)
    total, empty = sum(counts), sum(not count for count in counts)
    thinned = f", every {asked.thinned} steps" if asked.thinned > 1 else ""
    sentence = (
        f"{name} is {len(series):,} series of steps of {clock.words}: {total:,} windows of "
        f"{asked.history} steps of history and {asked.horizon} ahead{thinned}."
    )
    if empty:
        sentence += f" {empty:,} series are too short, or lack too much, for any."
    facts = {
        "members": len(series),
        "rows": total,
        "history": asked.history,
        "horizon": asked.horizon,
        "season": asked.season,
        "clock": clock.words,
        "short": empty,
    }
    found = [finding("windows", sentence, **facts)]
    if gone:
        sentence = (
            f"{gone:,} of {steps:,} steps of `{asked.target}` are absent: lags go by the clock, a "
            "history has a line between its own known neighbours there and says so, and a forecast "
            "is taught and judged by the steps ahead that are there."
        )
        severity: Severity = "warning" if gone > MUCH * steps else "note"
        found.append(finding("absent_steps", sentence, severity, absent=gone, steps=steps))
    if left:
        sentence = (
            f"{quoted(list(left), 5)} of {name} {'varies' if len(left) == 1 else 'vary'} within "
            f"series, and {'is' if len(left) == 1 else 'are'} left out: past=[...] takes what is "
            "known up to now, known=[...] what is known ahead."
        )
        found.append(finding("unused_columns", sentence, columns=list(left)))
    return found
