"""The stage that draws the rows of each part otherwise than by default."""

from typing import Annotated, Self

import numpy as np
from pydantic import Field, NonNegativeInt, model_validator

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Label
from fivefold.core.context import Context
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.core.wording import plural
from fivefold.division import TIMED, By, columns_of
from fivefold.errors import ConfigError, FivefoldError, PreflightError
from fivefold.partition import TEST, VALID, Partition, draw
from fivefold.ties import Ties, columns_alike

Fraction = Annotated[float, Field(ge=0.0, lt=1.0)]
Likeness = Annotated[float, Field(ge=0.5, le=1.0)]
Names = Annotated[tuple[Label, ...], Field(min_length=1)]


class Split(Stage):
    """Draw training, validation and test rows.

    Args:
        by: `stratified` keeps the share of each class, `random` does not look at it, `group`
            keeps the rows of a group together, `time` puts the latest rows last, `group_time`
            judges by the latest rows of groups that training has not seen; `purged` is by time,
            and folds learn from what is before and after the block that they are judged by, less
            what overlaps; `auto` takes the schema's time and group columns, or the one that there
            is, else stratifies.
        valid: fraction of all rows; or names of groups, `["chr7"]`.
        test: the same; not drawn where the source says which rows are for testing.
        ahead: how many moments the label of a row looks ahead, of its own group where rows have
            one: rows whose label looks into a part that is judged are in no part, in folds neither.
            `Collect(until=)` names a column that says so of each row.
        embargo: how many moments more are left out beside what is judged, before and after it.
        similar: from which likeness on rows stay on one side, 0.5 to 1: the fraction of the shorter
            of two sequences that stands in the longer one. Of all sequences, or by column,
            `{"protein": 0.5}`; rows of one group stay together too.

    Raises:
        ConfigError: if the fractions leave no training rows.

    Example:
        >>> Split(test=0.3)
        Split(test=0.3)
        >>> Split(test=["chr8"]), Split("purged", ahead=5, embargo=2)
        (Split(test=('chr8',)), Split(by='purged', ahead=5, embargo=2))
        >>> Split(similar=0.8)
        Split(similar=0.8)
    """

    by: By = Field(default="auto", kw_only=False)
    valid: Fraction | Names = VALID
    test: Fraction | Names = TEST
    ahead: NonNegativeInt = 0
    embargo: NonNegativeInt = 0
    similar: Likeness | dict[str, Likeness] | None = None

    @model_validator(mode="after")
    def _leave_rows_to_train_on(self) -> Self:
        valid, test = (0.0 if isinstance(x, tuple) else x for x in (self.valid, self.test))
        if valid + test >= 1.0:
            raise ConfigError(
                f"Split: expected valid and test to leave training rows, found {valid} + {test}.",
                remedy="Lower valid or test.",
                valid=valid,
                test=test,
            )
        return self

    @model_validator(mode="after")
    def _go_together(self) -> Self:
        if self._named and self.by not in ("auto", "group"):
            raise ValueError(f"names of groups ask for by='group', not {self.by!r}")
        if (self.ahead or self.embargo) and self.by not in ("auto", *TIMED):
            raise ValueError(f"`ahead` and `embargo` ask for rows in time, not by={self.by!r}")
        if (self.ahead or self.embargo) and self._named:
            raise ValueError("`ahead` and `embargo` have no effect on groups that are named")
        if self.similar is not None and (self._named or self.by in TIMED or self.ahead):
            raise ValueError(
                "`similar` divides by likeness, and neither by time nor by names of groups"
            )
        return self

    @property
    def _named(self) -> bool:
        return isinstance(self.valid, tuple) or isinstance(self.test, tuple)

    def run(self, collected: Collected, session: Session) -> Partition:
        """Draw the rows with this stage's seed."""
        by: By = "group" if self._named else self.by
        ties = self._ties(collected)
        shares = {"valid": self.valid, "test": self.test}
        return draw(
            collected,
            seed=session.seed,
            by=by,
            ties=ties,
            told=self._told(ties),
            **shares,
        )

    def _ties(self, collected: Collected) -> Ties:
        if self.similar is not None:
            return Ties.alike(collected, self.similar)
        return Ties.of(collected, ahead=self.ahead, embargo=self.embargo)

    def _told(self, ties: Ties) -> str:
        """What holds rows together, for the report."""
        if ties.unit is not None:
            least = self.similar if isinstance(self.similar, dict) else {"": self.similar or 0.0}
            alike = " and ".join(f"{n} {x:.0%}".strip() for n, x in least.items())
            return f"{plural(len(np.unique(ties.unit)), 'cluster')} of rows {alike} alike"
        looks = f"labels look {plural(self.ahead, 'moment')} ahead" if self.ahead else ""
        waits = f"an embargo of {plural(self.embargo, 'moment')}" if self.embargo else ""
        return ", ".join(filter(None, [looks, waits]))

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        """A division by columns that Collect did not name."""
        collected = found.get(Collected)
        if collected is None:
            return []
        asked = dict.fromkeys(columns_of(self.by), f"by={self.by!r}")
        for name in ("ahead", "embargo"):
            if getattr(self, name):
                asked.setdefault("time", f"{name}={getattr(self, name)}")
        for name in ("valid", "test"):
            if isinstance(getattr(self, name), tuple):
                asked["group"] = f"{name}={getattr(self, name)!r}"
        schema = collected.schema
        faults: list[FivefoldError] = [
            PreflightError(
                f"Split: {what} expects a {role} column, found none in the schema.",
                remedy=f"Pass {role}=... to Collect.",
                by=self.by,
            )
            for role, what in asked.items()
            if schema.named(role) is None
        ]
        if self.similar is not None and schema.named("time") is not None:
            fault = PreflightError(
                "Split: similar expects rows that are not divided by time, found the time column "
                f"`{schema.named('time')}`.",
                remedy="Leave time= out of Collect, or similar out.",
                by=self.by,
            )
            faults.append(fault)
        if self.similar is not None and not columns_alike(collected):
            fault = PreflightError(
                f"Split: similar={self.similar} expects a column of sequences, found none.",
                remedy='Pass kinds={"column": "sequence"} to Collect.',
                by=self.by,
            )
            faults.append(fault)
        until = schema.named("until")
        if self.ahead and until is not None:
            fault = PreflightError(
                f"Split: ahead={self.ahead} expects that no column says until when rows look, "
                f"found `{until}`.",
                remedy="Leave ahead out.",
                by=self.by,
            )
            faults.append(fault)
        return faults
