"""What a host's robots.txt allows, by RFC 9309."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protego import Protego

AGENT = "fivefold"
LARGEST = 500 * 1024
"""Bytes of a robots.txt that are read."""

TRAINERS = ("GPTBot", "CCBot", "Google-Extended", "ClaudeBot", "Applebot-Extended")
"""Agents that gather pages to train models with."""


@dataclass(frozen=True, eq=False)
class Robots:
    """The rules of one host.

    Attributes:
        allowed: None where rules say; else whether everything is, or nothing.
        rules: as parsed.
        delay: seconds from request to request; 0 where nothing is said.
        sitemaps: their addresses.
        trainers: agents that train models and are refused every page.
        usage: what `Content-Usage` says of paths, in the order of the file.
    """

    allowed: bool | None
    rules: "Protego | None" = None
    delay: float = 0.0
    sitemaps: tuple[str, ...] = ()
    trainers: tuple[str, ...] = ()
    usage: tuple[tuple[str, str], ...] = ()

    def allows(self, address: str) -> bool:
        """Whether a page may be read."""
        if self.allowed is not None or self.rules is None:
            return bool(self.allowed)
        return bool(self.rules.can_fetch(address, AGENT))

    def trains(self, path: str) -> bool:
        """Whether models may be trained with a page: the longest path that is named says so."""
        named = [(len(start), said) for start, said in self.usage if path.startswith(start)]
        return not named or "train-ai=n" not in max(named, key=lambda pair: pair[0])[1]


def robots_of(status: int | None, body: bytes, root: str = "http://host/") -> Robots:
    """The rules that an answer to the request of robots.txt means.

    Args:
        status: of HTTP; None where the host did not answer.
        body: of the answer.
        root: the host's first page.
    """
    if status is None or status >= 500:
        return Robots(allowed=False)
    if status >= 300:
        return Robots(allowed=True)
    from protego import Protego

    text = body[:LARGEST].decode("utf-8", "replace").lstrip("\ufeff")
    rules = Protego.parse(text)
    ours = rules.crawl_delay(AGENT)
    return Robots(
        allowed=None,
        rules=rules,
        delay=max(0.0, float(ours or 0.0)),
        sitemaps=tuple(rules.sitemaps),
        trainers=tuple(
            name for name in TRAINERS if _names(text, name) and not rules.can_fetch(root, name)
        ),
        usage=_usage(text),
    )


def _names(text: str, agent: str) -> bool:
    return re.search(rf"(?im)^\s*user-agent\s*:\s*{re.escape(agent)}\s*(#.*)?$", text) is not None


def _usage(text: str) -> tuple[tuple[str, str], ...]:
    """The lines `Content-Usage: [path] train-ai=n` of the groups that hold for us."""
    found: list[tuple[str, str]] = []
    agents: list[str] = []
    in_rules = False
    for line in text.splitlines():
        name, _, said = line.split("#", 1)[0].partition(":")
        name, said = name.strip().lower(), said.strip()
        if name == "user-agent":
            agents = [said.lower()] if in_rules else [*agents, said.lower()]
            in_rules = False
        elif name:
            in_rules = True
            if name == "content-usage" and {"*", AGENT} & set(agents or ["*"]):
                path, _, rest = said.partition(" ") if said.startswith("/") else ("/", "", said)
                found.append((path, rest.replace(" ", "").lower()))
    return tuple(found)
