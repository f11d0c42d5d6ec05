"""The page of a contract, taken apart."""

from html.parser import HTMLParser

from fivefold.serve.contract import Contract
from fivefold.serve.page import render_page

UNSEEN = ("class", "data-kind", "data-control", "style")
"""Attributes that nobody sees."""


def parts_of(contract: Contract) -> tuple[dict[str, str], list[str]]:
    """Markup, style and script, and what a person sees of it: elements, texts and values.

    The contract that the page carries is left out.
    """
    reader = _Reader()
    reader.feed(render_page(contract))
    return {part: "".join(texts) for part, texts in reader.parts.items()}, reader.lines


class _Reader(HTMLParser):
    """Markup, style and script of a page, and its elements and texts outside of these two."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.parts: dict[str, list[str]] = {"markup": [], "style": [], "script": []}
        self._inside = "markup"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts["markup"].append(self.get_starttag_text() or "")
        self._inside = tag if tag in self.parts else "markup"
        if ("type", "application/json") in attrs:
            self._inside = "contract"
        seen = [
            name if value is None else f'{name}="{value}"'
            for name, value in attrs
            if name not in UNSEEN
        ]
        if self._inside == "markup":
            self.lines.append(f"<{' '.join([tag, *seen])}>")

    def handle_endtag(self, tag: str) -> None:
        self.parts["markup"].append(f"</{tag}>")
        self._inside = "markup"

    def handle_data(self, data: str) -> None:
        if self._inside in self.parts:
            self.parts[self._inside].append(data)
        if data.strip() and self._inside == "markup":
            self.lines.append(data.strip())
