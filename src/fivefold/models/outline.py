"""A module of anybody's on disk: its tensors and plain values, put into an outline of it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor, nn

from fivefold.core.content import UNSEEN, are_hooks, content_of
from fivefold.core.format import Hashed, Outlined
from fivefold.errors import StoreError
from fivefold.models.estimated import Estimated
from fivefold.models.networks import build, describe
from fivefold.models.tensors import is_storable, write_tensors

KEY = "fivefold.module"
TABLES = ("_parameters", "_buffers")
APART = (*TABLES, "_modules")
"""What every module holds that is not told among its values."""

_PLAIN = (bool, int, float, str, type(None))


class Notes:
    """What a module is told by, in JSON, with the tensors that are named there.

    Tensors that stand in several places are written once.
    """

    def __init__(self) -> None:
        self.tensors: dict[str, Tensor] = {}
        self._names: dict[int, str] = {}

    def of(self, value: Any, where: str) -> Any:
        """A value in JSON.

        Raises:
            StoreError: if it is neither plain nor made of tensors, arrays and plain values.
        """
        if type(value) in _PLAIN:
            return value
        if isinstance(value, Tensor):
            name, stride = self._named(value, where), list(value.stride())
            return {"tensor": name, "learns": value.requires_grad, "stride": stride}
        if type(value) is np.ndarray or isinstance(value, np.generic):
            try:
                tensor = torch.from_numpy(np.array(value))
            except TypeError:
                raise _refusal(where, f"an array of {value.dtype}") from None
            return {"array": self._named(tensor, where), "is scalar": isinstance(value, np.generic)}
        if type(value) in (list, tuple, set):
            kind = type(value).__name__
            return {kind: [self.of(part, f"{where}[{n}]") for n, part in enumerate(value)]}
        if type(value) is dict:
            pairs = [(self.of(k, where), self.of(v, f"{where}[{k!r}]")) for k, v in value.items()]
            return {"dict": pairs}
        raise _refusal(where, f"{type(value).__name__}")

    def _named(self, tensor: Tensor, where: str) -> str:
        if id(tensor) not in self._names:
            if not is_storable(tensor):
                raise _refusal(where, f"a tensor of {tensor.dtype}, {tensor.layout}")
            while where in self.tensors:
                where += "'"
            self._names[id(tensor)], self.tensors[where] = where, tensor
        return self._names[id(tensor)]


def write_module(pair: Outlined, file: Hashed) -> None:
    """Write what a module holds and its outline does not.

    Raises:
        StoreError: if the outline cannot be made into the module by tensors and plain values.
    """
    module, outline, notes = pair.value, pair.outline, Notes()
    built = _built_in(module)
    _build(outline, built)
    told = _tensors_of(module, outline, notes)
    _fill_tensors(outline, told, notes.tensors)  # so that what holds them too is as it was
    for name, part in module.named_modules():
        told[name] |= _values_of(part, outline.get_submodule(name), f"{name}.".lstrip("."), notes)
    _fill_values(outline, told, notes.tensors)
    content = content_of(module)
    if isinstance(content, dict):
        raise _refusal(type(module).__name__, content[UNSEEN])
    if content_of(outline) != content:
        raise _refusal(_first_difference(module, outline), "what cannot be told by these")
    about = {"built": built, "parts": told, "content": content}
    write_tensors(notes.tensors, {KEY: json.dumps(about)}, file)


def fill_module(path: Path, outline: Any) -> nn.Module:
    """The outline with what `write_module` wrote; nothing in the file is run.

    Raises:
        StoreError: if that does not make it what was written.
    """
    if not isinstance(outline, nn.Module):
        raise _other(type(outline).__name__)
    with safe_open(path, framework="pt") as file:
        about = json.loads(file.metadata()[KEY])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    _build(outline, about["built"])
    if dict(outline.named_modules()).keys() != about["parts"].keys():
        raise _other("one of other parts")
    _fill_tensors(outline, about["parts"], tensors)
    _fill_values(outline, about["parts"], tensors)
    if content_of(outline) != about["content"]:
        raise _other("another one")
    return outline


def _built_in(module: nn.Module) -> dict[str, Any]:
    """Descriptions of built-in networks in a module by name, as training may change their parts."""
    found: dict[str, Any] = {}
    for name, part in module.named_modules():
        inner = any(name.startswith(f"{above}.") for above in found)
        described = describe(part) if name and not inner else None
        if described is not None:
            found[name] = described
        elif isinstance(part, Estimated):
            remedy = "Use an estimator that has one, or train it again in each run."
            wanted, said = "a graph that it is saved by", part.refusal.rstrip(".")
            raise StoreError.expected(part.name, wanted, f"none: {said}", remedy)
    return found


def _build(outline: nn.Module, built: Mapping[str, Any]) -> None:
    """Put built-in networks where they stand in an outline."""
    for name, description in built.items():
        above, _, last = name.rpartition(".")
        try:
            outline.get_submodule(above)._modules[last] = build(description)
        except AttributeError:
            raise _refusal(name, "none in it") from None


def _tensors_of(module: nn.Module, outline: nn.Module, notes: Notes) -> dict[str, dict[str, Any]]:
    """The weights and buffers of each part of a module by its name; its outline has these parts."""
    twins, told = dict(outline.named_modules()), dict[str, dict[str, Any]]()
    for name, part in module.named_modules():
        twin = twins.pop(name, None)
        if twin is None or _kind(part) != _kind(twin):
            raise _refusal(name, f"a {type(part).__name__} that is not in the outline")
        where = f"{name}." if name else ""
        told[name] = {
            table: {key: notes.of(held, f"{where}{key}") for key, held in vars(part)[table].items()}
            for table in TABLES
        }
    if twins:
        raise _refusal(next(iter(twins)), "none")
    return told


def _values_of(part: nn.Module, twin: nn.Module, where: str, notes: Notes) -> dict[str, Any]:
    """What else a part holds that its outline does not, and what it does not hold any more."""
    state, others = _state(part), _state(twin)
    values = {
        key: notes.of(value, f"{where}{key}")
        for key, value in state.items()
        if key not in APART and not (key in others and _is_same(*_hooks(key, value, others[key])))
    }
    return {"values": values, "gone": [key for key in others if key not in state]}


def _state(part: nn.Module) -> dict[str, Any]:
    """What a copy of a part would get; a recurrent one has more, which it makes itself."""
    try:
        state: Any = part.__getstate__()  # type: ignore[no-untyped-call]
    except RuntimeError:  # a parametrized one gives none
        state = None
    return state if isinstance(state, dict) else part.__dict__


def _hooks(name: str, *values: Any) -> tuple[Any, ...]:
    """Values of this name in two modules, hooks without the numbers that they have."""
    return tuple(list(each.values()) if are_hooks(name, each) else each for each in values)


def _kind(part: nn.Module) -> tuple[str, str]:
    return type(part).__module__, type(part).__qualname__


def _is_same(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    if type(one) in _PLAIN:
        return bool(one == other)
    content = content_of(one)
    return isinstance(content, str) and content == content_of(other)


@torch.no_grad()
def _fill_tensors(
    outline: nn.Module, told: Mapping[str, Any], tensors: Mapping[str, Tensor]
) -> None:
    """Put weights and buffers into an outline: into its own, where they fit."""
    for name, part in outline.named_modules():
        for table in TABLES:
            old, made = part.__dict__[table], dict[str, Any]()
            for key, note in told[name][table].items():
                made[key] = _put(note, old.get(key), tensors, table == "_parameters")
            old.clear()
            old.update(made)


def _fill_values(
    outline: nn.Module, told: Mapping[str, Any], tensors: Mapping[str, Tensor]
) -> None:
    """Put all else into an outline."""
    for name, part in outline.named_modules():
        for key in told[name]["gone"]:
            del part.__dict__[key]
        values = told[name]["values"].items()
        part.__dict__.update({key: _value(note, tensors) for key, note in values})


def _put(note: Any, old: Tensor | None, tensors: Mapping[str, Tensor], learns: bool) -> Any:
    """The tensor of a note: the old one with its values, where they fit into it."""
    if note is None:
        return None
    tensor, stride = tensors[note["tensor"]], tuple(note["stride"])
    fits = old is not None and (old.shape, old.dtype) == (tensor.shape, tensor.dtype)
    if old is None or not fits or old.stride() != stride:
        made = _laid(tensor, stride)
        old = nn.Parameter(made, False) if learns else made
    elif not torch.equal(old, tensor):
        old.copy_(tensor)
    return old.requires_grad_(note["learns"])


def _laid(tensor: Tensor, stride: tuple[int, ...]) -> Tensor:
    """A copy of a tensor that lies in memory as the one did that was noted."""
    if 0 in stride:  # repeated, not written
        return tensor.contiguous().clone()
    return torch.empty_strided(tensor.shape, stride, dtype=tensor.dtype).copy_(tensor)


def _value(note: Any, tensors: Mapping[str, Tensor]) -> Any:
    """What `Notes.of` noted."""
    if type(note) in _PLAIN:
        return note
    kind, held = next(iter(note.items()))
    if kind == "tensor":
        return _laid(tensors[held], tuple(note["stride"])).requires_grad_(note["learns"])
    if kind == "array":
        array = tensors[held].numpy().copy()
        return array[()] if note["is scalar"] else array
    if kind == "dict":
        return {_value(key, tensors): _value(value, tensors) for key, value in held}
    return {"list": list, "tuple": tuple, "set": set}[kind](_value(each, tensors) for each in held)


def _first_difference(module: nn.Module, outline: nn.Module) -> str:
    """The name of the first thing in a module that its outline, filled, does not hold."""
    twins = dict(outline.named_modules())
    for name, part in module.named_modules():
        where = f"{name}." if name else ""
        for key, value in _state(part).items():
            if key != "_modules" and not _is_same(value, _state(twins[name]).get(key)):
                return f"{where}{key}"
    return type(module).__name__


def _refusal(where: str, found: str) -> StoreError:
    remedy = "Hold tensors and plain values there, or make it in __init__ and leave it as it is."
    wanted = "tensors and plain values beside what its outline makes"
    return StoreError.expected(where, wanted, found, remedy)


def _other(found: str) -> StoreError:
    remedy = "Make the artifact again."
    return StoreError.expected("Outline", "the module that was saved", found, remedy)
