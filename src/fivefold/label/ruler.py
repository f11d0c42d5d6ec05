"""Places in a text, as other programs count them: UTF-16 units, or lines that end in one sign."""

from typing import Literal, get_args

Offsets = Literal["code_points", "utf16"]
"""What offsets count: signs of Unicode, as Python does, or halves of UTF-16, as JavaScript does."""

OFFSETS: tuple[Offsets, ...] = get_args(Offsets)


def ruler(text: str, offsets: Offsets, *, unix: bool = False) -> list[int | None]:
    r"""The place of each foreign offset in a text, in code points.

    Args:
        text: any.
        offsets: what the other program counts.
        unix: whether it counts a line's end as one sign where the text has two (CRLF).

    Returns:
        One place an offset, the last that of the end; None for an offset within a sign.

    Example:
        >>> ruler("a😀b", "utf16")
        [0, 1, None, 2, 3]
        >>> ruler("a\r\nb", "code_points", unix=True)
        [0, 1, 3, 4]
    """
    found = list[int | None]()
    for place, sign in enumerate(text):
        if unix and sign == "\n" and text[place - 1 : place] == "\r":
            continue
        found.append(place)
        if offsets == "utf16" and ord(sign) > 0xFFFF:
            found.append(None)
    return [*found, len(text)]


def in_code_points(
    text: str, start: int, end: int, offsets: Offsets, *, unix: bool = False
) -> tuple[int, int] | None:
    """A span that another program counted, in code points; None where it can be none.

    Example:
        >>> in_code_points("💩 here", 3, 7, "utf16"), in_code_points("💩", 1, 2, "utf16")
        ((2, 6), None)
    """
    places = ruler(text, offsets, unix=unix)
    if not 0 <= start < end < len(places):
        return None
    first, last = places[start], places[end]
    return None if first is None or last is None else (first, last)


def counted_in(text: str, start: int, end: int, offsets: Offsets) -> tuple[int, int]:
    """A span in code points, as another program counts it.

    Example:
        >>> counted_in("💩 here", 2, 6, "utf16")
        (3, 7)
    """
    if offsets == "code_points":
        return start, end
    wide = [ord(sign) > 0xFFFF for sign in text[:end]]
    return start + sum(wide[:start]), end + sum(wide)
