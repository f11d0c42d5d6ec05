"""What is required of names, as the shell says it: `roc_auc>=0.9`, `leak=none`."""

import re
from collections.abc import Sequence
from typing import Any

from fivefold.core.requirement import Bound
from fivefold.errors import ConfigError

_SAID = re.compile(
    r"(?P<name>.+?)\s*(?P<sign><=|>=|<|>|=)\s*(?P<bound>none|[-+]?[\d.]+(?:e[-+]?\d+)?)"
)


def compares(values: Any) -> bool:
    """Whether the values of a mapping are such bounds."""
    return bool(values == Bound)


def compared(flag: str, words: Sequence[str]) -> dict[str, Bound]:
    """The bounds by name.

    Raises:
        ConfigError: if a word is none.

    Example:
        >>> compared("--require", ["roc_auc=0.9", "equalised_odds_gap < 0.1", "leak=none"])
        {'roc_auc': 0.9, 'equalised_odds_gap': ('<', 0.1), 'leak': None}
    """
    found: dict[str, Bound] = {}
    for word in words:
        said = _SAID.fullmatch(word.strip())
        try:
            number = None if said is None or said["bound"] == "none" else float(said["bound"])
        except ValueError:
            said = None
        if said is None or (said["sign"] != "=" and number is None):
            remedy = f"Write {flag} roc_auc=0.9, {flag} 'log_loss<0.3' or {flag} leak=none."
            raise ConfigError.expected(
                "fivefold", f"{flag} NAME=X, NAME<X or NAME=none", word, remedy
            )
        plain = said["sign"] == "=" or number is None
        found[said["name"]] = number if plain else (said["sign"], number)  # type: ignore[assignment]
    return found
