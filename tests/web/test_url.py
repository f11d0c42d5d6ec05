import pytest

from fivefold.web.url import canonical, joined, kind_of_query, matches


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("http://Example.ORG", "http://example.org/"),
        ("HTTPS://example.org:443/A", "https://example.org/A"),
        ("http://example.org:8080/", "http://example.org:8080/"),
        ("http://example.org/a/./b/../c", "http://example.org/a/c"),
        ("http://example.org/a/b/..", "http://example.org/a/"),
        ("http://example.org/../../a", "http://example.org/a"),
        ("http://example.org/%7Eann/%c3%a9", "http://example.org/~ann/%C3%A9"),
        ("http://example.org/é b", "http://example.org/%C3%A9%20b"),
        ("http://example.org/a?b=2&a=1&utm_campaign=x&gclid=1", "http://example.org/a?a=1&b=2"),
        ("http://example.org/a?UTM_Source=x#part", "http://example.org/a"),
        ("http://example.org/a%2Fb", "http://example.org/a%2Fb"),
        ("http://ann:secret@example.org/", "http://example.org/"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        ("http://[2001:db8::1]:80/", "http://[2001:db8::1]/"),
        ("http://example.org./a", "http://example.org/a"),
        (" http://example.org/a\n", "http://example.org/a"),
    ],
)
def test_addresses_have_one_form(address, found):
    assert canonical(address) == found
    assert canonical(found) == found


@pytest.mark.parametrize(
    "address", ["ftp://example.org/", "mailto:ann@example.org", "/a", "http://", "http://a:x/"]
)
def test_what_is_no_page_is_refused(address):
    with pytest.raises(ValueError, match=r"expected|[Pp]ort"):
        canonical(address)


def test_own_parameters_are_ignored():
    assert canonical("http://a.org/?session=1&x=2", ignored=["session"]) == "http://a.org/?x=2"


def test_links_are_joined_and_others_are_none():
    assert joined("http://a.org/b/c", "../d") == "http://a.org/d"
    assert joined("http://a.org/b/c", "//e.org/x") == "http://e.org/x"
    assert joined("http://a.org/", "javascript:void(0)") is None
    assert joined("http://a.org/", "http://[bad") is None


def test_patterns_take_path_and_query_or_all():
    assert matches("http://a.org/jobs/7?x=1", ["/jobs/*"])
    assert not matches("http://a.org/about", ["/jobs/*"])
    assert matches("http://a.org/x", ["http://a.org/*"])
    assert not matches("http://b.org/x", ["http://a.org/*"])
    assert not matches("http://a.org/x", [])


def test_pages_of_one_trap_share_host_path_and_names():
    one, other = "http://a.org/day?d=1&m=2", "http://a.org/day?d=7&m=9"
    assert kind_of_query(one) == kind_of_query(other) != ""
    assert kind_of_query("http://a.org/day?d=1") != kind_of_query(one)
    assert kind_of_query("http://a.org/day") == ""
