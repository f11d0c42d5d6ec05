"""A crawl from beginning to end, in a thread of its own."""

import asyncio
import threading
from collections.abc import Callable, Iterable
from typing import Any

from fivefold.web.bounds import Rules, Sight, Tally
from fivefold.web.crawl import Crawl
from fivefold.web.frontier import Frontier
from fivefold.web.manner import Manner


def crawl(
    frontier: Callable[[], Frontier],
    rules: Rules,
    manner: Manner,
    seeds: Iterable[str],
    *,
    fetch: Callable[[str], Any] | None = None,
    tell: Callable[[Sight], None] | None = None,
) -> tuple[Tally, bool]:
    """Crawl in a thread with an event loop of its own, so that it runs where one is running.

    Args:
        frontier: opens it, in that thread.
        rules: how it goes.
        manner: how pages are asked for, and where they lead.
        seeds: addresses that it begins with.
        fetch: see `Crawl`.
        tell: called in this thread about once a second, and at the end.

    Returns:
        What it came to, and whether it was interrupted; what was read is kept.
    """
    stop, done = threading.Event(), threading.Event()
    found: dict[str, Any] = {}
    last: list[Sight] = []

    def work() -> None:
        try:
            with frontier() as pages:
                going = Crawl(pages, rules, manner, stop, fetch=fetch, tell=last.append)
                going.seed(seeds)
                going.resume()
                found["tally"] = asyncio.run(going.run())
        except BaseException as error:  # handed to the thread that waits
            found["error"] = error
        finally:
            done.set()

    thread = threading.Thread(target=work, name="crawl", daemon=True)
    thread.start()
    interrupted = False
    while not done.is_set():
        try:
            done.wait(0.2)
            if last and tell is not None:
                tell(last[-1])
                last.clear()
        except KeyboardInterrupt:
            interrupted = True
            stop.set()
    thread.join()
    if last and tell is not None:
        tell(last[-1])
    if "error" in found:
        raise found["error"]
    return found["tally"], interrupted
