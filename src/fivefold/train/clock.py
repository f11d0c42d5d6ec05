"""How much of the allowed time a run has used."""

import time

SHORTEST = 1e-3
"""Seconds that are left at least."""


class Clock:
    """Seconds of a run, with those before it was interrupted.

    Args:
        limit: seconds that the run may take; None for no limit.
        used: seconds that it took before.
    """

    def __init__(self, limit: float | None, used: float = 0.0) -> None:
        self.limit = limit
        self._began = time.perf_counter() - used

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.perf_counter() - self._began

    @property
    def fraction(self) -> float:
        """Of the limit that is used, 0 to 1; 0 without a limit."""
        return 0.0 if self.limit is None else min(1.0, self.seconds / self.limit)

    @property
    def left(self) -> float | None:
        """Seconds to the limit, at least a thousandth; None without one."""
        return None if self.limit is None else max(SHORTEST, self.limit - self.seconds)

    def leaves(self, seconds: float) -> bool:
        """Whether so many seconds are left."""
        return self.limit is None or self.seconds + seconds < self.limit
