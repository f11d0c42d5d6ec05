"""Runs and studies below a folder, one a line."""

from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fivefold.artifacts import Collected, Evaluated
from fivefold.core.circumstances import Circumstances
from fivefold.core.faults import raise_all
from fivefold.core.wish import PATH, faults_of
from fivefold.errors import ConfigError, FivefoldError
from fivefold.records.kept import KeptStudy
from fivefold.records.saved import SavedRun, folders_below
from fivefold.report.tables import aligned, cells
from fivefold.study.place import STUDY

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    *("run", "kind", "started", "state", "done", "seed"),
    *("data", "metric", "score", "seconds", "commit"),
)

SPARED = ("commit", "data", "seconds", "seed", "metric", "started", "done", "kind")
"""Columns that are left out on a narrow terminal, the first one first."""


def runs(folder: str | PathLike[str] = ".") -> "pd.DataFrame":
    """The runs and studies that lie below a folder, the latest last.

    What lies inside a run or a study, its refits for one, is not listed by itself.

    Args:
        folder: that is looked through.

    Returns:
        One row a run or study: `run` (its folder), `kind` (`run`, or what the study is called:
        `compare`, `tune`), `started` in UTC, `state` (`finished`, `failed`, `interrupted`,
        `killed`, `running`, or `damaged: ...`), `done` (of a study: `5 models`, `25 trials`),
        `seed`, `data`, `metric` (of a run the first one, on the test rows), `score` with its
        interval (of a study the best one), `seconds` and `commit`.

    Raises:
        ConfigError: if there is no such folder.

    Example:
        >>> import fivefold as ff, tempfile
        >>> len(ff.runs(tempfile.mkdtemp()))
        0
    """
    import pandas as pd

    raise_all(faults_of("runs", {"folder": (folder, PATH)}))
    place = Path(fspath(folder))
    if not place.is_dir():
        found = "a file" if place.exists() else "none"
        raise ConfigError.expected("runs", f"a folder {place}", found, "Name a folder with runs.")
    lines = [_line(path, place) for path in folders_below(place)]
    lines.sort(key=lambda line: (line["started"], line["run"]))
    return pd.DataFrame(
        {name: pd.Series([x[name] for x in lines], dtype=object) for name in COLUMNS}
    )


def shown(found: "pd.DataFrame", width: int = 100) -> str:
    """Runs as lines of a terminal: columns that do not fit are left out, the least told first."""
    if not len(found):
        return "No run lies here. `fivefold run ... --directory FOLDER` keeps one."
    kept = [name for name in COLUMNS if found[name].notna().any()]
    while True:
        headings, rows, numeric = cells(found[kept])
        lines = aligned([headings, *rows], numeric)
        rest = [name for name in SPARED if name in kept]
        if max(map(len, lines)) <= width or not rest:
            return "\n".join(lines)
        kept.remove(rest[0])


def _line(folder: Path, above: Path) -> dict[str, Any]:
    line: dict[str, Any] = dict.fromkeys(COLUMNS)
    line |= {"run": str(folder.relative_to(above)), "started": ""}
    try:
        if (folder / STUDY).is_file():
            return line | _study(KeptStudy.of(folder, "runs"))
        run = SavedRun.of(folder, "runs")
    except FivefoldError as error:
        return line | {"state": f"damaged: found {error.facts.get('found', error.summary)}"}
    about, provenance = run.circumstances, run.field(Collected, "provenance")
    metrics = run.field(Evaluated, "metrics") or {}
    first = next(iter(metrics), None)
    return line | {
        **_surroundings(about),
        "kind": "run",
        "state": run.state,
        "seed": run.record.identity.get("seed"),
        "data": None if provenance is None else provenance.get("source"),
        "metric": first,
        "score": None if first is None else metrics[first],
        "seconds": run.seconds,
    }


def _study(kept: KeptStudy) -> dict[str, Any]:
    return {
        **_surroundings(kept.circumstances),
        "kind": kept.identity.get("study"),
        "state": kept.state,
        "done": kept.done,
        "seed": kept.identity.get("seed"),
        "data": kept.source,
        "metric": kept.found.get("metric"),
        "score": kept.score,
        "seconds": kept.seconds,
    }


def _surroundings(about: Circumstances | None) -> dict[str, Any]:
    if about is None:
        return {}
    changed = "+" if about.dirty else ""
    return {"started": about.started, "commit": about.commit[:10] + changed}
