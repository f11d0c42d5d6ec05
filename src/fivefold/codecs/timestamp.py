"""A text read as a moment: by a `strptime` pattern in English of any locale, or by ISO 8601."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from fivefold.codecs.numerals import tidy

BLANKS = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""What Python takes for blanks, as a class of characters."""

MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_SHORT = "|".join(name[:3] for name in MONTHS)
_WEEKDAY = r"(?:mon|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs?|rsday)?|fri|sat(?:urday)?|sun)(?:day)?"
_OFFSET = r"[+-]\d\d(?::?\d\d(?::?\d\d)?)?"
_ZONE = rf"(?:z|(?:utc|gmt)(?:\s?[+-]\d{{1,2}}(?::?\d\d)?)?|{_OFFSET})"
_REMARK = r"(?:\s*\([^()]*\))?"
_BLANK = r"(?:\s*,\s*|\s+)"
_LETTERS = re.compile(
    rf"(?:{'|'.join(MONTHS)}|{_WEEKDAY}|{_SHORT}|sept|st|nd|rd|th|of|utc|gmt|[apmtz])+",
    re.IGNORECASE,
)
_RUN = re.compile(r"[^\W\d_]+")
_ASIDE = re.compile(r"\([^()]*\)")
_DIRECTIVES = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d\d)",
    "m": r"(?P<m>1[0-2]|0?[1-9])",
    "d": r" ?(?P<d>3[01]|[12]\d|0?[1-9])",
    "H": r"(?P<H>2[0-3]|[01]?\d)",
    "I": r"(?P<I>1[0-2]|0?[1-9])",
    "M": r"(?P<M>[0-5]?\d)",
    "S": r"(?P<S>[0-5]?\d)",
    "f": r"(?P<f>\d{1,9})",
    "j": r"(?P<j>\d{1,3})",
    "p": r"(?P<p>[ap])\.?m\.?",
    "b": rf"(?P<b>{_SHORT}|sept)\.?",
    "B": rf"(?P<b>{'|'.join(MONTHS)}|(?:{_SHORT}|sept)(?=\W|\d))\.?",
    "a": _WEEKDAY,
    "A": _WEEKDAY,
    "z": rf"(?P<zone>{_ZONE})",
    "Z": rf"(?P<zone>{_ZONE})",
    "%": "%",
}
_ISO_ZONE = re.compile(rf"(?P<head>.*\d)\s*(?P<zone>{_ZONE}){_REMARK}", re.IGNORECASE | re.ASCII)


def parse(text: str, pattern: str) -> datetime:
    """The moment that a text writes, in UTC where it names a zone, without a zone of its own.

    Month and weekday names are English, full or short, in any case; a weekday before and a zone
    (`Z`, `UTC`, `GMT`, `+01:00`) behind may stand where the pattern has none; a comma may stand
    or lack where there is a blank.

    Args:
        text: without blanks around it.
        pattern: of `strptime`.

    Raises:
        ValueError: if the pattern does not read it.

    Example:
        >>> parse("Mon, 1st Jan 2024 10:30 PM +0100", "%d %b %Y %I:%M %p").isoformat()
        '2024-01-01T21:30:00'
    """
    found = compiled(pattern).fullmatch(tidy(text))
    if found is None:
        raise ValueError(f"not written like {pattern}")
    part = {name: value for name, value in found.groupdict().items() if value}
    number = {name: int(value) for name, value in part.items() if value.isdigit()}
    year = number.get("Y", 1900)
    if "y" in number:
        year = number["y"] + (2000 if number["y"] < 69 else 1900)
    month = number.get("m", 1)
    if "b" in part:
        month = 1 + _SHORT.split("|").index(part["b"][:3].lower())
    hour = number.get("H", 0)
    if "I" in number:
        hour = number["I"] % 12 + 12 * (part.get("p", "a").lower() == "p")
    micro = int(part.get("f", "0").ljust(6, "0")[:6])
    moment = datetime(
        *(year, month, number.get("d", 1)),
        *(hour, number.get("M", 0), number.get("S", 0), micro),
    )
    if "j" in number:
        moment += timedelta(days=number["j"] - 1)
    return moment - _offset(part.get("zone", ""))


