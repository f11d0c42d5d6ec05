"""One at a time in a folder, or at a file: a lock that is gone with its process."""

import os
import platform
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from fivefold.errors import PreflightError

LOCK = "run.lock"  # the file that is locked; it says who works in its folder

_PLACE = 1 << 30
"""Of the byte that is locked where a lock keeps others from reading: behind what is written."""

_HELD: set[tuple[int, Path]] = set()
_HERE = threading.Lock()  # what locks a file keeps other processes out, not other threads
_AGAIN = 0.02  # seconds after which a file that another process has is asked for again


@contextmanager
def locked(folder: Path | None) -> Iterator[None]:
    """Keep others from a folder for a while; it is made if it is not there.

    One that cannot be made or written is not locked: preflight says it better.

    Raises:
        PreflightError: if another run works there; it carries `path` and `holder`.
    """
    if folder is None:
        yield
        return
    folder = folder.resolve()
    held, file = (os.getpid(), folder), None
    if held in _HELD:
        raise _refusal(folder, "this process")
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        file = _open(folder / LOCK)
    _HELD.add(held)
    try:
        yield
    finally:
        _HELD.discard(held)
        if file is not None:
            _remove(file, folder / LOCK)


def is_locked(folder: Path) -> bool:
    """Whether somebody works in a folder now."""
    folder = folder.resolve()
    if (os.getpid(), folder) in _HELD:  # to close the file would let go of it
        return True
    try:
        with (folder / LOCK).open("rb+") as file:
            _lock(file.fileno())
    except (BlockingIOError, PermissionError):
        return True
    except OSError:
        return False
    return False


@contextmanager
def appended(path: Path) -> Iterator[IO[bytes]]:
    """A file to read and to append to, made if it is not there; others wait for its end.

    Do not open it a second time meanwhile: closing that one would let others in.

    Raises:
        OSError: if it cannot be written.
    """
    with _HERE, path.open("a+b") as file:
        while True:
            try:
                _lock(file.fileno())
            except (BlockingIOError, PermissionError):
                time.sleep(_AGAIN)
            else:
                break
        yield file
        file.flush()
        os.fsync(file.fileno())


def _open(path: Path) -> IO[bytes]:
    """The file at a path, locked by this process."""
    while True:
        file = path.open("a+b")
        try:
            _lock(file.fileno())
        except (BlockingIOError, PermissionError):
            file.seek(0)
            holder = file.read().decode(errors="replace") or "another process"
            file.close()
            raise _refusal(path.parent, holder) from None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                break
        file.close()  # who held it has removed it meanwhile
    file.truncate(0)
    began = datetime.now().isoformat(" ", "seconds")
    file.write(f"process {os.getpid()} on {platform.node()}, since {began}".encode())
    file.flush()
    return file


def _remove(file: IO[bytes], path: Path) -> None:
    """Let go of the file; it goes while it is locked, so that nobody takes it for a free one."""
    if sys.platform == "win32":  # which removes no file that is open
        file.close()
    with suppress(OSError):
        path.unlink()
    file.close()


def _lock(number: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(number, _PLACE, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.lockf(number, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _refusal(folder: Path, holder: str) -> PreflightError:
    return PreflightError(
        f"Pipeline.run: expected {folder} to be free, found {holder} at work in it.",
        remedy="Wait for its end, or choose another folder.",
        path=folder,
        holder=holder,
    )
