"""Which refit an event tells of."""

from fivefold.core.events import Event


def refit_of(event: Event) -> str:
    """The refit that an event belongs to, as a path; empty for the run itself.

    Example:
        >>> refit_of(Event(path=("evaluate", "fold-1", "train"))), refit_of(Event(path=("train",)))
        ('evaluate/fold-1', '')
    """
    return "/".join(event.path[:-1]) if len(event.path) > 2 else ""


def scalar_name(event: Event, name: str, unit: str = "epoch") -> str:
    """What a number of an event is called: by its stage, and by what is counted unless epochs.

    Example:
        >>> scalar_name(Event(path=("train",)), "train_loss")
        'train/train_loss'
    """
    parts = [*event.path[-1:], *([] if unit == "epoch" else [unit]), name]
    return "/".join(parts)
