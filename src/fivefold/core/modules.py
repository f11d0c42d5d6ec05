"""The user's own modules: their text, and which others they import."""

import ast
import sys
from collections.abc import Collection, Iterator
from functools import lru_cache
from hashlib import sha256
from importlib.machinery import PathFinder
from pathlib import Path

_PACKAGES = ("site-packages", "dist-packages")


def is_own(name: str) -> bool:
    """Whether a module is the user's: neither Python's, nor fivefold's, nor installed beside them.

    Example:
        >>> is_own("json.decoder"), is_own("fivefold.core"), is_own("numpy"), is_own("__main__")
        (False, False, False, True)
    """
    top = name.split(".")[0]
    if top == "__main__":
        return True
    if top == "fivefold" or top in sys.stdlib_module_names:
        return False
    file = _file(name)
    return file is not None and not any(part in _PACKAGES for part in file.parts)


def is_installed(name: str) -> bool:
    """Whether a module is Python's, fivefold's or an installed one, which its version tells of.

    Example:
        >>> is_installed("json.decoder"), is_installed("numpy.linalg"), is_installed("__console__")
        (True, True, False)
    """
    top = name.split(".")[0]
    if top == "fivefold" or top in sys.stdlib_module_names:
        return True
    modules = [sys.modules[each] for each in (name, top) if each in sys.modules]
    files = [getattr(module, "__file__", None) for module in modules]
    places = [place for module in modules for place in getattr(module, "__path__", ())]
    parts = {part for place in filter(None, [*files, *places]) for part in Path(place).parts}
    return not parts.isdisjoint(_PACKAGES)


def reached(tree: ast.AST, module: str, names: Collection[str] = ()) -> dict[str, str]:
    """Digests of the user's modules that a text imports, directly or not, by their names.

    What is of the same top-level package always counts; of other modules of the user's those that
    the text takes one of these `names` from, and what they import.

    Args:
        tree: the text.
        module: that it belongs to.
        names: that are used of what the text imports; those of functions count in any case.
    """
    found: dict[str, str] = {}
    top = module.split(".")[0]
    open_ends = [
        name
        for name, bound in _imports(tree, _package(module))
        if _counts(name, top) and (name.split(".")[0] == top or not bound or bound in names)
    ]
    while open_ends:
        name = open_ends.pop()
        file = None if name in found or name == module else _file(name)
        if file is None:
            continue
        stat = file.stat()
        found[name], imported = _read(str(file), stat.st_mtime_ns, stat.st_size, name)
        open_ends += [other for other in imported if _counts(other, top)]
    return dict(sorted(found.items()))


def text_of(module: str) -> dict[str, str]:
    """Digests of a module of the user's and of those it imports, by their names."""
    return reached(ast.parse(f"import {module} as here"), "", ("here",))


def stamp(file: str) -> tuple[int, int]:
    """What changes where a file changes; zeros for one that is no file."""
    try:
        stat = Path(file).stat()
    except OSError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_size


def _counts(name: str, top: str) -> bool:
    of_package = name.split(".")[0] == top and top not in ("fivefold", "__main__")
    return (of_package or is_own(name)) and name != "__main__"


@lru_cache(maxsize=1024)
def _read(file: str, _time: int, _size: int, module: str) -> tuple[str, tuple[str, ...]]:
    """The digest of a module's text, remarks and layout aside, and what it imports."""
    content = Path(file).read_bytes()
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return sha256(content).hexdigest(), ()
    tree.body = [node for node in tree.body if not _is_script(node)]
    is_package = Path(file).name == "__init__.py"
    package = module if is_package else module.rpartition(".")[0]
    names = dict.fromkeys(name for name, _ in _imports(tree, package))
    return sha256(ast.unparse(tree).encode()).hexdigest(), tuple(names)


def _is_script(node: ast.stmt) -> bool:
    """Whether it is what runs where the file is run, and not where it is imported."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def _imports(tree: ast.AST, package: str) -> Iterator[tuple[str, str]]:
    """The modules that a text imports, each with the name it has there; no name in a function."""
    top_level = {id(node) for node in getattr(tree, "body", ())}
    for node in ast.walk(tree):
        alone = id(node) not in top_level
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.split(".")[0]
                yield alias.name, "" if alone else bound
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            parts = [*(above if node.level else ()), *filter(None, [node.module])]
            for alias in node.names:
                inner = ".".join([*parts, alias.name])
                bound = "" if alone or alias.name == "*" else alias.asname or alias.name
                yield (inner if _file(inner) is not None else ".".join(parts)), bound


def _package(module: str) -> str:
    known = getattr(sys.modules.get(module), "__package__", None)
    return known if isinstance(known, str) else module.rpartition(".")[0]


def _file(name: str) -> Path | None:
    """The Python file of a module, which is not imported for it; None if there is none."""
    known = getattr(sys.modules.get(name), "__file__", None)
    if known is not None:
        return Path(known) if Path(known).suffix == ".py" and Path(known).is_file() else None
    return _sought(name, tuple(sys.path))


@lru_cache(maxsize=4096)
def _sought(name: str, _places: tuple[str, ...]) -> Path | None:
    path, found = None, None
    parts = name.split(".")
    try:
        for place in range(len(parts)):
            found = PathFinder.find_spec(".".join(parts[: place + 1]), path)
            if found is None:
                return None
            path = found.submodule_search_locations
            if path is None and place + 1 < len(parts):
                return None
    except (ImportError, ValueError, AttributeError):
        return None
    file = Path(found.origin) if found is not None and found.origin else None
    return file if file is not None and file.suffix == ".py" else None
