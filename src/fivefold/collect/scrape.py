"""The stage that gathers its rows from pages of the web."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import Field, PositiveInt

from fivefold.collect.online import Online, Words, several
from fivefold.collect.scraped import refuse_taken
from fivefold.errors import FivefoldError
from fivefold.web.url import TRACKING

if TYPE_CHECKING:
    from fivefold.web.bounds import Rules
    from fivefold.web.frontier import Frontier
    from fivefold.web.harvest import Harvest
    from fivefold.web.manner import Manner
    from fivefold.web.select import Selector


class Scrape(Online):
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
        archive: a file, `crawl.warc.gz`, to which all pages are written as a web archive. Where it
            is there, its pages count as read, those of another crawler too.
        refresh: with a `directory` or `archive`, asks whether pages that were read have changed.
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

    select: dict[str, str] = Field(min_length=1)
    follow: Words = ()
    keep: Words | None = None
    items: str = ""
    depth: PositiveInt = 20
    ignored: tuple[str, ...] = TRACKING
    sitemaps: bool = True
    fetch: Callable[[str], Any] | None = None

    def _needed(self) -> tuple[str, ...]:
        main = any(asked.endswith("::main") for asked in self.select.values())
        return ("trafilatura", "lxml_html_clean") if main else ()

    def _faults(self) -> list[FivefoldError]:
        try:
            self._selectors()
        except FivefoldError as error:
            return [error]
        return []

    def _asking(self) -> Callable[[str], Any] | None:
        return self.fetch

    def _manner(self) -> "Manner":
        from fivefold.web.links import Linked

        return Linked(
            self._rules(),
            follow=several(self.follow),
            ignored=self.ignored,
            files=tuple(one for one in self._selectors().values() if one.way == "file"),
            items=self.items,
        )

    def _rows(self, frontier: "Frontier", manner: "Manner") -> "Harvest":
        from fivefold.web.harvest import harvest

        return harvest(
            frontier,
            self._selectors(),
            keep=several(self.follow if self.keep is None else self.keep),
            items=self.items,
            ignored=self.ignored,
            mask=self.mask,
        )

    def _rules(self, **more: Any) -> "Rules":
        return super()._rules(depth=self.depth, sitemaps=self.sitemaps, **more)

    def _selectors(self) -> "dict[str, Selector]":
        from fivefold.web.select import Selector, check_css

        refuse_taken("Scrape", list(self.select))
        check_css(self.items, self.items)
        return {name: Selector.of(asked) for name, asked in self.select.items()}
