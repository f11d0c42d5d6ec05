"""What an object was made with, where it tells that: estimators of scikit-learn's do."""

import copy
from collections.abc import Collection, Iterator, Mapping
from typing import Any


def has_parameters(value: Any) -> bool:
    """Whether a value tells what it was made with, as estimators of scikit-learn do."""
    return not isinstance(value, type) and callable(getattr(value, "get_params", None))


def parameters_of(value: Any) -> dict[str, Any]:
    """Its parameters and those of what it holds, by the names that its `set_params` takes.

    Each once: what stands under a name of its own is no part of another.
    """
    given = dict(value.get_params(deep=True))
    inner = {name: each for name, each in given.items() if not has_parameters(each)}
    named = {id(each) for each in given.values() if not _is_plain(each)}
    return {name: each for name, each in inner.items() if not any(_within(each, named))}


def with_parameters(value: Any, changes: Mapping[str, Any]) -> Any:
    """A copy with other parameters.

    Example:
        >>> from sklearn.linear_model import Ridge
        >>> with_parameters(Ridge(), {"alpha": 3.0})
        Ridge(alpha=3.0)
    """
    copied = copy.deepcopy(value)
    copied.set_params(**changes)
    return copied


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


def _within(value: Any, numbers: Collection[int]) -> Iterator[bool]:
    """Of each thing in a container, at any depth, whether it is one of these."""
    if isinstance(value, Mapping | list | tuple):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield id(part) in numbers
            yield from _within(part, numbers)
