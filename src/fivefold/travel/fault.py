"""What is wrong with a formula, and where in it."""

from fivefold.errors import ConfigError

_WIDTH = 60
"""Characters shown on either side of the fault."""


class FormulaError(Exception):
    """A fault at one place of a formula, before it is known whose formula it is.

    Args:
        at: the place in its text.
        wanted: what was expected there.
        found: what stands there.
        remedy: one sentence.
    """

    def __init__(self, at: int, wanted: str, found: str, remedy: str = "") -> None:
        super().__init__(f"expected {wanted}, found {found}")
        self.at = at
        self.wanted = wanted
        self.found = found
        self.remedy = remedy

    def of(self, name: str, text: str, who: str = "Derive") -> ConfigError:
        """The error with the formula and a caret below the place.

        Args:
            name: of the column that is made.
            text: the formula.
            who: the stage.
        """
        start = max(text.rfind("\n", 0, self.at) + 1, self.at - _WIDTH)
        stop = text.find("\n", self.at)
        shown = text[start : min(stop if stop >= 0 else len(text), self.at + _WIDTH)]
        return ConfigError(
            f"{who}, `{name}`: expected {self.wanted}, found {self.found}.",
            evidence=f"  {shown}\n  {' ' * (self.at - start)}^",
            remedy=self.remedy or "Correct the formula.",
            column=name,
            formula=text,
            at=self.at,
            wanted=self.wanted,
            found=self.found,
        )
