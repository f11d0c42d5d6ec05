"""The site of the documentation: without a warning, read on a phone, a desk and paper."""

import shutil
import subprocess
import sys
import threading
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from driven import CHROMIUM, Browser

DOCS = Path(__file__).parents[1] / "docs"
BUILT = shutil.ignore_patterns("site", ".cache")
LONGEST = 34  # characters of a word that a phone can show in one line, as docs/javascripts/words.js
pytestmark = pytest.mark.slow

OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
BROKEN = """[...document.querySelectorAll("article :not(pre) > code")].flatMap((code) => {
  const inside = code.closest("td, th") !== null;
  return [...code.querySelectorAll(".word")].concat(inside ? [code] : []).filter((piece) => {
    const words = piece === code ? code.textContent.split(/\\s+/).length : 1;
    const lines = new Set([...piece.getClientRects()].map((box) => Math.round(box.top)));
    return lines.size > words;
  }).map((piece) => piece.textContent);
})"""


class Links(HTMLParser):
    """What a page leads to, and where others may lead into it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = {"__skip"}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.links += [told[name] for name in ("href", "src") if told.get(name)]
        self.places.add(told.get("id") or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site, built from a copy of the pages."""
    pytest.importorskip("zensical")
    docs = tmp_path_factory.mktemp("docs")
    shutil.copytree(DOCS, docs, dirs_exist_ok=True, ignore=BUILT)
    built = [sys.executable, "-m", "zensical", "build", "--strict", "-f", str(docs / "mkdocs.yml")]
    subprocess.run(built, check=True, capture_output=True, text=True)
    return docs / "site"


def test_site_holds_pages_alone(site: Path) -> None:
    names = [path.name for path in site.rglob("*")]
    assert "404.html" in names
    assert names.count("index.html") >= len(list(DOCS.glob("*.md")))
    assert not [name for name in names if name.endswith((".py", ".yml", ".md"))]


def test_site_links_lead_to_a_place_in_a_page(site: Path) -> None:
    pages = {path: Links(path.read_text("utf-8")) for path in site.rglob("index.html")}
    for path, page in pages.items():
        for found in page.links:
            link = urlsplit(found)
            if link.scheme or link.netloc:
                continue
            target = (path.parent / unquote(link.path)).resolve() if link.path else path
            target = target / "index.html" if target.is_dir() else target
            assert target.is_file(), f"{path}: {found}"
            if link.fragment and target in pages:
                assert unquote(link.fragment) in pages[target].places, f"{path}: {found}"


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_site_pages_fit_phone_desk_and_paper_with_their_words_whole(
    site: Path, tmp_path: Path
) -> None:
    class Silent(SimpleHTTPRequestHandler):
        def log_message(self, *told: object) -> None:
            """Tell nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    pages = [p.parent.relative_to(site).as_posix() for p in site.glob("*/index.html")]
    faults = []
    try:
        with Browser(tmp_path) as browser:
            browser.call("Network.enable")
            browser.call("Network.setBlockedURLs", urls=["*search*"])  # no page is searched
            shown = [(390, "screen"), (1280, "screen"), (720, "print")]
            for page in ["reference/Train", *sorted(pages)]:
                there = f"{address}/{page}/"
                browser.call(
                    "Page.navigate", url=there
                )  # not by a blank page: that is another process
                browser.until(f"location.href === '{there}' && document.readyState === 'complete'")
                shown.reverse()  # begin as the page before ended: nothing is laid out anew
                for width, media in shown:
                    browser.call("Emulation.setEmulatedMedia", media=media)
                    browser.call(
                        "Emulation.setDeviceMetricsOverride",
                        **{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
                    )
                    if (over := browser.run(OVER)) > 0:
                        faults.append((page, width, media, over))
                    if media == "screen" and (broken := browser.run(BROKEN)):
                        faults.append((page, width, media, broken))
    finally:
        server.shutdown()
        server.server_close()
    assert not faults
