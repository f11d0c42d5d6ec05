"""How long a host is left alone: its own pace, and what it asks for."""

import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 60.0
"""Seconds of a Crawl-delay that are kept at most."""

TRIES = 4
"""Times that a page is asked for while a host says that it is busy."""


def retry_after(said: str | None, tries: int, now: float | None = None) -> float:
    """Seconds to wait before a host is asked again.

    Args:
        said: the header `Retry-After`, in seconds or as a date; None without one.
        tries: that came before, from 1 on.
        now: seconds since 1970; None for the clock.

    Example:
        >>> retry_after("7", 1)
        7.0
    """
    if said is not None:
        text = said.strip()
        if text.isdigit():
            return float(text)
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            moment = None
        if moment is not None:
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            today = datetime.fromtimestamp(time.time() if now is None else now, UTC)
            # A date has whole seconds, and may have been rounded down.
            return max(0.0, (moment - today).total_seconds()) + 1.0
    return random.uniform(0.5, 0.75) * float(2**tries)


def is_busy(status: int, headers: Mapping[str, str]) -> bool:
    """Whether a host asks to be left alone: by 429, 503, or 403 where requests are used up.

    Args:
        status: of HTTP.
        headers: of the answer, names in lower case.
    """
    spent = "retry-after" in headers or _limit(headers, "remaining") == "0"
    return status in {429, 503} or (status == 403 and spent)


def said_pause(headers: Mapping[str, str], now: float | None = None) -> str | None:
    """For how long a host asks to be left alone, as `Retry-After` would say it.

    Where that is not there, `RateLimit-Reset` or `X-RateLimit-Reset` says it: seconds from now on,
    or since 1970.

    Example:
        >>> said_pause({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700000007"}, 1.7e9)
        '8'
    """
    said = _limit(headers, "reset")
    if "retry-after" in headers or not said.isdigit():
        return headers.get("retry-after")
    seconds = int(said)
    if seconds > 10**9:  # a moment, in whole seconds
        seconds = int(max(0.0, seconds - (time.time() if now is None else now))) + 1
    return str(seconds)


def _limit(headers: Mapping[str, str], name: str) -> str:
    return headers.get(f"ratelimit-{name}", headers.get(f"x-ratelimit-{name}", "")).strip()