def may_be(text: str) -> bool:
    """Whether all words of a text are those of a date, so that a pattern might read it.

    Example:
        >>> may_be("1st of May 2024, 10:30 pm UTC"), may_be("level 12"), may_be("2024-05-01")
        (True, False, True)
    """
    words = _RUN.findall(_ASIDE.sub("", text) if "(" in text else text)
    return all(map(_LETTERS.fullmatch, words))


def parse_iso(text: str) -> datetime:
    """The same by ISO 8601; a zone may also be ` UTC`, ` GMT`, ` Z` or stand behind a blank.

    Example:
        >>> parse_iso("2024-01-01 00:00:00 UTC").isoformat()
        '2024-01-01T00:00:00'
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        text = tidy(text)
        found = _ISO_ZONE.fullmatch(text)
        moment = datetime.fromisoformat(found["head"] if found else text)
        shifts = found and re.search(r"\d", found["zone"])
        if found and (moment.tzinfo is not None or (shifts and ":" not in found["head"])):
            raise ValueError("two zones, or a zone without a time") from None
        if found:
            moment -= _offset(found["zone"])
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """What the texts of a `strptime` pattern look like.

    Raises:
        ValueError: if a directive is not known here, or stands there twice.
    """
    named = bool(re.search("%[bB]", pattern))
    timed = bool(re.search("%[HI]", pattern))
    zoned = bool(re.search("%[zZ]", pattern))
    pieces = [] if re.search("%[aA]", pattern) else [rf"(?:{_WEEKDAY}\.?{_BLANK})?"]
    for piece in re.findall(r"\s*%p|%.?|\s+|[^%\s]+", pattern.replace("%h", "%b")):
        if piece.endswith("%p"):
            pieces.append(r"\s*" + _DIRECTIVES["p"])
        elif piece.startswith("%"):
            if piece[1:] not in _DIRECTIVES:
                raise ValueError(f"{piece!r} is no directive that is read here")
            pieces.append(_DIRECTIVES[piece[1:]])
            pieces += [r"(?:st|nd|rd|th|\.)?(?:\s+of)?"] if piece == "%d" and named else []
        else:
            pieces.append(_BLANK if piece.isspace() else re.escape(piece).replace(",", ",?"))
    if not zoned:
        pieces.append(rf"(?:\s*(?P<zone>{_ZONE}))?" if timed else r"(?:\s*(?:z|utc|gmt))?")
    try:
        return re.compile("".join(pieces) + _REMARK * timed, re.IGNORECASE)
    except re.error:
        raise ValueError(f"{pattern!r} says a thing twice") from None


def script_form(pattern: str) -> str:
    """What the texts of a pattern look like, as JavaScript's regular expressions say it.

    Args:
        pattern: of `strptime`; empty for a moment of ISO 8601 with a zone that only people write.

    Returns:
        The source of an expression for the whole text, with the same groups; empty where the
        pattern reads nothing.
    """
    try:
        form = (compiled(pattern) if pattern else _ISO_ZONE).pattern
    except ValueError:
        return ""
    return form.replace("(?P<", "(?<").replace(r"\s", f"[{BLANKS}]")


def _offset(zone: str) -> timedelta:
    """What UTC is behind of a zone: nothing for `Z`, an hour for `GMT+1`, `+01:00` and `+0100`."""
    found = re.search(r"([+-])(\d{1,2}):?(\d\d)?:?(\d\d)?", zone)
    if found is None:
        return timedelta()
    hours, minutes, seconds = (int(digits or 0) for digits in found.groups()[1:])
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError(f"{zone!r} is no zone")
    size = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return size if found[1] == "+" else -size
