"""How the texts of a column are written, as far as that is said."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Notation:
    """How the texts of a column are written, as far as that is said elsewhere.

    Args:
        decimal: the mark before the fraction of a number; None if nothing is said.
        thousands: the one between groups of three digits; the empty text is none.
        date_format: a `strptime` pattern, or the empty text for ISO 8601.
        comma: a lone comma before three digits is a decimal one, as in a file of semicolons.
        certain: other columns of the file have decimal commas.
    """

    decimal: str | None = None
    thousands: str | None = None
    date_format: str | None = None
    comma: bool = False
    certain: bool = False

    @property
    def is_usual(self) -> bool:
        """Whether nothing is said against plain numbers."""
        return self.decimal is None and self.thousands is None and not self.certain
