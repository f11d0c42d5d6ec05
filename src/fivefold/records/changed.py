"""What changed from one run to another: data, code, settings, versions, scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fivefold.artifacts import Collected, Evaluated
from fivefold.core.difference import differences
from fivefold.core.estimate import Estimate
from fivefold.core.faults import raise_all
from fivefold.core.wish import PATH, faults_of
from fivefold.errors import DataError
from fivefold.metrics.comparison import turned
from fivefold.records.bundledrun import BundledRun
from fivefold.records.saved import SavedRun, is_bundle
from fivefold.report.tables import markdown, printed
from fivefold.study.compare import compare

if TYPE_CHECKING:
    import pandas as pd

    from fivefold.study.compare import Compared

Told = SavedRun | BundledRun
UNPAIRED = "not paired"


@dataclass(frozen=True, eq=False)
class Changes:
    """Two runs side by side.

    Args:
        one: folder of the first.
        other: folder of the second.
        differences: what is not equal: `what`, `one`, `other`; data, code, settings and versions
            first, then what does not decide bits.
        scores: by metric of the test rows: `metric`, `one`, `other` and the `change`, the second
            minus the first; with an interval and a verdict on the second by the first metric,
            where both were judged on the same rows.
        paired: whether they were; else the change may lie in the rows.
    """

    one: str
    other: str
    differences: "pd.DataFrame"
    scores: "pd.DataFrame"
    paired: bool

    def markdown(self) -> str:
        """Both tables as Markdown."""
        return f"{markdown(self.differences)}\n\n{markdown(self.scores)}"

    def __str__(self) -> str:
        said = [f"one    {self.one}", f"other  {self.other}", ""]
        if len(self.differences):
            said += printed(self.differences)
        else:
            said.append("Nothing that is noted differs.")
        if len(self.scores):
            rows = "the same test rows" if self.paired else "the test rows of each, not paired"
            said += ["", f"Scores on {rows}:", *printed(self.scores)]
        return "\n".join(said)

    __repr__ = __str__


def compare_runs(one: str | PathLike[str], other: str | PathLike[str]) -> Changes:
    """Say what changed from one run to another, and whether its scores did.

    Args:
        one: folder of the first run, as `run(directory=...)` wrote it; or a bundle, of which that
            is told which it holds.
        other: folder of the second, or a bundle.

    Returns:
        What differs, and the scores; their difference is paired where both were judged on the
        same rows, and the rows of one of them at least are at hand.

    Raises:
        ConfigError: if an argument is no path.
        ResumeError: if a folder holds no run.
        StoreError: if what they scored is damaged.
        BundleError: if a bundle is.
    """
    import pandas as pd

    raise_all(faults_of("compare_runs", {"one": (one, PATH), "other": (other, PATH)}))
    first, second = _told(one), _told(other)
    facts, others = facts_of(first), facts_of(second)
    lines = [
        {"what": name, "one": was, "other": now}
        for name, (was, now) in differing(first, second).items()
    ]
    lines += [
        {"what": name, "one": facts[name], "other": others[name]}
        for name in facts
        if name in others and facts[name] != others[name]
    ]
    scores, paired = _scores(first, second)
    return Changes(
        one=fspath(one),
        other=fspath(other),
        differences=pd.DataFrame(lines, columns=["what", "one", "other"]),
        scores=scores,
        paired=paired,
    )


def _told(path: str | PathLike[str]) -> Told:
    """A run as its folder, or its bundle, tells of it."""
    place = Path(fspath(path))
    return BundledRun.of(place) if is_bundle(place) else SavedRun.of(place, "compare_runs")


def differing(one: Told, other: Told) -> dict[str, tuple[str, str]]:
    """What decides bits and is not the same in two runs; settings of the steps that both have."""
    first, second = ({**run.identity} for run in (one, other))
    if isinstance(one, BundledRun) or isinstance(other, BundledRun):  # which tell less
        both = [name for name in first if name in second]
        first, second = ({n: _plain(part[n]) for n in both} for part in (first, second))
    found = differences(first, second)
    if "stages" not in found:
        return found
    steps = {*one.stages} & {*other.stages}
    for identity in (first, second):
        identity["stages"] = ""
        identity["settings"] = {
            name: value
            for name, value in identity.get("settings", {}).items()
            if name.partition(".")[0] in steps
        }
    return {"stages": found["stages"], **differences(first, second)}


def _plain(value: Any) -> Any:
    """A version without the build that it is of, which a bundle does not tell."""
    return value.partition("+")[0] if isinstance(value, str) else value


def facts_of(run: Told) -> dict[str, Any]:
    """What is noted of a run's data and of what surrounded it."""
    if isinstance(run, BundledRun):
        return {"data": str(run.origin.get("data") or "not known")[:12]}
    about, provenance = run.circumstances, run.field(Collected, "provenance") or {}
    unknown = "not known"
    return {
        "data": str(provenance.get("sha256") or unknown)[:12],
        "rows of data": provenance.get("rows", unknown),
        "commit": unknown if about is None else about.commit[:12] or "none",
        "changed since commit": unknown if about is None or about.dirty is None else about.dirty,
        "machine": unknown if about is None else about.machine,
        "host": unknown if about is None else about.host,
        "cores": unknown if about is None else about.cores,
        "state": run.state,
    }


def _metrics(run: Told) -> Mapping[str, Estimate]:
    if isinstance(run, BundledRun):
        return run.metrics
    found: Mapping[str, Estimate] = run.field(Evaluated, "metrics") or {}
    return found


def _scores(one: Told, other: Told) -> "tuple[pd.DataFrame, bool]":
    """Both runs' scores, and whether they are of the same rows."""
    import pandas as pd

    columns = ["metric", "one", "other", "change", "verdict"]
    first, second = _metrics(one), _metrics(other)
    both = [name for name in first if name in second]
    if not both:
        return pd.DataFrame(columns=columns), False
    pair = _paired(one, other)
    lines = []
    for name in both:
        change: Any = float(second[name]) - float(first[name])
        verdict = ""
        if pair is not None and name == pair.metric:
            line = pair.pairs.iloc[0]
            change, verdict = line["difference"].turned(), turned(line["verdict"])
        lines.append([name, first[name], second[name], change, verdict or UNPAIRED])
    frame = pd.DataFrame(lines, columns=columns, dtype=object)
    if pair is not None:
        frame.loc[frame["verdict"] == UNPAIRED, "verdict"] = ""
    return frame, pair is not None


def _paired(one: Told, other: Told) -> "Compared | None":
    """Both on the rows that they share; None where they were judged on others, or none are here."""
    runs = (one, other)
    at_hand = next((run.result() for run in runs if isinstance(run, SavedRun)), None)
    if at_hand is None:
        return None
    results = [run.result() if isinstance(run, SavedRun) else run.beside(at_hand) for run in runs]
    first, second = results
    if first is None or second is None:
        return None
    try:
        return compare({"one": first, "other": second})
    except DataError:
        return None
