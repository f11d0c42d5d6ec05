"""Advertisements on a site of this machine, and what a person would say of them."""

import random
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SENIOR = ["leads a team", "mentors others", "years of experience", "owns the design"]
JUNIOR = ["learns quickly", "first job", "with our help", "recent graduate"]
OFFICES = ["Bern", "Oslo", "Turin", "Ghent", "Porto"]


def advertisement(number):
    """A text: most of its phrases are of one level, some of the other."""
    draw = random.Random(number)
    own, other = (SENIOR, JUNIOR) if draw.random() < 0.45 else (JUNIOR, SENIOR)
    phrases = [*draw.sample(own, 2), *draw.sample(other, draw.random() < 0.25)]
    draw.shuffle(phrases)
    return f"Wanted for {draw.choice(OFFICES)}: somebody who {', '.join(phrases)}. Desk {number}."


def level_of(text):
    """What a person says who reads all of it."""
    return "senior" if sum(phrase in text for phrase in SENIOR) > 1 else "junior"


@contextmanager
def site(port=0, count=400):
    """The site, as long as the block lasts; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = self.path.strip("/").split("/")
            if parts == [""]:
                links = "".join(f'<a href="/jobs/{n}">job</a> ' for n in range(count))
                self.reply(200, f"<title>Jobs</title>{links}")
            elif parts[0] == "jobs" and parts[-1].isdigit():
                text = advertisement(int(parts[-1]))
                self.reply(200, f"<h1>Job {parts[-1]}</h1><main>{text}</main>")
            else:
                self.reply(404, "none")

        def reply(self, status, body):
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"<!doctype html><html lang='en'>{body}</html>".encode())

        def log_message(self, *said):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
