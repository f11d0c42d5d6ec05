import pytest

from fivefold.codecs.personal import masked, personal, veiled, worth_a_look


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ann.b+c@mail.example.org", {"e-mail address": 1}),
        ("a@b", {}),
        ("IBAN GB82 WEST 1234 5698 7654 32.", {"IBAN": 1}),
        ("GB82 WEST 1234 5698 7654 33", {}),
        ("card 5500-0000-0000-0004 and 378282246310005", {"card number": 2}),
        ("5500-0000-0000-0005", {}),
        ("0000000000000000", {}),
        ("+49 (0)30 1234567", {"telephone number": 1}),
        ("(030) 123 45 67", {"telephone number": 1}),
        ("030/1234567", {"telephone number": 1}),
        ("2026-11-27 10:30, 3.14159, 1,234,567.89, 1000000", {}),
        ("version 10.0.19041.1, ISBN 978-3-16-148410-0", {}),
        ("", {}),
        ("03/12/2021, 01.02.2023, 03-12-2021 09:30, 20210304123456", {}),
        ("550e8400-e29b-41d4-a716-446655440000 4006381333931 img@2x.png git@host.org", {}),
        ("+1234.567890 -3.2, 0.12345678, 01 02 03 04 05, version 1.2.3.4", {}),
        ("415-555-2671 or (415) 555-2671 or 07700 900123", {"telephone number": 3}),
        ("+1 115 555 2671, 0171-1234567", {}),  # no area begins with 1; a code, by its form alone
        ("call 0171-1234567", {"telephone number": 1}),
        ("203.0.113.195, not 192.168.1.100", {"IP address": 1}),
        (
            "2001:db8:85a3:0:0:8a2e:370:7334 and 00:1B:44:11:3A:B7",
            {"IP address": 1, "MAC address": 1},
        ),
        ("DE89370400440532013000 BIC COBADEFF", {"IBAN": 1}),
        ("SSN 536-90-4399, NHS 943 476 5919", {"US social security number": 1, "UK NHS number": 1}),
        ("SSN 666-90-4399, card 4111 1111 1111 1112", {}),
    ],
)
def test_personal_data_is_what_its_check_digits_say(text, found):
    assert personal(text) == found
    assert (masked(text) == text) == (not found)


def test_masked_text_keeps_all_else():
    text = "Call +1 415 555 0132, write to bo@example.com; EUR 12.50 on 2026-01-02."
    assert masked(text) == (
        "Call [telephone number], write to [e-mail address]; EUR 12.50 on 2026-01-02."
    )
    assert personal(masked(text)) == {}


def test_what_is_passed_over_by_its_signs_holds_nothing():
    texts = ["a of 1999", "ann@example.org", "3.5", "020 7946 0958", "RCCMNL83S18D969H", "x:y"]
    looked = worth_a_look(texts)
    assert [place for place, text in enumerate(texts) if personal(text)] == looked == [1, 3, 4]


def test_veiled_values_show_two_signs_at_most():
    for text in ("ann@example.org", "4111 1111 1111 1111", "Ann", "", "DE89370400440532013000"):
        shown = veiled(text)
        assert len(shown) == len(text)
        assert sum(map(str.isalnum, shown)) <= 2
