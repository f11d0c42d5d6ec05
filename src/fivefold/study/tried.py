"""Settings that were tried, and what came of it: as values, in a file, as a table."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from fivefold.core.jsontext import RepeatedKeyError, parse_json
from fivefold.core.store import write_bytes
from fivefold.core.wording import brief, one_line
from fivefold.errors import ConfigError, TrainingError
from fivefold.study.reasons import listed

if TYPE_CHECKING:
    import pandas as pd

State = Literal["complete", "pruned", "too slow", "failed", "cut short"]
FILE = "trials.json"
FORMAT = "fivefold/trials-1"
UNDEFINED = "is not defined for its answers"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Settings that were tried, and what came of it.

    Attributes:
        number: from 0.
        state: `pruned` where training was ended because of poor validation losses, `failed` where
            it could not be done, `too slow` where an answer takes longer than `latency`, `cut
            short` where the time of the study was up.
        score: on rows for validation; NaN where it failed.
        values: by address what was chosen.
        written: the same as JSON has it.
        answers: by address the number, or the place of the option.
        seconds: of all stages.
        answer_seconds: of one row, where that was measured.
        epochs: that ran, in all folds together.
        courses: best validation losses so far, by epoch, in each fold.
        measure: what these losses are; losses of one measure can be compared.
        why: it failed, or was ended.
    """

    number: int
    state: State
    score: float = float("nan")
    values: Mapping[str, Any] = field(default_factory=dict)
    written: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    answer_seconds: float | None = None
    epochs: int = 0
    courses: tuple[tuple[float, ...], ...] = ()
    measure: str = ""
    why: str = ""

    @property
    def finished(self) -> bool:
        """Whether its score is that of settings that could be deployed."""
        return self.state == "complete" and isfinite(self.score)


def best_of(trials: Sequence[Trial], *, greater: bool) -> Trial | None:
    """The first of the best finished trials; of those cut short where none finished."""
    sign = 1.0 if greater else -1.0
    for states in (("complete",), ("cut short", "pruned")):
        those = [one for one in trials if one.state in states and isfinite(one.score)]
        if those:
            return max(those, key=lambda one: (sign * one.score, -one.number))
    return None


def nothing_found(trials: Sequence[Trial], metric: str) -> TrainingError:
    """The error where no trial may win: each reason once and whole, the most frequent first."""
    reasons = [re.sub(r"^as trial \d+: ", "", one.why) for one in trials]
    most = max(reasons, key=reasons.count)
    return TrainingError(
        f"tune: expected a trial with a score, found none among {len(trials)}.",
        evidence=listed(reasons, "trial"),
        remedy=_remedy(trials[reasons.index(most)], trials, metric),
        reasons=tuple(one.why for one in trials),
    )


def _remedy(trial: Trial, trials: Sequence[Trial], metric: str) -> str:
    """What helps most of them, by what became of one."""
    if trial.state == "too slow":
        quickest = min(one.answer_seconds for one in trials if one.answer_seconds is not None)
        return f"Pass latency={1.1 * quickest:.2g} or more, or spaces with smaller models."
    if trial.why.endswith(UNDEFINED):
        return f"Pass folds=, or let Split draw more rows for validation, for which {metric} is."
    return "Mend what the most frequent reason names, or leave those settings out."


def table_of(trials: Sequence[Trial], settings: Iterable[str]) -> "pd.DataFrame":
    """One row a trial: `trial`, `state`, `score`, each setting, `epochs`, `seconds`, `why`."""
    import pandas as pd

    names = list(settings)
    told = {name: _told_apart(trials, name) for name in names}
    lines = [
        {
            "trial": one.number,
            "state": one.state,
            "score": one.score,
            **{name: told[name].get(one.number) for name in names},
            "epochs": one.epochs,
            "answer_seconds": one.answer_seconds,
            "seconds": one.seconds,
            "why": one_line(one.why),
        }
        for one in trials
    ]
    columns = ["trial", "state", "score", *names, "epochs", "answer_seconds", "seconds", "why"]
    table = pd.DataFrame(lines, columns=columns)
    measured = any(one.answer_seconds is not None for one in trials)
    return table if measured else table.drop(columns="answer_seconds")


def _told_apart(trials: Sequence[Trial], name: str) -> dict[int, Any]:
    """A setting by number of the trial; options that read alike are told apart by their place."""
    having = [one for one in trials if name in one.values]
    told = {one.number: shown(one.values[name]) for one in having}
    alike: dict[Any, set[Any]] = {}
    for one in having:
        value = one.values[name]
        if told[one.number] is not value and name in one.answers:
            alike.setdefault(told[one.number], set()).add(one.answers[name])
    for one in having:
        if len(alike.get(told[one.number], ())) > 1:
            told[one.number] = f"{told[one.number]} (option {one.answers[name] + 1})"
    return told


def shown(value: Any) -> Any:
    """A setting as a table shows it: plain values as they are."""
    plain = value is None or isinstance(value, bool | int | float | str)
    return value if plain else repr(value) if hasattr(value, "settings") else brief(value)


def looks_of(trials: Iterable[Trial]) -> list[Trial]:
    """Those that have a score, each once, however many studies hold it."""
    scored = [one for one in trials if isfinite(one.score)]
    return list(
        {(json.dumps(one.written, sort_keys=True), one.score): one for one in scored}.values()
    )


def write_trials(
    trials: Iterable[Trial],
    folder: Path,
    *,
    metric: str,
    space: Mapping[str, Any],
    earlier: Iterable[Trial] = (),
) -> None:
    """Note trials in the folder of a study, for people and for studies to come.

    Args:
        trials: of the study.
        folder: its own.
        metric: by which they were compared.
        space: what was searched.
        earlier: of the studies that it began from.
    """
    content = {
        "format": FORMAT,
        "metric": metric,
        "space": dict(space),
        "trials": list(map(_noted, trials)),
        "earlier": list(map(_noted, earlier)),
    }
    write_bytes(folder / FILE, json.dumps(content, indent=1, ensure_ascii=False).encode())


def _noted(one: Trial) -> dict[str, Any]:
    return {
        "number": one.number,
        "state": one.state,
        "score": one.score if isfinite(one.score) else None,
        "settings": dict(one.written),
        "seconds": one.seconds,
        "epochs": one.epochs,
        "why": one.why,
    }


def _read(noted: Mapping[str, Any]) -> Trial:
    return Trial(
        number=int(noted["number"]),
        state=noted["state"],
        score=float("nan") if noted["score"] is None else float(noted["score"]),
        written=dict(noted["settings"]),
        seconds=float(noted["seconds"]),
        epochs=int(noted["epochs"]),
    )


def read_trials(folder: Path) -> tuple[str, list[Trial], list[Trial]]:
    """What a study noted in its folder.

    Returns:
        The name of the metric, its trials, and those of the studies that it began from.

    Raises:
        ConfigError: if there is nothing.
    """
    path = folder / FILE
    try:
        content = parse_json(path.read_text("utf-8"))
        if content["format"] != FORMAT:
            raise KeyError(FORMAT)
        trials, earlier = content["trials"], content.get("earlier", [])
        return str(content["metric"]), list(map(_read, trials)), list(map(_read, earlier))
    except (OSError, ValueError, KeyError, TypeError, RepeatedKeyError):
        remedy = "Name the directory of an earlier ff.tune(..., directory=...)."
        found = f"none in {folder}"
        raise ConfigError.expected("tune", "trials of an earlier study", found, remedy) from None
