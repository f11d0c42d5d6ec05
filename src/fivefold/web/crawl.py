"""Reading pages of the web: from seeds on along links, politely, and on again after any end."""

import asyncio
import hashlib
import inspect
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from fivefold.web.bounds import Rules, Tally
from fivefold.web.document import Document
from fivefold.web.fetch import Answer, Fetcher
from fivefold.web.frontier import Frontier, Page, State
from fivefold.web.guarded import RefusedError
from fivefold.web.host import Host
from fivefold.web.optout import follows, refusals
from fivefold.web.patience import TRIES, retry_after
from fivefold.web.url import canonical, joined, matches, origin

PAGES = ("text/html", "application/xhtml", "text/xml", "application/xml", "text/plain",
         "application/rss", "application/atom", "application/rdf")  # fmt: skip
FILES = ("image/", "audio/", "video/", "application/octet-stream", "application/ogg")
LONGEST_PAUSE = 600.0
"""Seconds for which a host that asks to be left alone is waited for, at most."""


class Crawl:
    """One crawl over a frontier.

    Args:
        frontier: with the pages that are known.
        rules: how it goes.
        stop: set to end it early; what is in flight is ended, nothing is lost.
        fetch: asks for a page in place of HTTP: takes an address, gives an `Answer`, or the text of
            the page; plain or async.
        tell: called about once a second with the tally.
    """

    def __init__(
        self,
        frontier: Frontier,
        rules: Rules,
        stop: threading.Event,
        *,
        fetch: Callable[[str], Any] | None = None,
        tell: Callable[[Tally], None] | None = None,
    ) -> None:
        self.frontier, self.rules, self.stop = frontier, rules, stop
        self.own, self.tell = fetch, tell
        self.tally = Tally()
        self.hosts: dict[str, Host] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ended: set[str] = set()
        self._known = frontier.count(State.READ)

    def seed(self, addresses: Iterable[str]) -> None:
        """Know the pages that the crawl begins with."""
        self._add([(canonical(one, ignored=self.rules.ignored), one) for one in addresses], depth=0)

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
                    self.tell(self.tally)
        return self.tally

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
                self._take(host, page, await self._ask(page))
            except RefusedError as error:
                why = str(error)
            except TimeoutError:
                self._failed(host, page, "deadline")
            except OSError:
                self._failed(host, page, "failed")
        if why is not None:
            self.frontier.refuse(page.address, why)

    async def _forbidden(self, host: Host, page: Page) -> str | None:
        """What forbids to ask for a page, if anything does."""
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
            self._add([(canonical(one), one) for one in led], depth=1)

    async def _ask(self, page: Page) -> Answer:
        headers = {}
        if page.etag:
            headers["If-None-Match"] = page.etag
        if page.modified:
            headers["If-Modified-Since"] = page.modified
        if self.own is None:
            kinds = FILES if page.is_file else PAGES
            return await self.fetcher.get(page.address, wanted=kinds, headers=headers)
        if inspect.iscoroutinefunction(self.own):
            found = await self.own(page.fetched)
        else:
            found = await asyncio.to_thread(self.own, page.fetched)
        if isinstance(found, Answer):
            return found
        body = found.encode() if isinstance(found, str) else bytes(found)
        return Answer(200, {"content-type": "text/html; charset=utf-8"}, body)

    def _failed(self, host: Host, page: Page, why: str, said: str | None = None) -> None:
        """Ask again later, or leave the page out."""
        tries = page.tries + 1
        if tries >= (TRIES if why == "busy" else 2):
            self.frontier.refuse(page.address, why)
        else:
            host.pause(retry_after(said, tries))
            self.frontier.again(page)

    def _take(self, host: Host, page: Page, answer: Answer) -> None:
        status = answer.status
        if status in {429, 503}:
            self._failed(host, page, "busy", answer.headers.get("retry-after"))
        elif status >= 500:
            self._failed(host, page, f"status {status}")
        elif status == 304:
            self.tally.read += not page.is_file
            self.frontier.unchanged(page)
        elif status >= 400:
            self.frontier.refuse(page.address, f"status {status}", status)
        elif status >= 300:
            self._redirect(page, answer)
        elif answer.why:
            self.frontier.refuse(page.address, answer.why, status)
        else:
            self._keep(page, answer)

    def _redirect(self, page: Page, answer: Answer) -> None:
        led = joined(page.address, answer.headers.get("location", ""))
        if led is None:
            self.frontier.refuse(page.address, "redirect to nowhere", answer.status)
            return
        self.frontier.begin()
        self.frontier.redirected(page, answer.status)
        found = [(canonical(led, ignored=self.rules.ignored), led)]
        self._add(found, depth=page.depth, parent=page.address, is_file=page.is_file)
        self.frontier.commit()

    def _keep(self, page: Page, answer: Answer) -> None:
        document = Document(page.address, answer.headers, answer.body)
        is_page = not page.is_file
        metas = document.metas if is_page and not document.is_list else []
        against = refusals(answer.headers, metas) if self.rules.respect else []
        self.frontier.begin()
        if against:
            self.frontier.refuse(page.address, against[0], answer.status)
        else:
            self.tally.read += is_page
            self.frontier.read(
                page,
                status=answer.status,
                moment=time.time(),
                digest=hashlib.sha256(answer.body).hexdigest(),
                headers=answer.headers,
                body=answer.body,
            )
        if is_page:
            self._go_on(page, document, kept=not against)
        self.frontier.commit()

    def _go_on(self, page: Page, document: Document, *, kept: bool) -> None:
        """Know what a page leads to, and the files that its cells name."""
        rules = self.rules
        if follows(document.metas if not document.is_list else [], document.headers):
            led = [(canonical(one, ignored=rules.ignored), one) for one in document.links()]
            taken = [
                pair for pair in led
                if matches(pair[0], rules.follow) or (document.is_list and _is_list(pair[0]))
            ]  # fmt: skip
            taken += [(canonical(one), one) for one in document.lists()] if rules.sitemaps else []
            self._add(taken, depth=page.depth + 1, parent=page.address)
        if kept and not document.is_list:
            found = [
                cell
                for one in rules.files
                for item in (document.tree.css(rules.items) if rules.items else [None])
                if isinstance(cell := one.cell(document, item), str)
            ]
            named = [(canonical(one, ignored=rules.ignored), one) for one in found]
            self._add(named, depth=page.depth + 1, parent=page.address, is_file=True)

    def _add(
        self,
        found: list[tuple[str, str]],
        *,
        depth: int,
        parent: str | None = None,
        is_file: bool = False,
    ) -> None:
        hosts = self.rules.hosts | (self.rules.file_hosts if is_file else frozenset())
        inside = []
        for address, fetched in found:
            host = urlsplit(address).netloc
            if depth > self.rules.depth + is_file or not (hosts & {host, host.rsplit(":", 1)[0]}):
                self.tally.elsewhere["too deep" if depth > self.rules.depth else "other host"] += 1
                continue
            inside.append((address, fetched, host))
        self.frontier.add(inside, depth=depth, parent=parent, is_file=is_file)


def _is_list(address: str) -> bool:
    """Whether an address in a list of pages is one of a further list."""
    path = urlsplit(address).path.lower()
    return path.endswith((".xml", ".xml.gz", ".rss", ".atom"))
