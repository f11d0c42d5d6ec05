"""The web server of one model."""

import errno
import json
import math
import os
import secrets
import socket
from os import PathLike
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

from fivefold.codecs.table import Array
from fivefold.errors import PreflightError, RequestError
from fivefold.reading.jsontext import RepeatedKeyError, parse_json
from fivefold.serve.page import render_page
from fivefold.serve.predictor import Predictor, load

MAX_BYTES = 32 * 2**20
MAX_ROWS = 10_000


def create_app(
    model: Predictor, *, max_bytes: int = MAX_BYTES, max_rows: int = MAX_ROWS
) -> FastAPI:
    """An ASGI app with `POST /predict`, `GET /health`, `GET /schema` and a page at `/`.

    Args:
        model: what answers.
        max_bytes: the largest request body.
        max_rows: the most instances in one request.

    Returns:
        The app. A bad request gets 422 (413 if it is too large) and
        `{"error": {"row", "column", "wanted", "found", "message"}}`.
    """
    app = FastAPI(title=f"fivefold: {model.contract.target}", docs_url=None, redoc_url=None)

    @app.post("/predict")
    async def predict(request: Request) -> Response:
        try:
            body = await _body(request, max_bytes)
            instances = parse_instances(body, max_rows)
            return _json(await run_in_threadpool(answer, model, instances))
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
            "default-src 'none'; connect-src 'self'; img-src data: blob:; base-uri 'none'; "
            f"form-action 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'"
        )
        headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff"}
        text = render_page(model.contract, model.digest, nonce)
        return Response(text, media_type="text/html; charset=utf-8", headers=headers)

    return app


def answer(model: Predictor, instances: list[Any]) -> dict[str, Any]:
    """The response to these instances: plain JSON values, never NaN.

    Returns:
        `predictions`, one a row; for a model of classes also `classes` and `probabilities`.

    Raises:
        RequestError: if an instance is not as the contract says.
    """
    scores = model.scores(instances, complete=True)
    if model.task == "regression":
        return {"predictions": _finite(scores)}
    return {
        "predictions": model.answers(scores).tolist(),
        "classes": list(model.classes),
        "probabilities": _finite(scores),
    }


def parse_instances(body: bytes, max_rows: int = MAX_ROWS) -> list[Any]:
    """The instances of a request body.

    Raises:
        RequestError: if it is not JSON, names a key twice in one object, is not
            `{"instances": [...]}`, empty or too long.
    """
    try:
        value = parse_json(body, constant=_refuse)
    except RepeatedKeyError as error:
        raise _fault("each key once in an object", f"{error.key!r} twice") from None
    except (ValueError, RecursionError) as error:
        raise _fault("JSON", f"{error or type(error).__name__}") from None
    if not isinstance(value, dict) or not isinstance(value.get("instances"), list):
        found = type(value).__name__
        if isinstance(value, dict):
            found = f"an object with {', '.join(map(repr, value))}" if value else "an empty object"
        raise _fault('{"instances": [...]}', found[:200])
    instances: list[Any] = value["instances"]
    if not 0 < len(instances) <= max_rows:
        raise _fault(f"1 to {max_rows:,} instances", f"{len(instances):,}")
    return instances


def explain(error: RequestError) -> dict[str, Any]:
    """The facts of a bad request as plain JSON values."""
    names = ("row", "column", "wanted", "found")
    return {name: _brief(error.facts.get(name)) for name in names} | {"message": str(error)}


def serve(
    path: str | PathLike[str],
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    sha256: str | None = None,
) -> None:
    """Serve a bundle until interrupted.

    Args:
        path: the bundle.
        host: the address to listen at; "0.0.0.0" is every one of this machine.
        port: 0 takes a free one.
        sha256: the digest that the bundle must have.

    Raises:
        BundleError: if the bundle cannot be trusted.
        PreflightError: if the port is in use, not allowed or none, or the host is not here.
    """
    import uvicorn

    model = load(path, sha256)
    listener = listen(host, port)
    place, number = listener.getsockname()[:2]
    shown = f"[{place}]" if ":" in place else place
    print(f"{path} answers at http://{shown}:{number}/ (Ctrl-C stops it).", flush=True)
    config = uvicorn.Config(create_app(model), log_level="warning", ws="none")
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:  # uvicorn has closed what was open
        pass
    finally:
        listener.close()


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at this address.

    Raises:
        PreflightError: if it is in use, not allowed, or no address of this machine.
    """
    if not 0 <= port <= 65_535:
        raise PreflightError(
            f"serve: expected a port from 0 to 65535, found {port}.",
            remedy="Pass a port in this range; 0 takes a free one.",
            host=host,
            port=port,
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, ValueError) as error:  # ValueError: a name that IDNA cannot write
        raise _deaf(host, port, getattr(error, "errno", None)) from None


def _deaf(host: str, port: int, code: int | None) -> PreflightError:
    """Why this address cannot be listened at; a name that is not found has a code below 0."""
    reason = os.strerror(code) if code is not None and code > 0 else "no such name"
    if code == errno.EADDRINUSE:
        wanted, remedy = f"{host}:{port} to be free", "Pass another port, or port=0 for a free one."
    elif code in (errno.EACCES, errno.EPERM):
        wanted = f"to be allowed to listen at {host}:{port}"
        remedy = "Pass a port of 1024 or more, or port=0 for a free one."
    else:
        wanted = f"host {host!r} to be an address of this machine"
        remedy = "Pass host='127.0.0.1' for this machine alone, or '0.0.0.0' for every address."
    return PreflightError(
        f"serve: expected {wanted}, found: {reason}.", remedy=remedy, host=host, port=port
    )


async def _body(request: Request, max_bytes: int) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > max_bytes:
            raise _fault(f"at most {max_bytes:,} bytes", "more", limit="bytes")
    return bytes(body)


def _fault(wanted: str, found: str, **facts: Any) -> RequestError:
    return RequestError(
        f"Request: expected {wanted}, found {found}.",
        remedy='Send {"instances": [{column: value, ...}, ...]}.',
        **{"row": None, "column": None, "wanted": wanted, "found": found, **facts},
    )


def _json(value: Any, status: int = 200) -> Response:
    # Escaped to ASCII: a request may hold half a surrogate pair, and an error quotes it.
    text = json.dumps(value, allow_nan=False)
    return Response(text, status, media_type="application/json")


def _finite(scores: Array) -> Any:
    values = scores.tolist()
    if scores.ndim == 2:
        return [[v if math.isfinite(v) else None for v in row] for row in values]
    return [v if math.isfinite(v) else None for v in values]


def _brief(value: Any) -> Any:
    plain = value is None or isinstance(value, bool | int | str)
    return value if plain else str(value)[:200]


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant}, which JSON does not have")
