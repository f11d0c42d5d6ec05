"""The content of any value in one digest: of data, functions and objects with their state."""

import copyreg
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import PurePath
from types import (
    BuiltinFunctionType,
    CellType,
    CodeType,
    FunctionType,
    MappingProxyType,
    MethodType,
    ModuleType,
)
from typing import Any

from fivefold.core.modules import is_installed, is_own, text_of
from fivefold.core.own_code import (
    around,
    code_digest,
    globals_of,
    imported_by,
    is_brought,
    modules_in,
    own_methods,
)
from fivefold.core.wording import first_line

UNSEEN = "unseen"
"""The mark of a value whose content cannot be seen; beside it stands why."""

_PLAIN = (bool, int, float, complex, str, type(None), type(...), type(NotImplemented))
_MANY = 4_096  # plain values whose texts are joined before they are digested
_OF_CLASSES = {"__dict__", "__weakref__", "__module__", "__firstlineno__", "_abc_impl"}
_LONG = 16 * 2**20  # bytes of an array that are digested at once


def content_of(value: Any) -> str | dict[str, str]:
    """SHA-256 of all that a value holds; else `{"unseen": why}`.

    Data, containers and paths count by what they hold, arrays, tensors and frames too. A function
    counts by its compiled code, defaults, closure, and the globals that it uses; a class of the
    user's by its text; an object by its class and the state that a copy of it would get. What is
    Python's or of an installed package counts by its name and version.

    Example:
        >>> def scaled(factor):
        ...     return lambda x: x * factor
        >>> content_of(scaled(2)) == content_of(scaled(2)) != content_of(scaled(3))
        True
        >>> content_of(n for n in range(3))
        {'unseen': "a generator: cannot pickle 'generator' object"}
    """
    try:
        return _Content().of(value).hex()
    except _UnseenError as unseen:
        return {UNSEEN: str(unseen)}
    except RecursionError:
        return {UNSEEN: f"a {type(value).__name__} that is too deep"}


class _UnseenError(Exception):
    pass


