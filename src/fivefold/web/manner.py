"""How pages are asked for, and where they lead: what differs between a site and an interface."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from fivefold.web.answer import Answer
from fivefold.web.visited import Page

FILES = ("image/", "audio/", "video/", "application/octet-stream", "application/ogg")


@dataclass(frozen=True)
class Led:
    """Where a page leads.

    Attributes:
        addresses: canonical, and as found.
        depth: links from a seed.
        is_file: whether a cell shall hold what is there.
    """

    addresses: list[tuple[str, str]]
    depth: int
    is_file: bool = False


@dataclass(frozen=True)
class Look:
    """What was seen on a page.

    Attributes:
        against: why it is not kept; empty if it is.
        led: where it leads.
    """

    against: str = ""
    led: list[Led] = field(default_factory=list)


class Manner(ABC):
    """How the pages of a crawl are asked for and looked at."""

    kinds: tuple[str, ...]
    """Beginnings of the kinds of content that pages have."""

    chained: bool = False
    """Whether pages are known by the one before them alone."""

    @abstractmethod
    def pair(self, address: str) -> tuple[str, str]:
        """The form of an address by which a page is known, and that in which it is asked for."""

    def asked(self, page: Page) -> tuple[str, dict[str, str]]:
        """The address that is asked for, and headers of the request."""
        return page.address, {}

    def cleaned(self, answer: Answer) -> Answer:
        """The answer without what must not be kept."""
        return answer

    @abstractmethod
    def leading(self) -> list[Any]:
        """What decides where pages lead, as values of JSON."""

    def discreet(self) -> AbstractContextManager[None]:
        """While pages are asked for: nothing is logged that must not be kept."""
        return nullcontext()

    @abstractmethod
    def look(self, page: Page, answer: Answer) -> Look:
        """What is seen on a page, or of a file."""
