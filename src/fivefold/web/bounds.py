"""How a crawl goes, and what it has come to."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How a crawl goes.

    Attributes:
        agent: the whole `User-Agent`.
        hosts: whose pages are read.
        file_hosts: whose files are read.
        pages: read at most.
        depth: links from a seed at most.
        delay: seconds between requests to a host, which robots.txt may raise.
        side_by_side: hosts that are asked at once.
        largest: bytes of a body at most.
        deadline: seconds of a request at most.
        respect: whether what pages say against being learnt from is heeded.
        robots: whether robots.txt is asked for, and obeyed.
        private: whether addresses of this machine and its network may be asked.
        sitemaps: whether those that robots.txt names are read.
    """

    agent: str
    hosts: frozenset[str]
    file_hosts: frozenset[str] = frozenset()
    pages: int = 1000
    depth: int = 20
    delay: float = 1.0
    side_by_side: int = 32
    largest: int = 5_000_000
    deadline: float = 20.0
    respect: bool = True
    robots: bool = True
    private: bool = False
    sitemaps: bool = True


@dataclass
class Tally:
    """What a crawl has come to.

    Attributes:
        requests: for pages and files, not for rules.
        read: pages that were read by this start.
        refused: pages that were left out, by reason, those of earlier starts among them.
        elsewhere: links to hosts that are not read.
        waiting: hosts that asked to be left alone for longer than is waited.
        trainers: agents that train models and are refused everything, by host.
        delays: that robots.txt raised, by host.
    """

    requests: int = 0
    read: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    elsewhere: Counter[str] = field(default_factory=Counter)
    waiting: dict[str, float] = field(default_factory=dict)
    trainers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)

    def seen(self, *, before: int, resting: int, is_over: bool) -> "Sight":
        """What it has come to at this moment.

        Args:
            before: pages that earlier starts read.
            resting: hosts that are left alone for a while.
            is_over: whether it has ended.
        """
        return Sight(
            kept=before + self.read,
            requests=self.requests,
            refused=dict(self.refused),
            waiting=resting + len(self.waiting),
            is_over=is_over,
        )


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What a crawl has come to at one moment, for who watches it.

    Attributes:
        kept: pages that were read, by earlier starts too.
        requests: of this start.
        refused: pages that were left out, by reason.
        waiting: hosts that asked to be left alone for a while.
        is_over: whether it has ended.
    """

    kept: int
    requests: int
    refused: Mapping[str, int]
    waiting: int
    is_over: bool = False
