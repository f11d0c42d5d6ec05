"""The words of a text."""

import re
import sys
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

from fivefold.codecs.schema import RULES
from fivefold.codecs.timestamp import BLANKS

_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORDLIKE = r"[^\W\d_{}]"  # letters, but for these
_SIGN = r"[^\w\s{}]"
_LONG_NUMBER = re.compile(r"\d{3,}")
# Latin, Greek, Cyrillic, Armenian and punctuation: there rules 2 differ from rules 1 in nothing.
_PLAIN = re.compile(
    "[\0-\u02ff\u0370-\u0482\u048a-\u058f\u1e00-\u1fff\u2000-\u200b\u200e-\u20cf\u2100-\u22ff]*"
)
# Scripts without spaces between words: Chinese and Japanese; Thai and Lao, Burmese, Khmer, Tai.
_UNSPACED = (
    rf"{_IDEOGRAPHS}\uff66-\uff9d\U00020000-\U0003ffff"
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\ua9e0-\ua9ff\uaa60-\uaadf"
)
_UNSPACED_LETTER = rf"(?=[{_UNSPACED}])[^\W\d_]"
_UNSPACED_LETTERS = re.compile(_UNSPACED_LETTER)
_JOINERS = "\u200c\u200d"
# Soft hyphen, word joiner, marks of direction and of the order of bytes: they show nothing.
INVISIBLE = re.compile("[\u00ad\u061c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_ZERO_WIDTH_SPACE = "\u200b"
_STACKERS = "\u1039\u17d2"  # Burmese and Khmer: the next letter is written below
_FLAG = "[\U0001f1e6-\U0001f1ff]"
_TINTS = "\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"  # of the skin; the letters of a region's flag
_MARKED = (  # where marks are; without the blocks of Chinese, Korean and Tangut
    *(range(0x300, 0x3100), range(0xA000, 0xAC00), range(0xF900, 0x17000)),
    *(range(0x1AFF0, 0x20000), range(0xE0100, 0xE01F0)),
)


def words(text: str, rules: int = RULES) -> list[str]:
    """The words of a text in lower case, with punctuation marks as words of their own.

    A number of three digits or more becomes its length in `#`. Characters of scripts without
    spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) stand alone. Combining
    marks belong to the character before them, joiners to the word around them; a composed
    emoji is one word. Composed and decomposed letters are the same, and so are İ and i. Soft
    hyphens and marks of direction are left out; a space without width is a space.

    What a letter and what a mark is says the Unicode database of the running Python: characters
    younger than it are words of their own. A model that depends on such characters is to be
    served with the version of Python that trained it, which stands in the bundle's manifest.

    Args:
        text: one text.
        rules: 1 takes marks and joiners for words, see `RULES`.

    Example:
        >>> words("Don't call 08001234 before 10!")
        ["don't", 'call', '########', 'before', '10', '!']
        >>> words("हिन्दी में"), words("ที่นี่")
        (['हिन्दी', 'में'], ['ที่', 'นี่'])
    """
    text, pattern = text.lower(), _plain_token()
    if rules >= 2 and not text.isascii():
        # Of İ lower-casing makes an i and a mark. The forms of characters, once known to Unicode,
        # never change, so that normalising is the same in every Python.
        text = INVISIBLE.sub("", text).replace(_ZERO_WIDTH_SPACE, " ")
        text = unicodedata.normalize("NFC", text.replace("i\u0307", "i"))
        if not _PLAIN.fullmatch(text):
            pattern = _marked_token()
    hashed = _LONG_NUMBER.sub(lambda number: "#" * len(number[0]), text)
    found: list[str] = pattern.findall(hashed)
    return found


def count_words(text: str) -> int:
    """About how many words a person sees: one a space, and one in four unspaced characters.

    Example:
        >>> count_words("two words"), count_words("ฉันรักประเทศไทยมาก")
        (2, 5)
    """
    spaced = len(text.split())
    return spaced if text.isascii() else spaced + len(_UNSPACED_LETTERS.findall(text)) // 4


def is_unspaced(word: str) -> bool:
    """Whether a word is a character of a script without spaces between words.

    Example:
        >>> is_unspaced("天"), is_unspaced("day")
        (True, False)
    """
    return _UNSPACED_LETTERS.match(word) is not None


@cache
def _plain_token() -> "re.Pattern[str]":
    """The words of rules 1."""
    return re.compile(_plain_form())


def _plain_form() -> str:
    letters = _WORDLIKE.format(_IDEOGRAPHS)
    return rf"#{{3,}}|{letters}+(?:['\u2019]{letters}+)*|\d+|[{_IDEOGRAPHS}]|" + _SIGN.format("")


@cache
def _marked_token() -> "re.Pattern[str]":
    """The words of rules 2; made when a text first needs it, since it asks for each mark."""
    return re.compile(_marked_form(_marks()))


def _marked_form(marks: str) -> str:
    letter = _WORDLIKE.format(_UNSPACED)
    # A joiner after a mark shapes that letter, even a last one; after a letter it must join.
    joined = rf"[{_JOINERS}]+(?:{letter}|(?=[{marks}]))"
    word = rf"{letter}+(?:(?:[{marks}][{marks}{_JOINERS}]*|{joined}){letter}*)*"
    emoji = _SIGN.format(rf"\0-\x7f{_JOINERS}") + rf"[{marks}{_TINTS}]*"
    sign = _SIGN.format(_JOINERS)
    return (
        rf"#{{3,}}[{marks}]*|{word}(?:['\u2019]{word})*|\d+[{marks}]*"
        rf"|{_UNSPACED_LETTER}(?:[{marks}]|(?<=[{_STACKERS}]){_UNSPACED_LETTER})*"
        rf"|{_FLAG}{{2}}|{emoji}(?:\u200d{emoji})*|{sign}[{marks}]*"
    )


def _marks() -> str:
    """Combining marks as ranges of a character class."""
    return _ranges(
        point for part in _MARKED for point in part if unicodedata.category(chr(point))[0] == "M"
    )


def script_words(rules: int) -> dict[str, Any]:
    """The same for `words.js`: patterns, and which characters this Python takes for what.

    Args:
        rules: by which texts are read.

    Returns:
        `rules`; `patterns` of JavaScript, with names of classes such as `<word>`; and the
        `classes`, as ranges: `young` holds the characters that this Python does not know.
    """
    every = range(sys.maxunicode + 1)
    kinds = {"word": re.compile(r"\w"), "digit": re.compile(r"\d")}
    classes = {
        name: _ranges(point for point in every if kind.match(chr(point)))
        for name, kind in kinds.items()
    }
    young = _ranges(point for point in every if unicodedata.category(chr(point)) == "Cn")
    forms = {
        "plain": _plain_form(),
        "marked": _marked_form("<mark>"),
        "plainly": f"^{_PLAIN.pattern}$",
        "invisible": INVISIBLE.pattern,
        "unspaced": _UNSPACED_LETTER,
    }
    return {
        "rules": rules,
        "classes": {**classes, "mark": _marks(), "young": young, "blank": BLANKS},
        "patterns": {name: _for_script(form) for name, form in forms.items()},
    }


def _for_script(form: str) -> str:
    """A pattern of this file as JavaScript has it, where shorthands know ASCII alone."""
    form = re.sub(r"\[\^\\W\\d_([^\]]*)\]", r"(?:(?![<digit>_\1])[<word>])", form)
    form = form.replace(r"[^\w\s", "[^<word><blank>").replace(r"\d", "[<digit>]")
    return re.sub(r"\\U([0-9a-f]{8})", lambda found: chr(int(found[1], 16)), form)


def _ranges(points: Iterable[int]) -> str:
    """Ascending code points as ranges of a character class."""
    ends: list[list[int]] = []
    for point in points:
        if ends and ends[-1][1] == point - 1:
            ends[-1][1] = point
        else:
            ends.append([point, point])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ends)
