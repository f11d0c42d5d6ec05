"""Check digits: whether a number is one that somebody gave out, or only as long as one."""

from collections.abc import Sequence

_TIMES = (
    "01234567891234067895234017895634012895674012395678598760432165987104327659821043876593210498"
    "76543210"
)
_MOVED = "01234567891576283094580379614289160435279453126870428657390127938064157046913258"
"""Products of the dihedral group of ten elements, and Verhoeff's permutation by place."""


def luhn(text: str) -> bool:
    """Whether the last digit is that of Luhn (ISO 7812); what is no digit is passed over.

    Example:
        >>> luhn("4111 1111 1111 1111"), luhn("4111 1111 1111 1112")
        (True, False)
    """
    digits = [int(sign) for sign in text if sign.isdigit()]
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[-2::-2]]
    return len(set(digits)) > 1 and (sum(digits[::-2]) + sum(doubled)) % 10 == 0


def verhoeff(text: str) -> bool:
    """Whether the last digit is that of Verhoeff.

    Example:
        >>> verhoeff("2363"), verhoeff("2364")
        (True, False)
    """
    check = 0
    for place, sign in enumerate(reversed(text)):
        check = int(_TIMES[10 * check + int(_MOVED[10 * (place % 8) + int(sign)])])
    return check == 0


def mod_97(text: str) -> bool:
    """Whether letters and digits leave 1 when they are divided by 97 (ISO 7064).

    Example:
        >>> mod_97("370400440532013000DE89")
        True
    """
    return int("".join(str(int(sign, 36)) for sign in text)) % 97 == 1


def mod_11_10(text: str) -> bool:
    """Whether the last digit is that of the hybrid system of 11 and 10 (ISO 7064).

    Example:
        >>> mod_11_10("86095742719")
        True
    """
    product = 10
    for sign in text[:-1]:
        product = (int(sign) + product) % 10 or 10
        product = product * 2 % 11
    return (11 - product) % 10 == int(text[-1])


def weighed(text: str, weights: Sequence[int]) -> int:
    """The sum of digits, each times its weight; digits without a weight are left out.

    Example:
        >>> weighed("123", (3, 2))
        7
    """
    return sum(int(sign) * weight for sign, weight in zip(text, weights, strict=False))
