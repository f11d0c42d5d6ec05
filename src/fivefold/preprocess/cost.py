"""What a way of preparing rows costs, and how much it learns."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from fivefold.artifacts import Collected
from fivefold.codecs.digest import digest_of
from fivefold.codecs.settings import Settings
from fivefold.kinds.codec import Codec
from fivefold.partition import Partition
from fivefold.preprocess.encode import settled_settings

ASKED = ("version", "schema", "settings", "own")
"""What a codec's state says of what was asked for, not of what was learnt."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What preparing rows costs.

    Args:
        fit_seconds: of learning the rules from the training rows.
        transform_seconds: of encoding the rows of all parts.
        rows: so many.
        learned: numbers and words that were learnt.
        digest: of these.
    """

    fit_seconds: float
    transform_seconds: float
    rows: int
    learned: int
    digest: str

    @property
    def rows_per_second(self) -> float:
        """Rows that are encoded in a second."""
        return self.rows / max(self.transform_seconds, 1e-9)


def cost_of(collected: Collected, partition: Partition, settings: Settings) -> Cost:
    """Fit a codec on the training rows, and encode all rows with it.

    Args:
        collected: the table and its schema.
        partition: positions of the rows of each part.
        settings: of the codec.
    """
    train = collected.learnt(partition.train)
    rows = np.concatenate([partition.train, partition.valid, partition.test])
    started = perf_counter()
    codec = Codec.fit(
        collected.table, collected.schema, train, settled_settings(collected, settings)
    )
    fitted = perf_counter()
    codec.encode(collected.table.take(rows))
    done = perf_counter()
    values, arrays = codec.state()
    learnt = {name: value for name, value in values.items() if name not in ASKED}
    return Cost(
        fit_seconds=fitted - started,
        transform_seconds=done - fitted,
        rows=len(rows),
        learned=_leaves(learnt.get("columns", learnt)) + sum(a.size for a in arrays.values()),
        digest=digest_of(learnt, arrays),
    )


def _leaves(value: Any) -> int:
    """Numbers and texts in JSON values.

    Example:
        >>> _leaves({"a": [1, 2.5, None], "b": {"c": ["x"]}})
        3
    """
    if isinstance(value, Mapping):
        return sum(map(_leaves, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(_leaves, value))
    return int(value is not None)
