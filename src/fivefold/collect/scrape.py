"""The stage that gathers its rows from pages of the web."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, field_validator

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Label, TaskName
from fivefold.collect.collect import Collect
from fivefold.collect.scraped import (
    findings_of,
    lacking,
    listening,
    not_installed,
    notes_of,
    refuse_none,
    told_of,
)
from fivefold.core.context import Context
from fivefold.core.events import Found, Noted, Progress
from fivefold.core.finding import Finding
from fivefold.core.scratch import scratch
from fivefold.core.session import Session
from fivefold.core.stage import PathText, Stage
from fivefold.core.wording import quoted
from fivefold.errors import ConfigError, FivefoldError, PreflightError
from fivefold.kinds_asked import KindsByColumn
from fivefold.version import __version__
from fivefold.web.url import TRACKING, host_of, split

if TYPE_CHECKING:
    from fivefold.web.bounds import Rules, Tally
    from fivefold.web.frontier import Frontier
    from fivefold.web.harvest import Harvest
    from fivefold.web.select import Selector

Words = str | tuple[str, ...]
FILE = "crawl.sqlite"


class Scrape(Stage):
    """Gather rows from pages of the web, politely, and go on after any end.

    Stands in the place of Collect: pages are read from seeds on along links, each becomes a row, or
    each item on it, and what was selected becomes columns. One request at a time goes to a host,
    `delay` seconds apart or more where its robots.txt asks for more; robots.txt is obeyed
    (RFC 9309), and so is what pages say against being learnt from. Every page that is left out is
    counted by its reason.

    Args:
        seeds: addresses to begin with; also of sitemaps and feeds.
        select: what of a page becomes a column, `CSS@attribute::way`: `"h1"` the text of the first
            heading, `"time@datetime"`, `".pay::number"`, `"li::list"`, `"table::table"`,
            `"main::html"`, `"::main"` the text without menus (needs trafilatura),
            `"::jsonld.offers.price"`, `"img@src::file"` the picture itself.
        contact: a mail address or page of yours, which every request names. There is no default.
        follow: patterns of links that are followed, of path and query such as `/jobs/*`, or with
            `://` of the whole address.
        keep: patterns of pages that become rows; None for those that `follow` takes, or all read
            pages where nothing is followed.
        items: CSS of what is a row each, where a page lists several.
        pages: read at most.
        depth: links from a seed at most.
        delay: seconds from request to request of a host, at least.
        hosts: whose pages are read besides those of the seeds.
        file_hosts: whose files are read besides these.
        ignored: patterns of parameters that say nothing of a page, `session` for instance.
        sitemaps: whether those that robots.txt names are read, and feeds that pages name.
        respect: whether `noai`, `noindex`, TDM reservations and `train-ai=n` are heeded.
        allow_private: whether addresses of this machine and its network are read.
        largest: bytes of a page or file at most.
        deadline: seconds of a request at most.
        directory: where pages are kept, so that a crawl that was ended goes on, and other selectors
            ask for nothing again; None keeps them until the stage has ended.
        refresh: with a `directory`, asks whether pages that were read have changed.
        mask: whether mail addresses, telephone numbers, accounts and cards in cells are replaced.
        fetch: asks for pages in place of HTTP, a browser for instance: takes an address, gives the
            text of the page or an `Answer`; plain or async. robots.txt is asked for in any case.
        target: as of Collect, and so are those that follow.
        task: see Collect.
        positive: see Collect.
        kinds: see Collect.
        drop: see Collect.
        group: see Collect; pages that are copies of one another are a group where there is none.
        time: see Collect.

    Example:
        >>> Scrape("https://example.org/", select={"title": "h1"}, contact="me@example.org",
        ...        target="title").pages
        1000
    """

    seeds: Words = Field(kw_only=False)
    select: dict[str, str] = Field(min_length=1)
    contact: str = ""
    follow: Words = ()
    keep: Words | None = None
    items: str = ""
    pages: PositiveInt = 1000
    depth: PositiveInt = 20
    delay: NonNegativeFloat = 1.0
    hosts: Words = ()
    file_hosts: Words = ()
    ignored: tuple[str, ...] = TRACKING
    sitemaps: bool = True
    respect: bool = True
    allow_private: bool = False
    largest: PositiveInt = 5_000_000
    deadline: PositiveFloat = 20.0
    directory: PathText | None = None
    refresh: bool = False
    mask: bool = False
    fetch: Callable[[str], Any] | None = None
    target: str | tuple[str, ...] | None = None
    task: TaskName | None = None
    positive: Label | None = None
    kinds: KindsByColumn = Field(default_factory=dict)
    drop: tuple[str, ...] = ()
    group: str | None = None
    time: str | None = None

    uncacheable: ClassVar[str] = "what pages say today"

    @field_validator("seeds")
    @classmethod
    def _check_seeds(cls, seeds: Words) -> Words:
        for one in _several(seeds):
            try:
                host_of(split(one))
            except ValueError:
                whole = one if "://" in one else f"https://{one}"
                raise ValueError(f"expected addresses such as {whole[:200]}") from None
        if not seeds:
            raise ValueError("expected an address to begin with, found none")
        return seeds

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        """A missing contact, packages that are not there, selectors and names that cannot be."""
        if found.get(Collected) is not None:
            return []
        if "@" not in self.contact and "://" not in self.contact:
            remedy = 'Pass contact="you@example.org", so that who runs a site can reach you.'
            return [ConfigError.expected(
                "Scrape", "a mail address or page as contact", repr(self.contact), remedy,
                setting="contact",
            )]  # fmt: skip
        faults: list[FivefoldError] = []
        if absent := lacking(self.select):
            faults.append(not_installed(absent))
        try:
            if not faults:
                self._selectors()
        except FivefoldError as error:
            faults.append(error)
        if self.directory is not None and (
            not str(self.directory) or Path(self.directory).is_file()
        ):
            remedy = "Pass directory= with the folder of the crawl, new or old."
            faults.append(
                PreflightError.expected("Scrape", "a folder", repr(str(self.directory)), remedy)
            )
        if self.refresh and self.directory is None:
            remedy = "Pass directory= with the folder of the crawl."
            faults.append(
                ConfigError.expected("Scrape", "a crawl to refresh", "no directory=", remedy)
            )
        return faults

    def read(self, session: Session | None = None) -> "Harvest":
        """Crawl and give the rows, without inferring what they are.

        Args:
            session: told of what goes on; None for nobody.
        """
        from fivefold.web.harvest import harvest, mark_copies

        session = session or Session()
        with ExitStack() as stack:
            folder = stack.enter_context(scratch("crawl")) if self.directory is None else None
            path = Path(folder or self.directory or ".")
            path.mkdir(parents=True, exist_ok=True)
            self._crawl(path / FILE, session)
            with _opened(path / FILE) as frontier:
                selectors = self._selectors()
                rows = harvest(
                    frontier,
                    selectors,
                    keep=_several(self.follow if self.keep is None else self.keep),
                    items=self.items,
                    ignored=self.ignored,
                    mask=self.mask,
                )
                refuse_none(rows, frontier)
                copied = mark_copies(rows, selectors) if self.group is None else 0
                for finding in findings_of(rows, frontier, copied):
                    session.emit(Found(finding=finding))
        return rows

    def run(self, session: Session) -> Collected:
        """Crawl, select, infer, inspect."""
        from fivefold.web.harvest import COPIES, ORIGIN

        heard: list[Finding] = []
        rows = self.read(listening(session, heard))
        copies = COPIES if COPIES in rows.columns else None
        collect = Collect(
            rows.columns,
            target=self.target,
            task=self.task,
            positive=self.positive,
            kinds=self.kinds,
            drop=(*self.drop, *(n for n in ORIGIN if n not in {self.time, self.group})),
            group=self.group or copies,
            time=self.time,
        )
        collected = collect.run(session)
        pages = zip(rows.columns["url"], rows.columns["sha256"], strict=True)
        return collected.replace(
            findings=(*heard, *collected.findings),
            provenance=told_of(
                collected.provenance, _several(self.seeds), sorted(set(pages)), rows
            ),
        )

    def _crawl(self, path: Path, session: Session) -> None:
        from fivefold.web.crawled import crawl

        def tell(tally: "Tally") -> None:
            values = {"read": float(tally.read), "requests": float(tally.requests)}
            done = min(tally.read, self.pages)
            session.emit(Progress(done=done, total=self.pages, unit="page", values=values))

        known = path.exists()
        if known:
            session.emit(Noted(text=f"Going on with the crawl in {path}."))

        def opened() -> "Frontier":
            frontier = _opened(path)
            if known and self.refresh:
                frontier.refresh()
            return frontier

        tally, interrupted = crawl(
            opened, self._rules(), _several(self.seeds), fetch=self.fetch, tell=tell
        )
        for text in notes_of(tally, interrupted):
            session.emit(Noted(text=text))

    def _rules(self) -> "Rules":
        from fivefold.web.bounds import Rules

        seeds = {split(one).netloc.rsplit("@", 1)[-1].lower() for one in _several(self.seeds)}
        return Rules(
            agent=f"fivefold/{__version__} (+{self.contact})",
            follow=_several(self.follow),
            hosts=frozenset(seeds | set(_several(self.hosts))),
            file_hosts=frozenset(_several(self.file_hosts)),
            pages=self.pages,
            depth=self.depth,
            delay=self.delay,
            largest=self.largest,
            deadline=self.deadline,
            respect=self.respect,
            private=self.allow_private,
            sitemaps=self.sitemaps,
            ignored=self.ignored,
            files=tuple(one for one in self._selectors().values() if one.way == "file"),
            items=self.items,
        )

    def _selectors(self) -> "dict[str, Selector]":
        from fivefold.web.harvest import COPIES, ORIGIN
        from fivefold.web.select import Selector, check_css

        if taken := [name for name in self.select if name in {*ORIGIN, COPIES}]:
            wanted, remedy = quoted([*ORIGIN, COPIES]), "Rename these in `select`."
            raise ConfigError.expected(
                "Scrape", f"other names than {wanted}", quoted(taken), remedy
            )
        check_css(self.items, self.items)
        return {name: Selector.of(asked) for name, asked in self.select.items()}


def _several(said: Words) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else said


def _opened(path: Path) -> "Frontier":
    from fivefold.web.frontier import Frontier

    return Frontier(path)
