"""A site on this machine with what crawlers meet: politeness that is measured, and every trap."""

import gzip
import json
import threading
import time
from collections import Counter, defaultdict
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

WORDS = ["harbour", "lantern", "meadow", "copper", "violin"]
WORDS += ["winter", "orchard", "pebble", "signal", "thunder"]


class Site:
    """Hosts, 127.0.0.1 and 127.0.0.2 at least, which count what they are asked.

    Args:
        articles: of which seven in ten are on the first host.
        extra: answers of one's own by path: `(status, headers, body)`.
        robots: of all hosts.
        hosts: how many there are, for traps of one's own.
        last: the articles that are answered before it falls silent; None answers all.
    """

    def __init__(self, articles=40, *, extra=None, robots=None, traps=True, hosts=2, last=None):
        self.articles, self.extra, self.traps = articles, extra or {}, traps
        self.robots = robots or (
            "User-agent: *\nDisallow: /private/\nDisallow: /*.cgi$\nAllow: /private/open\n"
        )
        self.asked, self.moments = Counter(), defaultdict(list)
        self.early, self.busy = 0, {}
        self.last, self.closed = last, threading.Event()
        self.servers = []
        for host in [f"127.0.0.{1 + number}" for number in range(hosts)]:
            port = self.servers[0].server_address[1] if self.servers else 0
            server = Server((host, port), handler_of(self))
            self.servers.append(server)
        self.port = self.servers[0].server_address[1]
        self.first, self.second = (f"http://127.0.0.{n}:{self.port}" for n in (1, 2))

    def __enter__(self):
        for server in self.servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *error):
        self.closed.set()
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def articles_asked(self):
        return sum(path.startswith("/article/") for _, path in list(self.asked))

    def host_of(self, number):
        return self.first if number % 10 < 7 else self.second

    def index(self):
        links = [f"{self.host_of(n)}/article/{n}" for n in range(self.articles)]
        if not self.traps:
            links += ["/article/0?utm_source=mail"]
        else:
            links += [
                "/article/0?utm_source=mail&fbclid=3", "/old/3", "/loop/a", "/calendar?day=1",
                "/huge", "/drip", "/private/1", "/private/open", "/run.cgi", "/busy/5", "/dated/6",
                "/broken", "/missing", "/noai", "/feed.xml", "http://10.0.0.1/article/1",
                "ftp://127.0.0.1/x", "/article/2#part", "/meta-noindex", "/tdm",
            ]  # fmt: skip
        more = '<a rel="nofollow" href="/article/secret">no</a>'
        return page("Index", "".join(f'<a href="{one}">x</a> ' for one in links) + more)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        """Who is killed leaves connections open: no fault of the site."""


def page(title, body, head=""):
    return (
        f"<!doctype html><html lang='en'><head><title>{title}</title>{head}</head><body>"
        f"<nav>Home About Menu</nav>{body}</body></html>"
    ).encode()


def article(number):
    words = " ".join(WORDS[(number * 7 + k * (1 + number % 3)) % 10] for k in range(60))
    kind = "calm" if number % 2 else "loud"
    return page(
        f"Article {number}",
        f"<h1>Article {number}</h1><p class=pay>EUR {1000 + number},50</p>"
        f"<time datetime='2026-01-{1 + number % 28:02}'>day</time>"
        f"<main>{kind} {words} {number}</main><img src='/pictures/{number % 5}.png'>",
        head="<script type='application/ld+json'>"
        + json.dumps({"@type": "JobPosting", "offers": {"price": 10 + number}})
        + "</script>",
    )


def handler_of(site):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *said):
            pass

        def reply(self, body, status=200, kind="text/html; charset=utf-8", **headers):
            self.send_response(status)
            if status not in {304}:
                self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            parts = urlsplit(self.path)
            path = parts.path
            host = self.server.server_address[0]
            site.asked[host, self.path] += 1
            site.moments[host].append((time.monotonic(), self.path))
            site.agent = self.headers["User-Agent"]
            until = site.busy.get(host)
            if until is not None and time.time() < until:
                site.early += 1
            try:
                self.answer(path, parts, host)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def answer(self, path, parts, host):
            if path in site.extra:
                status, headers, body = site.extra[path]
                more = {name: said for name, said in headers.items() if name != "kind"}
                return self.reply(body, status, headers.get("kind", "text/html"), **more)
            if path == "/robots.txt":
                return self.reply(site.robots.encode(), kind="text/plain")
            if path == "/":
                return self.reply(site.index())
            if path.startswith("/article/") and path[9:].isdigit():
                if site.last is not None and site.articles_asked() > site.last:
                    site.closed.wait()
                tag = f'"{path}"'
                if self.headers.get("If-None-Match") == tag:
                    return self.reply(b"", 304)
                body = article(int(path[9:]))
                if int(path[9:]) % 4 == 0:
                    return self.reply(gzip.compress(body), ETag=tag, Content_Encoding="gzip")
                return self.reply(body, ETag=tag)
            if path.startswith("/pictures/"):
                return self.reply(picture(int(path[10:-4])), kind="image/png")
            if path.startswith("/old/"):
                return self.reply(b"", 301, Location=f"/older/{path[5:]}")
            if path.startswith("/older/"):
                return self.reply(b"", 302, Location=f"/article/{path[7:]}")
            if path.startswith("/loop/"):
                return self.reply(b"", 302, Location="/loop/b" if path[6:] == "a" else "/loop/a")
            if path == "/calendar":
                day = int(parse_qs(parts.query)["day"][0])
                return self.reply(page("Day", f'<a href="/calendar?day={day + 1}">next</a>'))
            if path in {"/huge", "/huge.pdf"}:
                return self.huge("application/pdf" if path[5:] else "text/html")
            if path.startswith("/slow/"):
                time.sleep(1)
                return self.reply(article(int(path[6:])))
            if path == "/drip":
                return self.drip()
            if path.startswith(("/busy/", "/dated/")):
                return self.later(path, host)
            if path == "/broken":
                return self.reply(b"no", 500)
            if path == "/noai":
                return self.reply(page("No", "<h1>no</h1>"), X_Robots_Tag="noai")
            if path == "/meta-noindex":
                return self.reply(page("No", "<h1>no</h1>", "<meta name=robots content=noindex>"))
            if path == "/tdm":
                return self.reply(page("No", "<h1>no</h1>"), TDM_Reservation="1")
            if path == "/feed.xml":
                body = f"<?xml version='1.0'?><rss><channel><item><link>{site.first}/article/1</link></item></channel></rss>"  # noqa: E501
                return self.reply(body.encode(), kind="application/rss+xml")
            return self.reply(b"none", 404)

        def huge(self, kind):
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(20_000_000))
            self.end_headers()
            for _ in range(200):
                self.wfile.write(b"x" * 100_000)
            return

        def drip(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", "100000")
            self.end_headers()
            for _ in range(200):
                self.wfile.write(b"x")
                time.sleep(0.05)
            return

        def later(self, path, host):
            if site.asked[host, path] > 1:
                site.busy.pop(host, None)
                return self.reply(article(int(path.rsplit("/", 1)[1])))
            now = time.time()
            if path.startswith("/busy/"):
                site.busy[host] = now + 1
                return self.reply(b"", 429, Retry_After="1")
            site.busy[host] = int(now + 1)
            return self.reply(b"", 503, Retry_After=formatdate(now + 1, usegmt=True))

    return Handler


def picture(shade):
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.new("L", (8, 8), 40 * shade).save(file, "PNG")
    return file.getvalue()
