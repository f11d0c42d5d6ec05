import asyncio
from typing import Any

import httpx
import pytest

from fivefold.serve.app import create_app


@pytest.fixture(scope="session")
def ask() -> Any:
    """A function that sends a request to a model's application in this process, and its reply.

    It takes the model, the method, the path, options of `httpx` and the application's limits.
    """

    async def send(application: Any, method: str, path: str, options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, **options)

    def go(model: Any, method: str, path: str, limits: Any = None, **options: Any) -> Any:
        return asyncio.run(send(create_app(model, **limits or {}), method, path, options))

    return go


@pytest.fixture
def judged_kinds(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of small kinds, known to the library while a test runs."""
    import judged_kinds
    from fivefold.kinds.known import KINDS

    monkeypatch.setattr(KINDS, "_own", {})
    for name in ("Colour", "Route", "Grade", "Quarter"):
        KINDS.adopt(getattr(judged_kinds, name))
    return judged_kinds
