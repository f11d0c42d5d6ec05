"""What a model of two classes finds at a stated rate of false alarms."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.errors import DataError
from fivefold.evaluate.evidence import Evidence
from fivefold.metrics.alarms import against, alarm_metrics, threshold_at

if TYPE_CHECKING:
    import pandas as pd

DAY = np.timedelta64(1, "D")


class Stated(NamedTuple):
    """What alarms are asked for.

    Args:
        rate: share of usual rows that may raise one.
        base_rate: share of positive rows where the model will be used; None for that of test rows.
    """

    rate: float
    base_rate: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Alarms:
    """A threshold, and what comes of it on test rows.

    Args:
        stated: what was asked for.
        threshold: of the score of the positive class, above which an alarm is raised.
        rows: usual validation rows that set it.
        metrics: of the test rows, by name.
        alarms: of the test rows, how many raise one.
        days: that the test rows span; NaN where their time is not known.
    """

    stated: Stated
    threshold: float
    rows: int
    metrics: dict[str, Estimate]
    alarms: int
    days: float

    @classmethod
    def of(cls, evidence: Evidence, stated: Stated) -> Self:
        """Take the threshold of validation rows, and judge the test rows by it.

        Raises:
            DataError: if no validation row is usual.
        """
        from fivefold.models.answered import answered

        valid, codec = evidence.data.valid.divided()[1], evidence.data.codec
        usual = int((valid.target != 1).sum())
        if not usual:
            raise DataError(
                "Evaluate: expected validation rows of the first class, which set the threshold "
                f"for false_alarms={stated.rate:g}, found none.",
                remedy="Draw validation rows: Split(valid=0.16).",
                rows=len(valid),
            )
        threshold = threshold_at(
            valid.target, answered(evidence.asked.model, valid, codec), stated.rate
        )
        scores = against(evidence.scores, threshold)
        judged = evidence.judge(scores)
        return cls(
            stated=stated,
            threshold=threshold,
            rows=usual,
            metrics=evidence.estimate(judged, alarm_metrics(stated.base_rate)),
            alarms=int((scores.argmax(1) == 1).sum()),
            days=_days(evidence),
        )

    def __str__(self) -> str:
        recall, achieved = self.metrics["recall_at_fpr"], self.metrics["false_alarm_rate"]
        daily = f", {self.alarms / self.days:.3g} alarms a day" if self.days > 0 else ""
        return (
            f"At a stated {self.stated.rate:g} of false alarms (scores above {self.threshold:.4g}, "
            f"by {self.rows:,} validation rows) recall is {recall}, and {achieved} of the usual "
            f"rows raise one{daily}."
        )

    def table(self) -> "pd.DataFrame":
        """One row: the threshold, what set it, what it finds, and alarms a day."""
        import pandas as pd

        line = {
            "stated": self.stated.rate,
            "threshold": self.threshold,
            "usual_validation_rows": self.rows,
            **self.metrics,
            "base_rate": np.nan if self.stated.base_rate is None else self.stated.base_rate,
            "alarms": self.alarms,
            "days": self.days,
            "alarms_per_day": self.alarms / self.days if self.days > 0 else np.nan,
        }
        return pd.DataFrame(
            {name: pd.Series([value], dtype=object) for name, value in line.items()}
        )


def _days(evidence: Evidence) -> float:
    """Days from the first test row to the last one; NaN where moments are no dates."""
    time = evidence.schema.named("time")
    moments: Array = evidence.collected.table.column(time or evidence.schema.columns[0].name)
    moments = moments[evidence.data.test.index]
    if time is None or moments.dtype.kind != "M" or np.isnat(moments).all():
        return float("nan")
    return float((np.nanmax(moments) - np.nanmin(moments)) / DAY)
