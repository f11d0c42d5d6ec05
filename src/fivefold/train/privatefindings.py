"""What a private training has spent, and what its epsilon does not cover, in plain words."""

from collections.abc import Iterator
from typing import Any

from fivefold.artifacts import Preprocessed
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import plural, together
from fivefold.models.head import Head
from fivefold.train.fitted import Fitted
from fivefold.train.options import Options
from fivefold.train.plan import Plan

FEW = 6  # columns that are named


def told_of(plan: Plan, steps: int) -> dict[str, Any] | None:
    """What a training of so many steps spent, in plain values; None where it is not private."""
    budget = plan.budget
    if budget is None:
        return None
    return {
        "epsilon": budget.epsilon(steps),
        "delta": budget.delta,
        "unit": "one training row, added or left out",
        "noise_multiplier": budget.noise_multiplier,
        "clip": budget.clip,
        "sample_rate": budget.sample_rate,
        "rows": budget.rows,
        "steps": steps,
        "accountant": budget.accountant,
        "seeded": budget.seeded,
    }


def private_findings(
    stage: Options, plan: Plan, fitted: Fitted, data: Preprocessed
) -> Iterator[Finding]:
    """What was spent, and what else knows the training rows."""
    told = told_of(plan, fitted.steps)
    if told is None or not fitted.steps:
        return
    epsilon, delta = told["epsilon"], told["delta"]
    schema = data.codec.schema
    held = [name for name in (schema.named("group"), schema.named("time")) if name is not None]
    unit = (
        f" Rows that belong together ({together([f'`{name}`' for name in held])}) "
        "are not hidden as one: k of them spend k times that."
        if held
        else ""
    )
    sentence = (
        f"The weights are differentially private: epsilon {epsilon:.3g} at delta {delta:g} for one "
        f"training row that is added or left out, by opacus' accountant ({told['accountant']}) "
        f"over {plural(told['steps'], 'step')}.{unit}"
    )
    numbers = {name: told[name] for name in ("epsilon", "delta", "steps", "noise_multiplier")}
    yield finding("privacy_spent", sentence, **numbers)
    open_to = [*_open_to(stage, plan, fitted, data)]
    sentence = (
        f"Epsilon covers the weights alone. What else knows rows: {'; '.join(open_to)}. The loss "
        "of training rows, and simple models that the tables show beside it, are not private "
        "either; they are in no bundle."
    )
    yield finding("privacy_of_weights", sentence, what=open_to)
    if told["seeded"]:
        sentence = (
            "The noise follows from the seed of the run: whoever knows the seed can take it out of "
            "the weights, which are not private for them."
        )
        yield finding("noise_from_seed", sentence)


def _open_to(stage: Options, plan: Plan, fitted: Fitted, data: Preprocessed) -> Iterator[str]:
    """What was fitted on training rows besides the weights, or decided by validation rows."""
    codec, head, body = data.codec, plan.network.head, plan.network.body
    bounds = codec.settings.bounds
    columns = [f"`{column.name}`" for column in codec.schema.inputs if column.name not in bounds]
    if columns:
        more = f" and {len(columns) - FEW:,} more" if len(columns) > FEW else ""
        named = f"{', '.join(columns[:FEW])}{more}"
        yield f"what Preprocess fitted (ranges, means, categories, words) of {named}"
    targets = [name for name in codec.schema.targets if name not in bounds]
    if targets and type(head).fit is not Head.fit:
        yield f"the unit of {together([f'`{name}`' for name in targets])}"
    if stage.class_weights == "balanced":
        yield "how many rows each class has"
    if hasattr(body, "fit_buffers") and not getattr(body, "unfitted", False):
        yield f"what {type(body).__name__}.fit_buffers takes of training rows"
    yield "what a bundle tells of cells: usual ranges, examples, rows to compare with"
    if len(data.valid):
        when = ["the epoch"] if fitted.best_epoch != len(fitted.history) else []
        decided = together([*when, "calibration", "thresholds", "limits"])
        yield f"validation rows, which may decide {decided}"
