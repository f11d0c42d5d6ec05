"""Which pages are known, and what became of each: one file that outlives any end of a crawl."""

import json
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from fivefold.web.url import canonical, kind_of_query
from fivefold.web.visited import Entry, Kept, Page, State

_TABLES = """
create table if not exists pages (
    address text primary key, fetched text, host text, depth integer, parent text, file integer,
    state integer, why text, tries integer default 0, status integer, moment real, digest text,
    etag text, modified text, headers text, body blob, trap text
) without rowid;
create index if not exists waiting on pages (host, state, depth, address);
create index if not exists traps on pages (trap);
create table if not exists facts (name text primary key, value text) without rowid;
"""


_KEPT = "select address,fetched,depth,moment,status,digest,headers,body from pages"


class Frontier:
    """The pages of one crawl, in SQLite: one transaction for a page with its links and its state.

    Args:
        path: of the file; None to keep it in memory.
        traps: addresses at most that share host, path and names of parameters.
    """

    def __init__(self, path: Path | None, *, traps: int = 200) -> None:
        self.traps = traps
        self.base = sqlite3.connect(path or ":memory:", isolation_level=None)
        self.base.executescript("pragma journal_mode=wal; pragma synchronous=normal;" + _TABLES)
        self.base.execute("update pages set state=0 where state=?", (State.IN_FLIGHT,))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.base.close()

    def fact(self, name: str) -> Any:
        """A value that was kept beside the pages; None without one."""
        row = self.base.execute("select value from facts where name=?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def keep_fact(self, name: str, value: Any) -> None:
        """Keep a value beside the pages."""
        self.base.execute("replace into facts values (?,?)", (name, json.dumps(value)))

    def add(
        self,
        found: Iterable[tuple[str, str, str]],
        *,
        depth: int,
        parent: str | None = None,
        is_file: bool = False,
    ) -> int:
        """Know these pages, unless they are known.

        Args:
            found: canonical address, address as found, and host of each.
            depth: links from a seed.
            parent: the page that they stand on.
            is_file: see `Page`.

        Returns:
            How many of them were left out as a trap.
        """
        left_out = 0
        for address, fetched, host in found:
            trap = kind_of_query(address)
            state, why = State.WAITING, None
            if trap and self._is_full(trap) and not self._is_known(address):
                state, why, left_out = State.REFUSED, "trap", left_out + 1
            self.base.execute(
                "insert into pages (address,fetched,host,depth,parent,file,state,why,trap)"
                " values (?,?,?,?,?,?,?,?,?) on conflict (address) do update"
                " set depth=min(depth, excluded.depth), state=0 where state in (0, 4)",
                (address, fetched, host, depth, parent, is_file, state, why, trap or None),
            )
        return left_out

    def _is_full(self, trap: str) -> bool:
        many = self.base.execute("select count(*) from pages where trap=?", (trap,))
        return int(many.fetchone()[0]) >= self.traps

    def _is_known(self, address: str) -> bool:
        row = self.base.execute("select 1 from pages where address=?", (address,)).fetchone()
        return row is not None

    def refuse(self, address: str, why: str, status: int | None = None) -> None:
        """Leave a page out, for a reason that is counted; what was read of it before is let go."""
        self.base.execute(
            "update pages set state=?, why=?, status=?, digest=null, etag=null, modified=null,"
            " headers=null, body=null where address=?",
            (State.REFUSED, why, status, address),
        )

    def next(self, host: str) -> Page | None:
        """The next page of a host, which is in flight from now on."""
        row = self.base.execute(
            "select address,fetched,depth,file,tries,etag,modified from pages"
            " where host=? and state=0 order by depth, address limit 1",
            (host,),
        ).fetchone()
        if row is None:
            return None
        self.base.execute("update pages set state=? where address=?", (State.IN_FLIGHT, row[0]))
        return Page(row[0], row[1], row[2], bool(row[3]), row[4], row[5], row[6])

    def again(self, page: Page, seconds: float) -> None:
        """Let a page wait once more, and its host rest for so long, also where a kill comes."""
        at, key = "where address=?", page.address
        self.base.execute(f"update pages set state=0, tries=? {at}", (page.tries + 1, key))
        (host,) = self.base.execute(f"select host from pages {at}", (key,)).fetchone()
        self.keep_fact(f"rests {host}", time.time() + seconds)

    def again_uncounted(self, page: Page) -> None:
        """Let a page wait that was not answered, as the crawl was stopped."""
        self.base.execute("update pages set state=0 where address=?", (page.address,))

    def redirected(self, page: Page, status: int, led: str) -> None:
        """A page leads to another one."""
        self.base.execute(
            "update pages set state=?, why=null, status=?, moment=?, headers=? where address=?",
            (State.REDIRECT, status, time.time(), json.dumps({"location": led}), page.address),
        )

    def unchanged(self, page: Page) -> None:
        """A page is what it was when it was read before."""
        self.base.execute("update pages set state=? where address=?", (State.READ, page.address))

    def read(
        self,
        page: Page,
        *,
        status: int,
        moment: float,
        digest: str,
        headers: Mapping[str, str],
        body: bytes,
    ) -> None:
        """A page was read: its body and what the answer said."""
        self.base.execute(
            "update pages set state=?, why=null, status=?, moment=?, digest=?, etag=?, modified=?,"
            " headers=?, body=? where address=?",
            (
                *(State.READ, status, moment, digest, headers.get("etag")),
                *(headers.get("last-modified"), json.dumps(dict(headers))),
                *(zlib.compress(body, 6), page.address),
            ),
        )

    def begin(self) -> None:
        """What follows is kept whole, or not at all."""
        self.base.execute("begin immediate")

    def commit(self) -> None:
        """Keep what came since `begin`."""
        self.base.execute("commit")

    def refresh(self, *, chained: bool = False) -> None:
        """Ask again for all that was read; what was left out for good stays so.

        Args:
            chained: wait until the page before leads there again; what none leads to is no more.
        """
        self.base.execute(
            "update pages set state=?, tries=0 where state in (1, 2)"
            " or why in ('busy', 'failed', 'deadline') or (? and state=-1)",
            (State.FORMER if chained else State.WAITING, chained),
        )

    def hosts(self) -> list[str]:
        """Those with pages that wait."""
        rows = self.base.execute("select distinct host from pages where state=0 order by host")
        return [row[0] for row in rows]

    def count(self, state: State, *, is_file: bool = False) -> int:
        """Pages of a state."""
        asked = (state, is_file)
        row = self.base.execute("select count(*) from pages where state=? and file=?", asked)
        return int(row.fetchone()[0])

    def reasons(self) -> dict[str, int]:
        """How many pages were left out, by reason, the commonest first."""
        rows = self.base.execute(
            "select why, count(*) from pages where state=-1 group by why order by 2 desc, 1"
        )
        return dict(rows.fetchall())

    def kept(self, *, chained: bool = False) -> Iterator[Kept]:
        """The pages that were read, by address, or where they are chained by depth; no files."""
        order = "depth, address" if chained else "address"
        yield from map(
            _kept, self.base.execute(f"{_KEPT} where state=1 and file=0 order by {order}")
        )

    def pages(self) -> list[Page]:
        """The pages that were read, without what they say; no files."""
        asked = (
            "select address, fetched, depth from pages where state=1 and file=0 order by address"
        )
        return [Page(*row) for row in self.base.execute(asked)]

    def one(self, address: str) -> Kept:
        """A page or file that was read."""
        return _kept(self.base.execute(f"{_KEPT} where address=?", (address,)).fetchone())

    def repeats(self, page: Page, digest: str) -> bool:
        """Whether the page that led to this one has the same content."""
        row = self.base.execute(
            "select digest from pages where address=(select parent from pages where address=?)",
            (page.address,),
        ).fetchone()
        return row is not None and row[0] == digest

    def entries(self) -> Iterator[Entry]:
        """All that is known of pages, by depth and address; those that are no more left out."""
        rows = self.base.execute(
            "select address,fetched,depth,parent,file,state,why,status,moment,headers,body"
            " from pages where state<>? order by depth, address",
            (State.FORMER,),
        )
        for address, fetched, depth, parent, is_file, state, why, status, moment, *said in rows:
            yield Entry(
                address=address,
                fetched=fetched,
                depth=depth,
                parent=parent,
                is_file=bool(is_file),
                state=State(state),
                why=why or "",
                status=status or 0,
                moment=moment,
                headers=json.loads(said[0] or "{}"),
                body=zlib.decompress(said[1]) if said[1] else b"",
            )

    def restore(self, entry: Entry) -> None:
        """Know a page as it was known before; one that is known stays as it is."""
        is_read = entry.state == State.READ
        self.base.execute(
            "insert or ignore into pages (address,fetched,host,depth,parent,file,state,why,status,"
            "moment,digest,etag,modified,headers,body,trap)"
            " values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                *(entry.address, entry.fetched, urlsplit(entry.address).netloc, entry.depth),
                *(entry.parent, entry.is_file, entry.state, entry.why or None, entry.status),
                *(entry.moment, sha256(entry.body).hexdigest() if is_read else None),
                *(entry.headers.get("etag"), entry.headers.get("last-modified")),
                json.dumps(dict(entry.headers)),
                *(
                    zlib.compress(entry.body, 6) if is_read else None,
                    kind_of_query(entry.address) or None,
                ),
            ),
        )

    def file(self, address: str) -> bytes | None:
        """The content of a file, by the page that a link led to; None if it was not read."""
        for _ in range(10):
            row = self.base.execute(
                "select state, body, headers from pages where address=?", (address,)
            ).fetchone()
            if row is None:
                return None
            if row[0] == State.READ:
                return zlib.decompress(row[1])
            if row[0] != State.REDIRECT:
                return None
            ahead = self.base.execute(
                "select address from pages where parent=? and file=1", (address,)
            ).fetchone()
            if ahead is None:  # another page led there first
                ahead = (canonical(json.loads(row[2] or "{}").get("location") or address),)
            address = ahead[0]
        return None


def _kept(row: tuple[Any, ...]) -> Kept:
    *said, headers, body = row
    address, fetched, depth, moment, status, digest = said
    return Kept(
        address, fetched, depth, moment, status, digest, json.loads(headers), zlib.decompress(body)
    )
