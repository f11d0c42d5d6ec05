"""Write docs/reference/ from the docstrings: a page for every public name, and a list of them.

Run: `python docs/make_reference.py`.
"""

import inspect
import re
from collections.abc import Iterator
from functools import cached_property
from inspect import Parameter, Signature, cleandoc
from pathlib import Path
from typing import Any

import fivefold as ff
from fivefold.core.stage import Stage

FOLDER = Path(__file__).with_name("reference")
MADE = """<!-- Written by docs/make_reference.py from the docstrings; change it there. -->
<!-- fmt: off -->"""
SECTIONS = ("Args", "Attributes", "Returns", "Yields", "Raises", "Example", "Reference", "Note")
WIDEST = 88
HEAD = f"""# Every public name

{MADE}

What `import fivefold as ff` gives, from the docstrings, as `help(ff.Train)` shows them. The
[five stages](../stages.md) have a page of their own with every setting and its flag.
"""


def pages() -> dict[str, str]:
    """The pages by the name of their file."""
    names = sorted(ff.__all__, key=str.lower)
    made = {file_of(name): page(name, getattr(ff, name)) for name in names}
    lines = ["| name | what it is |", "|---|---|"]
    for name in names:
        said = escaped(parts_of(doc_of(getattr(ff, name)))[""].split("\n\n")[0])
        lines.append(
            f"| [`{name}`]({file_of(name)}) | {' '.join(said.split()).replace('|', '&#124;')} |"
        )
    return {"index.md": "\n".join([HEAD, *lines, ""]), **made}


def file_of(name: str) -> str:
    """The file of a name; `choice` and `Choice` would be one where capitals count for nothing."""
    twin = sum(name.lower() == other.lower() for other in ff.__all__) > 1
    return f"{name}{'-function' * (twin and name.islower())}.md"


def page(name: str, thing: Any) -> str:
    """One page: how it is called, what it says, and its methods."""
    lines = [f"# {name}", "", MADE, ""]
    if inspect.ismodule(thing):
        lines += [*described(doc_of(thing)), ""]
        for inner, held in sorted(vars(thing).items()):
            if getattr(held, "__module__", "") != thing.__name__ or inner.startswith("_"):
                continue
            lines += [f"## {inner}", ""]
            if inspect.isfunction(held):
                lines += ["```python", called(f"ff.{name}.{inner}", held), "```", ""]
            lines += [*described(doc_of(held)), ""]
        return tidied(lines)
    if callable(thing):
        lines += ["```python", called(f"ff.{name}", thing), "```", ""]
    lines += [*described(doc_of(thing)), ""]
    if inspect.isclass(thing):
        for inner, method in methods_of(thing):
            lines += [f"## {inner}", ""]
            if not isinstance(method, property):
                lines += ["```python", called(inner, method), "```", ""]
            lines += [*described(doc_of(method)), ""]
    return tidied(lines)


def tidied(lines: list[str]) -> str:
    """Lines as a text without blank ones in a row."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def doc_of(thing: Any) -> str:
    """Its own docstring, or what stands for one."""
    return cleandoc(thing.__doc__ or "") if isinstance(thing.__doc__, str) else ""


def methods_of(kind: type[Any]) -> Iterator[tuple[str, Any]]:
    """Public methods and properties with a docstring, in the order in which they are defined."""
    seen = set[str]()
    for base in kind.__mro__:
        if not base.__module__.startswith("fivefold") or (base is Stage and kind is not Stage):
            continue
        for name, held in vars(base).items():
            method = held.__func__ if isinstance(held, classmethod | staticmethod) else held
            method = property(method.func) if isinstance(method, cached_property) else method
            is_told = inspect.isfunction(method) or isinstance(method, property)
            if name.startswith("_") or name in seen or not is_told or not method.__doc__:
                continue
            seen.add(name)
            yield name, method


def called(name: str, thing: Any) -> str:
    """How it is called, on one line or one an argument."""
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return name
    kept = [p for p in signature.parameters.values() if p.name not in ("self", "cls")]
    told = [told_of(p) for p in Signature(kept).parameters.values()]
    first_only = next((n for n, p in enumerate(kept) if p.kind is Parameter.KEYWORD_ONLY), None)
    starred = any(p.kind is Parameter.VAR_POSITIONAL for p in kept)
    if first_only is not None and not starred:
        told.insert(first_only, "*")
    line = f"{name}({', '.join(told)})"
    if len(line) <= WIDEST:
        return line
    return "\n".join([f"{name}(", *(f"    {one}," for one in told), ")"])


def told_of(parameter: Parameter) -> str:
    """A parameter without its type, which its words tell; a default that is plain."""
    prefix = {Parameter.VAR_POSITIONAL: "*", Parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    if parameter.default is Parameter.empty:
        return f"{prefix}{parameter.name}"
    default = repr(parameter.default)
    plain = "<" not in default and len(default) < 60 and "Undefined" not in default
    return f"{parameter.name}={default}" if plain else f"{parameter.name}=..."


def parts_of(docstring: str) -> dict[str, str]:
    """The sections of a docstring by name; what comes first has none."""
    heads = "|".join(SECTIONS)
    pieces = re.split(rf"^({heads}):\n", f"{docstring}\n", flags=re.MULTILINE)
    found = {"": pieces[0].strip()}
    for name, body in zip(pieces[1::2], pieces[2::2], strict=True):
        found[name] = cleandoc("\n" + body).rstrip()
    return found


def described(docstring: str) -> list[str]:
    """A docstring as Markdown."""
    parts = parts_of(docstring)
    lines = [escaped(parts.pop("")), ""]
    for name, body in parts.items():
        lines += [f"**{name}**", ""]
        if name == "Example":
            lines += ["```pycon", body, "```", ""]
        elif name in ("Args", "Attributes", "Raises"):
            lines += [*entries(body), ""]
        else:
            lines += [escaped(body), ""]
    return lines


def entries(body: str) -> Iterator[str]:
    """`name: words` in lines of a list."""
    for entry in re.split(r"\n(?=\S)", body):
        name, colon, words = entry.partition(": ")
        said = " ".join(words.split())
        yield f"- `{name}`: {escaped(said)}" if colon else f"- {escaped(' '.join(entry.split()))}"


def escaped(text: str) -> str:
    """Markdown in which what is no code opens no tag."""
    pieces = re.split(r"(`[^`]*`)", text)
    return "".join(p if p.startswith("`") else p.replace("<", "&lt;") for p in pieces)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.md"):
        old.unlink()
    for file, text in pages().items():
        (FOLDER / file).write_text(text, encoding="utf-8")
