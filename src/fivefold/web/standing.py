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
