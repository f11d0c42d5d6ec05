"""Keys of interfaces: taken from the environment, and kept out of all that is written."""

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import quote, quote_plus

SHORTEST = 6
"""Characters of a key at least: a shorter one could not be told from words of an answer."""

LOGGERS = ("httpx2", "httpcore2", "httpcore2.http11", "httpcore2.connection")
_SCHEME = re.compile(r"(?i)(bearer|basic|token|digest|apikey)\s+\S")
_NAMED = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")
_HOLDERS = {"authorization", "proxyauthorization", "cookie", "key", "token", "auth", "appid", "sig"}
_ENDINGS = (
    *("apikey", "accesskey", "appkey", "authkey", "subscriptionkey", "privatekey", "licensekey"),
    *("accesstoken", "authtoken", "apitoken", "usertoken", "privatetoken"),
    *("secret", "password", "passwd", "signature", "sessionid"),
)


def variables(texts: Iterable[str]) -> tuple[str, ...]:
    """The variables of the environment that texts name, each once.

    Example:
        >>> variables(["Bearer env:JOBS_TOKEN", "application/json"])
        ('JOBS_TOKEN',)
    """
    return tuple(dict.fromkeys(name for text in texts for name in _NAMED.findall(text)))


def holds_key(name: str, value: str = "") -> bool:
    """Whether a header or parameter of this name and value is one that keys stand in.

    Example:
        >>> [holds_key(name) for name in ("X-Auth-Key", "api_key", "page_token", "q")]
        [True, True, False, False]
    """
    plain = re.sub(r"[-_.]", "", name.lower())
    return plain in _HOLDERS or plain.endswith(_ENDINGS) or _SCHEME.match(value) is not None


def unfit(value: str) -> str:
    """What keeps a key from being used, in words without it; empty if nothing does."""
    if len(value) < SHORTEST:
        return f"one of {len(value)} characters"
    if not (value.isascii() and value.isprintable()) or value != value.strip():
        return "one with signs that no header can hold, a line's end perhaps"
    return ""


class Secrets:
    """The values of variables, which are shown nowhere.

    Args:
        names: of the variables.
        environment: where they are.
    """

    def __init__(self, names: Iterable[str], environment: Mapping[str, str]) -> None:
        self._values = {name: environment[name] for name in names}
        forms = [
            (form.encode(), f"env:{name}".encode())
            for name, value in self._values.items()
            for form in {value, quote(value, safe=""), quote(value), quote_plus(value),
                         json.dumps(value)[1:-1], json.dumps(value)[1:-1].replace("/", r"\/")}
        ]  # fmt: skip
        self._forms = sorted(forms, key=lambda pair: -len(pair[0]))

    def __repr__(self) -> str:
        return f"Secrets({', '.join(self._values)})"

    def filled(self, text: str) -> str:
        """A text with the values in the place of what names them."""
        return _NAMED.sub(lambda found: self._values[found[1]], text)

    def hidden(self, content: bytes) -> bytes:
        """The same with what names them in the place of the values, however they are written."""
        for value, name in self._forms:
            content = content.replace(value, name)
        return content

    @contextmanager
    def unlogged(self) -> Iterator[None]:
        """Meanwhile what asks for pages logs them as they are named."""

        def hide(record: logging.LogRecord) -> bool:
            record.msg, record.args = self.hidden(record.getMessage().encode()).decode(), ()
            return True

        loggers = [logging.getLogger(name) for name in LOGGERS if self._values]
        for logger in loggers:
            logger.addFilter(hide)
        try:
            yield
        finally:
            for logger in loggers:
                logger.removeFilter(hide)