@dataclass
class _Content:
    """One walk through a value: what was seen, and where the walk stands."""

    seen: dict[int, bytes] = field(default_factory=dict)
    within: dict[int, int] = field(default_factory=dict)
    held: list[Any] = field(default_factory=list)  # so that no number is used again

    def of(self, value: Any) -> bytes:
        """The digest of a value."""
        if type(value) in _PLAIN:
            return _digest(type(value).__name__, [_text(value)])
        number = id(value)
        if number in self.seen:
            return self.seen[number]
        if number in self.within:
            back = len(self.within) - self.within[number]
            return _digest("again", [str(back).encode()])
        self.within[number] = len(self.within)
        self.held.append(value)
        try:
            found = _digest(type(value).__qualname__, self._parts(value))
        finally:
            del self.within[number]
        self.seen[number] = found
        return found

    def _parts(self, value: Any) -> Iterator[Any]:
        kind = type(value)
        for known, parts in _KNOWN.items():
            if isinstance(value, known):
                return parts(self, value)
        module = kind.__module__  # compiled functions have a descriptor there
        home = module.split(".")[0] if isinstance(module, str) else ""
        if isinstance(value, Mapping) and home in ("builtins", "collections"):
            return iter(self.of(part) for pair in value.items() for part in pair)
        if kind in (list, tuple):
            return self._listed(value)
        if kind in (set, frozenset):
            return iter(sorted(map(self.of, value)))
        if home == "numpy" and hasattr(value, "dtype"):
            return self._array(value)
        if home == "torch" and hasattr(value, "detach") and hasattr(value, "layout"):
            return self._tensor(value)
        if hasattr(value, "columns") and hasattr(value, "to_dict"):
            return self._frame(value)
        if hasattr(value, "to_numpy") and hasattr(value, "dtype"):
            return self._column(value)
        if hasattr(value, "column_names") and hasattr(value, "to_pydict"):
            return iter([str(value.schema).encode(), self.of(value.to_pydict())])
        if hasattr(value, "named_modules") and "_forward_hooks" in getattr(value, "__dict__", ()):
            return self._network(value)
        return self._object(value)

    def _network(self, value: Any) -> Iterator[Any]:
        """A module of torch, whose hooks have numbers by how many there were in the process."""
        yield self.of(type(value))
        try:
            held = value.__getstate__()
        except RuntimeError:  # a parametrized one gives no state
            held = value.__dict__
        held = held if isinstance(held, dict) else value.__dict__
        hooks = {name: each for name, each in held.items() if are_hooks(name, each)}
        order = sorted({number for each in hooks.values() for number in each})
        for name, each in held.items():
            told = [(order.index(n), hook) for n, hook in each.items()] if name in hooks else each
            yield _text(name) + self.of(told)

    def _listed(self, values: Sequence[Any]) -> Iterator[bytes]:
        for start in range(0, len(values), _MANY):
            some = values[start : start + _MANY]
            plain = all(type(value) in _PLAIN for value in some)
            yield _text(list(some)) if plain else b"".join(map(self.of, some))

    def _array(self, value: Any) -> Iterator[Any]:
        yield f"{value.dtype!r}{value.shape}".encode()
        if value.dtype.hasobject:
            yield from self._listed(value.ravel().tolist())
            return
        if getattr(value, "mask", None) is not None:  # of a masked array
            yield self.of(value.mask)
        flat = value.reshape(-1)
        rows = max(1, _LONG // max(1, value.dtype.itemsize))
        for start in range(0, flat.size, rows):
            yield flat[start : start + rows].tobytes()

    def _tensor(self, value: Any) -> Iterator[Any]:
        torch: Any = sys.modules["torch"]
        try:
            flat = value.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
        except Exception as error:
            raise _UnseenError(f"a tensor: {first_line(error)}") from None
        yield f"{value.dtype}{tuple(value.shape)}{value.requires_grad}".encode()
        for start in range(0, len(flat), _LONG):
            yield flat[start : start + _LONG].numpy().tobytes()

    def _frame(self, value: Any) -> Iterator[Any]:
        if hasattr(value, "index"):
            yield self.of(value.index)
        for place, name in enumerate(value.columns):
            yield self.of(name)
            yield self.of(value.iloc[:, place] if hasattr(value, "iloc") else value[name])

    def _column(self, value: Any) -> Iterator[Any]:
        yield f"{value.name!r} {value.dtype!r}".encode()
        if hasattr(value.dtype, "categories"):
            yield self.of(value.dtype.categories)
        if getattr(value.dtype, "tz", None) is not None:
            value = value.astype("int64")
        yield self.of(value.to_numpy())

    def _function(self, value: Any) -> Iterator[Any]:
        yield value.__name__.encode()
        bare = not value.__closure__ and "<" not in value.__qualname__
        if bare and is_installed(value.__module__ or ""):
            yield _from_elsewhere(value.__module__ or "", value.__qualname__)
            return
        yield from self._code(value.__code__)
        yield self.of([value.__defaults__, value.__kwdefaults__, vars(value)])
        yield from map(self.of, value.__closure__ or ())
        around, package = value.__globals__, value.__globals__.get("__package__") or ""
        for name in sorted(set(globals_of(value.__code__))):
            if name in around:
                yield name.encode() + self.of(around[name])
        for name in sorted(set(modules_in(value.__code__))):
            for full in (name, f"{package}.{name}" if package else name):
                yield from self._module_named(full.rstrip("."))

    def _cell(self, cell: CellType) -> Iterator[bytes]:
        try:
            yield self.of(cell.cell_contents)
        except ValueError:  # nothing is in it yet
            yield b"empty"

    def _code(self, code: CodeType) -> Iterator[Any]:
        yield code.co_code + repr((code.co_names, code.co_freevars, code.co_flags)).encode()
        yield repr(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]).encode()
        for constant in code.co_consts:
            yield self.of(constant)

    def _method(self, value: Any) -> Iterator[bytes]:
        yield self.of(value.__self__)
        yield self.of(value.__func__)

    def _builtin(self, value: Any) -> Iterator[bytes]:
        yield _from_elsewhere(value.__module__ or "", value.__qualname__)
        owner = value.__self__
        if owner is not None and not isinstance(owner, ModuleType):
            yield self.of(owner)

    def _class(self, value: type) -> Iterator[Any]:
        if is_brought(value):
            yield _from_elsewhere(value.__module__, value.__qualname__)
            yield from (self.of(above) for above in value.__bases__ if not is_brought(above))
            return
        text = code_digest(value)
        yield value.__qualname__.encode() + text.encode()
        if text:
            yield self.of([around(value), imported_by(value)])
        else:  # nowhere is its text: what it holds will do
            held = {k: v for k, v in vars(value).items() if k not in _OF_CLASSES}
            yield self.of({**held, **own_methods(value)})
        yield from map(self.of, value.__bases__)

    def _module(self, value: ModuleType) -> Iterator[bytes]:
        if not (is_own(value.__name__) or is_installed(value.__name__)):
            raise _UnseenError(f"a module without a file, {value.__name__}")
        yield from self._module_named(value.__name__)

    def _module_named(self, name: str) -> Iterator[bytes]:
        yield repr(text_of(name)).encode() if is_own(name) else _from_elsewhere(name, "")

    def _object(self, value: Any) -> Iterator[bytes]:
        if type(value) is object:
            return
        try:
            told = copyreg.dispatch_table.get(type(value))
            reduced = value.__reduce_ex__(4) if told is None else told(value)
        except Exception as error:
            raise _UnseenError(f"a {type(value).__name__}: {first_line(error)}") from None
        if isinstance(reduced, str):
            inner = getattr(value, "__wrapped__", None)
            home = getattr(value, "__module__", None) or type(value).__module__
            yield reduced.encode()
            yield from self._module_named(home) if inner is None else [self.of(inner)]
            return
        made_by, arguments, *rest = reduced
        yield self.of(type(value))
        yield self.of(made_by)
        yield self.of(tuple(arguments))
        for part in rest:
            yield self.of(list(part) if isinstance(part, Iterator) else part)


