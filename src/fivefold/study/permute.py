"""The stage that gives each row the target of another, for a study alone."""

import numpy as np
from pydantic import NonNegativeInt

from fivefold.artifacts import Collected
from fivefold.codecs.table import Array, Canonical, Columns
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.division import rule_of
from fivefold.keys import codes_of, row_keys
from fivefold.partition import Partition


class Permute(Stage):
    """Give each row of a division the target of another row of it; what they have else stays.

    Where rows belong together, groups change their targets with one another if all rows of each
    have one, else rows do within each group. By time targets are moved on, the last to the front,
    so that what comes one after the other does so still. The same rows, in whatever parts, are
    given the same targets: all folds of a division see one world.

    Args:
        number: which of all orders; each is drawn anew.
    """

    number: NonNegativeInt = 0

    def run(self, collected: Collected, partition: Partition, session: Session) -> Collected:
        """The same table with targets exchanged."""
        table, schema = collected.table, collected.schema
        rows = np.unique(np.concatenate([partition.train, partition.valid, partition.test]))
        targets = {name: table.column(name) for name in schema.targets}
        group, rule = schema.named("group"), rule_of(collected, partition.by, partition.ties)
        order = order_of(
            np.random.default_rng(self.number),
            row_keys([values[rows] for values in targets.values()]),
            None if group is None else codes_of(table.column(group)[rows]),
            timed=rule in ("time", "group_time", "purged"),
        )
        given = rows[order]
        columns = {name: table.column(name) for name in table.names}
        for name, values in targets.items():
            changed = values.copy()
            changed[rows] = values[given]
            columns[name] = changed
        exact = isinstance(table, Canonical)
        made = Canonical(columns, schema.columns) if exact else Columns(columns)
        return collected.replace(table=made)


def order_of(
    draw: np.random.Generator, target: Array, group: Array | None, *, timed: bool = False
) -> Array:
    """`(n,)` places: whose target each row is given.

    Args:
        draw: for what is drawn.
        target: `(n,)` numbers, equal where targets are.
        group: `(n,)` numbers of groups from 0; None where rows are drawn one by one.
        timed: whether rows stand in the order of time, or those of a group do.

    Example:
        >>> target, group = np.array([0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 2])
        >>> target[order_of(np.random.default_rng(0), target, group)].tolist()
        [2, 2, 0, 0, 1]
    """
    every = np.arange(len(target))
    if group is None:
        return _moved(draw, every, timed)
    first = np.full(group.max(initial=-1) + 1, len(target))
    np.minimum.at(first, group, every)
    if not timed and (target[first[group]] == target).all():
        return first[draw.permutation(len(first))][group]
    found = every.copy()
    for one in range(len(first)):
        own = np.flatnonzero(group == one)
        found[own] = _moved(draw, own, timed)
    return found


def _moved(draw: np.random.Generator, places: Array, timed: bool) -> Array:
    if timed and len(places) > 1:
        return np.roll(places, int(draw.integers(1, len(places))))
    return draw.permutation(places)
