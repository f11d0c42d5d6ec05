"""The web app of the page on which rows are labelled."""

import hmac
import json
import secrets
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

from fivefold.core.jsontext import parse_json
from fivefold.label.desk import Desk, RefusedError

LARGEST = 2**20
"""Bytes of a stroke at most."""
SCRIPTS = ("shown.js", "marks.js", "guide.js", "panel.js", "outbox.js", "screen.js", "keys.js")


def create_label_app(desk: Desk) -> FastAPI:
    """An ASGI app: a page at `/`, and what it asks for with the token of a person.

    The page itself holds nothing of the data. All else needs `Authorization: Bearer TOKEN`, so
    that no other page that the browser has open can ask for it.

    Args:
        desk: what gives items and takes strokes.
    """
    app = FastAPI(title="fivefold label", docs_url=None, redoc_url=None, openapi_url=None)

    def answer(act: Callable[[str, Any], Any]) -> Callable[[Request], Any]:
        async def handle(request: Request) -> Response:
            who = _who(desk, request)
            if who is None:
                return _json({"error": "This address is not known here."}, 401)
            try:
                asked = parse_json(await _body(request) or b"{}", strict=True)
                if not isinstance(asked, dict):
                    raise RefusedError("expected a JSON object")
                return _json(await run_in_threadpool(act, who, asked))
            except (ValueError, RecursionError) as error:  # RefusedError among them
                return _json({"error": str(error) or type(error).__name__}, 422)

        return handle

    def following(who: str, asked: Any) -> Any:
        lists = [asked.get(name, []) for name in ("held", "passing")]
        for one in lists:
            if not isinstance(one, list) or not all(isinstance(item, str) for item in one):
                raise RefusedError("held, passing: expected lists of items")
        return desk.next(who, *lists)

    routes = {
        "question": lambda who, _: desk.asked(who),
        "next": following,
        "stroke": lambda who, asked: {"kept": desk.keep(who, asked)},
        "last": lambda who, _: desk.last(who),
        "progress": lambda who, _: desk.progress(who),
        "disputes": lambda who, _: desk.disputes(who),
    }
    for name, act in routes.items():
        app.post(f"/{name}")(answer(act))

    @app.get("/")
    async def page() -> Response:
        nonce = secrets.token_urlsafe(16)
        policy = (
            "default-src 'none'; connect-src 'self'; img-src data:; media-src data: blob:; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            f"script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'"
        )
        headers = {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }
        return Response(
            render_label_page(nonce), media_type="text/html; charset=utf-8", headers=headers
        )

    return app


def render_label_page(nonce: str = "") -> str:
    """The page in one piece; it fetches nothing but what the server answers.

    Args:
        nonce: of the Content-Security-Policy.
    """
    assets = files("fivefold.label")
    parts = {name: assets.joinpath(name).read_text("utf-8") for name in (*SCRIPTS, "screen.css")}
    page = assets.joinpath("screen.html").read_text("utf-8")
    page = page.replace("{nonce}", nonce).replace("{style}", parts["screen.css"])
    return page.replace("{script}", "".join(parts[name] for name in SCRIPTS))


def _who(desk: Desk, request: Request) -> str | None:
    """The person whose token a request has."""
    given = request.headers.get("authorization", "").encode()
    found = None
    for who, token in desk.people.items():  # all are compared, so that time tells nothing
        if hmac.compare_digest(f"Bearer {token}".encode(), given):
            found = who
    return found


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            raise RefusedError(f"expected at most {LARGEST:,} bytes")
    return bytes(body)


def _json(value: Any, status: int = 200) -> Response:
    text = json.dumps(value, allow_nan=False).encode()
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(text, status, headers, media_type="application/json")
