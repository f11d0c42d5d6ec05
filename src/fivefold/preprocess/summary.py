"""What went into a network, in one line."""

from fivefold.core.wording import plural
from fivefold.kinds.codec import Codec


def summarise(codec: Codec, rows: int, dropped: int = 0) -> str:
    """What was fitted, on how many rows, and what comes out.

    Args:
        codec: as fitted.
        rows: training rows it was fitted on.
        dropped: training rows then left out as outliers.
    """
    parts = ", ".join(block.block.summary(block) for block in codec.blocks)
    left_out = f"; {plural(dropped, 'row')} left out as outliers" if dropped else ""
    return f"Fitted on {plural(rows, 'training row')}: {parts}{left_out}."
