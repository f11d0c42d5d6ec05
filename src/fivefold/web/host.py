"""One host of a crawl: what it allows, and how long it is left alone."""

import asyncio
import time
from dataclasses import dataclass, field

from fivefold.web.answer import Answer, Fetcher
from fivefold.web.guarded import RefusedError
from fivefold.web.optout import reserved
from fivefold.web.patience import LONGEST
from fivefold.web.robots import Robots, robots_of
from fivefold.web.url import joined, origin

DAY = 86_400
HOPS = 5
"""Redirects of a robots.txt that are followed."""


@dataclass
class Host:
    """What is known of a host while it is read.

    Attributes:
        delay: seconds from the beginning of one request to that of the next.
        ready: when it may be asked again, on the clock `time.monotonic`.
        robots: its rules by origin, and when they were read.
        reservations: its `tdmrep.json` by origin.
    """

    delay: float
    ready: float = 0.0
    robots: dict[str, tuple[float, Robots]] = field(default_factory=dict)
    reservations: dict[str, bytes] = field(default_factory=dict)

    async def turn(self) -> None:
        """Wait until it may be asked, and count that as asked."""
        while (left := self.ready - time.monotonic()) > 0:
            await asyncio.sleep(left)
        self.asked()

    def asked(self) -> None:
        """It is asked at this moment, which may be long after its turn: a connection takes time."""
        self.ready = max(self.ready, time.monotonic() + self.delay)

    def is_resting(self) -> bool:
        """Whether it is left alone for longer than its own pace asks."""
        return self.ready - time.monotonic() > self.delay

    def pause(self, seconds: float) -> None:
        """Leave it alone for so long."""
        self.ready = max(self.ready, time.monotonic() + seconds)

    async def rules(self, root: str, fetcher: Fetcher, *, respect: bool) -> Robots:
        """The rules of an origin, read once a day.

        Args:
            root: scheme, host and port.
            fetcher: asks.
            respect: whether reservations are asked for too.
        """
        known = self.robots.get(root)
        if known is not None and time.monotonic() - known[0] < DAY:
            return known[1]
        answer = await self._read(f"{root}/robots.txt", fetcher)
        found = robots_of(None if answer is None else answer.status, _body(answer), f"{root}/")
        if found.delay > self.delay:
            self.delay = min(found.delay, LONGEST)
            self.pause(self.delay)
        if respect and found.allowed is not False:
            said = await self._read(f"{root}/.well-known/tdmrep.json", fetcher)
            self.reservations[root] = _body(said) if said and said.status == 200 else b""
        self.robots[root] = (time.monotonic(), found)
        return found

    def reserves(self, root: str, path: str) -> bool:
        """Whether its `tdmrep.json` keeps a path from being mined."""
        return reserved(self.reservations.get(root, b""), path)

    async def _read(self, address: str, fetcher: Fetcher) -> Answer | None:
        first = origin(address)
        for _ in range(HOPS + 1):
            await self.turn()
            try:
                answer = await fetcher.get(address, sent=self.asked)
            except (OSError, TimeoutError, RefusedError):
                return None
            led = joined(address, answer.headers.get("location", ""))
            if not 300 <= answer.status < 400 or led is None:
                return answer
            if origin(led) != first and not led.startswith("https://" + first.split("://")[1]):
                return Answer(404, {})  # rules of another host are not ours to ask for
            address = led
        return Answer(404, {})


def _body(answer: Answer | None) -> bytes:
    return b"" if answer is None else answer.body
