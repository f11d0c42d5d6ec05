"""How a study is conducted: what all of them take by keyword, and their beginning and end."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from operator import index
from pathlib import Path
from typing import Any, TypedDict

from fivefold.core.cache import cache_in
from fivefold.core.chain import Chain
from fivefold.core.circumstances import noted
from fivefold.core.cores import cores
from fivefold.core.events import Observer, RunStarted, announced
from fivefold.core.faults import raise_all
from fivefold.core.wish import (
    FLAG,
    FLAG_OR_PATH,
    FUNCTIONS,
    PATH,
    SEED,
    TEXT,
    Asked,
    Wish,
    counts,
    faults_of,
    whole,
)
from fivefold.core.wording import nearest
from fivefold.errors import ConfigError, FivefoldError
from fivefold.observers.listeners import listeners
from fivefold.study.place import place_of
from fivefold.study.start import split_pipeline
from fivefold.study.study import Study


class Conduct(TypedDict, total=False):
    """How a study is conducted; every study takes these by keyword.

    Attributes:
        seed: all randomness derives from it; 0 unless said.
        device: `auto`, `cpu`, `cuda` or `cuda:1`.
        n_jobs: processes that refit side by side, -1 for one a core; the bits are the same.
        directory: keeps what each refit gave, so that a study that was ended goes on; nothing is
            written if None.
        resume: go on with the study in `directory`; where there is none yet, begin it.
        cache: what stages write is shared by refits, runs and other studies, as of `Pipeline.run`.
        progress: show lines and bars; False for silence.
        observers: functions that are told every event.
    """

    seed: int
    device: str
    n_jobs: int
    directory: str | Path | None
    resume: bool
    cache: bool | str | Path
    progress: bool
    observers: Iterable[Observer]


PIPELINE = Wish("{} as a pipeline", lambda value: isinstance(value, Chain), "Pass a Pipeline.")
N_JOBS = counts(1, -1)
WISHES: Mapping[str, Wish] = {
    "seed": SEED,
    "device": TEXT,
    "n_jobs": N_JOBS,
    "directory": PATH.or_none(),
    "resume": FLAG,
    "cache": FLAG_OR_PATH,
    "progress": FLAG,
    "observers": FUNCTIONS,
}
"""What each word of `Conduct` may be."""


def check_study(
    who: str, conduct: Mapping[str, Any], asked: Asked | None = None, *pipelines: Any
) -> None:
    """Refuse arguments that are none, before any work.

    Args:
        who: the function that people call.
        conduct: what it was given of `Conduct`, and words that it does not know.
        asked: its other arguments, with what each may be.
        pipelines: that are to be refitted.

    Raises:
        ConfigError: naming what is wrong; `PreflightError` with all of it, if several are.
    """
    faults: list[FivefoldError] = []
    for pipeline in pipelines:
        try:
            split_pipeline(pipeline, who)
        except FivefoldError as error:
            faults.append(error)
    known = [*(asked or {}), *WISHES]
    for word in conduct:
        if word not in WISHES:
            near = nearest(word, known)
            remedy = f"Write {near}=." if near else f"Choose among {', '.join(known)}."
            wanted = "arguments that it has"
            faults.append(ConfigError.expected(who, wanted, repr(word), remedy))
    faults += faults_of(who, asked or {})
    given = {name: (conduct[name], wish) for name, wish in WISHES.items() if name in conduct}
    raise_all([*faults, *faults_of(who, given)])


@contextmanager
def conducted(name: str, asked: Mapping[str, Any], **conduct: Any) -> Iterator[Study]:
    """A study from its beginning to its end.

    Args:
        name: of the function that people call.
        asked: what decides its units, as plain values.
        conduct: see `Conduct`.

    Raises:
        ConfigError: if a word of it is unknown or wrong.
        ResumeError: if the folder holds another study.
    """
    check_study(name, conduct)
    seed = index(conduct.get("seed", 0))
    plain = {word: value if (n := whole(value)) is None else n for word, value in asked.items()}
    observers = listeners(conduct.get("observers", ()), progress=conduct.get("progress", True))
    directory = conduct.get("directory")
    folder, resume = None if directory is None else Path(directory), conduct.get("resume", False)
    study = Study(
        name,
        seed=seed,
        device=conduct.get("device", "auto"),
        n_jobs=processes(conduct.get("n_jobs", 1), name),
        directory=folder,
        resume=resume,
        observers=observers,
        cache=cache_in(conduct.get("cache", False)),
    )
    started = RunStarted(
        path=(name,),
        seed=seed,
        device=conduct.get("device", "auto"),
        directory="" if folder is None else str(folder),
    )
    with (
        place_of(folder, name, {**plain, "seed": seed}, resume=resume),
        noted(folder),
        announced(observers, started),
    ):
        try:
            yield study
        finally:
            study.close()


def processes(wish: Any, who: str) -> int:
    """How many processes a wish means: -1 is one a core.

    Raises:
        ConfigError: if it is no such number.

    Example:
        >>> processes(2, "compare")
        2
    """
    fault = N_JOBS.fault(who, "n_jobs", wish)
    if fault is not None:
        raise fault
    return cores() if wish == -1 else index(wish)
