"""What of a page becomes a cell: a selector, an attribute, and how it is read."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fivefold.core.wording import quoted
from fivefold.errors import ConfigError
from fivefold.web.document import Document
from fivefold.web.url import joined

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

WAYS = ("plain", "number", "html", "list", "main", "table", "file")
"""How what was found is read; also `jsonld.` and a path."""

_NUMBER = re.compile(r"[-+\u2212]?\d[\d.,'\u00a0\u202f ]*")
_ASKED = re.compile(
    r"^(?P<css>.*?)(?:@(?P<attribute>[\w-]+(?::[\w-]+)?))?(?:::(?P<way>[\w.@:-]+))?$", re.S
)


@dataclass(frozen=True)
class Selector:
    """One column of the rows that pages become.

    Attributes:
        css: what is looked for; empty for the whole page or item.
        attribute: that is taken in place of the text.
        way: how it is read.

    Example:
        >>> Selector.of("time@datetime")
        Selector(css='time', attribute='datetime', way='plain')
        >>> Selector.of("img@src::file").way
        'file'
    """

    css: str
    attribute: str | None = None
    way: str = "plain"

    @classmethod
    def of(cls, asked: str) -> "Selector":
        """From its text, `CSS@attribute::way`.

        Raises:
            ConfigError: if there is no such way, or the CSS is none.
        """
        found = _ASKED.match(asked)
        css, attribute, way = found["css"].strip(), found["attribute"], found["way"] or "plain"  # type: ignore[index]
        if css.endswith("]") and "[" not in css:
            css, attribute = asked.strip(), None
        if way not in WAYS and not way.startswith("jsonld."):
            raise ConfigError.expected(
                "Scrape",
                f"one of the ways {quoted(WAYS)} or 'jsonld.PATH'",
                f"{way!r} in {asked!r}",
                "Write CSS@attribute::way, such as .pay::number.",
                setting="select",
            )
        if way == "file" and attribute is None:
            attribute = "src"
        check_css(css, asked)
        return cls(css, attribute, way)

    def cell(self, page: Document, item: "LexborNode | None" = None) -> Any:
        """The cell of a page, or of one item of it; None where nothing is found.

        Returns:
            A text, a float, a list of texts, or of a file its absolute address.
        """
        if self.way.startswith("jsonld."):
            return _inside(page.data, self.way.removeprefix("jsonld.").split("."))
        if self.way == "main":
            return _main(page)
        root: Any = page.tree if item is None else item
        if self.way == "list":
            nodes = root.css(self.css) if self.css else []
            return [said for node in nodes if (said := self._said(node, page))] or None
        node = root.css_first(self.css) if self.css else (item or page.tree.body)
        if node is None:
            return None
        if self.way == "table":
            return _table(node)
        if self.way == "html":
            return node.html
        said = self._said(node, page)
        if said is None or self.way == "plain":
            return said
        return joined(page.base, said) if self.way == "file" else number(said)

    def _said(self, node: "LexborNode", page: Document) -> str | None:
        if self.attribute is None:
            return text_of(node) or None
        said = (node.attributes.get(self.attribute) or "").strip()
        if said and self.attribute in {"href", "src"} and self.way != "file":
            return joined(page.base, said) or said
        return said or None


def check_css(css: str, asked: str) -> None:
    """Refuse what is no CSS selector.

    Raises:
        ConfigError: if it is none.
    """
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    try:
        LexborHTMLParser("<p></p>").css(css or "p")
    except SelectolaxError:
        raise ConfigError.expected(
            "Scrape",
            "a CSS selector",
            repr(asked),
            'Write one such as "h1" or ".pay".',
            setting="select",
        ) from None


def text_of(node: "LexborNode") -> str:
    """The text of an element as a reader sees it, with one blank between words."""
    return " ".join(node.text(separator=" ").split())


def number(text: str) -> float | None:
    """The first number in a text, whichever way its fraction is marked; None without one.

    Example:
        >>> number("from 1.234,50 EUR"), number("$1,234.50"), number("2 500"), number("free")
        (1234.5, 1234.5, 2500.0, None)
    """
    found = _NUMBER.search(text)
    if found is None:
        return None
    said = re.sub("[\u00a0\u202f ']", "", found[0]).replace("\u2212", "-").rstrip(".,")
    point, comma = said.rfind("."), said.rfind(",")
    mark = max(point, comma)
    if mark < 0:
        return float(said)
    both, rest = point >= 0 and comma >= 0, len(said) - mark - 1
    one = said.count(said[mark]) == 1
    if both or (one and rest != 3):
        whole = re.sub("[.,]", "", said[:mark])
        return (
            float(f"{whole or '0'}.{said[mark + 1 :]}") if one else float(re.sub("[.,]", "", said))
        )
    if one and said[mark] == "." and said[:mark].lstrip("+-") in {"", "0"}:
        return float(said)
    return float(re.sub("[.,]", "", said))


def _table(node: "LexborNode") -> list[list[str]]:
    return [[text_of(cell) for cell in row.css("th, td")] for row in node.css("tr")]


def _inside(data: list[Any], path: list[str]) -> Any:
    """The first value at a path of the page's JSON-LD, as a text or number."""
    for one in data:
        value = one
        for name in path:
            while isinstance(value, list):
                value = value[0] if value else None
            value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, list):
            value = [each for each in value if isinstance(each, str)] or None
        if isinstance(value, str | int | float | list):
            return value
    return None


def _main(page: Document) -> str | None:
    """The text of the page without menus and notes around it."""
    import trafilatura

    return trafilatura.extract(page.decoded[1], url=page.address) or None
