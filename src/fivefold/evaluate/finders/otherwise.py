"""What a model would score if the rows were divided in another way."""

from math import prod

from fivefold.artifacts import Preprocessed, Trained
from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.core.session import Session
from fivefold.evaluate.evidence import Evidence
from fivefold.metrics.resampling import resample
from fivefold.partition import Partition
from fivefold.tasks.judged import Judged

MOST_WORK = 3_000_000
"""Training rows x epochs of a table beyond which nothing is trained again."""
MOST_NUMBERS = 10_000_000
"""Numbers of training rows x epochs, where inputs have arrays of their own."""


def is_long(evidence: Evidence, *, wide: bool) -> bool:
    """Whether training again would take long.

    Args:
        evidence: of the model.
        wide: whether inputs with an array of their own may be trained on again at all.
    """
    epochs = evidence.asked.settings.epochs or len(evidence.asked.history)
    work = len(evidence.data.train) * epochs
    if all(encoded.block.shared for encoded in evidence.data.codec.blocks):
        return work > MOST_WORK
    numbers = sum(prod(array.shape[1:]) for array in evidence.data.train.inputs.values())
    return not wide or work * numbers > MOST_NUMBERS


def score_otherwise(
    evidence: Evidence,
    session: Session,
    division: Partition,
    *,
    name: str,
    time: Array | None = None,
    group: Array | None = None,
) -> Estimate:
    """The first metric of the same pipeline, refitted on another division of the rows.

    Nothing is chosen by it, so the deployed model has learnt nothing.

    Args:
        evidence: of the model as it is.
        session: refits with it.
        division: of the rows.
        name: of the refit.
        time: `(n,)` of all rows, by which intervals are drawn.
        group: likewise, where there is no time.
    """
    from fivefold.models.answered import answered

    refit = session.refit(division, name=name)
    test, task = refit[Preprocessed].test, evidence.task
    scores = answered(refit[Trained].model, test, refit[Preprocessed].codec)
    judged = Judged.of(task, test.target, scores)
    resamples = resample(
        len(test),
        seed=evidence.seed,
        time=None if time is None else time[test.index],
        group=None if group is None else group[test.index],
        losses=judged.by_row(task.row_losses(judged.target, judged.scores)),
    )
    drawn = judged.drawn(resamples)
    metric = evidence.headline
    return evidence.estimate(judged, [metric], drawn=drawn)[metric.name]


def flatters(ours: Estimate, theirs: Estimate, greater: bool) -> bool:
    """Whether the second score is worse and neither interval reaches the other score."""
    if greater:
        return bool(theirs < ours.low and ours > theirs.high)
    return bool(theirs > ours.high and ours < theirs.low)
