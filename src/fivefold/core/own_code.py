"""The code of a user's own classes, by its text: those of stages, kinds, tasks and callbacks."""

import ast
import builtins
import dis
import inspect
import linecache
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from symtable import SymbolTable, symtable
from types import CodeType
from typing import Any

from fivefold.core.modules import is_installed, reached, stamp
from fivefold.core.values import write_value

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINITIONS = (ast.ClassDef, *_FUNCTIONS)
_HEAP = 1 << 9  # of a class that a class statement made
_ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)


def own_objects(value: Any) -> Iterator[Any]:
    """The objects among some settings, at any depth, that a recipe knows by their name."""
    if isinstance(value, Mapping | list | tuple):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from own_objects(part)
    elif isinstance(getattr(value, "setting_name", None), str):
        yield value


def own_code(things: Iterable[object]) -> dict[str, str]:
    """Digests of the user's classes that objects are made of, by the names of the classes.

    The text of a class counts, and that of what it uses at the top of its file, remarks, layout
    and methods that it calls `bitless` aside; a digest is empty where no text is at hand. So do,
    under their own names, the user's modules that it imports, directly or not.

    Args:
        things: objects; a class stands for what is made of it.
    """
    found: dict[str, str] = {}
    kinds = [thing if isinstance(thing, type) else type(thing) for thing in things]
    for cls in dict.fromkeys(cls for kind in kinds for cls in _own_classes(kind)):
        parts = [found.get(cls.__qualname__, ""), code_digest(cls)]
        found[cls.__qualname__] = " ".join(filter(None, parts))
        found |= imported_by(cls)
    return dict(sorted(found.items()))


def _own_classes(cls: type) -> list[type]:
    """Of a class and those above it the ones that neither fivefold nor Python brings."""
    ours = [above for above in cls.__mro__ if above.__module__.split(".")[0] == "fivefold"]
    known = {above for each in ours for above in each.__mro__}
    return [c for c in cls.__mro__ if c not in known and vars(builtins).get(c.__name__) is not c]


def is_brought(cls: type) -> bool:
    """Whether a class is Python's, fivefold's or an installed one, and was not typed in."""
    typed = bool(cls.__flags__ & _HEAP) and cls.__module__ == "builtins"
    return is_installed(cls.__module__) and not (typed and not hasattr(builtins, cls.__name__))


def code_digest(cls: type) -> str:
    """SHA-256 of the text that defines a class; empty where that is not at hand."""
    return _text_of(cls)[0]


def imported_by(cls: type) -> dict[str, str]:
    """Digests of the user's modules that the text of a class imports, directly or not."""
    _, tree, used = _text_of(cls)
    return reached(tree, cls.__module__, used)


def own_methods(cls: type) -> dict[str, Any]:
    """The functions in a class by their names, those in properties and class methods too."""
    members = {
        name: getattr(member, "__func__", None) or getattr(member, "fget", None) or member
        for name, member in vars(cls).items()
        if isinstance(member, classmethod | staticmethod | property) or inspect.isfunction(member)
    }
    return {name: member for name, member in members.items() if inspect.isfunction(member)}


def around(cls: type) -> list[Any]:
    """What the methods of a class hold of the function that it is defined in."""
    held = []
    for method in own_methods(cls).values():
        for name, cell in zip(method.__code__.co_freevars, method.__closure__ or (), strict=True):
            if name != "__class__":
                held.append((name, cell))
    return held


def _text_of(cls: type) -> tuple[str, ast.AST, frozenset[str]]:
    """The digest of what defines a class, all of its file, and the names that it uses there."""
    files = tuple(_files(cls))
    for file in files:
        linecache.checkcache(file)
    return _read(cls, files, tuple(map(stamp, files)))


