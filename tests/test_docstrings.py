"""Every public method says what it does, or overrides one that says it."""

import ast
from collections.abc import Iterator
from functools import cache

from source_trees import SOURCE, trees


@cache
def classes() -> dict[str, ast.ClassDef]:
    nodes = (node for tree in trees().values() for node in ast.walk(tree))
    return {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}


def line_of(one: ast.ClassDef) -> Iterator[ast.ClassDef]:
    """A class, and those of fivefold that it is derived from."""
    yield one
    names = [base.id for base in one.bases if isinstance(base, ast.Name)]
    for base in filter(None, map(classes().get, names)):
        if base is not one:
            yield from line_of(base)


def documented(one: ast.ClassDef) -> set[str]:
    methods = [node for node in one.body if isinstance(node, ast.FunctionDef)]
    return {method.name for method in methods if ast.get_docstring(method)}


def test_public_methods_say_what_they_do_or_override_one_that_does():
    silent = []
    for path, tree in trees().items():
        for one in tree.body:
            if not isinstance(one, ast.ClassDef) or one.name.startswith("_"):
                continue
            said = set().union(*map(documented, line_of(one)))
            silent += [
                f"{path.relative_to(SOURCE)}: {one.name}.{method.name}"
                for method in one.body
                if isinstance(method, ast.FunctionDef)
                and not method.name.startswith("_")
                and method.name not in said
            ]
    assert silent == []
