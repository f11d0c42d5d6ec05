"""The web server of one model."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

from fivefold.errors import RequestError
from fivefold.serve.flight import CrowdedError, Flight
from fivefold.serve.form import form_as_json, is_form
from fivefold.serve.messages import MAX_ROWS, explain, fault, json_text
from fivefold.serve.page import render_page
from fivefold.serve.predictor import Predictor

MAX_BYTES = 32 * 2**20
ASKED = "POST /predict, POST /explain, GET /health, GET /schema and GET /"
SECONDS = 30.0  # that a client may take for the head of a request, and for its body


def create_app(
    model: Predictor,
    *,
    max_bytes: int = MAX_BYTES,
    max_rows: int = MAX_ROWS,
    seconds: float = SECONDS,
) -> FastAPI:
    """An ASGI app: `POST /predict` and `/explain`, `GET /health` and `/schema`, a page at `/`.

    Args:
        model: what answers.
        max_bytes: the largest request body.
        max_rows: the most instances in one request.
        seconds: that a client may take for the body of a request.

    Returns:
        The app. A bad request gets 422 (413 if it is too large, 408 if it takes too long, 503 with
        `Retry-After` if more rows wait than fit) and
        `{"error": {"row", "column", "wanted", "found", "message"}}`, as do another path (404) and
        another method (405, with `Allow`). A body is JSON, or a form, `multipart/form-data`,
        whose parts are cells.
    """
    app = FastAPI(title=f"fivefold: {model.contract.target}", docs_url=None, redoc_url=None)

    @app.exception_handler(404)
    @app.exception_handler(405)
    async def refuse(request: Request, error: Any) -> Response:
        found = f"{request.method} {request.url.path}"[:200]
        told = fault(f"one of {ASKED}", found, remedy=f"Ask one of {ASKED}.")
        return _json({"error": explain(told)}, error.status_code, dict(error.headers or {}))

    flight = Flight(model, max_rows)

    @app.post("/predict")
    async def predict(request: Request) -> Response:
        return await answered(request, flight.reply)

    @app.post("/explain")
    async def why(request: Request) -> Response:
        return await answered(request, flight.explain)

    async def answered(request: Request, reply: Callable[[bytes], Awaitable[bytes]]) -> Response:
        try:
            async with asyncio.timeout(seconds):
                body = await _body(request, max_bytes)
            kind = request.headers.get("content-type", "")
            if is_form(kind):
                body = await run_in_threadpool(form_as_json, kind, body, model.contract)
            return Response(await reply(body), media_type="application/json")
        except TimeoutError:
            error = fault(f"a whole body within {seconds:g} seconds", "a part of one")
            return _json({"error": explain(error)}, 408)
        except CrowdedError:
            error = fault("a server with room for more rows", "as many as it answers at once")
            return _json({"error": explain(error)}, 503, {"Retry-After": "1"})
        except RequestError as error:
            too_large = error.facts.get("limit") == "bytes"
            return _json({"error": explain(error)}, 413 if too_large else 422)

    @app.get("/health")
    async def health() -> Response:
        facts = {"status": "ok", "target": model.contract.target, "sha256": model.digest}
        return _json(facts)

    @app.get("/schema")
    async def schema() -> Response:
        return _json(model.contract.to_json())

    @app.get("/")
    async def page() -> Response:
        nonce = secrets.token_urlsafe(16)
        policy = (
            "default-src 'none'; connect-src 'self'; img-src data: blob:; media-src blob:; "
            f"base-uri 'none'; form-action 'none'; script-src 'nonce-{nonce}'; "
            f"style-src 'nonce-{nonce}'"
        )
        headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff"}
        text = render_page(model.contract, model.digest, nonce)
        return Response(text, media_type="text/html; charset=utf-8", headers=headers)

    return app


async def _body(request: Request, max_bytes: int) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > max_bytes:
            raise fault(f"at most {max_bytes:,} bytes", "more", limit="bytes")
    return bytes(body)


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(json_text(value), status, headers, media_type="application/json")
