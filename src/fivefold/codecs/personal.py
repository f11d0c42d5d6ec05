"""What in a text points to a person: addresses, telephone numbers, accounts and cards."""

import re
from collections.abc import Callable

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
_CARD = re.compile(r"(?<![\d.,])(?:\d[ -]?){12,18}\d(?!\d|[.,]\d)")
_PHONE = re.compile(
    r"(?<![\w.,+-])(?:\+\d{1,3}[ ./-]?(?:\(0?\d{1,5}\)[ ./-]?)?|\(\d{2,5}\)[ ./-]?|0\d{1,4}[ ./-])"
    r"\d{2,4}(?:[ ./-]?\d{2,4}){1,4}(?!\w|[.,]\d)"
)


def is_iban(text: str) -> bool:
    """Whether check digits are right (ISO 13616).

    Example:
        >>> is_iban("DE89 3704 0044 0532 0130 00"), is_iban("DE88 3704 0044 0532 0130 00")
        (True, False)
    """
    plain = text.replace(" ", "")
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def is_card(text: str) -> bool:
    """Whether the last digit is that of a card's number (Luhn, ISO 7812).

    Example:
        >>> is_card("4111 1111 1111 1111"), is_card("4111 1111 1111 1112")
        (True, False)
    """
    digits = [int(sign) for sign in text if sign.isdigit()]
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[-2::-2]]
    return len(set(digits)) > 1 and (sum(digits[::-2]) + sum(doubled)) % 10 == 0


def _is_phone(text: str) -> bool:
    return 7 <= sum(sign.isdigit() for sign in text) <= 15


KINDS: dict[str, tuple[re.Pattern[str], Callable[[str], bool]]] = {
    "e-mail address": (_MAIL, lambda text: True),
    "IBAN": (_IBAN, is_iban),
    "card number": (_CARD, is_card),
    "telephone number": (_PHONE, _is_phone),
}
"""What is looked for, in this order: what one has taken, none behind it takes."""


def personal(text: str) -> dict[str, int]:
    """How often each kind stands in a text; those that do not are left out.

    Example:
        >>> personal("Write to ann@example.org or call +49 30 1234567.")
        {'e-mail address': 1, 'telephone number': 1}
    """
    return _swept(text)[1]


def masked(text: str) -> str:
    """The text with what points to a person replaced by its kind.

    Example:
        >>> masked("Write to ann@example.org.")
        'Write to [e-mail address].'
    """
    return _swept(text)[0]


def _swept(text: str) -> tuple[str, dict[str, int]]:
    counts: dict[str, int] = {}
    if "@" not in text and not re.search(r"\d{2}", text):
        return text, counts
    for name, (pattern, holds) in KINDS.items():

        def put(
            found: re.Match[str], name: str = name, holds: Callable[[str], bool] = holds
        ) -> str:
            if not holds(found[0]):
                return found[0]
            counts[name] = counts.get(name, 0) + 1
            return f"[{name}]"

        text = pattern.sub(put, text)
    return text, counts
