"""A page, what became of it, and what was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum


class State(IntEnum):
    """What became of a page."""

    REFUSED = -1
    WAITING = 0
    READ = 1
    REDIRECT = 2
    IN_FLIGHT = 3
    FORMER = 4


@dataclass(frozen=True)
class Page:
    """A page that is to be asked for, or was read.

    Attributes:
        address: canonical.
        fetched: the address as it stood where it was found.
        depth: links from a seed.
        is_file: whether it is a picture, a sound or another file that a cell shall hold.
        tries: before this one.
        etag: of the last answer.
        modified: of the last answer, its header `Last-Modified`.
    """

    address: str
    fetched: str
    depth: int
    is_file: bool = False
    tries: int = 0
    etag: str | None = None
    modified: str | None = None


@dataclass(frozen=True)
class Kept:
    """A page that was read.

    Attributes:
        address: canonical.
        fetched: as it was asked for.
        depth: links from a seed.
        moment: seconds since 1970.
        status: of HTTP.
        digest: SHA-256 of the body.
        headers: of the answer, names in lower case.
        body: of the answer.
    """

    address: str
    fetched: str
    depth: int
    moment: float
    status: int
    digest: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Entry:
    """All that is known of a page.

    Attributes:
        address: canonical.
        fetched: as it was asked for.
        depth: links from a seed.
        parent: the page that led there; None for a seed.
        is_file: whether it is a file that a cell shall hold.
        state: what became of it.
        why: it was left out; empty if it was not.
        status: of HTTP; 0 if it was not answered.
        moment: seconds since 1970; None if it was not answered.
        headers: of the answer, names in lower case.
        body: of the answer.
    """

    address: str
    fetched: str
    depth: int = 0
    parent: str | None = None
    is_file: bool = False
    state: State
    why: str = ""
    status: int = 0
    moment: float | None = None
    headers: Mapping[str, str]
    body: bytes
