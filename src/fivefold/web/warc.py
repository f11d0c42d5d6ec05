"""A crawl as a web archive (WARC, ISO 28500): written, and read in place of asking again."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from fivefold.errors import DataError
from fivefold.web.frontier import Frontier
from fivefold.web.manner import FILES, Manner
from fivefold.web.visited import Entry, State

_TRANSFER = {"content-encoding", "transfer-encoding", "content-length", "set-cookie"}
_MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"


def write_archive(frontier: Frontier, path: Path, *, agent: str, packed: bool) -> None:
    """All pages of a crawl, as they were answered, with how they were come by.

    A page that was read or leads elsewhere is a response; each has a metadata record too, with the
    page that led there (`via`), the links from a seed (`hopsFromSeed`), and why it was left out.

    Args:
        frontier: with the pages.
        path: of the file, which is written anew.
        agent: the whole `User-Agent`.
        packed: each record by gzip.
    """
    from warcio.warcwriter import WARCWriter

    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=packed, warc_version="WARC/1.1")
        told = {"software": agent.split()[0], "format": "WARC File Format 1.1"}
        told["http-header-user-agent"] = agent
        writer.write_record(_record(writer, "warcinfo", _fields(told), None))
        for entry in frontier.entries():
            if entry.state in (State.READ, State.REDIRECT):
                writer.write_record(_record(writer, "response", entry.body, entry))
            writer.write_record(_record(writer, "metadata", _fields(_come_by(entry)), entry))


def read_archive(frontier: Frontier, path: Path, manner: Manner) -> int:
    """Know the pages of an archive as if they had been asked for.

    Args:
        frontier: that shall know them.
        path: of the file, one of fivefold's or of another crawler.
        manner: how pages are looked at.

    Returns:
        How many pages were read.

    Raises:
        DataError: if it is no archive, or is damaged, naming the record.
    """
    read = 0
    frontier.begin()
    for entry in _entries(path, manner):
        read += entry.state == State.READ and not entry.is_file
        frontier.restore(entry)
    frontier.commit()
    return read


def _entries(path: Path, manner: Manner) -> Iterator[Entry]:
    """The pages of an archive: a response, with what a metadata record after it says of it."""
    last: Entry | None = None
    for record in _records(path):
        address = record.rec_headers.get_header("WARC-Target-URI") or ""
        if not address.startswith(("http://", "https://")):
            continue
        if record.rec_type == "response" and record.http_headers is not None:
            if last is not None:
                yield last
            last = _answered(record, manner.pair(address), manner)
        elif record.rec_type == "metadata":
            said = record.content_stream().read().decode("utf-8", "replace")
            fields = dict(line.split(": ", 1) for line in said.splitlines() if ": " in line)
            key, fetched = manner.pair(address)
            if last is not None and last.address == key:
                yield replace(last, **_told(fields))
                last = None
            elif "fetched" in fields:  # one of fivefold's, that was not answered or left out
                state = State.REFUSED if "refused" in fields else State.WAITING
                known = Entry(address=key, fetched=fetched, state=state, headers={}, body=b"")
                yield replace(known, **_told(fields))
    if last is not None:
        yield last


def _records(path: Path) -> Iterator[Any]:
    """The records of an archive, one after another.

    Raises:
        DataError: if one cannot be read, or there is none.
    """
    from warcio.archiveiterator import ArchiveIterator

    number = 0
    with path.open("rb") as stream:
        try:
            for record in ArchiveIterator(stream, check_digests="raise"):
                yield record
                record.raw_stream.read()
                if record.raw_stream.limit > 0:
                    raise EOFError("its end missing")
                number += 1
            if path.suffix == ".gz":
                _unpack(path)
        except Exception as error:  # of warcio and what it reads by, which have no common class
            found = str(error).strip() or type(error).__name__
            raise _damaged(path, number + 1, found) from error
    if not number:
        raise _damaged(path, 1, "nothing")


def _unpack(path: Path) -> None:
    """Read to the end what is packed: warcio takes a file that was cut for one that ends there."""
    import gzip

    with gzip.open(path) as stream:
        while stream.read(1 << 20):
            pass


def _damaged(path: Path, number: int, found: str) -> DataError:
    return DataError.expected(
        f"{path.name}, record {number:,}",
        "a whole record of a web archive",
        found,
        "Pass archive= with a whole file, or remove it to ask for the pages again.",
        record=number,
    )


def _record(writer: Any, kind: str, content: bytes, entry: Entry | None) -> Any:
    from warcio.statusandheaders import StatusAndHeaders

    address, moment = ("", 0.0) if entry is None else (entry.address, entry.moment or 0.0)
    headers = None
    if kind == "response" and entry is not None:
        pairs = [(n.title(), said) for n, said in entry.headers.items() if n not in _TRANSFER]
        pairs.append(("Content-Length", str(len(content))))
        known = entry.status in HTTPStatus._value2member_map_
        phrase = HTTPStatus(entry.status).phrase if known else "Unknown"
        headers = StatusAndHeaders(f"{entry.status} {phrase}", pairs, protocol="HTTP/1.1")
    fields = {
        "WARC-Date": datetime.fromtimestamp(moment, UTC).strftime(_MOMENT),
        "WARC-Record-ID": f"<urn:uuid:{uuid5(NAMESPACE_URL, f'{kind} {address} {moment}')}>",
    }
    return writer.create_warc_record(
        address,
        kind,
        payload=BytesIO(content),
        length=len(content),
        warc_content_type="" if kind == "response" else "application/warc-fields",
        warc_headers_dict=fields,
        http_headers=headers,
    )


def _fields(said: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in said.items()).encode()


def _come_by(entry: Entry) -> dict[str, str]:
    """How a page was come by; hops as other crawlers write them, a letter for each."""
    hops = "L" * (entry.depth - entry.is_file) + "E" * entry.is_file
    said = {"via": entry.parent or "", "hopsFromSeed": hops, "fetched": entry.fetched}
    if entry.state == State.REFUSED:
        said |= {"refused": entry.why, "status": str(entry.status)}
    return said


def _told(fields: Mapping[str, str]) -> dict[str, Any]:
    """What a metadata record says of a page."""
    hops = fields.get("hopsFromSeed", "").strip()
    said: dict[str, Any] = {"parent": fields.get("via", "").strip() or None, "depth": len(hops)}
    if "E" in hops:
        said["is_file"] = True
    if "fetched" in fields:
        said["fetched"] = fields["fetched"].strip()
    if "refused" in fields:
        said |= {"why": fields["refused"].strip(), "state": State.REFUSED}
        said["status"] = int(fields.get("status", "0").strip() or 0)
    return said


def _answered(record: Any, pair: tuple[str, str], manner: Manner) -> Entry:
    """A page by its response."""
    headers: dict[str, str] = {}
    for name, value in record.http_headers.headers:
        if name.lower() not in _TRANSFER:
            known = headers.get(name.lower())
            headers[name.lower()] = value if known is None else f"{known}, {value}"
    status = int(record.http_headers.get_statuscode())
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    is_file = kind.startswith(FILES) and not kind.startswith(manner.kinds)
    odd = status < 300 and bool(kind) and not is_file and not kind.startswith(manner.kinds)
    why = f"status {status}" if status >= 400 else f"content {kind}" if odd else ""
    said = record.rec_headers.get_header("WARC-Date") or "1970-01-01T00:00:00Z"
    return Entry(
        address=pair[0],
        fetched=pair[1],
        is_file=is_file,
        state=State.REFUSED if why else State.REDIRECT if status >= 300 else State.READ,
        why=why,
        status=status,
        moment=datetime.fromisoformat(said.replace("Z", "+00:00")).timestamp(),
        headers=headers,
        body=record.content_stream().read(),
    )


def is_ours(path: Path) -> bool:
    """Whether an archive was written by fivefold, which may write it anew."""
    first = next(_records(path))
    said = first.content_stream().read() if first.rec_type == "warcinfo" else b""
    return bool(said.startswith(b"software: fivefold/"))
