"""Personal data in columns, planted and not: told of a kind of cells, a strength and a seed."""

import random
import string
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import fivefold as ff
from fivefold.codecs.personalcells import held

ROWS = 1_000
_WORDS = """\
the a of to and in is it that was for on as with at by from we they order item box size \
delivery arrived late broken small large blue red green price paid returned asked store week \
please call number card account refund quality good poor never again very much than last"""


def sentence(draw: random.Random) -> str:
    """Twelve words."""
    return " ".join(draw.choices(_WORDS.split(), k=12)).capitalize() + "."


def _digits(draw: random.Random, many: int) -> str:
    return "".join(draw.choices(string.digits, k=many))


def _moment(draw: random.Random) -> datetime:
    return datetime(1990, 1, 1) + timedelta(seconds=draw.randrange(10**9))


CLEAN: dict[str, Callable[[random.Random], str]] = {
    "order numbers of 16 digits": lambda draw: _digits(draw, 16),
    "order numbers in groups": lambda draw: "-".join(_digits(draw, 4) for _ in range(4)),
    "numbers of 9 to 13 digits": lambda draw: _digits(draw, draw.choice((9, 10, 11, 12, 13))),
    "numbers of 9 digits": lambda draw: _digits(draw, 9),
    "numbers of 10 digits": lambda draw: _digits(draw, 10),
    "numbers of 11 digits": lambda draw: _digits(draw, 11),
    "numbers by day": lambda draw: f"{_moment(draw):%y%m%d}-{_digits(draw, 4)}",
    "codes of 3, 3 and 4 digits": lambda draw: "-".join(_digits(draw, n) for n in (3, 3, 4)),
    "codes of 3, 2 and 4 digits": lambda draw: "-".join(_digits(draw, n) for n in (3, 2, 4)),
    "codes": lambda draw: "".join(draw.choices(string.ascii_uppercase, k=2)) + _digits(draw, 8),
    "codes as long as accounts": lambda draw: f"DE{_digits(draw, 20)}",
    "digits and a letter": lambda draw: _digits(draw, 8) + draw.choice(string.ascii_uppercase),
    "prices": lambda draw: f"{draw.uniform(1, 10**6):,.2f}",
    "measurements": lambda draw: f"{draw.gauss(0, 1e4):+.6f} {draw.gauss(0, 10):.3f}",
    "dates": lambda draw: f"{_moment(draw):%d/%m/%Y}",
    "dates with dots": lambda draw: f"{_moment(draw):%d.%m.%Y %H:%M}",
    "timestamps": lambda draw: f"{_moment(draw):%Y%m%d%H%M%S}{_digits(draw, 2)}",
    "seconds since 1970": lambda draw: str(int(_moment(draw).timestamp() * 1e6)),
    "versions": lambda draw: ".".join(str(draw.randrange(40)) for _ in range(4)),
    "hashes": lambda draw: f"{draw.getrandbits(160):040x}",
    "identifiers": lambda draw: str(uuid.UUID(int=draw.getrandbits(128))),
    "books": lambda draw: (
        f"978-{_digits(draw, 1)}-{_digits(draw, 3)}-{_digits(draw, 5)}-{_digits(draw, 1)}"
    ),
    "products": lambda draw: f"40{_digits(draw, 11)}",
    "texts": sentence,
    "texts with order numbers": lambda draw: f"{sentence(draw)} Order {_digits(draw, 16)}.",
    "texts with prices and dates": lambda draw: (
        f"{sentence(draw)} {draw.uniform(1, 999):.2f} on {_moment(draw):%d-%m-%Y}."
    ),
}
"""Cells that point to nobody, by what they are."""


def card(draw: random.Random) -> str:
    """The number of a card, as its issuer would give one."""
    digits = "4" + _digits(draw, 14)
    doubled = sum(2 * int(d) - 9 * (int(d) > 4) for d in digits[::2])
    check = -(doubled + sum(int(d) for d in digits[1::2])) % 10
    plain = f"{digits}{check}"
    return " ".join(plain[at : at + 4] for at in range(0, 16, 4)) if draw.random() < 0.5 else plain


def mail(draw: random.Random) -> str:
    """An e-mail address."""
    letters = string.ascii_lowercase
    name, host = ("".join(draw.choices(letters, k=k)) for k in (6, 8))
    return f"{name}@{host}.{draw.choice(('com', 'org', 'de', 'co.uk'))}"


def phone(draw: random.Random) -> str:
    """A telephone number, abroad or at home."""
    ways = (
        f"+49 30 {_digits(draw, 7)}",
        f"020 7946 {_digits(draw, 4)}",
        f"(415) 555-{_digits(draw, 4)}",
        f"+336{_digits(draw, 8)}",
    )
    return draw.choice(ways)


def iban(draw: random.Random) -> str:
    """A German account."""
    account = _digits(draw, 18)
    return f"DE{98 - int(account + '131400') % 97:02d}{account}"


PLANTED = {"card number": card, "e-mail address": mail, "telephone number": phone, "IBAN": iban}


def told(kind: str, strength: float, seed: int) -> list[ff.Finding]:
    """What is said of texts of which so many of a thousand hold one; of clean cells with 0."""
    draw = random.Random(f"{kind} {strength} {seed}")
    if kind in CLEAN:
        return _finding(held(list(dict.fromkeys(CLEAN[kind](draw) for _ in range(ROWS)))))
    texts = [CLEAN["texts with prices and dates"](draw) for _ in range(ROWS)]
    for place in draw.sample(range(ROWS), round(strength)):
        texts[place] = f"{texts[place]} {PLANTED[kind](draw)} {sentence(draw)}"
    return _finding({name: one for name, one in held(texts).items() if name == kind})


def _finding(found: dict[str, Any]) -> list[ff.Finding]:
    if not found:
        return []
    return [ff.Finding(code="personal_data", severity="warning", sentence=", ".join(found))]
