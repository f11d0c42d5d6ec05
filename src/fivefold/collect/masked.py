"""Targets that are masks of pictures, known by what their cells are."""

from collections.abc import Mapping, Sequence

from fivefold.collect.infer import guess_kind
from fivefold.collect.wishes import Wishes
from fivefold.kinds.known import kind_of, of_regions, of_type
from fivefold.reading.raw import Raw


def masked(raw: Raw, targets: Sequence[str], wishes: Wishes) -> Mapping[str, str]:
    """The kind of a target whose cells are pictures, by name: they are masks of others.

    Args:
        raw: the source.
        targets: names of what is to be predicted.
        wishes: what the user says of the columns.
    """
    if len(targets) != 1 or targets[0] in wishes.kinds:
        return {}
    if wishes.task is not None and not wishes.task.plane:
        return {}
    (target,) = targets
    said = raw.types.get(target)
    kind = None if said is None else of_type(said)
    kind = kind or kind_of(guess_kind(raw.columns[target], name=target).kind)
    pictures = of_type("raster")
    found = of_regions(pictures if wishes.task is not None else kind)
    return {} if found is None else {target: found.name}
