"""What changed from one run to another: data, code, settings, versions, scores."""

from dataclasses import dataclass
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from fivefold.artifacts import Collected, Evaluated
from fivefold.core.difference import differences
from fivefold.errors import DataError
from fivefold.records.saved import SavedRun
from fivefold.report.tables import markdown, printed
from fivefold.study.compare import compare

if TYPE_CHECKING:
    import pandas as pd

    from fivefold.study.compare import Compared

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
            rows = "the same test rows" if self.paired else "other test rows, so not paired"
            said += ["", f"Scores on {rows}:", *printed(self.scores)]
        return "\n".join(said)

    __repr__ = __str__


def compare_runs(one: str | PathLike[str], other: str | PathLike[str]) -> Changes:
    """Say what changed from one run to another, and whether its scores did.

    Args:
        one: folder of the first run, as `run(directory=...)` wrote it.
        other: folder of the second.

    Returns:
        What differs, and the scores; their difference is paired where both runs were judged on
        the same rows.

    Raises:
        ResumeError: if a folder holds no run.
        StoreError: if what they scored is damaged.
    """
    import pandas as pd

    first, second = SavedRun.of(one, "compare_runs"), SavedRun.of(other, "compare_runs")
    facts, others = facts_of(first), facts_of(second)
    lines = [
        {"what": name, "one": was, "other": now}
        for name, (was, now) in differing(first, second).items()
    ]
    lines += [
        {"what": name, "one": facts[name], "other": others[name]}
        for name in facts
        if facts[name] != others[name]
    ]
    scores, paired = _scores(first, second)
    return Changes(
        one=fspath(one),
        other=fspath(other),
        differences=pd.DataFrame(lines, columns=["what", "one", "other"]),
        scores=scores,
        paired=paired,
    )


def differing(one: SavedRun, other: SavedRun) -> dict[str, tuple[str, str]]:
    """What decides bits and is not the same in two runs; settings of the steps that both have."""
    first, second = ({**run.record.identity} for run in (one, other))
    found = differences(first, second)
    if "stages" not in found:
        return found
    steps = {*one.record.stages} & {*other.record.stages}
    for identity in (first, second):
        identity["stages"] = ""
        identity["settings"] = {
            name: value
            for name, value in identity.get("settings", {}).items()
            if name.partition(".")[0] in steps
        }
    return {"stages": found["stages"], **differences(first, second)}


def facts_of(run: SavedRun) -> dict[str, Any]:
    """What is noted of a run's data and of what surrounded it."""
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


def _scores(one: SavedRun, other: SavedRun) -> "tuple[pd.DataFrame, bool]":
    """Both runs' scores, and whether they are of the same rows."""
    import pandas as pd

    columns = ["metric", "one", "other", "change", "verdict"]
    first = one.field(Evaluated, "metrics") or {}
    second = other.field(Evaluated, "metrics") or {}
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
            change, verdict = line["difference"].turned(), _TURNED[line["verdict"]]
        lines.append([name, first[name], second[name], change, verdict or UNPAIRED])
    frame = pd.DataFrame(lines, columns=columns, dtype=object)
    if pair is not None:
        frame.loc[frame["verdict"] == UNPAIRED, "verdict"] = ""
    return frame, pair is not None


_TURNED = {"wins": "worse", "loses": "better", "a tie": "a tie", "not measured": "not measured"}
"""What the verdict on the first says of the second."""


def _paired(one: SavedRun, other: SavedRun) -> "Compared | None":
    """Both on the rows that they share; None where they were judged on others."""
    try:
        return compare({"one": one.result(), "other": other.result()})
    except DataError:
        return None
