"""A page that is open for people to label on, until it is closed."""

import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from html import escape
from pathlib import Path
from typing import Any, Self

from fivefold.errors import ConfigError, DataError, PreflightError
from fivefold.label.desk import Desk
from fivefold.label.events import FILE, Events
from fivefold.label.proposals import Proposals
from fivefold.label.question import Question
from fivefold.label.queue import Queue
from fivefold.label.routes import create_label_app
from fivefold.label.shown import Shown
from fivefold.serve.server import GRACE, listen, prompt_protocol

PEOPLE = "people.json"
"""In the directory of the labels: who labels, and the token of each. Only its owner reads it."""


class Room:
    """A page that is open, in a thread of this process.

    Args:
        desk: what gives items and takes strokes.
        listener: where it is opened; None for a free port of this machine.
        closing: called once when it closes.

    Attributes:
        addresses: where each person labels; whoever has one labels under that name.
    """

    def __init__(
        self,
        desk: Desk,
        listener: socket.socket | None = None,
        *,
        closing: Callable[[], None] | None = None,
    ) -> None:
        import uvicorn

        self.desk, self._closing = desk, closing
        self._listener = listener or listen("127.0.0.1", 0)
        host, port = self._listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        self.addresses = {
            who: f"http://{shown}:{port}/#{token}" for who, token in desk.people.items()
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

    def wait(self, labels: int | None = None) -> None:
        """Stay until Ctrl-C, or until so many items are labelled; then close.

        Args:
            labels: that are waited for, by all people and of all days.
        """
        try:
            while self._thread.is_alive() and (labels is None or self.desk.labelled < labels):
                self._thread.join(0.2)
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
    question: Question,
    shown: Shown,
    queue: Queue,
    proposals: Proposals | None = None,
    *,
    directory: Path,
    people: Sequence[str] = ("me",),
    facts: Mapping[str, Any] | None = None,
    at: tuple[str, int] = ("127.0.0.1", 0),
) -> Room:
    """Open the page, with labels and addresses kept in a directory.

    Args:
        question: what is asked of each row.
        shown: the rows.
        queue: which comes next.
        proposals: of a model that learns from what is kept; None for none.
        directory: where labels are kept.
        people: who labels.
        facts: that are kept beside them: how the question was asked.
        at: host and port to listen at; `0.0.0.0` is every address of this machine, for phones, and
            port 0 takes a free one.

    Raises:
        PreflightError: if the port is in use or not allowed, or the host is not here.
    """
    with ExitStack() as stack:
        listener = stack.enter_context(listen(*at))  # before anything is written
        tokens = tokens_of(directory, people)
        events = stack.enter_context(Events(directory / FILE))
        if proposals is not None:
            stack.callback(proposals.close)
        events.keep_facts(**facts or {})
        desk = Desk(
            question=question,
            shown=shown,
            events=events,
            people=tokens,
            queue=queue,
            proposals=proposals,
        )
        return Room(desk, listener, closing=stack.pop_all().close)


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
