"""A number that a network is given, before anything is fitted."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Feature:
    """A number that a network is given, before anything is fitted.

    Args:
        name: what it is called.
        form: `number`; `elapsed` time; a `truth` value and a `wave` (a sine) have a natural scale
            and are neither shifted nor scaled.
        flagged: whether its missingness may become a feature.
    """

    name: str
    form: Literal["number", "elapsed", "truth", "wave"] = "number"
    flagged: bool = True

    @property
    def scaled(self) -> bool:
        """Whether its scale follows from the data."""
        return self.form in {"number", "elapsed"}
