"""What writes answers in one form."""

from abc import ABC, abstractmethod
from typing import Self

from fivefold.serve.asked import Answered


class Writer(ABC):
    """Writes answers in one form, piece by piece; a context that ends the file.

    After an error what was written is left as it is, for somebody else to remove.
    """

    @abstractmethod
    def write(self, piece: Answered) -> None:
        """Write some rows."""

    @abstractmethod
    def finish(self) -> None:
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
