"""Pages of HTML, and lists of them: what they say against being kept, and where they lead."""

from typing import Any
from urllib.parse import urlsplit

from fivefold.web.answer import Answer
from fivefold.web.bounds import Rules
from fivefold.web.document import Document
from fivefold.web.manner import Led, Look, Manner
from fivefold.web.optout import follows, refusals
from fivefold.web.select import Selector
from fivefold.web.url import TRACKING, canonical, matches
from fivefold.web.visited import Page


class Linked(Manner):
    """Pages that lead to one another by links.

    Args:
        rules: of the crawl.
        follow: patterns of links that are followed.
        ignored: patterns of parameters that are left out of addresses.
        sitemaps: whether feeds that pages name are read.
        files: selectors of files that cells shall hold.
        items: CSS of what becomes a row each; empty for the page.
    """

    kinds = ("text/html", "application/xhtml", "text/xml", "application/xml", "text/plain",
             "application/rss", "application/atom", "application/rdf")  # fmt: skip

    def __init__(
        self,
        rules: Rules,
        *,
        follow: tuple[str, ...] = (),
        ignored: tuple[str, ...] = TRACKING,
        files: tuple[Selector, ...] = (),
        items: str = "",
    ) -> None:
        self.rules, self.follow, self.ignored = rules, follow, ignored
        self.files, self.items = files, items

    def pair(self, address: str) -> tuple[str, str]:
        """The form of an address by which a page is known, and that in which it stood there."""
        return canonical(address, ignored=self.ignored), address

    def leading(self) -> list[Any]:
        """What decides where pages lead, as values of JSON."""
        files = sorted(repr(one) for one in self.files)
        return [*map(list, (self.follow, self.ignored, files)), self.items, self.rules.sitemaps]

    def look(self, page: Page, answer: Answer) -> Look:
        """What is seen on a page, or of a file."""
        document = Document(page.address, answer.headers, answer.body)
        metas = [] if page.is_file or document.is_list else document.metas
        against = refusals(answer.headers, metas) if self.rules.respect else []
        led: list[Led] = []
        if not page.is_file:
            if follows(metas, document.headers):
                led.append(Led(self._links(document), page.depth + 1))
            if not against and not document.is_list:
                led.append(Led(self._files(document), page.depth + 1, is_file=True))
        return Look(against[0] if against else "", led)

    def _links(self, document: Document) -> list[tuple[str, str]]:
        led = [self.pair(one) for one in document.links()]
        taken = [
            pair for pair in led
            if matches(pair[0], self.follow) or (document.is_list and _is_list(pair[0]))
        ]  # fmt: skip
        return taken + [(canonical(one), one) for one in document.lists() if self.rules.sitemaps]

    def _files(self, document: Document) -> list[tuple[str, str]]:
        found = [
            cell
            for one in self.files
            for item in (document.tree.css(self.items) if self.items else [None])
            if isinstance(cell := one.cell(document, item), str)
        ]
        return [self.pair(one) for one in found]


def _is_list(address: str) -> bool:
    """Whether an address in a list of pages is one of a further list."""
    path = urlsplit(address).path.lower()
    return path.endswith((".xml", ".xml.gz", ".rss", ".atom"))
