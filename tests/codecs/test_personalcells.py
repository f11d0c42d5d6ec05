import random
import string

import pytest
from scipy.stats import binom

from fivefold.codecs.checkdigits import luhn
from fivefold.codecs.headings import heading
from fivefold.codecs.personalcells import held, tail


def digits(draw, many):
    return "".join(draw.choices(string.digits, k=many))


def cards(draw, many):
    found = []
    while len(found) < many:
        number = "4" + digits(draw, 15)
        found += [number] if luhn(number) else []
    return found


CLEAN = {
    "orders": lambda draw: f"Order {digits(draw, 16)} came late.",
    "cards by form": lambda draw: "4" + digits(draw, 15),
    "codes": lambda draw: f"{digits(draw, 3)}-{digits(draw, 3)}-{digits(draw, 4)}",
    "accounts by form": lambda draw: f"DE{digits(draw, 20)}",
    "identity by form": lambda draw: digits(draw, 11),
    "prices": lambda draw: f"{draw.uniform(1, 1e6):,.2f}",
    "dates": lambda draw: f"{draw.randint(1, 28):02d}/{draw.randint(1, 12):02d}/1999",
    "hashes": lambda draw: f"{draw.getrandbits(160):040x}",
}


@pytest.mark.parametrize("kind", CLEAN)
def test_numbers_of_nobody_are_seldom_told(kind):
    told = 0
    for seed in range(10):
        draw = random.Random(f"{kind} {seed}")
        told += bool(held([CLEAN[kind](draw) for _ in range(60)]))
    assert told <= 1


def test_cards_are_told_among_more_numbers_that_look_like_them():
    draw = random.Random(0)
    orders = [f"paid with {CLEAN['cards by form'](draw)}" for _ in range(100)]
    planted = [f"paid with {number}" for number in cards(draw, 25)]
    assert not held(orders)
    assert {*range(100, 125)} <= {*held([*orders, *planted])["card number"].places}


def test_one_card_is_told_where_a_word_says_so_and_two_without():
    one, two, three = cards(random.Random(1), 3)
    assert not held([f"no. {one}"])
    assert held([f"my credit card is {one}"])["card number"].places == [0]
    assert held(["", f"no. {two}", f"no. {three}"])["card number"].places == [1, 2]


def test_national_numbers_are_told_by_all_their_check_digits_or_by_a_name():
    valid = ["39053344705", "11144477735", "52998224725", "15350946056", "86288366757"]
    valid += ["71428793860", "87748248800", "12345678909"]
    assert {*held(valid)} == {"Brazilian CPF"}
    assert not held([*valid, *("11111111112" for _ in range(8))])
    numbers = ["111222333", "123456782"]
    assert not held(numbers)
    assert {*held(numbers, heading("bsn"))} == {"Dutch BSN"}


def test_names_need_cells_that_are_like_them():
    assert held(["Ann", "O'Neill", "de la Cruz"], heading("surname"))["name"].named
    assert not held(["3f9a77c1", "99b1d0aa"], heading("surname"))
    assert held(["Braund, Mr. Owen", "Heikkinen, Miss. Laina"] * 4)["name"].named
    assert not held(["bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh"], heading("address"))


def test_tail_is_that_of_the_binomial():
    for tries, right, chance in ((10, 3, 0.1), (250, 40, 0.1), (4, 4, 0.5)):
        assert tail(tries, right, chance) == pytest.approx(binom.sf(right - 1, tries, chance))
