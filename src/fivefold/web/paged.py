"""Pages of an interface that answers in JSON: how they are asked for, and which one is next."""

import json
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from fivefold.web.answer import Answer
from fivefold.web.manner import Led, Look, Manner
from fivefold.web.optout import refusals
from fivefold.web.picked import Picked, inside, rows_in, value_of
from fivefold.web.secret import Secrets, variables
from fivefold.web.url import canonical, joined, origin, split
from fivefold.web.visited import Page

_LINK = re.compile(r"<([^>]*)>([^<]*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Turning:
    """How the next page of an interface is found.

    Attributes:
        next: the path of its address or cursor in an answer; empty for the header `Link`.
        cursor: the parameter that takes what stands at `next`; empty where that is an address.
        number: the parameter that counts pages.
        offset: the parameter that counts rows.
    """

    next: str = ""
    cursor: str = ""
    number: str = ""
    offset: str = ""

    def after(self, address: str, answer: Answer, value: Any, rows: int) -> str | None:
        """The address of the next page; None after the last one.

        Args:
            address: of this page, as it was asked for.
            answer: to it.
            value: of its JSON.
            rows: in it.
        """
        if self.number or self.offset:
            name = self.number or self.offset
            begin, step = (1, 1) if self.number else (0, rows)
            said = parameter(address, name)
            here = int(said) if said is not None and said.isdigit() else begin
            return with_parameter(address, name, str(here + step)) if rows else None
        found = inside(value, self.next) if self.next else link(answer.headers, "next")
        if self.cursor and isinstance(found, str | int) and found not in ("", False):
            return with_parameter(address, self.cursor, str(found))
        return joined(address, found) if isinstance(found, str) and found else None


class Paged(Manner):
    """Pages of an interface, each known by the one before it.

    Args:
        seeds: first pages; keys are sent to their hosts alone.
        turning: how the next page is found.
        rows: the path of the rows in an answer.
        files: of columns that hold files.
        headers: of each request; a key is named.
        parameters: of each request whose values are keys, which are named.
        secrets: the keys.
        respect: whether what an answer says against being learnt from is heeded.
    """

    kinds = ("application/", "text/")
    chained = True

    def __init__(
        self,
        seeds: tuple[str, ...],
        turning: Turning,
        *,
        rows: str,
        files: tuple[Picked, ...],
        headers: Mapping[str, str],
        parameters: Mapping[str, str],
        secrets: Secrets,
        respect: bool,
    ) -> None:
        self.turning, self.rows, self.files, self.respect = turning, rows, files, respect
        self.headers, self.parameters, self.secrets = headers, parameters, secrets
        self.trusted = {origin(canonical(one, ignored=())) for one in seeds}

    def pair(self, address: str) -> tuple[str, str]:
        """The form by which a page is known, and that in which it is asked for, without keys."""
        place = origin(canonical(address, ignored=()))
        secure = place.replace("http://", "https://", 1)
        if place not in self.trusted and secure in self.trusted:  # of a server behind another one
            address = address.replace("http://", "https://", 1)
        for pair in split(address).query.split("&"):
            name, _, value = map(unquote_plus, pair.partition("="))
            if name in self.parameters or variables([value]):
                address = with_parameter(address, name, None)
        return canonical(address, ignored=()), address

    def asked(self, page: Page) -> tuple[str, dict[str, str]]:
        """The address that is asked for, and headers of the request."""
        address, headers = page.fetched, {} if page.is_file else {"accept": "application/json"}
        if origin(page.address) not in self.trusted:
            return address, headers
        for name, value in self.parameters.items():
            address = with_parameter(address, name, self.secrets.filled(value))
        return address, headers | {
            n.lower(): self.secrets.filled(v) for n, v in self.headers.items()
        }

    def cleaned(self, answer: Answer) -> Answer:
        """The answer with keys named where it repeats them."""
        said = json.dumps(dict(answer.headers)).encode()
        headers = json.loads(self.secrets.hidden(said))
        return replace(answer, headers=headers, body=self.secrets.hidden(answer.body))

    def discreet(self) -> AbstractContextManager[None]:
        """While pages are asked for: keys are named in logs."""
        return self.secrets.unlogged()

    def leading(self) -> list[Any]:
        """What decides where pages lead, as values of JSON."""
        return [repr(self.turning), self.rows, sorted(repr(one) for one in self.files)]

    def look(self, page: Page, answer: Answer) -> Look:
        """What is seen on a page, or of a file."""
        against = [*(refusals(answer.headers, []) if self.respect else []), ""][0]
        if page.is_file:
            return Look(against)
        try:
            value = value_of(answer.body)
        except (ValueError, RecursionError):
            return Look(against or "no JSON")
        rows = rows_in(value, self.rows)
        led = []
        found = self.turning.after(page.fetched, answer, value, len(rows))
        if found is not None:
            led.append(Led([self.pair(found)], page.depth + 1))
        cells = [cell for one in self.files for row in rows if (cell := one.cell(row)) is not None]
        files = [one for cell in cells if (one := joined(page.fetched, cell)) is not None]
        if files and not against:
            led.append(Led(list(map(self.pair, files)), page.depth + 1, is_file=True))
        return Look(against, led)


def link(headers: Mapping[str, str], relation: str) -> str | None:
    """Where the header `Link` leads by a relation (RFC 8288); None if it does not.

    Example:
        >>> link({"link": '</a?page=1>; rel="prev", </a?page=3>; title="3"; rel=next'}, "next")
        '/a?page=3'
    """
    for address, said in _LINK.findall(headers.get("link", "")):
        relations = " ".join(one or other for one, other in _REL.findall(said)).lower().split()
        if relation in relations:
            return str(address)
    return None


def parameter(address: str, name: str) -> str | None:
    """The value of a parameter in an address; None without it."""
    for pair in split(address).query.split("&"):
        known, _, value = pair.partition("=")
        if unquote_plus(known) == name:
            return unquote_plus(value)
    return None


def with_parameter(address: str, name: str, value: str | None) -> str:
    """The address with a parameter in its place, or at the end; None takes it away.

    Example:
        >>> with_parameter("http://a/x?page=1&q=b", "page", "2")
        'http://a/x?page=2&q=b'
    """
    parts = split(address)
    said = "" if value is None else f"{quote_plus(name)}={quote_plus(value)}"
    pairs, placed = [], False
    for pair in filter(None, parts.query.split("&")):
        if unquote_plus(pair.partition("=")[0]) != name:
            pairs.append(pair)
        elif said and not placed:
            pairs.append(said)
            placed = True
    if said and not placed:
        pairs.append(said)
    return parts._replace(query="&".join(pairs), fragment="").geturl()
