"""What a page says of itself, and where it leads."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fivefold.web.url import joined

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_XML = re.compile(
    rb"^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(urlset|sitemapindex|rss|feed|rdf:RDF)\b", re.S
)
_LOC = re.compile(r"<(?:loc|link)(?:\s[^>]*)?>\s*(?:<!\[CDATA\[)?\s*([^<\]]+?)\s*(?:\]\]>)?\s*</")
_ATOM = re.compile(r"<link\b([^>]*?)/?>")
_HREF = re.compile(r"href\s*=\s*[\"']([^\"']+)[\"']")


@dataclass(frozen=True, eq=False)
class Document:
    """A page of HTML, or a list of pages in XML.

    Args:
        address: it was read from, after redirects.
        headers: of the answer, names in lower case.
        body: of the answer.
    """

    address: str
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def decoded(self) -> tuple[str, str]:
        """The character set and the text."""
        from w3lib.encoding import html_to_unicode

        name, text = html_to_unicode(
            self.headers.get("content-type"), self.body, auto_detect_fun=_likely
        )
        return name, text

    @cached_property
    def is_guessed(self) -> bool:
        """Whether neither header nor page nor a byte order mark says the character set."""
        from w3lib.encoding import (
            html_body_declared_encoding,
            http_content_type_encoding,
            read_bom,
        )

        return not (
            self.body.isascii()
            or http_content_type_encoding(self.headers.get("content-type"))
            or html_body_declared_encoding(self.body)
            or read_bom(self.body)[0]
        )

    @property
    def is_list(self) -> bool:
        """Whether it is a sitemap or a feed."""
        return _XML.match(self.body[:2000]) is not None

    @cached_property
    def tree(self) -> "LexborHTMLParser":
        """The parsed page."""
        from selectolax.lexbor import LexborHTMLParser

        return LexborHTMLParser(self.decoded[1])

    @cached_property
    def base(self) -> str:
        """What links are relative to."""
        node = self.tree.css_first("base[href]")
        found = joined(self.address, node.attributes["href"] or "") if node is not None else None
        return found or self.address

    @cached_property
    def metas(self) -> list[tuple[str, str]]:
        """Names in lower case and contents of the meta elements."""
        return [
            (name.strip().lower(), node.attributes.get("content") or "")
            for node in self.tree.css("meta[name], meta[property]")
            if (name := node.attributes.get("name") or node.attributes.get("property"))
        ]

    def links(self) -> list[str]:
        """Where it leads, but for links that say `nofollow`; each once, in its order."""
        if self.is_list:
            text = self.decoded[1]
            found = [_plain(one) for one in _LOC.findall(text)]
            found += [_plain(one[1]) for tag in _ATOM.findall(text) if (one := _HREF.search(tag))]
            led = [joined(self.address, one) for one in found]
        else:
            nodes = self.tree.css("a[href], area[href], link[rel~=next]")
            led = [
                joined(self.base, node.attributes["href"] or "")
                for node in nodes
                if "nofollow" not in (node.attributes.get("rel") or "").lower().split()
            ]
        return list(dict.fromkeys(one for one in led if one))

    def lists(self) -> list[str]:
        """Feeds that it names."""
        if self.is_list:
            return []
        kinds = ("application/rss+xml", "application/atom+xml")
        nodes = self.tree.css("link[rel~=alternate][type]")
        found = [
            joined(self.base, node.attributes.get("href") or "")
            for node in nodes
            if (node.attributes.get("type") or "").lower() in kinds
        ]
        return [one for one in found if one]

    @cached_property
    def data(self) -> list[Any]:
        """Its JSON-LD, the parts of a graph apart; what is no JSON is left out."""
        found: list[Any] = []
        for node in self.tree.css('script[type="application/ld+json"]'):
            try:
                value = json.loads(node.text())
            except ValueError:
                continue
            for one in value if isinstance(value, list) else [value]:
                graph = one.get("@graph") if isinstance(one, dict) else None
                found += graph if isinstance(graph, list) else [one]
        return found

    def licence(self) -> str | None:
        """The licence that the page names: a link with `rel=license`, JSON-LD, or one of CC."""
        node = self.tree.css_first("[rel~=license][href]")
        if node is not None:
            return joined(self.base, node.attributes["href"] or "")
        for one in self.data:
            said = one.get("license") if isinstance(one, dict) else None
            if isinstance(said, dict):
                said = said.get("url") or said.get("@id")
            if isinstance(said, str):
                return said
        node = self.tree.css_first('a[href*="creativecommons.org/licenses/"]')
        return None if node is None else joined(self.base, node.attributes["href"] or "")

    def language(self) -> str | None:
        """The language that it says, `en` for instance."""
        node = self.tree.css_first("html[lang]")
        said = node.attributes["lang"] if node is not None else self.headers.get("content-language")
        said = (said or "").split(",")[0].strip()
        return said.split("-")[0].lower() or None


def _likely(body: bytes) -> str:
    """The character set of bytes of which nothing says it."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _plain(text: str) -> str:
    import html

    return html.unescape(text.strip())
