"""Everything fivefold raises on purpose.

```
FivefoldError
├── SignatureError     a stage's run() is declared in a way that cannot be wired
├── ConfigError        a stage's settings are wrong; lists all of them at once
├── WiringError        the stages of a pipeline do not fit together; lists all faults at once
├── PreflightError     a path, an extra, a device or a name is wrong; found before work starts
├── RecipeError        a recipe cannot be written or read
├── ResumeError        a run cannot be gone on with: what decides its bits is not what it was
├── StoreError         an artifact cannot be saved without pickle, or not be loaded
├── DataError          the data cannot be used as asked
├── ShapeError         an array or tensor has the wrong shape
├── ModelError         a network breaks the contract between Train and a module
├── TrainingError      training went wrong: a loss that is not finite, for one
├── LeakError          something fitted has seen rows that it must not see
├── MissingNameError   nothing has the name that was asked for: a metric, a table; a KeyError too
├── SpentError         test rows were looked at as often as was allowed
├── GateError          a model does not meet what was required of it before it is deployed
├── WorseError         a GateError: a model is worse than the deployed one that it was to replace
├── BundleError        a bundle is damaged, incomplete, or not a bundle
├── ParityError        what would be served differs from what was evaluated
└── RequestError       a request to a served model is wrong; names row and column
```

Each error carries its facts as attributes, so callers never parse a sentence.
"""

from typing import Any, Self


class FivefoldError(Exception):
    """The base of all errors of fivefold: a sentence, the evidence, one remedy.

    Args:
        summary: who, wanted, found; one sentence with a full stop.
        evidence: what shows it, printed between blank lines when it has several lines.
        remedy: one instruction in the imperative.
        facts: the same facts as objects, set as attributes of the error.

    Example:
        >>> error = FivefoldError("a.csv: expected rows, found none.", remedy="Add rows.", rows=0)
        >>> error.rows
        0
    """

    def __init__(
        self, summary: str, *, evidence: str = "", remedy: str = "", **facts: object
    ) -> None:
        self.summary = summary
        self.evidence = evidence
        self.remedy = remedy
        self.facts = facts
        listed = "\n" in evidence or evidence.startswith("  ")
        block = f"\n\n{evidence}\n" if listed else f"\n{evidence}" if evidence else ""
        super().__init__(summary + block + (f"\n{remedy}" if remedy else ""))

    @classmethod
    def expected(cls, who: object, wanted: object, found: object, remedy: str, **more: Any) -> Self:
        """The error that says `WHO: expected WANTED, found FOUND.`; both are facts of it.

        Args:
            who: a stage, a source, a place in it.
            wanted: what should be there.
            found: what is there.
            remedy: as of the class.
            more: evidence and other facts.
        """
        summary = f"{who}: expected {wanted}, found {found}."
        return cls(summary, remedy=remedy, **{"wanted": wanted, "found": found, **more})

    def __getattr__(self, name: str) -> object:
        facts = self.__dict__.get("facts", {})
        if name in facts:
            return facts[name]
        raise AttributeError(f"{type(self).__name__} has no fact {name!r}; it has {list(facts)}.")


class SignatureError(FivefoldError):
    """A stage's `run()`, or a method of a callback, is declared in a way that cannot be called."""


class ConfigError(FivefoldError):
    """A stage's settings are wrong."""


class WiringError(FivefoldError):
    """The stages of a pipeline do not fit together."""


class PreflightError(FivefoldError):
    """Something the run needs is missing or wrong, found before work starts."""


class RecipeError(FivefoldError):
    """A recipe cannot be written or read."""


class ResumeError(FivefoldError):
    """A run cannot be gone on with."""


class StoreError(FivefoldError):
    """An artifact cannot be saved without pickle, or cannot be loaded."""


class DataError(FivefoldError):
    """The data cannot be used as asked."""


class ShapeError(FivefoldError):
    """An array or tensor has the wrong shape."""


class ModelError(FivefoldError):
    """A network breaks the contract between Train and a module."""


class TrainingError(FivefoldError):
    """Training went wrong."""


class LeakError(FivefoldError):
    """Something fitted has seen rows that it must not see."""


class MissingNameError(FivefoldError, KeyError):
    """Nothing has the name that was asked for."""

    __str__ = Exception.__str__


class SpentError(FivefoldError):
    """Test rows were looked at as often as was allowed."""


class GateError(FivefoldError):
    """A model does not meet what was required of it before it is deployed."""

    result: Any = None
    """The `Result` of the run up to there, whose report can be read."""
    unmet: tuple[str, ...]
    """What was required and does not hold: `roc_auc >= 0.9`."""


class WorseError(GateError):
    """A model is worse than the deployed one that it was to replace."""


class BundleError(FivefoldError):
    """A bundle is damaged, incomplete, or not a bundle."""


class ParityError(FivefoldError):
    """What would be served differs from what was evaluated."""


class RequestError(FivefoldError):
    """A request to a served model is wrong."""
