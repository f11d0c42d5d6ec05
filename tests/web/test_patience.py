import pytest

from fivefold.web.patience import is_busy, retry_after, said_pause


def test_a_host_is_left_alone_as_long_as_it_asks():
    assert retry_after("120", 1) == 120
    # 2026-01-01T00:00:10 seen at 00:00:00, and a second more, as dates are rounded down
    assert retry_after("Thu, 01 Jan 2026 00:00:10 GMT", 1, now=1767225600.0) == 11
    assert retry_after("Wed, 31 Dec 2025 23:00:00 GMT", 1, now=1767225600.0) == 1


def test_without_a_word_waits_double():
    waits = [
        [retry_after(said, tries) for _ in range(50)]
        for said in (None, "soon")
        for tries in (1, 2, 3)
    ]
    for tries, found in zip((1, 2, 3) * 2, waits, strict=True):
        assert 0.5 * 2**tries <= min(found) < max(found) <= 0.75 * 2**tries


@pytest.mark.parametrize("prefix", ["x-ratelimit", "ratelimit"])
def test_a_host_whose_requests_are_used_up_says_until_when(prefix):
    headers = {f"{prefix}-remaining": "0", f"{prefix}-reset": "1000000030"}
    assert is_busy(403, headers)
    assert not is_busy(403, {})
    assert not is_busy(200, headers)
    assert said_pause(headers, now=1e9) == "31"
    assert said_pause({f"{prefix}-reset": "12"}) == "12"
    assert said_pause({**headers, "retry-after": "5"}) == "5"
    assert said_pause({}) is None
