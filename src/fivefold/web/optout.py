"""What a page says against being read by machines, kept, or learnt from."""

import re
from collections.abc import Iterable, Mapping

WORDS = ("noai", "noimageai", "noindex", "none")
"""Of `X-Robots-Tag` and of the meta element `robots`."""


def refusals(headers: Mapping[str, str], metas: Iterable[tuple[str, str]]) -> list[str]:
    """Why a page is to be left out, by its headers and meta elements; empty if it may be kept.

    Args:
        headers: of the answer, names in lower case.
        metas: names in lower case, and contents.

    Example:
        >>> refusals({"x-robots-tag": "googlebot: noindex, nofollow"}, [])
        []
        >>> refusals({"tdm-reservation": "1"}, [("robots", "NoAI")])
        ['tdm-reservation', 'noai']
    """
    found = []
    if headers.get("tdm-reservation", "").strip() == "1":
        found.append("tdm-reservation")
    if "train-ai=n" in headers.get("content-usage", "").replace(" ", "").lower():
        found.append("train-ai=n")
    said = [_ours(headers.get("x-robots-tag", ""))]
    for name, content in metas:
        if name in {"robots", "fivefold"}:
            said.append(content)
        if name == "tdm-reservation" and content.strip() == "1":
            found.append("tdm-reservation")
    words = {word.strip().lower() for text in said for word in text.split(",")}
    return list(dict.fromkeys([*found, *(word for word in WORDS if word in words)]))


def follows(metas: Iterable[tuple[str, str]], headers: Mapping[str, str]) -> bool:
    """Whether the links of a page may be followed."""
    said = [_ours(headers.get("x-robots-tag", ""))]
    said += [content for name, content in metas if name in {"robots", "fivefold"}]
    words = {word.strip().lower() for text in said for word in text.split(",")}
    return not {"nofollow", "none"} & words


def reserved(body: bytes, path: str) -> bool:
    """Whether `/.well-known/tdmrep.json` reserves a path: the first entry that takes it says."""
    import json

    try:
        entries = json.loads(body)
    except ValueError:
        return False
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict):
            continue
        pattern = re.escape(str(entry.get("location", ""))).replace(r"\*", ".*")
        pattern = pattern.removesuffix(r"\$") + ("$" if pattern.endswith(r"\$") else "")
        if pattern and re.match(pattern, path):
            return str(entry.get("tdm-reservation")) == "1"
    return False


def _ours(header: str) -> str:
    """What `X-Robots-Tag` says to everybody or to us: a word before a colon names an agent."""
    kept, named = [], None
    for piece in header.split(","):
        before, colon, after = piece.partition(":")
        if colon and before.strip().lower() not in {"max-snippet", "unavailable_after"}:
            named, piece = before.strip().lower(), after
        if named in {None, "*", "fivefold"}:
            kept.append(piece)
    return ",".join(kept)
