"""A server of one model: its address, its limits of time, and its end."""

import errno
import os
import socket
from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any

from fivefold.errors import PreflightError
from fivefold.serve.app import SECONDS, create_app
from fivefold.serve.predictor import load

GRACE = 10  # seconds that requests which are under way at the end may still take


def serve(
    path: str | PathLike[str],
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    sha256: str | None = None,
    threads: int = 1,
    sources: Mapping[str, Any] | None = None,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve a bundle until interrupted.

    Args:
        path: the bundle.
        host: the address to listen at; "0.0.0.0" is every one of this machine.
        port: 0 takes a free one.
        sha256: the digest that the bundle must have.
        threads: of onnxruntime; 0 is one a core.
        sources: fresher rows of sources that were joined, by their names.
        announce: is told the address, once it answers; None prints it.

    Raises:
        BundleError: if the bundle cannot be trusted.
        PreflightError: if the port is in use, not allowed or none, or the host is not here.
    """
    import uvicorn

    model = load(path, sha256, threads=threads).joining(sources or {})
    listener = listen(host, port)
    place, number = listener.getsockname()[:2]
    shown = f"[{place}]" if ":" in place else place
    address = f"http://{shown}:{number}/"
    if announce is None:
        print(f"{path} answers at {address} (Ctrl-C stops it).", flush=True)
    else:
        announce(address)
    config = uvicorn.Config(
        create_app(model),
        log_level="warning",
        ws="none",
        http=prompt_protocol(),
        timeout_graceful_shutdown=GRACE,
    )
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
        remedy = "Pass a port in this range; 0 takes a free one."
        raise PreflightError.expected(
            *("serve", "a port from 0 to 65535", port, remedy),
            argument="port",
            host=host,
            port=port,
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except (OSError, ValueError) as error:  # ValueError: a name that IDNA cannot write
        raise _deaf(host, port, getattr(error, "errno", None)) from None
    # asyncio sets it only where the protocol is named; the reply to a kept connection waits for
    # the client's acknowledgement without it, 40 ms as a rule. What is accepted inherits it.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def prompt_protocol() -> Any:
    """Uvicorn's protocol, which closes connections that do not finish the head of a request."""
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    class Prompt(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
        _waiting: Any = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._wait()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.cycle is not None and not self.cycle.response_complete:
                self._go_on()
            elif self._waiting is None:
                self._wait()

        def connection_lost(self, exc: Exception | None) -> None:
            self._go_on()
            super().connection_lost(exc)

        def _wait(self) -> None:
            self._waiting = self.loop.call_later(SECONDS, self.transport.close)

        def _go_on(self) -> None:
            if self._waiting is not None:
                self._waiting.cancel()
                self._waiting = None

    return Prompt


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
