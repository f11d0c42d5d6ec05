"""Rules of a check, each of which says what is broken."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple


class Rules(NamedTuple):
    """What somebody's class, of this name, must keep to."""

    name: str

    def need(self, good: object, rule: str) -> None:
        """Say that a rule is broken, unless it is not."""
        if not good:
            raise AssertionError(f"{self.name}: {rule}")

    @contextmanager
    def held(self, rule: str) -> Iterator[None]:
        """Whatever goes wrong inside breaks this rule; class, rule and fault are named."""
        try:
            yield
        except AssertionError as error:
            if str(error).startswith(f"{self.name}: "):
                raise
            raise AssertionError(f"{self.name}: {rule}: {error}") from error
        except Exception as error:
            notes = "".join(f" ({note})" for note in getattr(error, "__notes__", ()))
            said = f"{type(error).__name__}: {error}"
            raise AssertionError(f"{self.name}: {rule}: {said}{notes}") from error
