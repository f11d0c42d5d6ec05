"""What a network is taught with: the rows as they are fed, and all else a lesson holds."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from fivefold.artifacts import Preprocessed
from fivefold.core.events import Noted
from fivefold.core.session import Session
from fivefold.models.learner import Lesson
from fivefold.models.picks import Picks
from fivefold.train.callback import Callback
from fivefold.train.clock import SHORTEST, Clock
from fivefold.train.feed import Feed
from fivefold.train.options import Options
from fivefold.train.plan import Plan
from fivefold.train.resident import make_feeds
from fivefold.train.sampler import Sampler
from fivefold.train.transfer import put_back


def feeds_for(
    stage: Options, plan: Plan, data: Preprocessed, seed: int, sampler: Sampler | None = None
) -> tuple[Feed, Feed]:
    """Training and validation rows as a plan's network gets them."""
    feeds = make_feeds(
        plan.network,
        data,
        batch=plan.batch,
        seed=seed,
        once=plan.once,
        own=plan.objective.own,
        augment=plan.augment,
        sampler=sampler,
        shows=plan.budget is None or not getattr(plan.network.body, "unfitted", False),
    )
    put_back(plan.network)
    return feeds


def lesson_for(
    plan: Plan,
    train: Feed,
    valid: Feed,
    session: Session,
    left: Callable[[], float | None] = lambda: None,
    all_rows: bool = False,
    alike: bool = True,
    exposure: Any = None,
    picked: Picks | None = None,
) -> Lesson:
    """What the methods of a plan's network around its epochs are given."""
    return Lesson(
        train=train,
        valid=valid,
        head=plan.network.head,
        seed=session.seed,
        tell=lambda text: session.emit(Noted(text=text)),
        boosting=plan.boosting,
        beside=plan.beside,
        all_rows=all_rows,
        alike=alike,
        clean=plan.clean,
        exposure=exposure,
        picked=picked,
        changes=plan.augment,
        stackable=plan.stackable,
        seconds_left=left,
    )


def seconds_left(spent: Clock, callbacks: Iterable[Callback]) -> float | None:
    """To the limit of time, or to the moment that a callback names."""
    moments = [each.moment for each in callbacks if each.moment is not None]
    left = [max(SHORTEST, moment - time.time()) for moment in moments]
    return min([*left, *([] if spent.left is None else [spent.left])], default=None)
