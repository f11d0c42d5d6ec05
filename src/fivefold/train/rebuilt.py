"""Estimators, made again from what recipes note of them: a class and its parameters."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

import numpy as np

from fivefold.core.values import ARRAY, FLOAT, NOTE, SLICE
from fivefold.errors import RecipeError

Find = Callable[[str], Any]
"""What gives the class or the function at a path, `sklearn.svm._classes.SVC`; None for none."""


def rebuild(note: Mapping[str, Any], where: str, find: Find) -> Any:
    """The object that a note tells of, not fitted.

    Args:
        note: as `write_value` writes one.
        where: the setting that it stands in.
        find: what its classes and functions are looked up by.

    Raises:
        RecipeError: if something in it cannot be found, or has no parameters.

    Example:
        >>> from sklearn.linear_model import Ridge
        >>> from fivefold.core.values import write_value
        >>> note = write_value(Ridge(alpha=2.0), None, "Train.model", False)
        >>> rebuild(note, "Train.model", known)
        Ridge(alpha=2.0)
    """
    lacking = next(unbuildable(note), None)
    if lacking is not None:
        wanted, remedy = f"a plain value for {where}", "Build that stage in Python."
        raise RecipeError.expected("Recipe", wanted, f"a note of {lacking}", remedy, setting=where)
    path = str(note[NOTE] if "parameters" in note else note["path"])
    found = find(path)
    if found is None:
        raise RecipeError(
            f"Recipe: expected scikit-learn's own or what is imported already in {where}, "
            f"found {path}.",
            remedy=f"Import {path.rpartition('.')[0]} first, or hand the class over (in the shell "
            "by --with FILE.py); a recipe imports nothing.",
            path=path,
        )
    if "parameters" not in note:
        return found
    return found(**{name: _value(each, where, find) for name, each in note["parameters"].items()})


def unbuildable(written: Any) -> Iterator[str]:
    """Names of what is noted in a written value, and cannot be made again."""
    if isinstance(written, dict) and NOTE in written:
        if "parameters" in written:
            yield from unbuildable(written["parameters"])
        elif "path" not in written:
            yield str(written[NOTE])
    elif isinstance(written, dict | list):
        for part in written.values() if isinstance(written, dict) else written:
            yield from unbuildable(part)


_HANDED: dict[str, type[Any]] = {}


def hand_over(estimators: Iterable[type[Any]]) -> None:
    """Make classes of estimators known by their names, as long as the process lives."""
    _HANDED.update({each.__name__: each for each in estimators})


def is_estimator_class(value: Any) -> bool:
    """Whether it is a class whose objects tell and take their parameters, as scikit-learn's."""
    return isinstance(value, type) and hasattr(value, "get_params")


def known(path: str) -> Any:
    """A class or a function that may be made use of whoever wrote its path; None for any other.

    Those are classes of scikit-learn's, functions of numpy's that work on arrays, its types of
    numbers, and estimators of classes that this process has defined or imported, or that were
    handed over: these by their names, as a file may be imported, run, or moved.
    """
    module, _, name = path.rpartition(".")
    if module == "builtins":
        return {"bool": bool, "int": int, "float": float, "str": str, "object": object}.get(name)
    if module == "numpy":
        found = getattr(np, name, None)
        number = isinstance(found, type) and issubclass(found, np.generic)
        return found if number or isinstance(found, np.ufunc) else None
    parts = module.split(".")
    theirs = parts[0] == "sklearn" and "externals" not in parts
    if theirs:
        try:
            import_module(module)
        except ImportError:
            return None
    found = getattr(sys.modules.get(module), name, None)
    if isinstance(found, type) and found.__module__ == module:
        return found if theirs or is_estimator_class(found) else None
    return None if theirs else _HANDED.get(name)


def _value(written: Any, where: str, find: Find) -> Any:
    """A parameter from what was written of it."""
    if isinstance(written, list):
        return [_value(part, where, find) for part in written]
    if not isinstance(written, dict):
        return written
    if NOTE in written:
        return rebuild(written, where, find)
    mark, inner = next(iter(written.items()), ("", written))
    if mark not in _MARKS:
        return {name: _value(part, where, find) for name, part in written.items()}
    return _MARKS[mark](_value(inner, where, find))


_MARKS: Mapping[str, Callable[[Any], Any]] = {
    FLOAT: float,
    ARRAY: lambda parts: np.array(parts[1], dtype=parts[0]),
    SLICE: lambda ends: slice(*ends),
    "$tuple": tuple,
    "$set": set,
    "$pairs": dict,
}
