"""Reading pages of the web: from seeds on along links, politely, and on again after any end."""

import asyncio
import hashlib
import inspect
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from fivefold.web.answer import Answer, Fetcher, answer_of
from fivefold.web.bounds import Rules, Sight, Tally
from fivefold.web.frontier import Frontier
from fivefold.web.guarded import RefusedError
from fivefold.web.host import Host
from fivefold.web.manner import FILES, Led, Look, Manner
from fivefold.web.patience import TRIES, is_busy, retry_after, said_pause
from fivefold.web.url import canonical, joined, origin
from fivefold.web.visited import Page, State

LONGEST_PAUSE = 600.0
"""Seconds for which a host that asks to be left alone is waited for, at most."""


class Crawl:
    """One crawl over a frontier.

    Args:
        frontier: with the pages that are known.
        rules: how it goes.
        manner: how pages are asked for, and where they lead.
        stop: set to end it early; what is in flight is ended, nothing is lost.
        fetch: asks for a page in place of HTTP: takes an address, gives an `Answer`, or the text of
            the page; plain or async.
        tell: called about once a second with what it has come to.
    """

    def __init__(
        self,
        frontier: Frontier,
        rules: Rules,
        manner: Manner,
        stop: threading.Event,
        *,
        fetch: Callable[[str], Any] | None = None,
        tell: Callable[[Sight], None] | None = None,
    ) -> None:
        self.frontier, self.rules, self.manner, self.stop = frontier, rules, manner, stop
        self.own, self.tell = fetch, tell
        self.tally = Tally()
        self.tally.refused.update(frontier.reasons())
        self.hosts: dict[str, Host] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ended: set[str] = set()
        self._known = frontier.count(State.READ)

    def seed(self, addresses: Iterable[str]) -> None:
        """Know the pages that the crawl begins with."""
        self._add(Led([self.manner.pair(one) for one in addresses], depth=0))

    def resume(self) -> None:
        """Look again at what was read, if links were followed otherwise then."""
        hosts = [sorted(self.rules.hosts), sorted(self.rules.file_hosts)]
        asked = [self.manner.leading(), hosts, self.rules.depth]
        if self.frontier.fact("asked") != asked:
            self.frontier.begin()
            for page in self.frontier.pages():
                self._look_again(page)
            self.frontier.keep_fact("asked", asked)
            self.frontier.commit()

    async def run(self) -> Tally:
        """Read until nothing waits, enough was read, or it is stopped."""
        import httpx2

        limits = httpx2.Limits(
            max_connections=64, max_keepalive_connections=self.rules.side_by_side
        )
        async with httpx2.AsyncClient(
            limits=limits, timeout=self.rules.deadline, trust_env=False, follow_redirects=False
        ) as client:
            self.fetcher = Fetcher(
                client,
                agent=self.rules.agent,
                largest=self.rules.largest,
                deadline=self.rules.deadline,
                private=self.rules.private,
            )
            told = time.monotonic()
            while self._start():
                done, _ = await asyncio.wait(
                    self._tasks.values(), timeout=0.1, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    self._tasks = {n: one for n, one in self._tasks.items() if one is not task}
                    task.result()
                if self.stop.is_set():
                    await self._end()
                    break
                if self.tell is not None and time.monotonic() - told > 1:
                    told = time.monotonic()
                    self.tell(self._sight())
        if self.tell is not None:
            self.tell(self._sight(is_over=True))
        return self.tally

    def _sight(self, *, is_over: bool = False) -> Sight:
        resting = sum(host.is_resting() for host in self.hosts.values())
        return self.tally.seen(before=self._known, resting=resting, is_over=is_over)

    def _start(self) -> bool:
        """Let hosts with pages that wait be read; whether any is."""
        if not self._is_enough():
            for host in self.frontier.hosts():
                if len(self._tasks) >= self.rules.side_by_side:
                    break
                if host not in self._tasks and host not in self._ended:
                    self._tasks[host] = asyncio.create_task(self._read_host(host))
        return bool(self._tasks)

    async def _end(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _is_enough(self) -> bool:
        return self._known + self.tally.read >= self.rules.pages

    async def _read_host(self, name: str) -> None:
        host = self.hosts.setdefault(name, Host(self.rules.delay))
        host.pause((self.frontier.fact(f"rests {name}") or 0.0) - time.time())
        while not self.stop.is_set() and not self._is_enough():
            if host.ready - time.monotonic() > LONGEST_PAUSE:
                self.tally.waiting[name] = host.ready - time.monotonic()
                self._ended.add(name)
                return
            page = self.frontier.next(name)
            if page is None:
                return
            try:
                await self._visit(host, page)
            except asyncio.CancelledError:
                self.frontier.again_uncounted(page)
                raise

    async def _visit(self, host: Host, page: Page) -> None:
        why = await self._forbidden(host, page)
        if why is None:
            await host.turn()
            self.tally.requests += 1
            try:
                self._take(host, page, self.manner.cleaned(await self._ask(host, page)))
            except RefusedError as error:
                why = str(error)
            except TimeoutError:
                self._failed(host, page, "deadline")
            except OSError:
                self._failed(host, page, "failed")
        if why is not None:
            self._refuse(page, why)

    def _refuse(self, page: Page, why: str, status: int | None = None) -> None:
        """Leave a page out, for a reason that is counted."""
        self.tally.refused[why] += 1
        self.frontier.refuse(page.address, why, status)

    async def _forbidden(self, host: Host, page: Page) -> str | None:
        """What forbids to ask for a page, if anything does."""
        if not self.rules.robots:
            return None
        root, path = origin(page.address), urlsplit(page.address).path
        new = root not in host.robots
        robots = await host.rules(root, self.fetcher, respect=self.rules.respect)
        if new:
            self._note(host, root, robots)
        if not robots.allows(page.address):
            return "robots.txt" if robots.allowed is None else "robots.txt is not to be had"
        if self.rules.respect and not robots.trains(path):
            return "train-ai=n"
        if self.rules.respect and host.reserves(root, path):
            return "tdm-reservation"
        return None

    def _note(self, host: Host, root: str, robots: Any) -> None:
        """What the rules of a host say besides what is allowed."""
        name = urlsplit(root).netloc
        if robots.trainers:
            self.tally.trainers[name] = robots.trainers
            self.frontier.keep_fact("trainers", self.tally.trainers)
        if robots.delay > self.rules.delay:
            self.tally.delays[name] = host.delay
        if self.rules.sitemaps:
            led = [one for one in robots.sitemaps if joined(root, one)]
            self._add(Led([(canonical(one), one) for one in led], depth=1))

    async def _ask(self, host: Host, page: Page) -> Answer:
        address, headers = self.manner.asked(page)
        if page.etag:
            headers["If-None-Match"] = page.etag
        if page.modified:
            headers["If-Modified-Since"] = page.modified
        if self.own is None:
            kinds = FILES if page.is_file else self.manner.kinds
            return await self.fetcher.get(
                address, wanted=kinds, headers=headers, sent=host.asked if host.delay else None
            )
        if inspect.iscoroutinefunction(self.own):
            found = await self.own(page.fetched)
        else:
            found = await asyncio.to_thread(self.own, page.fetched)
        return answer_of(found)

    def _failed(self, host: Host, page: Page, why: str, said: str | None = None) -> None:
        """Ask again later, or leave the page out."""
        tries = page.tries + 1
        if tries >= (TRIES if why == "busy" else 2):
            self._refuse(page, why)
        else:
            host.pause(seconds := retry_after(said, tries))
            self.frontier.again(page, seconds)

    def _take(self, host: Host, page: Page, answer: Answer) -> None:
        status = answer.status
        if is_busy(status, answer.headers):
            self._failed(host, page, "busy", said_pause(answer.headers))
        elif status >= 500:
            self._failed(host, page, f"status {status}")
        elif status == 304:
            self._go_on(page)
        elif status >= 400:
            self._refuse(page, f"status {status}", status)
        elif status >= 300:
            self._redirect(page, answer)
        elif answer.why:
            self._refuse(page, answer.why, status)
        else:
            self._keep(page, answer)

    def _redirect(self, page: Page, answer: Answer) -> None:
        led = joined(page.address, answer.headers.get("location", ""))
        if led is None:
            self._refuse(page, "redirect to nowhere", answer.status)
            return
        self.frontier.begin()
        self.frontier.redirected(page, answer.status, led)
        self._add(Led([self.manner.pair(led)], page.depth, page.is_file), parent=page.address)
        self.frontier.commit()

    def _keep(self, page: Page, answer: Answer) -> None:
        look = self.manner.look(page, answer)
        digest = hashlib.sha256(answer.body).hexdigest()
        self.frontier.begin()
        if self.manner.chained and self.frontier.repeats(page, digest):
            self._refuse(page, "the same answer again", answer.status)
            look = Look()
        elif look.against:
            self._refuse(page, look.against, answer.status)
        else:
            self.tally.read += not page.is_file
            self.frontier.read(
                page,
                status=answer.status,
                moment=time.time(),
                digest=digest,
                headers=answer.headers,
                body=answer.body,
            )
        self._lead(page, look)
        self.frontier.commit()

    def _go_on(self, page: Page) -> None:
        """A page is what it was: it counts as read, and leads where it led."""
        self.frontier.begin()
        self.tally.read += not page.is_file
        self.frontier.unchanged(page)
        self._look_again(page)
        self.frontier.commit()

    def _look_again(self, page: Page) -> None:
        kept = self.frontier.one(page.address)
        self._lead(page, self.manner.look(page, Answer(kept.status, kept.headers, kept.body)))

    def _lead(self, page: Page, look: Look) -> None:
        for led in look.led:
            self._add(led, parent=page.address)

    def _add(self, led: Led, *, parent: str | None = None) -> None:
        rules, depth = self.rules, led.depth
        hosts = rules.hosts | (rules.file_hosts if led.is_file else frozenset())
        inside = []
        for address, fetched in led.addresses:
            host = urlsplit(address).netloc
            if depth > rules.depth + led.is_file or not (hosts & {host, host.rsplit(":", 1)[0]}):
                self.tally.elsewhere["too deep" if depth > rules.depth else "other host"] += 1
                continue
            inside.append((address, fetched, host))
        traps = self.frontier.add(inside, depth=depth, parent=parent, is_file=led.is_file)
        if traps:
            self.tally.refused["trap"] += traps
