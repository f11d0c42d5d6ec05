"""How people write numbers: decimal mark, thousands, minus signs, currency and per cent."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple, Self

DECIMALS = (".", ",")
THOUSANDS = ("", ".", ",", " ", "'")
"""Marks between groups of three digits; every kind of space is one, and so is every apostrophe."""
LAKHS = ",,"
"""Commas as in India: one before the last three digits, one before each two ahead of them."""
LONGEST = 80
"""Characters of a number: of more digits than are worth writing."""
SHARES = ("%", "\u2030")
"""Units without which a number means something else."""

_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_TIDY = re.compile(
    f"(?P<space>[{_SPACES}])|(?P<quote>[\u2019\u02bc\uff07])|(?P<minus>[\u2212\ufe63\uff0d])"
    "|(?P<plus>\uff0b)|(?P<share>[\uff05\ufe6a])"
)
_PLAIN = {"space": " ", "quote": "'", "minus": "-", "plus": "+", "share": "%"}
_DASH = re.compile(r"[\u2010\u2011\u2013](?=[^\w\s]?\s?[\d.])", re.ASCII)

_SIGNS = (
    r"%\u2030$\u00a2-\u00a5\u058f\u060b\u07fe\u07ff\u09f2\u09f3\u09fb\u0af1\u0bf9\u0e3f\u17db"
    r"\u20a0-\u20c0\ua838\ufdfc\ufe69\uff04\uffe0\uffe1\uffe5\uffe6\U00011fdd-\U00011fe0"
    r"\U0001e2ff\U0001ecb0\u5143\u5186\u5706\uc6d0"
)
_WORDY = re.compile(r"[^\W\d_]{5}")
_GLUED = (
    r"US\$|AU\$|CA\$|HK\$|NZ\$|NT\$|MX\$|R\$|A\$|C\$|S\$|EUR|USD|GBP|CHF|JPY|CNY|SEK|NOK|DKK|PLN"
    r"|CZK|HUF|AUD|NZD|BRL|INR|[Kk]r\.?|R[ps]\.?|S?Fr\."
)
_SPACED = (
    "AED|ARS|BDT|BGN|BHD|CAD|CLP|CNH|COP|DZD|EGP|ETB|GEL|GHS|HKD|IDR|ILS|IQD|ISK|JOD|KES|KRW|KWD"
    "|KZT|LBP|LKR|MAD|MXN|MYR|NGN|OMR|PEN|PHP|PKR|QAR|RON|RSD|RUB|SAR|SGD|THB|TND|TRY|TWD|UAH|UYU"
    "|UZS|VND|XAF|XOF|ZAR|Eur|eur|Euro|euro|EURO|usd|gbp|chf|K\u010d|k\u010d|z\u0142|TL|Ft|lei"
    "|\u043b\u0432\\.?|\u0440\u0443\u0431\\.?"
)
_WORD = rf"(?:{_GLUED}|{_SPACED})(?!\w)"
_NUMBER = re.compile(
    rf"(?P<open>\(?)\s*(?P<sign>[+-]?)\s*"
    rf"(?P<before>[{_SIGNS}]|(?:{_GLUED})(?=[\s\d.,()+-])|(?:{_SPACED})(?=[\s(+-]))?\s*"
    r"(?P<inner>\(?)\s*(?P<sign_after>[+-]?)"
    r"(?P<core>(?:\d|[.,](?=\d))(?:[\d.,' ]*\d)?(?:[eE][+-]?\d+)?)"
    r"(?P<trail>-?)\s*(?P<shut>\)?)\s*"
    rf"(?P<after>[{_SIGNS}]|{_WORD})?(?P<trail_after>-?)\s*(?P<close>\)?)",
    re.ASCII,
)
_EVEN = re.compile(r"(?<=\d)(?:([.,])(?:--?|[\u2013\u2014])|/[-=])(?=\s*[^\s\d]*\)?$)")
_EXAMPLE = re.compile(r"(?P<prefix>.*?)1(?P<thousands>[., ']?)234(?P<decimal>[.,])56(?P<suffix>.*)")
_LAKHS_EXAMPLE = re.compile(r"(?P<prefix>.*?)12,34,567\.89(?P<suffix>.*)")


class Anatomy(NamedTuple):
    """A text that looks like a number, taken apart.

    Args:
        core: digits with their marks and exponent.
        negative: by a minus before or after it, or by brackets.
        prefix: unit before it, with the blank between.
        suffix: unit behind it, likewise.
        late: the minus is written as brackets or stands behind.
    """

    core: str
    negative: bool
    prefix: str = ""
    suffix: str = ""
    late: bool = False

    @property
    def unit(self) -> str:
        """Currency or per cent; empty without."""
        return (self.prefix or self.suffix).strip()


@dataclass(frozen=True, kw_only=True)
class Numerals:
    """The form in which the texts of a column write numbers.

    Args:
        decimal: mark before the fraction.
        thousands: mark between groups of three digits, empty where there is none; `LAKHS` for the
            commas of India, which decimal points go with.
        prefix: currency before the number, with the blank between.
        suffix: currency or per cent behind it, likewise.

    Example:
        >>> form = Numerals.from_example("1.234,56 €")
        >>> form.read("-12.345,5 €"), form.read("(7)"), form.write(-1234.5)
        (-12345.5, -7.0, '-1.234,5 €')
    """

    decimal: str = "."
    thousands: str = ""
    prefix: str = ""
    suffix: str = ""

    @classmethod
    def from_example(cls, text: str) -> Self:
        """The form that writes 1234.56, or 1234567.89 in lakhs, like this.

        Raises:
            ValueError: if no form does.
        """
        found = _EXAMPLE.fullmatch(text)
        form = cls(**found.groupdict()) if found else cls()
        if found is None and (found := _LAKHS_EXAMPLE.fullmatch(text)):
            form = cls(thousands=LAKHS, **found.groupdict())
        whole = anatomy(text)
        known = whole is not None and whole[1:4] == (False, form.prefix, form.suffix)
        if not found or form.decimal == form.thousands or not known:
            raise ValueError(f"{text!r} is no way to write 1234.56")
        return form

    @property
    def example(self) -> str:
        """1234.56 in this form, in lakhs 1234567.89."""
        if self.thousands == LAKHS:
            return f"{self.prefix}12,34,567.89{self.suffix}"
        return f"{self.prefix}1{self.thousands}234{self.decimal}56{self.suffix}"

    @property
    def exemplified(self) -> str:
        """The number of the example as everybody reads it."""
        return "1234567.89" if self.thousands == LAKHS else "1234.56"

    @property
    def mark(self) -> str:
        """What stands between groups of digits."""
        return self.thousands[:1]

    @property
    def unit(self) -> str:
        """Currency or per cent; empty without."""
        return (self.prefix or self.suffix).strip()

    def read(self, text: str) -> float:
        """The number that a text writes.

        Digits need not be grouped and a currency need not stand there; per cent must.

        Raises:
            ValueError: if it is written in another form, or is no number.
        """
        plainly = self._common.fullmatch(text)
        if plainly:
            return self._number(*plainly.groups())
        found = anatomy(text)
        core = core_pattern(self.decimal, self.thousands)
        if not (found and core.fullmatch(found.core) and self._suits(found.unit)):
            if text.strip().lower() == "nan":
                return float("nan")
            raise ValueError(f"not written like {self.example}")
        return self._number("-" * found.negative, found.core)

    def _number(self, sign: str, core: str) -> float:
        core = core.replace(self.mark, "") if self.mark else core
        value = float(sign + core.replace(self.decimal, "."))
        if value in (float("inf"), float("-inf")):
            raise ValueError("an infinity is no measurement")
        return value

    def write(self, value: float) -> str:
        """A finite number as a text that `read` gives back to the bit."""
        whole_number = value.is_integer() and abs(value) < 2.0**53
        digits = f"{value:.0f}" if whole_number else repr(value)
        sign, digits = ("-", digits[1:]) if digits[0] == "-" else ("", digits)
        mantissa, mark, exponent = digits.partition("e")
        whole, _, fraction = mantissa.partition(".")
        if self.thousands != LAKHS:  # groups need not be written
            whole = f"{int(whole):,}".replace(",", self.thousands)
        fraction = f"{self.decimal}{fraction}" if fraction else ""
        return f"{sign}{self.prefix}{whole}{fraction}{mark}{exponent}{self.suffix}"

    def described(self) -> str:
        """The form in words: `decimal comma, points between thousands, unit €`."""
        names = {".": "points", ",": "commas", " ": "blanks", "'": "apostrophes"}
        parts = ["decimal comma" if self.decimal == "," else "decimal point"]
        parts += [f"{names[self.mark]} between thousands"] if self.mark else []
        parts += ["lakhs and crores"] if self.thousands == LAKHS else []
        return ", ".join(parts + ([f"unit {self.unit}"] if self.unit else []))

    def _suits(self, unit: str) -> bool:
        if not unit:
            return self.unit not in SHARES
        return folded(unit) == folded(self.unit)

    @cached_property
    def _common(self) -> re.Pattern[str]:
        """What most texts of the form look like; `anatomy` takes the others apart."""
        prefix, suffix = re.escape(self.prefix), re.escape(self.suffix)
        needed = "" if self.unit in SHARES else "?"
        core = core_pattern(self.decimal, self.thousands).pattern
        return re.compile(rf"(-?)(?:{prefix}){needed}({core})(?:{suffix}){needed}", re.ASCII)


@lru_cache(maxsize=1024)
def reader(example: str) -> Callable[[str], float]:
    """The `read` of the form with this example."""
    return Numerals.from_example(example).read


@lru_cache(maxsize=64)
def core_pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    """What a number without sign and unit looks like: groups of digits, or none.

    Where there are groups, there is no exponent: `1,234e3` is no way to write 1234000.
    """
    point, mark = re.escape(decimal), re.escape(thousands)
    groups = rf"[1-9]\d{{0,2}}(?:{mark}\d{{3}})+(?:{point}\d+)?|" if thousands else ""
    if thousands == LAKHS:
        groups = rf"[1-9]\d?(?:,\d\d)*,\d{{3}}(?:{point}\d+)?|"
    return re.compile(rf"{groups}(?:\d+(?:{point}\d+)?|{point}\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def folded(unit: str) -> str:
    """A unit in the one spelling by which units are compared."""
    return unit.casefold().removesuffix(".")


def anatomy(text: str) -> Anatomy | None:
    """A text taken apart into sign, unit and digits; None if it does not look like a number."""
    if len(text) > LONGEST or _WORDY.search(text):
        return None
    found = _NUMBER.fullmatch(_EVEN.sub(lambda end: f"{end[1]}00" if end[1] else "", tidy(text)))
    if found is None:
        return None
    before, core, after = found.group("before", "core", "after")
    opening, sign, inner, sign_after = found.group("open", "sign", "inner", "sign_after")
    trail, shut, trail_after, close = found.group("trail", "shut", "trail_after", "close")
    brackets, late = opening + inner, trail + trail_after
    signs = sign + sign_after + late
    if len(signs) + len(brackets) > 1 or len(brackets) != len(shut + close) or (before and after):
        return None
    blank = before and found.string[found.end("before") :].startswith(" ")
    gap = after and " " in found.string[found.end("core") : found.start("after")]
    return Anatomy(
        core=core,
        negative=bool(brackets) or signs == "-",
        prefix=f"{before}{' ' if blank else ''}" if before else "",
        suffix=f"{' ' if gap else ''}{after}" if after else "",
        late=bool(brackets or late),
    )


def tidy(text: str) -> str:
    """A text with plain blanks, apostrophes and minus signs, as float() knows them."""
    text = text.strip()
    if text.isascii():
        return text
    return _DASH.sub("-", _TIDY.sub(lambda found: _PLAIN[str(found.lastgroup)], text))
