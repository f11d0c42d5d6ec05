"""Addresses of pages: one form for each, and which pattern takes which."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

TRACKING = ("utm_*", "gclid", "fbclid")
"""Parameters that say where a reader came from, and nothing of the page."""

_PORTS = {"http": 80, "https": 443}
_UNRESERVED = "-._~"
_PATH = _UNRESERVED + "/:@!$&'()*+,;="
_QUERY = _UNRESERVED + "/:@!$'()*,;?"
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")


def canonical(address: str, *, ignored: Iterable[str] = TRACKING) -> str:
    """The one form of an address by which a page is known.

    Scheme and host in lower case, no usual port, no fragment, no name and password, no dot
    segments, one way of percent signs, the parameters of the query in order.

    Args:
        address: absolute.
        ignored: patterns of parameters that are left out.

    Raises:
        ValueError: if it is none of http or https with a host.

    Example:
        >>> canonical("HTTP://Example.org:80/a/../b%7e?z=1&utm_source=mail&a=2#top")
        'http://example.org/b~?a=2&z=1'
    """
    parts = split(address)
    host = host_of(parts)
    port = parts.port
    place = f"[{host}]" if ":" in host else host
    if port is not None and port != _PORTS[parts.scheme]:
        place += f":{port}"
    path = _without_dots(_spelt(parts.path, _PATH)) or "/"
    query = _query(parts.query, tuple(ignored))
    return f"{parts.scheme}://{place}{path}" + (f"?{query}" if query else "")


def split(address: str) -> SplitResult:
    """Its parts.

    Raises:
        ValueError: if it is none of http or https with a host.
    """
    parts = urlsplit(re.sub(r"[\t\r\n]", "", address.strip()))
    if parts.scheme not in _PORTS:
        raise ValueError(f"expected an address of http or https, found {address[:200]!r}")
    if not parts.hostname:
        raise ValueError(f"expected an address with a host, found {address[:200]!r}")
    _ = parts.port  # raises where it is no number
    return parts


def host_of(parts: SplitResult) -> str:
    """The host as names are looked up, in ASCII and lower case."""
    name = (parts.hostname or "").rstrip(".")
    try:
        return name.encode("ascii").decode() if name.isascii() else name.encode("idna").decode()
    except UnicodeError:
        raise ValueError(f"expected a name of a host, found {name[:200]!r}") from None


def joined(base: str, link: str) -> str | None:
    """Where a link on a page leads, or None where it leads to no page."""
    try:
        found = urljoin(base, link.strip())
        split(found)
    except ValueError:
        return None
    return found


def origin(address: str) -> str:
    """Scheme, host and port: what a robots.txt holds for."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def kind_of_query(address: str) -> str:
    """Host, path and names of parameters: pages that a trap makes without end share these."""
    parts = urlsplit(address)
    names = "&".join(sorted({pair.split("=", 1)[0] for pair in parts.query.split("&")}))
    return f"{parts.netloc}{parts.path}?{names}" if parts.query else ""


def matches(address: str, patterns: Iterable[str]) -> bool:
    """Whether one of these takes an address: of its path and query, or with `://` of all of it.

    Example:
        >>> matches("http://example.org/jobs/7", ["/jobs/*"])
        True
    """
    parts = urlsplit(address)
    rest = parts.path + (f"?{parts.query}" if parts.query else "")
    return any(fnmatchcase(address if "://" in one else rest, one) for one in patterns)


def _spelt(text: str, safe: str) -> str:
    """Percent signs in one way: signs that need none have none, the others capitals."""
    pieces, start = [], 0
    for found in _ESCAPED.finditer(text):
        pieces.append(quote(text[start : found.start()], safe=safe))
        sign = unquote(found[0], encoding="latin-1")
        plain = sign.isascii() and (sign.isalnum() or sign in _UNRESERVED)
        pieces.append(sign if plain else found[0].upper())
        start = found.end()
    return "".join([*pieces, quote(text[start:], safe=safe)])


def _without_dots(path: str) -> str:
    """RFC 3986, section 5.2.4."""
    kept: list[str] = []
    steps = path.split("/")
    for place, step in enumerate(steps):
        last = place == len(steps) - 1
        if step == "..":
            if len(kept) > 1:
                kept.pop()
        elif step != ".":
            kept.append(step)
        if last and step in {".", ".."}:
            kept.append("")
    return "/".join(kept)


def _query(query: str, ignored: tuple[str, ...]) -> str:
    pairs = [pair.split("=", 1) for pair in query.split("&") if pair]
    kept = [
        "=".join(_spelt(part, _QUERY) for part in pair)
        for pair in pairs
        if not any(fnmatchcase(pair[0].lower(), one) for one in ignored)
    ]
    return "&".join(sorted(kept))
