"""Who wins: the model or the simple ones, or nobody."""

from typing import TYPE_CHECKING

from fivefold.report.headline import display_name
from fivefold.tasks.table import task_of

PART = "its "
"""What names of rows begin with that stand for a part of the model."""

if TYPE_CHECKING:
    from fivefold.artifacts import Evaluated
    from fivefold.codecs.schema import Schema
    from fivefold.core.estimate import Estimate


def verdict(evaluated: "Evaluated", schema: "Schema") -> list[str]:
    """The outcome beside each simple model, the least flattering first.

    Args:
        evaluated: its table `model_comparison` holds the paired differences.
        schema: its task names the score they are in.

    Returns:
        Sentences, each with the model's score minus the other's; none if no simple model was
        fitted.
    """
    table = evaluated.tables.get("model_comparison")
    if table is None:
        return []
    score = display_name(task_of(schema.task).metrics[0].name)
    kinds = ("loses", "a tie", "not measured", "wins")
    outcome: dict[str, list[tuple[str, Estimate]]] = {kind: [] for kind in kinds}
    columns = (table[name] for name in ("model", "difference", "verdict"))
    for model, difference, said in zip(*columns, strict=True):
        if said in outcome and not model.startswith(PART):
            outcome[said].append((model, difference))
    said_of = {
        "loses": "The model loses to {}: {} {}.",
        "a tie": "A tie between the model and {}: {} {}.",
        "not measured": "Whether the model beats {} was not measured: {} {}.",
        "wins": "The model beats {}: {} {}.",
    }
    return [
        said_of[kind].format(model, score, signed(difference))
        for kind, rivals in outcome.items()
        for model, difference in sorted(rivals, key=lambda rival: abs(float(rival[1])))
    ]


def signed(difference: "Estimate") -> str:
    """A difference with its sign and interval.

    Example:
        >>> from fivefold.core.estimate import Estimate
        >>> signed(Estimate(0.02, low=0.01, high=0.03, method="bca", n=99))
        '+0.0200 [0.0100, 0.0300]'
    """
    return f"{'+' if difference >= 0 else ''}{difference!s}"
