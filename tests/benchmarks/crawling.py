"""How fast and how lean pages are read from a site on this machine.

Run: python tests/benchmarks/crawling.py [--articles 1000] [--hosts 8]. The site is served by a
process of its own, without a pause between requests; the crawl's own process says pages a second,
requests and the peak of its memory.
"""

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from machine import conditions, sentence

PARAGRAPH = "The harbour lay in the light of a lantern while the violin played its winter song. "


def main(arguments: list[str]) -> int:
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    made.add_argument("--articles", type=int, default=1000)
    made.add_argument("--hosts", type=int, default=8, help="of 127.0.0.1, 127.0.0.2 and so on")
    made.add_argument("--rounds", type=int, default=3)
    asked = made.parse_args(arguments)
    print(sentence(conditions("selectolax", "httpx2")))
    ready = multiprocessing.Queue()
    site = multiprocessing.Process(target=serve, args=(asked.articles, asked.hosts, ready))
    site.start()
    try:
        port = ready.get(timeout=30)
        for _ in range(asked.rounds):
            parts = multiprocessing.Queue()
            work = multiprocessing.Process(target=crawl_once, args=(port, asked.hosts, parts))
            work.start()
            print(json.dumps(parts.get(timeout=600)), flush=True)
            work.join()
    finally:
        site.terminate()
    return 0


def serve(articles: int, hosts: int, ready: multiprocessing.Queue) -> None:
    """A site of articles of 4 KB, each host with its share; nothing is computed for a request."""
    import asyncio

    pages: dict[bytes, bytes] = {b"/robots.txt": b"User-agent: *\nAllow: /\n"}
    for number in range(articles):
        words = PARAGRAPH * 45
        pages[f"/article/{number}".encode()] = (
            f"<html lang=en><h1>Article {number}</h1><p class=pay>{number}</p><main>{words}</main>"
        ).encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                request = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:  # the other side has left
                return writer.close()
            path = request.split(b" ", 2)[1]
            body = pages.get(path, b"none")
            head = b"200 OK" if path in pages else b"404 Not Found"
            kind = b"text/plain" if path == b"/robots.txt" else b"text/html; charset=utf-8"
            writer.write(
                b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"
                % (head, kind, len(body))
                + body
            )
            await writer.drain()

    async def run() -> None:
        first = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = first.sockets[0].getsockname()[1]
        links = (f"http://127.0.0.{1 + n % hosts}:{port}/article/{n}" for n in range(articles))
        pages[b"/"] = "".join(f'<a href="{link}">x</a>' for link in links).encode()
        for number in range(1, hosts):
            await asyncio.start_server(answer, f"127.0.0.{1 + number}", port)
        ready.put(port)
        await asyncio.Event().wait()

    asyncio.run(run())


def crawl_once(port: int, hosts: int, parts: multiprocessing.Queue) -> None:
    """One crawl into a folder of its own."""
    from fivefold.web.bounds import Rules
    from fivefold.web.crawled import crawl
    from fivefold.web.frontier import Frontier
    from fivefold.web.links import Linked
    from fivefold.web.visited import State

    rules = Rules(
        agent="fivefold (+benchmark@example.org)",
        hosts=frozenset(f"127.0.0.{1 + n}" for n in range(hosts)),
        pages=10**6,
        delay=0.0,
        private=True,
        largest=50_000_000,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "crawl.sqlite"
        begun = time.perf_counter()
        tally, _ = crawl(
            lambda: Frontier(path),
            rules,
            Linked(rules, follow=("/*",)),
            [f"http://127.0.0.1:{port}/"],
        )
        seconds = time.perf_counter() - begun
        with Frontier(path) as frontier:
            read = frontier.count(State.READ)
    parts.put(
        {
            "pages": read,
            "requests": tally.requests,
            "pages_a_second": round(read / seconds, 1),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        }
    )


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    sys.exit(main(sys.argv[1:]))
