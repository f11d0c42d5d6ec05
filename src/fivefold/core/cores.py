"""How many cores there are to use."""

import os


def cores() -> int:
    """Cores that this process may use, one at least.

    Example:
        >>> cores() >= 1
        True
    """
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # as on a Mac
        return os.cpu_count() or 1
