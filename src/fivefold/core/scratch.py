"""Folders for a while: gone at their end, or when the next begins if their process was killed."""

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from fivefold.core.lock import LOCK, is_locked, locked

PREFIX = "fivefold-"


@contextmanager
def scratch(purpose: str) -> Iterator[Path]:
    """A folder of its own in the system's place for such, removed with all that is in it.

    What processes that are gone have left there is removed too. SIGTERM ends this process as
    `sys.exit` does meanwhile, so that nothing is left of this one either.

    Args:
        purpose: a word of its name.

    Example:
        >>> with scratch("example") as folder:
        ...     folder.is_dir()
        True
        >>> folder.exists()
        False
    """
    _clear()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{purpose}-"))
    try:
        with _exits_when_told(), locked(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear() -> None:
    """Remove the folders of processes that are gone, which had no time to."""
    own = getattr(os, "getuid", lambda: None)()
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            mine = not folder.is_symlink() and own in (None, folder.stat().st_uid)
            if mine and (folder / LOCK).is_file() and not is_locked(folder):
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


@contextmanager
def _exits_when_told() -> Iterator[None]:
    """SIGTERM raises SystemExit for a while, where nobody else does something about it."""
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def leave(number: int, frame: object) -> NoReturn:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
