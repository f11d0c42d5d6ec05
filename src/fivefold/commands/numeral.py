"""Numbers as texts of the shell write them."""

import re

_NUMBER = re.compile(r"-?(?:(0|[1-9]\d*)|(?:\d+\.\d*|\.\d+|\d+(?=e))(?:e[+-]?\d+)?)", re.IGNORECASE)


def number(text: str) -> str | int | float:
    """A number where a text is one as numbers are written, else the text.

    Example:
        >>> number("3"), number("1e-3"), number("007"), number("2026-01-31")
        (3, 0.001, '007', '2026-01-31')
    """
    found = _NUMBER.fullmatch(text)
    return text if found is None else int(text) if found[1] else float(text)
