"""Where words and answers go: standard output, or a file that appears whole or not at all."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import get_terminal_size
from typing import TextIO

from fivefold.errors import PreflightError


def check_place(option: str, path: Path, *, source: Path | None = None) -> None:
    """Refuse a place where no file can be written, before any work is done.

    Args:
        option: of the shell that names the file.
        path: of the file.
        source: what is read, which must be another file.

    Raises:
        PreflightError: saying what is there instead.
    """
    above = path.parent
    try:
        if path.is_dir():
            found, remedy = "a folder", f"Name a file in it, {str(path / 'answers')!r} for one."
        elif path.exists() and not path.is_file():
            found, remedy = "a device or pipe, which is not replaced", "Name another file."
        elif not above.is_dir():
            what = f"a file, {above}," if above.exists() else f"no folder {above}"
            found, remedy = f"{what} above it", f"Make the folder {str(above)!r}."
        elif source is not None and path.exists() and source.exists() and path.samefile(source):
            found, remedy = "the one that is read", "Name another file."
        elif not os.access(above, os.W_OK | os.X_OK):
            found = f"{above} read-only"
            remedy = "Change its permissions, or name a file elsewhere."
        else:
            return
    except OSError as error:
        found, remedy = str(error.strerror or error), "Name another file."
    raise PreflightError(
        f"{option}: expected to write the file {path}, found {found}.", remedy=remedy, path=path
    )


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Where to write a file that appears under its own name whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield partial
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    except OSError as error:
        raise PreflightError(
            f"{path}: expected a file that can be written, found {error.strerror or error}.",
            remedy="Free some space there, or name another file.",
            path=path,
        ) from error
    finally:
        with suppress(OSError):  # gone if all went well; else the first error is the one to hear
            partial.unlink()


@contextmanager
def standard_output(encoding: str | None = None) -> Iterator[TextIO]:
    """Standard output, of which everything has arrived at the end.

    Args:
        encoding: of what is written from now on; that of the terminal if None.
    """
    try:
        if sys.stdout is None:
            raise OSError("it closed")
        if encoding is not None and isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding=encoding, newline="\n")
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        mute()
        raise PreflightError(
            "standard output: expected a place that can be written, "
            f"found {error.strerror or error}.",
            remedy="Free some space there, or send the output elsewhere.",
        ) from error


def say(text: str) -> None:
    """Print to standard output."""
    with standard_output() as sink:
        print(text, file=sink)


def mute() -> None:
    """Drop what standard output still holds, or Python would try to write it when it leaves."""
    with suppress(OSError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def terminal_width(usual: int = 100) -> int:
    """Columns of the terminal that is written to; the usual ones where it is a file or a pipe."""
    return get_terminal_size((usual, 24)).columns if sys.stdout.isatty() else usual