_KNOWN: dict[Any, Callable[[_Content, Any], Iterator[Any]]] = {
    FunctionType: _Content._function,
    MethodType: _Content._method,
    BuiltinFunctionType: _Content._builtin,
    CodeType: _Content._code,
    CellType: _Content._cell,
    ModuleType: _Content._module,
    type: _Content._class,
    PurePath: lambda walk, value: iter([_text(str(value))]),
    (bytes, bytearray): lambda walk, value: iter([bytes(value)]),
    MappingProxyType: lambda walk, value: iter([walk.of(dict(value))]),
}


def are_hooks(name: str, value: Any) -> bool:
    """Whether a module of torch holds hooks under this name, each by a number."""
    hooks = name.startswith("_") and "_hooks" in name and isinstance(value, dict)
    return hooks and all(type(number) is int for number in value)


def _digest(kind: str, parts: Iterable[Any]) -> bytes:
    total = sha256(kind.encode())
    for part in parts:
        total.update(len(part).to_bytes(8, "little"))
        total.update(part)
    return total.digest()


def _text(value: Any) -> bytes:
    return repr(value).encode("utf-8", "surrogatepass")


def _from_elsewhere(module: str, name: str) -> bytes:
    """What is of Python or of an installed package: where it is, and the version of that."""
    package = sys.modules.get(module.split(".")[0])
    version = getattr(package, "__version__", "")
    return f"{module}:{name} {version if isinstance(version, str) else ''}".encode()
