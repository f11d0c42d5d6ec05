"""What writes answers in one form."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

from fivefold.serve.asked import Answered
from fivefold.serve.predictor import Predictor


class Writer(ABC):
    """Writes answers in one form, piece by piece; a context that ends the file.

    After an error what was written is left as it is, for somebody else to remove.

    Args:
        target: the path of a file; of text also a stream, which is flushed after each piece.
        model: its task and classes decide the columns.
    """

    needs: ClassVar[tuple[str, str] | None] = None
    """A package that is installed, and what it does; with what to do without it."""
    remedy: ClassVar[str] = ""

    def __init__(self, target: Any, model: Predictor) -> None:
        self._target, self._model = target, model

    @abstractmethod
    def write(self, piece: Answered) -> None:
        """Write some rows."""

    def finish(self) -> None:  # noqa: B027
        """Write what has to stand at the end."""

    @abstractmethod
    def release(self) -> None:
        """Let go of what is open, whether it is finished or not."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.finish()
        finally:
            self.release()
