"""Where words and answers go: standard output, or a file that appears whole or not at all."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from fivefold.errors import PreflightError


@contextmanager
def outlet(to: str | None) -> Iterator[TextIO]:
    """Standard output, or a file that appears whole or not at all."""
    if to is None:
        with standard_output() as sink:
            yield sink
        return
    path = Path(to)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("w", encoding="utf-8", newline="") as sink:
            yield sink
            sink.flush()
            os.fsync(sink.fileno())
        partial.replace(path)
    except OSError as error:
        raise PreflightError(
            f"{path}: expected a file that can be written, found {error.strerror or error}.",
            remedy="Name another file in --to.",
            path=path,
        ) from error
    finally:
        with suppress(OSError):  # gone if all went well; else the first error is the one to hear
            partial.unlink()


@contextmanager
def standard_output() -> Iterator[TextIO]:
    """Standard output, of which everything has arrived at the end."""
    try:
        if sys.stdout is None:
            raise OSError("it closed")
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