@lru_cache(maxsize=256)
def _read(cls: type, files: tuple[str, ...], _stamps: Any) -> tuple[str, ast.AST, frozenset[str]]:
    for file in files:
        try:
            tree = ast.parse("".join(linecache.getlines(file)))
        except (SyntaxError, ValueError):
            continue
        nodes: list[ast.AST] = [tree]
        for name in cls.__qualname__.replace(".<locals>", "").split("."):
            nodes = [inner for node in nodes for inner in _defined_in(node) if inner.name == name]
        above = {each.__name__ for each in cls.__mro__}
        for node in [*nodes, *(n for n in tree.body if getattr(n, "name", "") in above)]:
            _leave_out(node, getattr(cls, "bitless", ()))
        if nodes:
            texts = _texts(nodes, tree)
            used = frozenset(name for text in texts for name in _used(text))
            return sha256("\n".join(texts).encode()).hexdigest(), tree, used
    return "", ast.Module([], []), frozenset()


def _leave_out(node: Any, methods: Collection[str]) -> None:
    """Take methods out of the text of a class."""
    kept = [n for n in node.body if not isinstance(n, _FUNCTIONS) or n.name not in methods]
    node.body = kept or [ast.Pass()]


def _files(cls: type) -> list[str]:
    """Where the text of a class may stand: a cell of a notebook is known by its functions alone."""
    codes = [getattr(inspect.unwrap(m), "__code__", None) for m in own_methods(cls).values()]
    files = [getattr(sys.modules.get(cls.__module__), "__file__", None)]
    files += [code.co_filename for code in codes if code is not None]
    return list(dict.fromkeys(filter(None, files)))


def _defined_in(node: ast.AST) -> Iterator[Any]:
    """Classes and functions of one scope."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _DEFINITIONS):
            yield child
        else:
            yield from _defined_in(child)


def _texts(nodes: Iterable[ast.AST], tree: ast.Module) -> list[str]:
    """The text of some definitions, and of all that they use at the top of their file."""
    places: dict[str, list[ast.AST]] = {}
    for statement in tree.body:
        names: list[str] = []
        if isinstance(statement, _DEFINITIONS):
            names = [statement.name]
        elif isinstance(statement, _ASSIGNMENTS):
            stored = [n for n in ast.walk(statement) if isinstance(n, ast.Name)]
            names = [name.id for name in stored if isinstance(name.ctx, ast.Store)]
        for name in names:
            places.setdefault(name, []).append(statement)
    found, open_ends = set[str](), [*nodes]
    while open_ends:
        text = ast.unparse(open_ends.pop())
        if text not in found:
            found.add(text)
            open_ends += [place for name in _used(text) for place in places.get(name, ())]
    return sorted(found)


def _used(text: str) -> set[str]:
    """The names that a definition takes from around it."""

    def of(table: SymbolTable) -> set[str]:
        here = table.get_type() == "module"
        symbols = [s for s in table.get_symbols() if (here and s.is_referenced()) or s.is_global()]
        return {s.get_name() for s in symbols}.union(*map(of, table.get_children()))

    alone = re.sub(r"(?m)^(\s*)nonlocal .*$", r"\1pass", text)
    return of(symtable(alone, "", "exec"))


def called_with(cls: Any, positional: Iterable[Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call of a class by their names, as JSON has them or noted by theirs."""
    try:
        bound = inspect.signature(cls.__init__).bind(None, *positional, **named)
    except TypeError:  # the call itself says it better
        return {}
    given = list(bound.arguments.items())[1:]
    return {name: write_value(value, Any, f"{cls.__name__}.{name}", False) for name, value in given}


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def globals_of(code: CodeType) -> Iterator[str]:
    """The names that a function, or one inside of it, takes from its module."""
    for each in _codes(code):
        for instruction in dis.get_instructions(each):
            if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                yield str(instruction.argval)


def modules_in(code: CodeType) -> Iterator[str]:
    """The modules that a function, or one inside of it, imports when it runs."""
    for each in _codes(code):
        for instruction in dis.get_instructions(each):
            if instruction.opname == "IMPORT_NAME":
                yield str(instruction.argval)
