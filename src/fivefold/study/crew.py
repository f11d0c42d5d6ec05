"""Processes that refit the units of a study, each one after another."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from fivefold.core.events import Event
from fivefold.errors import TrainingError
from fivefold.study.order import unpack_error, unpack_event

PATIENCE = 10.0
"""Seconds for a process that was told to stop, to save the state of what it trains."""

LOOK = 1.0
"""Seconds without a word after which processes are looked at."""

Order = Mapping[str, Any]


class UnreadyError(Exception):
    """A process cannot work at what it was told of: it says why."""


class Crew:
    """Processes of Python that were started afresh; they end with this one, however that ends.

    Args:
        size: how many there are at most.
        wanted: what each must know before its first unit.
    """

    def __init__(self, size: int, wanted: Mapping[str, Any]) -> None:
        self._size, self.wanted = size, wanted
        self._heard: Queue[tuple[_Member, Mapping[str, Any] | None]] = Queue()
        self._members: list[_Member] = []

    def work(self, orders: Iterable[Order], hear: Callable[[Event], None]) -> Iterator[str]:
        """Have units done, and give the name of each when it is.

        Raises:
            UnreadyError: if a process does not know what it needs; nothing was done then.
            BaseException: what a unit raised, with a note that names it.
        """
        waiting = deque(orders)
        while len(self._members) < min(self._size, len(waiting)):
            self._members.append(_Member(self.wanted, self._heard))
        free = deque(self._members)
        while waiting or any(member.busy for member in self._members):
            while waiting and free:
                free.popleft().take(waiting.popleft())
            member, message = self._next()
            if message is None:
                raise member.ended()
            if "event" in message:
                hear(unpack_event(message))
            elif "unready" in message:
                raise UnreadyError(message["unready"])
            elif "failed" in message:
                error = unpack_error(message["error"])
                error.add_note(f"in the unit {message['failed']}, in a process of its own")
                raise error
            elif "done" in message:
                member.busy = ""
                free.append(member)
                yield message["done"]

    def _next(self) -> "tuple[_Member, Mapping[str, Any] | None]":
        """What is said next; None of a process that is gone, though others hold its pipe open."""
        while True:
            with suppress(Empty):
                return self._heard.get(timeout=LOOK)
            for member in self._members:
                if member.is_gone and self._heard.empty():
                    return member, None

    def close(self) -> None:
        """End all: those that work are told to save the state of what they train first."""
        for member in self._members:
            member.interrupt()
        for member in self._members:
            member.end()
        self._members.clear()


class _Member:
    """One process: what it was told to do, and a thread that hears what it says."""

    def __init__(self, wanted: Mapping[str, Any], heard: "Queue[Any]") -> None:
        places = [place or str(Path.cwd()) for place in sys.path]
        self.busy, self._ready = "", False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "fivefold.study.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(places), "PYTHONSAFEPATH": "1"},
            start_new_session=True,  # Ctrl-C is for the study, which tells each once
        )
        self._heard = heard
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        self._say(wanted)

    @property
    def is_gone(self) -> bool:
        """Whether it has ended, and all is heard that it said for a while."""
        if self._process.poll() is None:
            return False
        self._thread.join(LOOK)
        return True

    def take(self, order: Order) -> None:
        """Begin a unit."""
        self.busy = order["name"]
        self._say(order)

    def interrupt(self) -> None:
        """Tell it to stop, if it works."""
        if self.busy and self._process.poll() is None:
            gently = self._ready and os.name == "posix"
            with suppress(OSError, ValueError):
                self._process.send_signal(signal.SIGINT if gently else signal.SIGTERM)

    def end(self) -> None:
        """Wait for its end, and make one if it does not come."""
        if not self.busy:
            self._close_input()
        self._wait()
        self._close_input()
        self._thread.join(LOOK)
        if self._thread.is_alive() and os.name == "posix":  # a child of it holds the pipe
            with suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._thread.join(LOOK)
        if self._process.stdout is not None and not self._thread.is_alive():
            self._process.stdout.close()

    def ended(self) -> TrainingError:
        """The error where it has ended by itself."""
        code = self._wait()
        return TrainingError(
            f"Study: expected the process that works at {self.busy or 'nothing yet'} to go on, "
            f"found its end with the code {code}.",
            remedy="Ask for fewer processes (n_jobs=1), if memory was short.",
            unit=self.busy,
            code=code,
        )

    def _wait(self) -> int:
        try:
            return self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def _close_input(self) -> None:
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def _say(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        with suppress(OSError):  # that it has ended is heard
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with suppress(ValueError):  # of one that ended within a line
            for line in self._process.stdout:
                message = json.loads(line)
                self._ready = True
                self._heard.put((self, message))
        self._heard.put((self, None))
