"""Who listens to a run or a study: what people pass, and the console where they ask for it."""

from collections.abc import Iterable

from fivefold.core.events import Guarded, Observer


def listeners(observers: Iterable[Observer] = (), *, progress: bool) -> list[Observer]:
    """Observers as a run takes them: one whose failure ends nothing, and the console at the end.

    Args:
        observers: of the user's.
        progress: whether to show what is being done.
    """
    found: list[Observer] = [Guarded(observer) for observer in observers]
    if progress:
        from fivefold.observers.console import Console

        found.append(Console())
    return found
