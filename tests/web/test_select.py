import numpy as np
import pytest

from fivefold.errors import ConfigError
from fivefold.web.document import Document
from fivefold.web.select import Selector, number

BODY = """<html lang="de-AT"><head><base href="/shop/"><title>T</title>
<meta name="robots" content="noai"><link rel="license" href="https://creativecommons.org/licenses/by/4.0/">
<script type="application/ld+json">{"@graph": [{"@type": "WebSite"},
 {"@type": "Offer", "offers": [{"price": "12.5"}], "tags": ["a", "b"]}]}</script>
<script type="application/ld+json">{broken</script></head>
<body><h1> Big <b>red</b>
 chair</h1><p class="pay">EUR 1.234,50</p><ul><li>oak</li><li> </li><li>pine</li></ul>
<time datetime="2026-01-02">soon</time><a href="item/7" data-id="9">x</a>
<img src="../p/1.png"><table><tr><th>k</th><th>v</th></tr><tr><td>a</td><td>1</td></tr></table>
<a rel="nofollow" href="hidden">h</a><a href="javascript:x()">j</a><a href="#top">t</a>
</body></html>"""


@pytest.fixture
def document():
    return Document(
        "http://example.org/x/y", {"content-type": "text/html; charset=utf-8"}, BODY.encode()
    )


@pytest.mark.parametrize(
    ("asked", "cell"),
    [
        ("h1", "Big red chair"),
        ("h2", None),
        (".pay::number", 1234.5),
        ("time@datetime", "2026-01-02"),
        ("li::list", ["oak", "pine"]),
        ("h2::list", None),
        ("a@href", "http://example.org/shop/item/7"),
        ("a@data-id::number", 9.0),
        ("img::file", "http://example.org/p/1.png"),
        ("img@src::file", "http://example.org/p/1.png"),
        ("table::table", [["k", "v"], ["a", "1"]]),
        ("::jsonld.offers.price", "12.5"),
        ("::jsonld.tags", ["a", "b"]),
        ("::jsonld.nothing.here", None),
        ('a[href^="item"]', "x"),
        ('a[href^="item"]@href', "http://example.org/shop/item/7"),
        ("li:nth-child(3)", "pine"),
        ("h1 b::html", "<b>red</b>"),
    ],
)
def test_cells_are_what_is_asked_for(document, asked, cell):
    assert Selector.of(asked).cell(document) == cell


@pytest.mark.parametrize("asked", ["h1::colour", "h1[", "::jsonld"])
def test_what_is_no_selector_is_refused(asked):
    with pytest.raises(ConfigError, match="Scrape: expected"):
        Selector.of(asked)


def test_a_page_tells_of_itself(document):
    assert document.language() == "de"
    assert document.licence() == "https://creativecommons.org/licenses/by/4.0/"
    assert document.links() == ["http://example.org/shop/item/7", "http://example.org/shop/#top"]
    assert document.metas == [("robots", "noai")]
    assert not document.is_guessed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12", 12), ("-3.5 %", -3.5), ("\u22124", -4), ("1,234", 1234), ("1.234", 1234),
        ("0.123", 0.123),
        ("1,5", 1.5), ("1 234 567", 1234567), ("1'234.5", 1234.5), ("1.234.567,8", 1234567.8),
        ("12.", 12), ("about 7, or 8", 7), ("", None), ("none", None), ("$ 2,500.00", 2500),
    ],
)  # fmt: skip
def test_numbers_are_read_whichever_way_they_are_written(text, found):
    assert number(text) == found


@pytest.mark.parametrize(
    ("headers", "body", "text", "guessed"),
    [
        ({"content-type": "a; charset=sjis"}, "<p>日本</p>".encode("shift_jis"), "日本", False),
        ({}, '<meta charset="windows-1251"><p>Привет</p>'.encode("cp1251"), "Привет", False),
        ({}, b"\xef\xbb\xbf<p>caf\xc3\xa9</p>", "café", False),
        ({"content-type": "text/html"}, "<p>café</p>".encode("latin-1"), "café", True),
        ({}, b"<p>plain</p>", "plain", False),
    ],
)  # fmt: skip
def test_characters_are_those_that_the_page_declares(headers, body, text, guessed):
    document = Document("http://a.org/", headers, body)
    assert Selector.of("p").cell(document) == text
    assert document.is_guessed is guessed


def test_lists_of_pages_are_read():
    sitemap = (
        b"<?xml version='1.0'?><urlset><url><loc>http://a.org/1?x=1&amp;y=2</loc></url></urlset>"
    )
    atom = b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='/2'/></entry></feed>"
    rss = b"<rss><channel><item><link><![CDATA[http://a.org/3]]></link></item></channel></rss>"
    found = [Document("http://a.org/s", {}, body) for body in (sitemap, atom, rss)]
    assert all(one.is_list for one in found)
    assert [one.links() for one in found] == [
        ["http://a.org/1?x=1&y=2"], ["http://a.org/2"], ["http://a.org/3"],
    ]  # fmt: skip


def test_main_text_of_a_page_has_no_menus_and_no_footers():
    pytest.importorskip("trafilatura", reason="the package trafilatura is not installed")
    pytest.importorskip("lxml_html_clean", reason="the package lxml_html_clean is not installed")
    draw = np.random.default_rng(0)
    words = [f"word{number}" for number in range(500)]
    for story in range(40):
        sentences = [" ".join(draw.choice(words, 14)).capitalize() + "." for _ in range(9)]
        paragraphs = "".join(f"<p>{' '.join(sentences[n : n + 3])}</p>" for n in range(0, 9, 3))
        body = (
            f"<html><head><title>Story {story}</title></head><body><nav><ul><li><a href=/>Homepage"
            "</a></li><li><a href=/shop>Shopping</a></li></ul></nav><aside>Advertisement</aside>"
            f"<main><article><h1>Story {story}</h1>{paragraphs}</article></main>"
            "<footer>Imprint Copyright <a href=/privacy>Privacy</a></footer></body></html>"
        )
        page = Document("http://a/story", {"content-type": "text/html"}, body.encode())
        found = Selector.of("::main").cell(page)
        assert all(sentence in found for sentence in sentences)
        for menu in ("Homepage", "Shopping", "Advertisement", "Imprint", "Copyright", "Privacy"):
            assert menu not in found
    empty = Document("http://a/none", {"content-type": "text/html"}, b"<html></html>")
    assert Selector.of("::main").cell(empty) is None
