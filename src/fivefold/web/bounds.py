"""How a crawl goes, and what it has come to."""

from collections import Counter
from dataclasses import dataclass, field

from fivefold.web.select import Selector
from fivefold.web.url import TRACKING


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How a crawl goes.

    Attributes:
        agent: the whole `User-Agent`.
        follow: patterns of links that are followed.
        hosts: whose pages are read.
        file_hosts: whose files are read.
        pages: read at most.
        depth: links from a seed at most.
        delay: seconds between requests to a host, which robots.txt may raise.
        side_by_side: hosts that are asked at once.
        largest: bytes of a body at most.
        deadline: seconds of a request at most.
        respect: whether what pages say against being learnt from is heeded.
        private: whether addresses of this machine and its network may be asked.
        sitemaps: whether those that robots.txt names are read.
        ignored: patterns of parameters that are left out of addresses.
        files: selectors of files that cells shall hold.
        items: CSS of what becomes a row each; empty for the page.
    """

    agent: str
    follow: tuple[str, ...] = ()
    hosts: frozenset[str]
    file_hosts: frozenset[str] = frozenset()
    pages: int = 1000
    depth: int = 20
    delay: float = 1.0
    side_by_side: int = 32
    largest: int = 5_000_000
    deadline: float = 20.0
    respect: bool = True
    private: bool = False
    sitemaps: bool = True
    ignored: tuple[str, ...] = TRACKING
    files: tuple[Selector, ...] = ()
    items: str = ""


@dataclass
class Tally:
    """What a crawl has come to.

    Attributes:
        requests: for pages and files, not for rules.
        read: pages that were read by this start.
        elsewhere: links to hosts that are not read.
        waiting: hosts that asked to be left alone for longer than is waited.
        trainers: agents that train models and are refused everything, by host.
        delays: that robots.txt raised, by host.
    """

    requests: int = 0
    read: int = 0
    elsewhere: Counter[str] = field(default_factory=Counter)
    waiting: dict[str, float] = field(default_factory=dict)
    trainers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)
