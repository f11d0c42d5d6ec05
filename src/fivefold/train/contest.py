"""One network trained in several ways, of which validation rows keep one."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fivefold.artifacts import Preprocessed
from fivefold.core.events import Noted
from fivefold.core.session import Session
from fivefold.train.checkpoint import FOLDER
from fivefold.train.clock import Clock
from fivefold.train.learn import Learnt, learn
from fivefold.train.options import Options
from fivefold.train.plan import Plan


def learn_best(
    stage: Options,
    plan: Plan,
    data: Preprocessed,
    session: Session,
    *,
    spent: Clock,
    before: Mapping[str, Any],
) -> tuple[Plan, Learnt, dict[str, float] | None]:
    """Train from the same first weights with each of the plan's sets of random changes.

    Each has an equal share of the time that is left, and states of its own on disk. One that is
    interrupted is kept, as there is nothing to choose by.

    Args:
        stage: the settings.
        plan: what was decided of them.
        data: encoded rows.
        session: of the step.
        spent: the time.
        before: what was decided in the run that is gone on with; nothing if it begins.

    Returns:
        The plan as it was carried out, its network trained; how that went; and the validation loss
        by the changes that were made, None where there was one way.
    """
    if len(plan.ways) == 1:
        return plan, learn(stage, plan, data, session, spent=spent, before=before), None
    found: list[tuple[Plan, Learnt]] = []
    tried: dict[str, float] = {}
    steps = 0
    for number, changes in enumerate(plan.ways):
        left = spent.left
        share = spent if left is None else Clock(left / (len(plan.ways) - number))
        way = replace(plan, ways=(changes,), network=copy.deepcopy(plan.network))
        folder = f"{FOLDER}-{number}" if number else FOLDER
        learnt = learn(stage, way, data, session, spent=share, before=before, folder=folder)
        found.append((way, learnt))
        before = {**before, "lr": learnt.lr}  # one that was found is that of all ways
        steps += learnt.fitted.steps - learnt.fitted.resumed
        tried[", ".join(changes) or "none"] = learnt.fitted.best_loss
        if learnt.fitted.ending == "interrupted":
            return *found[-1], tried
    losses = list(tried.values())
    best = losses.index(min(losses))
    told = ", ".join(f"{loss:.4g} with {changes}" for changes, loss in tried.items())
    kept = ", ".join(plan.ways[best]) or "none"
    session.emit(Noted(text=f"Random changes: validation loss {told}; kept: {kept}."))
    way, learnt = found[best]
    own = learnt.fitted.steps - learnt.fitted.resumed
    return way, replace(learnt, others=steps - own), tried
