"""Under which licence data is given, as files beside it say."""

import json
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from fivefold.reading.packed import Member

NAMES = frozenset(("license", "licence", "copying"))
"""Names of files that hold a licence."""

LONGEST = 120  # characters of it that are told

_FRONT = re.compile(r"\A---\s*\n(?:.*\n)*?license:[ \t]*['\"]?([\w.+-]+)", re.I)


def licence_in(members: Sequence[Member]) -> str | None:
    r"""The licence that a file on top of a folder or an archive tells of.

    It is the first line of a `LICENSE`, what `dataset_info.json` or `datapackage.json` name, or
    what stands above a `README.md` as data sets of Hugging Face have it.

    Example:
        >>> licence_in([Member("LICENSE.txt", lambda: b"CC BY 4.0\n\nYou may ...")])
        'CC BY 4.0'
    """
    top = min((member.path.count("/") for member in members), default=0)
    above = {PurePosixPath(m.path).name.lower(): m for m in members if m.path.count("/") == top}
    for name in sorted(above):
        if PurePosixPath(name).stem in NAMES:
            lines = above[name].content.decode("utf-8", "replace").lstrip("\ufeff").splitlines()
            said = [line.strip(" #\t=") for line in lines if line.strip(" #\t=")][:2]
            more = len(said) > 1 and said[1].lower().startswith("version")
            return (" ".join(said) if more else said[0])[:LONGEST] if said else None
    for name in ("dataset_info.json", "datapackage.json"):
        named = _named(above[name].content) if name in above else None
        if named:
            return named
    if "readme.md" not in above:
        return None
    front = _FRONT.match(above["readme.md"].content.decode("utf-8", "replace"))
    return front[1] if front else None


def _named(content: bytes) -> str | None:
    try:
        told = json.loads(content)
    except ValueError:
        return None
    if not isinstance(told, dict):
        return None
    several = told.get("licenses")
    first = several[0] if isinstance(several, list) and several else None
    said = (
        first.get("name") or first.get("path") if isinstance(first, dict) else told.get("license")
    )
    return said[:LONGEST] if isinstance(said, str) and said.strip() else None
