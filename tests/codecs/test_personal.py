import pytest

from fivefold.codecs.personal import masked, personal


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
