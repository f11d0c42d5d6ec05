"""One request: bounded in bytes and in seconds from its beginning to its end."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fivefold.web.guarded import looked_up
from fivefold.web.url import host_of, split

if TYPE_CHECKING:
    from httpx2 import AsyncClient, Request, Response

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Answer:
    """What a host answered.

    Attributes:
        status: of HTTP.
        headers: names in lower case.
        body: decoded from its transfer; cut where `is_cut`.
        why: that the body was not read whole: `too large`, or the kind of content; empty if it was.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    why: str = ""


def answer_of(found: Answer | str | bytes) -> Answer:
    """The answer of a function that asks in place of HTTP: as it is, or the text of a page."""
    if isinstance(found, Answer):
        return found
    body = found.encode() if isinstance(found, str) else bytes(found)
    return Answer(200, {"content-type": "text/html; charset=utf-8"}, body)


class Fetcher:
    """Asks for pages, one host's connection at a time.

    Args:
        client: of httpx2, which follows no redirects and knows no proxy.
        agent: the whole `User-Agent`.
        largest: bytes of a body at most.
        deadline: seconds of a request at most, from its beginning to the last byte.
        private: whether addresses of this machine and its network may be asked.
    """

    def __init__(
        self, client: "AsyncClient", *, agent: str, largest: int, deadline: float, private: bool
    ) -> None:
        self.client, self.agent = client, agent
        self.largest, self.deadline, self.private = largest, deadline, private
        self._addresses: dict[tuple[str, int], tuple[str, ...]] = {}

    async def get(
        self,
        address: str,
        *,
        wanted: tuple[str, ...] | None = None,
        headers: Mapping[str, str] | None = None,
        sent: Callable[[], None] | None = None,
    ) -> Answer:
        """The answer to a request.

        Args:
            address: of a page.
            wanted: beginnings of kinds of content that are read, such as `text/`; None for all.
            headers: of the request, further ones.
            sent: called at the moment when the request goes out, its connection being there.

        Raises:
            RefusedError: if the host has no address, or one that is not asked.
            TimeoutError: if it took too long.
            OSError: if the connection failed.
        """
        asked = self._get(address, wanted, headers or {}, sent)
        return await asyncio.wait_for(asked, self.deadline)

    async def _get(
        self,
        address: str,
        wanted: tuple[str, ...] | None,
        headers: Mapping[str, str],
        sent: Callable[[], None] | None,
    ) -> Answer:
        import httpx2

        async def follow(event: str, facts: object) -> None:
            if sent is not None and event.endswith("send_request_headers.started"):
                sent()

        parts = split(address)
        host, port = host_of(parts), parts.port or PORTS[parts.scheme]
        if (host, port) not in self._addresses:
            self._addresses[host, port] = await looked_up(host, port, private=self.private)
        place = f"[{host}]" if ":" in host else host
        asked = {
            "Host": place if parts.port is None else f"{place}:{parts.port}",
            "User-Agent": self.agent,
            **headers,
        }
        more = {"sni_hostname": host, **({} if sent is None else {"trace": follow})}

        def request(number: str) -> "Request":
            url = httpx2.URL(address).copy_with(host=number)
            return self.client.build_request("GET", url, headers=asked, extensions=more)

        try:
            response = await self._connected((host, port), request)
            try:
                return await self._read(response, wanted)
            finally:
                await response.aclose()
        except httpx2.TimeoutException as error:
            raise TimeoutError(str(error) or type(error).__name__) from error
        except httpx2.DecodingError as error:
            raise OSError(f"broken content: {error}") from error
        except httpx2.HTTPError as error:
            raise OSError(str(error) or type(error).__name__) from error

    async def _connected(
        self, place: tuple[str, int], request: "Callable[[str], Request]"
    ) -> "Response":
        """The answer of the first address of a host that lets itself be connected to.

        A network may have none of the kind that names give first. That address is the first from
        now on.
        """
        import httpx2

        numbers = self._addresses[place]
        for number in numbers[:-1]:
            try:
                response = await self.client.send(request(number), stream=True)
            except httpx2.ConnectError:
                self._addresses[place] = (*self._addresses[place][1:], number)
                continue
            return response
        return await self.client.send(request(numbers[-1]), stream=True)

    async def _read(self, response: "Response", wanted: tuple[str, ...] | None) -> Answer:
        headers = {name.lower(): value for name, value in response.headers.items()}
        headers.pop("set-cookie", None)  # nothing of a session is kept
        status = response.status_code
        if 300 <= status < 400:
            return Answer(status, headers)
        said = headers.get("content-type", "").split(";")[0].strip().lower()
        if status < 400 and wanted is not None and said and not said.startswith(wanted):
            return Answer(status, headers, why=f"content {said}")
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > self.largest:
                return Answer(status, headers, why="too large")
        return Answer(status, headers, bytes(body))
