"""What a run was surrounded by: when, where, from which commit, and how it ended."""

import json
import os
import platform
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self

from fivefold.core.cores import cores
from fivefold.core.store import write_bytes
from fivefold.errors import FivefoldError

CIRCUMSTANCES = "circumstances.json"

State = Literal["running", "finished", "failed", "interrupted"]

_PATIENCE = 5.0
"""Seconds that git is given to answer."""


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What surrounded a run and does not decide its bits.

    Args:
        started: when it was begun, or gone on with, in UTC.
        ended: when it ended; empty while it works, or if it was killed.
        state: how it ended, or `running`.
        error: what went wrong, in a line.
        folder: in which it was started; paths of its recipe start there.
        commit: of the repository that the folder lies in; empty if it lies in none.
        dirty: whether files of that were changed since; None if that is not known.
        host: name of the machine.
        machine: its system and processor, in words.
        cores: that the process may use.
    """

    started: str
    ended: str = ""
    state: State = "running"
    error: str = ""
    folder: str = ""
    commit: str = ""
    dirty: bool | None = None
    host: str = ""
    machine: str = ""
    cores: int = 0

    @classmethod
    def now(cls) -> Self:
        """Those of this process."""
        folder = Path.cwd()
        commit, dirty = repository(folder)
        return cls(
            started=moment(),
            folder=str(folder),
            commit=commit,
            dirty=dirty,
            host=platform.node(),
            machine=f"{platform.system()} {platform.machine()}",
            cores=cores(),
        )

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Those that were noted in the folder of a run; None where none can be read."""
        with suppress(OSError, ValueError, TypeError, AttributeError):
            values: dict[str, Any] = json.loads((folder / CIRCUMSTANCES).read_text("utf-8"))
            return cls(**{one.name: values[one.name] for one in fields(cls) if one.name in values})
        return None

    def write(self, folder: Path) -> None:
        """Note them in the folder of a run, whole or not at all."""
        write_bytes(folder / CIRCUMSTANCES, json.dumps(asdict(self), indent=1).encode())

    def ending(self, state: State, error: str = "") -> Self:
        """The same, now that the run has ended."""
        return replace(self, ended=moment(), state=state, error=error)


@contextmanager
def noted(folder: Path | None) -> Iterator[None]:
    """Note in a folder what surrounds the work, and how it ends."""
    if folder is None:
        yield
        return
    about = Circumstances.now()
    about.write(folder)
    try:
        yield
    except BaseException as error:
        state: State = "failed" if isinstance(error, Exception) else "interrupted"
        summary = error.summary if isinstance(error, FivefoldError) else str(error)
        with suppress(OSError):  # the error itself is what matters
            about.ending(state, f"{type(error).__name__}: {summary}".splitlines()[0]).write(folder)
        raise
    about.ending("finished").write(folder)


def repository(folder: Path) -> tuple[str, bool | None]:
    """The commit that a folder's files are of, and whether some were changed since.

    Returns:
        The commit, empty where there is none or no git; and None where that is not known.
    """

    def git(*words: str) -> str | None:
        try:
            told = subprocess.run(
                ["git", "-C", str(folder), *words],
                capture_output=True,
                text=True,
                timeout=_PATIENCE,
                stdin=subprocess.DEVNULL,
                env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return told.stdout if told.returncode == 0 else None

    commit = git("rev-parse", "--verify", "HEAD")
    if commit is None:
        return "", None
    changed = git("status", "--porcelain", "--untracked-files=no")
    return commit.strip(), None if changed is None else bool(changed.strip())


def moment() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
