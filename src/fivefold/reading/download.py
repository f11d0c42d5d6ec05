"""A file on the web: fetched whole, by what Python brings along."""

import time
from base64 import b64encode
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit, urlunsplit

from fivefold.errors import DataError
from fivefold.reading.addresses import hidden, with_secrets, without_secrets
from fivefold.reading.found import Found
from fivefold.reading.packed import Member
from fivefold.version import __version__
from fivefold.web.patience import TRIES, retry_after

if TYPE_CHECKING:
    from email.message import Message

SILENCE = 30.0  # seconds without a byte after which an answer is given up
LONGEST = 60.0  # seconds that a server is waited for, which says that it is busy
_BUSY = (429, 502, 503, 504)
_ENDINGS = {
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "application/vnd.apache.parquet": ".parquet",
    "application/vnd.apache.arrow.file": ".arrow",
    "application/zip": ".zip",
}
"""Endings by types of content, for addresses whose end tells no form."""


def on_the_web(address: str) -> Found:
    """One file; the name that the answer has for it counts where the address tells no form.

    Raises:
        DataError: if it cannot be had, or is cut short.
    """
    shown = without_secrets(address)
    content, headers = asked(with_secrets(address), shown)
    parts = urlsplit(address)
    name = unquote(PurePosixPath(parts.path).name) or parts.hostname or "rows"
    if not PurePosixPath(name).suffix:
        name = PurePosixPath(headers.get_filename() or name).name
    if not PurePosixPath(name).suffix:
        name += _ENDINGS.get(headers.get_content_type(), "")
    return Found(shown, [Member(name, lambda: content)], licence=_licence(headers))


def _licence(headers: "Message") -> str | None:
    """What the header `Link` calls the licence."""
    for link in ",".join(headers.get_all("Link") or []).split(","):
        target, _, said = link.partition(";")
        if "license" in said.replace('"', " ").replace("rel=", " ").split():
            return target.strip().strip("<>")
    return None


def asked(address: str, shown: str) -> "tuple[bytes, Message]":
    """The body and the headers of an answer; a server that is busy is asked again.

    Args:
        address: as it is asked for; its user and password are for its own host alone.
        shown: how messages call it.

    Raises:
        DataError: if there is none, or it is cut short.
    """
    import http.client
    import urllib.error
    import urllib.request

    parts = urlsplit(address)
    plain = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))
    request = urllib.request.Request(plain, headers={"User-Agent": f"fivefold/{__version__}"})
    if parts.username is not None:  # not sent on to where an answer leads
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        code = b64encode(pair.encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {code}")
    for tries in range(1, TRIES + 1):
        try:
            with urllib.request.urlopen(request, timeout=SILENCE) as answer:
                return answer.read(), answer.headers
        except urllib.error.HTTPError as fault:
            with fault:
                wait = retry_after(fault.headers.get("Retry-After"), tries)
            if fault.code not in _BUSY or tries == TRIES or wait > LONGEST:
                found = f"the answer {fault.code} {fault.reason}"
                raise _unread(shown, found, fault.code) from None
            time.sleep(wait)
        except http.client.IncompleteRead as fault:
            lacking = f", {fault.expected:,} before its end" if fault.expected else ""
            found = f"one that is cut off after {len(fault.partial):,} bytes{lacking}"
            raise _unread(shown, found) from None
        except (OSError, http.client.HTTPException, ValueError) as fault:
            reason = getattr(fault, "reason", None) or fault
            raise _unread(shown, f"no answer: {str(reason) or type(fault).__name__}") from None
    raise AssertionError("every try answers, waits or raises")


def _unread(shown: str, found: str, status: int = 0) -> DataError:
    remedy = "See whether there is a connection, and try again."
    if status in (401, 403):
        remedy = "Give what the server asks for in the address, as env:NAME."
    elif status in (404, 410):
        remedy = "Correct the address."
    wanted = "a file that can be fetched"
    return DataError.expected(shown, wanted, hidden(found, shown), remedy, status=status)
