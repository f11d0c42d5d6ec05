"""The three ways in which data is collected, each to a trained model, on this machine alone.

Run: `python examples/methods.py`. It makes a small site and serves it to itself; nothing is fetched
from elsewhere.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from tempfile import TemporaryDirectory

import numpy as np

import fivefold as ff
from fivefold.label.event import Event
from fivefold.label.events import FILE, Events


def learnt(*stages: ff.Stage) -> ff.Result:
    """What comes of rows, in a few epochs."""
    rest = [ff.Preprocess(), ff.Train(epochs=4, quality="fast"), ff.Evaluate()]
    return ff.Pipeline([*stages, *rest]).run(seed=0, progress=False)


def existing() -> ff.Result:
    """A set that exists: a file, a frame, a folder, or one that scikit-learn brings."""
    return learnt(ff.Collect("sklearn:breast_cancer"))


def scraped() -> ff.Result:
    """Pages of the web: links are followed, and each page becomes a row."""
    with site() as address:
        pages = ff.Scrape(
            address,
            follow="/jobs/*",
            select={"pay": ".pay::number", "text": "main"},
            contact="me@example.org",
            delay=0,
            allow_private=True,  # this machine is no address of the web
            target="pay",
            task="regression",
        )
        return learnt(pages)


def labelled(folder: str) -> ff.Result:
    """Rows without an answer: rules label them, and what rules say is judged by a person."""
    reviews = ff.samples.reviews()
    said = {"good": ["moving", "brilliant", "warm"], "bad": ["dull", "flat", "clumsy"]}
    rules = [
        ff.rule(label, column="review", contains=word)
        for label, words in said.items()
        for word in words
    ]
    label = ff.Label(["good", "bad"], by=["review"], rules=rules, directory=folder)
    with Events(f"{folder}/{FILE}") as strokes:  # what the page of label.open() does with each key
        items = label.items(label.rows(reviews[["review"]]))
        drawn = np.random.default_rng(0).permutation(len(items))[:200]
        for n in drawn.tolist():
            value = reviews["opinion"][n]
            strokes.append(Event(item=items[n], who="ann", act="label", value=value, seconds=2.0))
    return learnt(ff.Collect(reviews[["review"]], kinds={"review": "text"}), label)


@contextmanager
def site() -> Iterator[str]:
    """Some hundred advertisements on this machine, as long as the block lasts."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rsplit("/", 1)[-1]
            if self.path == "/":
                body = "".join(f'<a href="/jobs/{n}">job</a> ' for n in range(240))
            elif name.isdigit():
                level, pay = ("senior", 70) if int(name) % 3 == 0 else ("junior", 40)
                pay += int(name) % 7
                body = f"<p class=pay>EUR {pay}.000</p><main>A {level} person, team {name}.</main>"
            else:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"<!doctype html><title>jobs</title>{body}".encode())

        def log_message(self, *said: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


if __name__ == "__main__":
    with TemporaryDirectory() as labels:
        for method in (existing, scraped, partial(labelled, labels)):
            result = method()
            rows = len(result[ff.Collected].table)
            name = getattr(method, "func", method).__name__
            print(f"{name}: {rows:,} rows\n{result.verdict}\n")
