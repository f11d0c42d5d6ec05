"""A page that is open for people to label on, until it is closed."""

import json
import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Self

from fivefold.codecs.schema import Column
from fivefold.codecs.table import Table
from fivefold.errors import ConfigError, DataError, PreflightError
from fivefold.label.desk import Desk
from fivefold.label.events import FILE, Events
from fivefold.label.item import item_ids
from fivefold.label.outlook import Outlook
from fivefold.label.proposals import Proposals
from fivefold.label.question import Question
from fivefold.label.queue import Queue
from fivefold.label.routes import create_label_app
from fivefold.label.shown import Shown
from fivefold.serve.server import GRACE, listen, prompt_protocol

PEOPLE = "people.json"
"""In the directory of the labels: who labels, and the token of each. Only its owner reads it."""


AT_RANDOM = {"strategy": "random"}
"""How items come where no model will choose any."""


class Room:
    """A page that is open, in a thread of this process.

    Args:
        desk: what gives items and takes strokes.
        host: the address to listen at; `0.0.0.0` is every one of this machine, for phones.
        port: 0 takes a free one.
        closing: called once when it closes.

    Attributes:
        addresses: where each person labels; whoever has one labels under that name.

    Raises:
        PreflightError: if the port is in use or not allowed, or the host is not here.
    """

    def __init__(
        self,
        desk: Desk,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        closing: Callable[[], None] | None = None,
    ) -> None:
        import uvicorn

        self.desk, self._closing = desk, closing
        self._listener = listen(host, port)
        shown = f"[{host}]" if ":" in host else host
        self.port = self._listener.getsockname()[1]
        self.addresses = {
            who: f"http://{shown}:{self.port}/#{token}" for who, token in desk.people.items()
        }
        config = uvicorn.Config(
            create_label_app(desk),
            log_level="warning",
            ws="none",
            http=prompt_protocol(),
            timeout_graceful_shutdown=GRACE,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True
        )
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.005)

    def close(self) -> None:
        """End the page; what was labelled is on disk already."""
        self._server.should_exit = True
        self._thread.join(GRACE + 5)
        self._listener.close()
        if self._closing is not None:
            self._closing()
            self._closing = None

    def wait(self) -> None:
        """Stay until Ctrl-C, then close."""
        try:
            while self._thread.is_alive():
                self._thread.join(0.5)
        except KeyboardInterrupt:
            pass
        finally:
            self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        each = "\n".join(f"  {who}: {address}" for who, address in self.addresses.items())
        return f"Labels of {self.desk.question.name}, at\n{each}"

    def _repr_html_(self) -> str:
        each = "".join(
            f'<li><a href="{escape(address)}" target="_blank" rel="noopener">{escape(who)}</a></li>'
            for who, address in self.addresses.items()
        )
        return f"<p>Labels of <b>{escape(self.desk.question.name)}</b></p><ul>{each}</ul>"


def open_room(
    table: Table,
    columns: Sequence[Column],
    question: Question,
    *,
    directory: Path,
    people: Sequence[str] = ("me",),
    learn: Callable[[], Outlook | None] | None = None,
    every: int = 10,
    host: str = "127.0.0.1",
    port: int = 0,
    **queued: Any,
) -> Room:
    """Open the page for the rows of a table.

    Args:
        table: of canonical values.
        columns: that are shown, and by whose cells a row is known again.
        question: what is asked of each.
        directory: where labels are kept.
        people: who labels.
        learn: see `Proposals`; None for no model.
        every: labels after which it learns anew.
        host: see `Room`.
        port: see `Room`.
        queued: see `Queue`.
    """
    ids = item_ids(table, [column.name for column in columns])
    tokens = tokens_of(directory, people)
    events = Events(directory / FILE)
    proposals = None if learn is None else Proposals(learn, every=every)

    def closing() -> None:
        if proposals is not None:
            proposals.close()
        events.close()

    desk = Desk(
        question=question,
        shown=Shown(table, columns, ids, spanned=question.way == "spans"),
        events=events,
        people=tokens,
        queue=Queue(ids, budget=question.budget, **(queued if learn else queued | AT_RANDOM)),
        proposals=proposals,
    )
    try:
        return Room(desk, host=host, port=port, closing=closing)
    except BaseException:
        closing()
        raise


def tokens_of(directory: Path, people: Sequence[str]) -> Mapping[str, str]:
    """The token of each person, the same at every start.

    Args:
        directory: of the labels.
        people: their names.

    Raises:
        ConfigError: if there are none, or two are alike.
        DataError: if the file of tokens is damaged.
    """
    names = [name.strip() for name in people]
    if not names or not all(names) or len(set(names)) < len(names):
        remedy = 'Name each once: people=("ann", "bo").'
        raise ConfigError.expected("Label", "people that differ", repr(tuple(people)), remedy)
    path = directory / PEOPLE
    known = _read(path)
    found = {name: known.get(name) or secrets.token_urlsafe(16) for name in names}
    if found.items() - known.items():
        _write(path, {**known, **found})
    return found


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        known = json.loads(path.read_text("utf-8"))
        if not all(isinstance(each, str) for pair in known.items() for each in pair):
            raise ValueError
    except (OSError, ValueError, AttributeError):
        remedy = "Delete it: everybody gets a new address, and no label is lost."
        raise DataError.expected(path, "names with tokens", "another text", remedy) from None
    return dict[str, str](known)


def _write(path: Path, known: Mapping[str, Any]) -> None:
    """As a whole or not at all, for its owner alone."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(known, file, indent=1)
        partial.replace(path)
    except OSError as error:
        remedy = "Name a directory that can be written to."
        raise PreflightError.expected(
            path, "a file that can be written", error.strerror or str(error), remedy
        ) from None
