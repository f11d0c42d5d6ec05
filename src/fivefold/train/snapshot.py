"""The network that a user gives, as it is at that moment; torch is not imported for it."""

import copy
import inspect
import sys
from typing import Any

from fivefold.core.faults import nearest
from fivefold.train.names import NETWORKS


def is_module(model: Any) -> bool:
    """Whether it is a module of torch, which cannot be if torch is not imported."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(model, torch.nn.Module)


def snapshot(model: Any) -> Any:
    """None, the name of a built-in network, a copy of a module, or a factory.

    Args:
        model: what was given.

    Raises:
        ValueError: if it is none of them, or a factory that does not take two arguments.
    """
    if model is None:
        return None
    if isinstance(model, str):
        if model not in NETWORKS:
            near = nearest(model, NETWORKS)
            hint = f"; did you mean {near!r}?" if near else ""
            raise ValueError(f"One of {', '.join(map(repr, NETWORKS))}{hint}")
        return model
    if is_module(model):
        try:
            return copy.deepcopy(model)
        except Exception as error:
            raise ValueError(
                "A module that can be copied; pass a function (inputs, outputs) that makes this "
                f"one, because copying says: {str(error).splitlines()[0]}"
            ) from None
    if not callable(model):
        raise ValueError("A name, an nn.Module, or a function of (inputs, outputs)")
    try:
        signature = inspect.signature(model)
    except (TypeError, ValueError):  # written in C: it cannot be asked
        return model
    try:
        signature.bind(1, 1)
    except TypeError:
        raise ValueError("A function that takes two arguments, (inputs, outputs)") from None
    return model
