"""The network that a user gives, as it is at that moment; torch is not imported for it."""

import copy
import inspect
import sys
from collections.abc import Mapping
from typing import Any, get_args

from fivefold.core.wording import first_line, nearest
from fivefold.train.choices import NetworkName
from fivefold.train.pretrained import Pretrained

NAMES = get_args(NetworkName)


def is_module(model: Any) -> bool:
    """Whether it is a module of torch, which cannot be if torch is not imported."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(model, torch.nn.Module)


def is_estimator(model: Any) -> bool:
    """Whether it is an estimator as scikit-learn has them: with settings, `fit` and `predict`."""
    wanted = ("get_params", "set_params", "fit")
    return not isinstance(model, type) and all(hasattr(model, name) for name in wanted)


def untrainable(model: Any) -> str:
    """Why something of torch cannot be trained here, with the remedy; empty where it may be.

    Args:
        model: a module, or what `torch.export` gives.
    """
    torch: Any = sys.modules.get("torch")
    for part in model.modules() if is_module(model) else (model,):
        if any(f"{base.__module__}.".startswith("torch.export.") for base in type(part).__mro__):
            return "an exported program cannot be trained here; pass the nn.Module"
        if not is_module(part):
            return ""
        if isinstance(part, torch.jit.ScriptModule):
            return "a TorchScript module cannot be trained here; pass the nn.Module"
        if isinstance(part, torch.nn.parallel.DistributedDataParallel):
            return (
                "a module that is wrapped for several processes cannot be trained here; "
                "pass the nn.Module that it holds, .module"
            )
    kinds = ("_backward_hooks", "_post_accumulate_grad_hooks")  # no copy of a parameter has these
    named = model.named_parameters()
    hooked = [name for name, weight in named if any(getattr(weight, k, None) for k in kinds)]
    if hooked:
        return (
            f"a hook on a parameter, {hooked[0]}, does not go into the copy that is trained; "
            "register it in the `begin` of a Callback, on run.model"
        )
    if any(tensor.is_meta for tensor in (*model.parameters(), *model.buffers())):
        return (
            'a module without values, on the device "meta", cannot be trained here; '
            'pass one with values: module.to_empty(device="cpu"), then set its weights'
        )
    return ""


def unwrapped(module: Any) -> Any:
    """The module in `nn.DataParallel`, which computes the same; another one as it is."""
    torch = sys.modules["torch"]
    return module.module if isinstance(module, torch.nn.DataParallel) else module


def snapshot(model: Any) -> Any:
    """None, a network's name, a copy of a module, a clone of an estimator, a factory, weights.

    Args:
        model: what was given.

    Raises:
        ValueError: if it is none of them, cannot be trained, or is a factory that does not take
            two arguments.
    """
    if model is None:
        return None
    if isinstance(model, str):
        if model not in NAMES:
            near = nearest(model, NAMES)
            hint = f"; did you mean {near!r}?" if near else ""
            raise ValueError(f"One of {', '.join(map(repr, NAMES))}{hint}")
        return model
    if isinstance(model, Mapping):
        return _begun(model)
    if isinstance(model, type) and hasattr(model, "get_params"):
        raise ValueError(f"an estimator, not its class; pass {model.__name__}()")
    if is_estimator(model):
        return _cloned(model)
    reason = untrainable(model)
    if reason:
        raise ValueError(reason)
    if is_module(model):
        try:
            return copy.deepcopy(unwrapped(model))
        except Exception as error:
            raise ValueError(
                "A module that can be copied; pass a function (inputs, outputs) that makes this "
                f"one, because copying says: {first_line(error)}"
            ) from None
    if not callable(model):
        raise ValueError(
            "A name, an nn.Module, an estimator of scikit-learn, or a function of (inputs, outputs)"
        )
    try:
        signature = inspect.signature(model)
    except (TypeError, ValueError):  # written in C: it cannot be asked
        return model
    try:
        signature.bind(1, 1)
    except TypeError:
        raise ValueError("A function that takes two arguments, (inputs, outputs)") from None
    return model


def _begun(model: Mapping[str, Any]) -> Pretrained:
    """Weights to begin with, as they were given or as a recipe has them, their module copied."""
    if not isinstance(model, Pretrained):
        try:
            model = Pretrained(**model)
        except TypeError as error:
            raise ValueError(f"Weights to begin with: {first_line(error)}") from None
    if model.into is None or isinstance(model.into, str):
        return model
    into = snapshot(model.into)
    if is_estimator(into):
        raise ValueError("`into` as a module or a function of (inputs, outputs)")
    return model.having(into=into)


def _cloned(model: Any) -> Any:
    """An estimator with the same settings, not fitted."""
    from sklearn.base import clone

    try:
        cloned = clone(model)
    except Exception as error:
        raise ValueError(
            f"an estimator that scikit-learn can clone, which says: {first_line(error)}"
        ) from None
    for part in (cloned, *filter(is_estimator, cloned.get_params().values())):
        check = getattr(part, "_validate_params", None)  # what each fit begins with
        if check is not None and hasattr(part, "_parameter_constraints"):
            try:
                check()
            except ValueError as error:
                said = first_line(error)
                raise ValueError(f"an estimator that can be fitted, which says: {said}") from None
    return cloned
