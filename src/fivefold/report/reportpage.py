"""The page of a run, as what gives it hands it over: a text, and where it lies."""

import html
from pathlib import Path
from typing import Self

from fivefold.core.store import write_bytes
from fivefold.errors import StoreError
from fivefold.version import __version__


class ReportPage(str):
    """The HTML of a report, which a notebook and a terminal show in one line.

    Args:
        text: of the page.
        path: where it was written; None for nowhere.

    Example:
        >>> ReportPage("<html></html>")
        <report, 13 bytes; report(path) writes it>
    """

    path: Path | None

    def __new__(cls, text: str, path: Path | None = None) -> Self:
        page = super().__new__(cls, text)
        page.path = path
        return page

    def __repr__(self) -> str:
        where = "report(path) writes it" if self.path is None else f"in {self.path}"
        return f"<report, {len(self.encode()):,} bytes; {where}>"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self)[1:-1])}</p>"


def made_with(seed: int, when: str) -> str:
    """With what a run was made: its seed, its moment if that is known, and the version.

    Example:
        >>> made_with(3, "2026-11-05T10:00:00+00:00").startswith("seed 3, 2026-11-05 10:00 UTC,")
        True
    """
    moment = f", {when[:16].replace('T', ' ')} UTC" if when else ""
    return f"seed {seed}{moment}, fivefold {__version__}"


def write_page(path: Path, page: str) -> None:
    """Write a report, whole or not at all.

    Raises:
        StoreError: if it cannot be written there.
    """
    try:
        write_bytes(path, page.encode())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StoreError(
            f"Report: expected to write {path}, found: {reason}.",
            remedy="Pass the path of a file in a folder that can be written.",
            path=path,
        ) from error
