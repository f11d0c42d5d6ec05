"""How often test rows were scored: one line a look, in this process and in files."""

import json
import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from fivefold.core.lock import appended
from fivefold.errors import FivefoldError, PreflightError, StoreError

LEDGER = "FIVEFOLD_LEDGER"  # names a file that all runs of all processes share
LOOKS = "looks.jsonl"  # in the folder of a run

_HERE: list["Look"] = []


@dataclass(frozen=True, kw_only=True)
class Look:
    """Answers that were compared with the truth of test rows.

    Args:
        rows: digest of the rows.
        answers: digest of what was answered for them, by which a model is known again.
        metric: that leads.
        score: by it; None where it is not defined.
        n: rows it stands on.
        time: when, in UTC.
    """

    rows: str
    answers: str
    metric: str = ""
    score: float | None = None
    n: int = 0
    time: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    def to_line(self) -> bytes:
        """As it stands in a ledger."""
        values = asdict(self)
        if self.score is not None and not math.isfinite(self.score):
            values["score"] = None
        return json.dumps(values).encode() + b"\n"

    @classmethod
    def of_line(cls, line: bytes) -> Self:
        """What a line says; of what a newer version may have noted beside it nothing is kept.

        Raises:
            ValueError: if it is no such line, or was torn when it was written.
        """
        values = json.loads(line)
        if not isinstance(values, dict) or not {"rows", "answers"} <= values.keys():
            raise ValueError("no look")
        return cls(**{one.name: values[one.name] for one in fields(cls) if one.name in values})


Check = Callable[[list[Look]], None]


def known_looks(rows: str, directory: Path | None = None) -> list[Look]:
    """The looks at these rows, of equal answers one.

    Args:
        rows: their digest.
        directory: of the run. Its own looks are there, and those of the runs beside it.
    """
    own = _ledger(directory)
    return _distinct([*_in_memory(rows), *_read(own, rows), *_beside(own, rows)])


def add_looks(
    looks: Sequence[Look], directory: Path | None = None, *, check: Check | None = None
) -> list[Look]:
    """Note looks at the same rows, all or none; all that are known, of equal answers one.

    They go where the environment variable `FIVEFOLD_LEDGER` points, else into the folder of the
    run; without either they are known in this process only.

    Args:
        looks: at least one.
        directory: of the run.
        check: is given those known before, and raises where these may not be taken; meanwhile no
            other process adds any, and nothing was noted yet.

    Raises:
        StoreError: if they cannot be written.
    """
    rows = looks[0].rows
    own, before = _ledger(directory), _in_memory(rows)
    if own is None:
        return _noted(before, looks, check)
    try:
        others = _beside(own, rows)
        with appended(own) as file:
            file.seek(0)
            content = file.read()
            there = list(_parsed(content, rows))
            found = _noted([*before, *there, *others], looks, check)
            known = {look.answers for look in there}
            lines = [look.to_line() for look in _distinct(looks) if look.answers not in known]
            if lines:
                torn = b"\n" if content and not content.endswith(b"\n") else b""
                file.write(torn + b"".join(lines))
    except OSError as error:
        wanted, remedy = f"to write {own}", f"Free some space, or set {LEDGER} to a file."
        reason = error.strerror or error
        raise StoreError.expected("Ledger", wanted, reason, remedy, path=own) from error
    return found


def _noted(known: Sequence[Look], looks: Sequence[Look], check: Check | None) -> list[Look]:
    """Those known and these, noted in this process if they may be."""
    if check is not None:
        check(_distinct(known))
    here = {look.answers for look in _in_memory(looks[0].rows)}
    _HERE.extend(look for look in _distinct(looks) if look.answers not in here)
    return _distinct([*known, *looks])


def ledger_faults() -> list[FivefoldError]:
    """Why the file that the environment names cannot be written; empty if it can, or none is."""
    named = os.environ.get(LEDGER)
    if not named:
        return []
    file = Path(named)
    place = file if file.exists() else file.parent
    if (file.is_file() or (not file.exists() and place.is_dir())) and os.access(place, os.W_OK):
        return []
    found = "a folder" if file.is_dir() else "no such folder" if not place.exists() else "read-only"
    remedy = f"Set {LEDGER} to the path of a file, or leave it out."
    wanted = f"a file that can be written in {LEDGER}={named}"
    return [PreflightError.expected("Evaluate", wanted, found, remedy, path=file)]


def _ledger(directory: Path | None) -> Path | None:
    named = os.environ.get(LEDGER)
    if named:
        return Path(named)
    return None if directory is None else directory / LOOKS


def _in_memory(rows: str) -> list[Look]:
    return [look for look in _HERE if look.rows == rows]


def _beside(own: Path | None, rows: str) -> list[Look]:
    """The looks of runs in folders beside this one's, and of what holds them all."""
    if own is None or os.environ.get(LEDGER):
        return []
    folder = own.parent.resolve().parent
    files = {folder / LOOKS}
    with suppress(OSError):
        files |= set(folder.glob(f"*/{LOOKS}"))
    return [look for file in sorted(files - {own.resolve()}) for look in _read(file, rows)]


def _read(file: Path | None, rows: str) -> list[Look]:
    if file is None:
        return []
    try:
        return list(_parsed(file.read_bytes(), rows))
    except OSError:
        return []


def _parsed(content: bytes, rows: str) -> Iterator[Look]:
    """The looks at some rows that lines tell."""
    for line in content.splitlines():
        if rows.encode() in line:
            with suppress(ValueError):
                look = Look.of_line(line)
                if look.rows == rows:
                    yield look


def _distinct(looks: Iterable[Look]) -> list[Look]:
    return list({look.answers: look for look in looks}.values())
