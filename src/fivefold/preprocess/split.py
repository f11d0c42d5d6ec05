"""The stage that draws the rows of each part otherwise than by default."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from fivefold.artifacts import Collected
from fivefold.core.context import Context
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.division import By, columns_of
from fivefold.errors import ConfigError, FivefoldError, PreflightError
from fivefold.partition import TEST, VALID, Partition, draw

Fraction = Annotated[float, Field(ge=0.0, lt=1.0)]


class Split(Stage):
    """Draw training, validation and test rows.

    Args:
        by: `stratified` keeps the share of each class, `random` does not look at it, `group`
            keeps the rows of a group together, `time` puts the latest rows last, `group_time`
            judges by the latest rows of groups that training has not seen; `auto` takes the
            schema's time and group columns, or the one that there is, else stratifies.
        valid: fraction of all rows.
        test: fraction of all rows; not drawn where the source says which rows are for testing.

    Raises:
        ConfigError: if the fractions leave no training rows.

    Example:
        >>> Split(test=0.3)
        Split(test=0.3)
    """

    by: By = Field(default="auto", kw_only=False)
    valid: Fraction = VALID
    test: Fraction = TEST

    @model_validator(mode="after")
    def _leave_rows_to_train_on(self) -> Self:
        if self.valid + self.test >= 1.0:
            raise ConfigError(
                f"Split: expected valid and test to leave training rows, "
                f"found {self.valid} + {self.test}.",
                remedy="Lower valid or test.",
                valid=self.valid,
                test=self.test,
            )
        return self

    def run(self, collected: Collected, session: Session) -> Partition:
        """Draw the rows with this stage's seed."""
        return draw(collected, seed=session.seed, valid=self.valid, test=self.test, by=self.by)

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        """A division by columns that Collect did not name."""
        collected = found.get(Collected)
        if collected is None:
            return []
        return [
            PreflightError(
                f"Split: by={self.by!r} expects a {role} column, found none in the schema.",
                remedy=f"Pass {role}=... to Collect.",
                by=self.by,
            )
            for role in columns_of(self.by)
            if collected.schema.named(role) is None
        ]
