"""How what points to a person is written: addresses, telephone numbers, accounts, cards."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from fivefold.codecs.checkdigits import luhn, mod_97
from fivefold.codecs.identifiers import is_day
from fivefold.codecs.nationalnumbers import COMPILED, NationalNumber

_LEFT, _RIGHT = r"(?<![\w.,:/+-])(?<!\d )", r"(?![\w-]|[.,/]\d)"
"""What may not stand beside a number: as part of a longer one it is another."""

_MAIL = re.compile(
    r"(?<![\w.+-])(?!git@|noreply@|no-reply@)[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])"
)
_FILES = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|css|js|py|html?|pdf|json|xml|txt)$", re.I)
_IBANS = (
    "15NO 16BE 18DKFIFOGLNLSD 19MKSI 20ATBAEEKZLTLUMNXK 21CHHRLILV 22BGBHCRDEGBGEIEMERSVA "
    "23AEGIILIQOMSOTL 24ADCZESMDPKROSASESKTNVG 25LYPTST 26ISTR 27BIDJFRGRITMCMRSM "
    "28ALAZBYCYDOGTHNHULBNIPLSV 29BREGPSQAUA 30JOKWMUYE 31MTSC 32LC 33RU"
)
"""Lengths, and the countries whose numbers have them."""
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    + "|".join(
        rf"(?:{'|'.join(each[i : i + 2] for i in range(2, len(each), 2))})\d{{2}}"
        rf"(?: ?[A-Z0-9]){{{int(each[:2]) - 4}}}"
        for each in _IBANS.split()
    )
    + r")(?![A-Za-z0-9])"
)
_CARD = re.compile(
    _LEFT
    + r"(?:[2-6]\d{13,18}|[2-6]\d{3}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?"
    + r"|3\d{3}([ -])\d{6}\2\d{4,5})"
    + _RIGHT
)
_ISSUED = re.compile(
    r"4\d{15}|(?:5[1-5]|2(?:2(?:2[1-9]|[3-9])|[3-6]|7(?:[01]|20)))\d*(?<=^.{16})|3[47]\d{13}"
    r"|(?:6011|64[4-9]|65|35(?:2[89]|[3-8])|220[0-4])\d*(?<=^.{16})|(?:30[0-5]|3[68])\d*(?<=^.{14})"
    r"|(?:62|50(?:18|20|38)|6304|6759|676[1-3])\d{12,17}"
)
_CODE = (
    r"(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]"
    r"|(?:2[1-689]|3[578]|42|5[09]|6[789]|8[0578]|9[679])\d)"
)
_ABROAD = re.compile(
    rf"(?<![\w.,+])(?:\+|00(?={_CODE}[ /])){_CODE}(?:[ ./-]?\(0?\d{{1,5}}\))?"
    rf"(?:[ ./-]?\d{{1,12}}){{1,6}}{_RIGHT}"
)
_AREA = re.compile(
    _LEFT
    + r"(?:\(0\d{1,5}\)(?:[ ./-]?\d{2,8}){1,4}|(?:1[ .-])?\([2-9]\d\d\) ?[2-9]\d\d[ .-]\d{4}"
    + r"|\(\d{2}\) 9?\d{4}[ -]\d{4})"
    + _RIGHT
)
_TRUNK = re.compile(
    _LEFT + r"0\d{1,4}(?: \d{2,8}){1,4}" + _RIGHT + "|" + _LEFT + r"0\d{2,4}/\d{4,8}" + _RIGHT
)
_DASHED = re.compile(_LEFT + r"0\d{1,4}(?:[.-]\d{2,8}){1,4}" + _RIGHT)
_AMERICAN = re.compile(_LEFT + r"(?:1[ .-])?\d{3}([ .-])\d{3}\1\d{4}" + _RIGHT)
_IPV4 = re.compile(r"(?<![\w.,:-])\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:])[0-9A-Fa-f]{1,4}(?:::?[0-9A-Fa-f]{1,4}){4,7}(?![\w:])")
_MAC = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])")


def is_iban(text: str) -> bool:
    """Whether check digits are right (ISO 13616).

    Example:
        >>> is_iban("DE89 3704 0044 0532 0130 00"), is_iban("DE88 3704 0044 0532 0130 00")
        (True, False)
    """
    plain = text.replace(" ", "")
    return plain[2:4] not in {"00", "01", "99"} and mod_97(plain[4:] + plain[:4])


def is_card(text: str) -> bool | None:
    """Whether the last digit is that of a card's number; None where no issuer gives such numbers.

    Example:
        >>> is_card("4111 1111 1111 1111"), is_card("4111 1111 1111 1112"), is_card("9" * 16)
        (True, False, None)
    """
    plain = _digits(text)
    return luhn(plain) if _ISSUED.fullmatch(plain) else None


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _is_abroad(text: str) -> bool | None:
    marks = re.sub(r"[\d+]", "", text)
    if "." in marks and (len(marks) < 2 or set(marks) != {"."}):  # a sign and decimals
        return None
    plain = _digits(text).removeprefix("00")
    if plain[0] == "1":
        return len(plain) == 11 and _is_american(plain[1:])
    return (8 if marks else 10) <= len(plain) <= 15 or None


def _is_american(text: str) -> bool:
    plain = _digits(text)[-10:]
    return plain[0] > "1" and plain[3] > "1" and plain[1:3] != "11"


def _is_trunk(text: str) -> bool | None:
    """Whether it is as long as national numbers, and neither a date nor numbers that count."""
    parts = re.split(r"[ ./-]", text.strip("()"))
    if not 9 <= len(_digits(text)) <= 12:
        return None
    if len(parts) == 3 and len(parts[2]) in (2, 4) and is_day(*parts):
        return None
    steps = {int(then) - int(first) for first, then in pairwise(parts)}
    return len(parts) < 4 or steps != {1} or None


def _is_area(text: str) -> bool | None:
    return 7 <= len(_digits(text)) <= 15 or None


def _is_ipv4(text: str) -> bool | None:
    """Whether it is one of the public network, and no version of a program."""
    octets = [int(part) for part in text.split(".")]
    if max(octets) > 255 or max(octets) < 100:
        return None
    first, second = octets[:2]
    private = first in {0, 10, 127} or first > 223 or (first, second) in {(169, 254), (192, 168)}
    return None if private or (first == 172 and 16 <= second < 32) else True


def _is_ipv6(text: str) -> bool | None:
    groups = text.split(":")
    short = text.count("::")
    whole = short == 1 or (not short and len(groups) == 8)
    local = text.lower().startswith(("fe80", "fd", "fc"))
    return (whole and not local and any(map(str.isdigit, text))) or None


def _is_mac(text: str) -> bool | None:
    return len(set(re.sub(r"[:-]", "", text.lower()))) > 2 or None


class Form(NamedTuple):
    """A way in which what points to a person is written.

    Attributes:
        kind: how it is told.
        pattern: of a text that may be one.
        holds: whether it is, by its check digits; None where it cannot be one at all.
        chance: that check digits are right by chance: 0 where the pattern itself says enough, 1
            where nothing tells it from another number but a word beside it.
        words: beside which it is one.
        sign: what each text has that holds it: see `_sought`.
    """

    kind: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool | None]
    chance: float = 0.0
    words: re.Pattern[str] | None = None
    sign: str = "1"


PHONE = "telephone number"
_CALL = r"tel|telephone|phone|mobile|cell|fax|call|ring|text|whatsapp|handy|telefon|ruf|appel"
_PAY = r"card|visa|mastercard|amex|american express|kreditkarte|karte|carte|tarjeta|carta"


def _near(words: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![^\W\d_])(?:{words.replace(' ', r'[ _-]?')})(?![^\W\d_])", re.IGNORECASE
    )


def _national(one: NationalNumber, form: re.Pattern[str]) -> Form:
    def holds(text: str) -> bool | None:
        plain = re.sub(r"[ ./-]", "", text)
        return one.holds(plain) if form.fullmatch(plain) else None

    written = re.compile(_LEFT + f"(?:{one.written})" + _RIGHT)
    sign = "A1" if one.written.startswith(("[A", "[X")) else "1"
    return Form(one.name, written, holds, max(one.chance, 0.1), _near(one.words), sign)


FORMS = (
    Form("e-mail address", _MAIL, lambda text: not _FILES.search(text) or None, sign="@"),
    Form("IBAN", _IBAN, is_iban, 0.01, _near("iban|konto|account|compte|cuenta"), "A1"),
    Form("card number", _CARD, is_card, 0.1, _near(_PAY)),
    Form("IP address", _IPV4, _is_ipv4),
    Form("MAC address", _MAC, _is_mac, sign=":"),
    Form("IP address", _IPV6, _is_ipv6, sign=":"),
    Form(PHONE, _ABROAD, _is_abroad, 0.0, _near(_CALL)),
    Form(PHONE, _AREA, _is_area, 0.0, _near(_CALL)),
    *(_national(one, form) for one, form in COMPILED if one.written),
    Form(PHONE, _TRUNK, _is_trunk, 0.1, _near(_CALL)),
    Form(PHONE, _AMERICAN, _is_american, 0.64, _near(_CALL)),
    Form(PHONE, _DASHED, _is_trunk, 1.0, _near(_CALL)),
)
"""What is looked for, in this order: what one has taken, none behind it takes."""
