"""Random changes to whole batches, on the device, before anything fixed is done to them."""

from collections.abc import Callable, Mapping, Sequence

from fivefold.models.fixed import Entry
from fivefold.models.inputs import Batch


def make_augment(
    changes: Sequence[str], entries: Sequence[Entry]
) -> Callable[[Batch], Batch] | None:
    """The changes as one function of a batch's raw blocks; None where nothing is changed.

    Args:
        changes: in the order in which they are made.
        entries: what becomes of each array; its part says which of the changes it knows.
    """
    asked = [
        (entry.array, entry.part.changes[change], entry.size)
        for entry in entries
        for change in changes
        if change in entry.part.changes
    ]
    if not asked:
        return None

    def augment(blocks: Batch) -> Batch:
        assert isinstance(blocks, Mapping)
        changed = dict(blocks)
        for array, change, size in asked:
            changed[array] = change(changed[array], size)
        return changed

    return augment
