"""How a study is conducted: what all of them take by keyword, and their beginning and end."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from operator import index
from pathlib import Path
from typing import Any, TypedDict

from fivefold.core.cache import cache_in
from fivefold.core.cores import cores
from fivefold.core.events import Guarded, Observer, RunStarted, announced
from fivefold.core.wording import nearest
from fivefold.errors import ConfigError
from fivefold.study.place import place_of
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
    known = Conduct.__annotations__
    for word in conduct:
        if word not in known:
            near = nearest(word, list(known))
            remedy = f"Write {near}=." if near else f"Choose among {', '.join(known)}."
            raise ConfigError.expected(name, "arguments that it has", repr(word), remedy)
    seed = conduct.get("seed", 0)
    if isinstance(seed, bool) or not hasattr(seed, "__index__") or index(seed) < 0:
        remedy = "Pass a non-negative int."
        raise ConfigError.expected(name, "a seed of 0 or more", repr(seed), remedy)
    observers: list[Observer] = [Guarded(each) for each in conduct.get("observers", ())]
    if conduct.get("progress", True):
        from fivefold.observers.console import Console

        observers.append(Console())
    directory = conduct.get("directory")
    folder, resume = None if directory is None else Path(directory), conduct.get("resume", False)
    study = Study(
        name,
        seed=index(seed),
        device=conduct.get("device", "auto"),
        n_jobs=processes(conduct.get("n_jobs", 1), name),
        directory=folder,
        resume=resume,
        observers=observers,
        cache=cache_in(conduct.get("cache", False)),
    )
    started = RunStarted(
        path=(name,),
        seed=index(seed),
        device=conduct.get("device", "auto"),
        directory="" if folder is None else str(folder),
    )
    with (
        place_of(folder, name, {**asked, "seed": index(seed)}, resume=resume),
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
    if isinstance(wish, bool) or not hasattr(wish, "__index__") or not (wish == -1 or wish >= 1):
        remedy = "Pass a number of processes, or -1 for one a core."
        raise ConfigError.expected(who, "n_jobs of 1 or more, or -1", repr(wish), remedy)
    return cores() if wish == -1 else index(wish)
