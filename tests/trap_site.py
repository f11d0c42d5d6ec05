"""The loopback site at full size: 1,000 articles, and all that crawlers meet on the web."""

import gzip

import numpy as np

from loopback_site import Site, page

ARTICLES, COPIES = 1000, 100
WORDS = [f"word{number}" for number in range(2000)]
PHRASES = {
    10: ("windows-1251", "Привет, дорогой мир"),
    20: ("shift_jis", "日本語の記事です"),
    30: ("latin-1", "naïve façade à déjà"),
    40: ("utf-8-sig", "žluťoučký kůň"),
}
"""Articles whose number ends in these, of fifty, in other character sets, and what they say."""

BUSY = 20
"""Pages that are answered with 429 at first, and as many with 503 and a date."""


def phrase(number):
    return PHRASES.get(number % 50, ("utf-8", "plain words"))[1]


def body(number):
    """An article of 3 to 5 KB; the last hundred say what the hundred before them say."""
    same = number - COPIES if number >= ARTICLES - COPIES else number
    words = np.random.default_rng(same).choice(WORDS, 450 + same % 150)
    charset = PHRASES.get(number % 50, ("utf-8", ""))[0]
    head = f"<meta charset={charset}>" if charset == "windows-1251" else ""
    open_tags = "<div><p><b>" if number % 50 == 5 else ""  # that nobody closes
    text = page(
        f"Article {number}",
        f"{open_tags}<h1>Article {number}</h1><i>{phrase(number)}</i>"
        f"<p class=pay>EUR {1000 + number},50</p><main>{' '.join(words)}</main>",
        head=head,
    ).decode()
    return text.encode(charset)


def answer(number):
    content, headers = body(number), {"kind": "text/html"}
    if number % 50 == 20:
        headers["kind"] = "text/html; charset=shift_jis"
    elif number % 50 not in PHRASES:
        headers["kind"] = "text/html; charset=utf-8"
    if number % 4 == 1:
        content, headers = gzip.compress(content), {**headers, "Content_Encoding": "gzip"}
    return 200, {**headers, "ETag": f'"{number}"'}, content


class TrapSite(Site):
    """Articles on two hosts, pages of busy ones on four others."""

    def __init__(self):
        super().__init__(ARTICLES, hosts=6)
        self.extra |= {f"/article/{number}": answer(number) for number in range(ARTICLES)}
        facets = "".join(f'<a href="/facet?a={n}&b={n % 7}">x</a>' for n in range(300))
        self.extra["/facets"] = (200, {}, page("Facets", facets))
        self.extra["/facet"] = (200, {}, page("Facet", "none"))

    def index(self):
        links = [f"/article/{n}?utm_source=mail&fbclid={n}" for n in range(0, 700, 7) if n % 10 < 7]
        links += ["/facets", "/huge.pdf", *(f"{self.second}/slow/{n}" for n in range(3))]
        for number in range(BUSY):
            host = f"http://127.0.0.{3 + number % 4}:{self.port}"
            links += [f"{host}/busy/{number}", f"{host}/dated/{number}"]
        more = "".join(f'<a href="{one}">x</a> ' for one in links)
        index = super().index().replace(b"</body>", more.encode() + b"</body>")
        for path in ("/drip", "/broken", "/huge"):  # what keeps a host waiting, on the smaller one
            index = index.replace(f'"{path}"'.encode(), f'"{self.second}{path}"'.encode())
        return index
