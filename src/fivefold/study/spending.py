"""What trainings of a study that are private spend of the same rows, all together."""

from collections.abc import Iterable

from fivefold.core.stage import Stage
from fivefold.train.options import Options
from fivefold.train.privacy import Privacy


def spending(refits: Iterable[Iterable[Stage]]) -> str:
    """A sentence about refits, each by its stages; empty where no two are private.

    Example:
        >>> from fivefold.train.train import Train
        >>> spending([[Train(privacy=Privacy(epsilon=2))]] * 5).partition(":")[0]
        '5 of these refits are private trainings, each with an epsilon of its own'
        >>> spending([[Train()]] * 5)
        ''
    """
    asked: list[Privacy] = [
        stage.privacy
        for stages in refits
        for stage in stages
        if isinstance(stage, Options) and stage.privacy is not None
    ]
    if len(asked) < 2:
        return ""
    epsilons = [one.epsilon for one in asked]
    known = [epsilon for epsilon in epsilons if epsilon is not None]
    total = f" of {sum(known):.3g} at most" if len(known) == len(asked) else ""
    return (
        f"{len(asked)} of these refits are private trainings, each with an "
        f"epsilon of its own: of a row in all of them the study knows with their sum{total}. What "
        "is chosen by their scores has seen it; a bundle tells of its own training alone."
    )
