"""Values by name, that say which names there are where another one is asked for."""

from collections.abc import Mapping
from typing import TypeVar

from fivefold.core.wording import literal, nearest
from fivefold.errors import MissingNameError

V = TypeVar("V")


class Named(dict[str, V]):
    """Values by name: a dict whose `KeyError` tells the name that was meant.

    Args:
        noun: what it is that has a name, `metric`.
        values: by name.

    Example:
        >>> Named("metric", {"roc_auc": 0.9})["roc-auc"]
        Traceback (most recent call last):
        fivefold.errors.MissingNameError: metrics: expected one of roc_auc, found 'roc-auc'.
        Write "roc_auc".
    """

    def __init__(self, noun: str, values: Mapping[str, V]) -> None:
        super().__init__(values)
        self.noun = noun

    def _ipython_key_completions_(self) -> list[str]:
        return [*self]

    def __missing__(self, name: str) -> V:
        raise missing_name(self.noun, name, list(self))


def missing_name(noun: str, name: object, names: list[str]) -> MissingNameError:
    """The error where there is none of a name."""
    near = nearest(name, names) if isinstance(name, str) else ""
    remedy = f"Write {literal(near)}." if near else "Name one of these."
    wanted = f"one of {', '.join(map(str, names))}" if names else f"a {noun}, though there is none"
    return MissingNameError.expected(f"{noun}s", wanted, repr(name), remedy, name=name)
