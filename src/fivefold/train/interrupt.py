"""Ctrl-C in a fit: it ends between two steps, as a state would hold it."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from fivefold.train.fitted import Fitted


@contextmanager
def interruptible(fitted: Fitted) -> Iterator[None]:
    """Let the first Ctrl-C be an ending, and a second one a KeyboardInterrupt at once.

    Off the main thread, and where somebody else handles the signal, nothing changes.
    """
    usual = signal.default_int_handler
    main = threading.current_thread() is threading.main_thread()

    def end(number: int, frame: FrameType | None) -> None:
        if fitted.ending is not None:
            usual(number, frame)
        fitted.ending = "interrupted"

    if not main or signal.getsignal(signal.SIGINT) is not usual:
        yield
        return
    signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
