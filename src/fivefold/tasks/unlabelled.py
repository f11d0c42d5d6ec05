"""Odd rows where nobody says which are odd: what can be said is how many alarms there are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.wording import plural
from fivefold.metrics.metric import FALSE_ALARM_RATE, Metric
from fivefold.tasks.anomaly import Anomaly
from fivefold.tasks.target import Question
from fivefold.tasks.telling import Picture


class Unlabelled(Anomaly):
    """Whether a row is odd, where no row is known to be.

    Nothing tells a good model from a bad one: it is judged by the share of test rows that raise an
    alarm, which stands beside the stated one, and compared with no other.
    """

    name = "unlabelled"
    metrics = (replace(FALSE_ALARM_RATE, name="alarm_rate"),)

    @property
    def compared(self) -> tuple[Metric, ...]:
        """None."""
        return ()

    def questions(self, values: Sequence[Array], schema: Schema) -> Iterator[Question]:
        """None: no column gives away what nobody says."""
        return iter(())

    def tally(self, target: Array, classes: int, weight: Array | None = None) -> Array | None:
        return None

    def contrast(self, inside: float, outside: float) -> str:
        return ""

    def pictures(self, target: Array, scores: Array, schema: Schema) -> list[Picture]:
        return super().pictures(target, scores, schema)[:1]

    def mistakes(
        self, target: Array, scores: Array, schema: Schema, number: Callable[[float], str]
    ) -> str:
        alarms = int((scores.argmax(1) == 1).sum())
        return f"{alarms:,} of {plural(len(target), 'test row')} raise an alarm"
