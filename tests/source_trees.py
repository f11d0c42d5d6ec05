"""The library's own source as trees, parsed once for all tests that read it."""

import ast
from functools import cache
from pathlib import Path

import fivefold

SOURCE = Path(fivefold.__file__).parent


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def trees() -> dict[Path, ast.Module]:
    return {path: tree(path) for path in sorted(SOURCE.rglob("*.py"))}
