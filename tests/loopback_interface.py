"""An interface on this machine that answers in JSON, page by page, in every way that there is."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from loopback_site import picture


class Interface:
    """A host whose jobs are listed by link, header, cursor, number and offset.

    Args:
        rows: how many jobs there are.
        size: of a page.
        token: that `Authorization` or `api_key` must have; None for nobody's.
        answers: of one's own by path: `(status, headers, body)`.
    """

    def __init__(self, rows=25, *, size=4, token=None, answers=None):
        self.rows, self.size, self.token = rows, size, token
        self.answers, self.asked, self.seen = answers or {}, [], []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(self))
        self.server.daemon_threads = True
        self.first = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()

    def page(self, start):
        stop = min(start + self.size, self.rows)
        return [job(number) for number in range(start, stop)], stop


def job(number):
    return {
        "id": number,
        "title": f"Job {number}",
        "url": f"https://jobs.example/{number}",
        "pay": {"from": 1000 + number, "text": f"EUR {1000 + number},50"},
        "tags": ["a", "b"][: number % 3],
        "photo": f"/photo/{number % 3}.png",
    }


def handler_of(interface):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *said):
            pass

        def reply(self, body, status=200, **headers):
            if not isinstance(body, bytes):
                body = json.dumps(body).encode()
            named = {name.replace("_", "-"): said for name, said in headers.items()}
            headers = {"Content-Type": "application/json", **named}
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            parts = urlsplit(self.path)
            asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            interface.asked.append(self.path)
            interface.seen.append(dict(self.headers))
            if parts.path in interface.answers:
                status, headers, body = interface.answers[parts.path]
                return self.reply(body, status, **headers)
            if parts.path.startswith("/photo/"):
                return self.reply(picture(int(parts.path[7:-4])), Content_Type="image/png")
            if not parts.path.startswith("/jobs"):
                return self.reply({}, 404)
            said = self.headers.get("Authorization", "").removeprefix("Bearer ")
            key = said or asked.get("api_key", "")
            if interface.token is not None and key != interface.token:
                return self.reply({"error": f"not with {key}"}, 401)
            return self.listed(parts.path, asked, key)

        def listed(self, path, asked, key):
            number = int(asked.get("page", 1))
            place = asked.get("cursor", "").removeprefix("c")
            start = int(place or asked.get("offset", 4 * (number - 1)))
            rows, stop = interface.page(start)
            more = stop < interface.rows
            onward = f"{path}?cursor=c{stop}&api_key={key}" if key else f"{path}?cursor=c{stop}"
            tag = f'"{path}{start}{interface.rows}"'
            if self.headers.get("If-None-Match") == tag:
                return self.reply(b"", 304)
            if path == "/jobs/header":
                led = {"Link": f'<{onward}>; rel="next", </jobs/header>; rel=first'} if more else {}
                return self.reply(rows, ETag=tag, **led)
            body = {"data": {"items": rows}, "asked": key}
            body["links"] = {"next": onward if more else None}
            body["meta"] = {"cursor": f"c{stop}" if more else ""}
            return self.reply(body, ETag=tag, Set_Cookie=f"session={key}")

    return Handler
