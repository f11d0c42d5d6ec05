"""What every kind must keep to."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from fivefold.codecs.coded import missing_rows
from fivefold.codecs.schema import Column
from fivefold.errors import ConfigError
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import KINDS
from fivefold.testing.cells import (
    check_class,
    check_doors,
    check_encoding,
    check_memory,
    check_missing,
    check_nothing,
    check_reading,
    check_request,
    check_short_ways,
    check_shown,
    check_state,
)
from fivefold.testing.disturbance import check_corrupt, check_disturbances
from fivefold.testing.part import check_bundle, check_part
from fivefold.testing.probe import CELL, Probe
from fivefold.testing.sound import Sound

FEWEST = 8


def check_kind(kind: Kind | type[Kind], cells: Sequence[Any], *, format: str = "") -> Sound:
    """Check what every kind must keep to, from a raw cell to a bundle that answers without torch.

    Its class can be adopted, and is afterwards known as little as before. Every cell is read, what
    is read is read again as the same, and missing cells give `empty`; so do the cells that went
    through frame, text and JSON. What is fitted follows from the training rows alone, without
    memory, goes through JSON and arrays, and may follow from missing cells alone. Rows are encoded
    one by one as in one go, as the block promises. Short ways (`whole`, `texts`, `quick`) give
    what the long one gives. What is shown of a cell is a text, and its bin one of a few.
    Synthetic cells are accepted and are none of the data; corrupted and disturbed ones are
    cells of the kind. The torch half of its block treats every row by itself; a small network
    trains for an epoch, exports, and its bundle is replayed: in a fresh process in which torch
    is blocked, if the class stands in a file.

    Args:
        kind: the class, or an object of it.
        cells: raw ones as a source gives them, eight that are not missing at least: short and long
            ones, and others that are unlike. The more, the more is seen.
        format: how they are written, where the kind asks for that.

    Returns:
        What it was checked with, and where its bundle was replayed.

    Raises:
        AssertionError: saying which rule is broken.

    Example:
        >>> from fivefold.kinds.numeric import Numeric
        >>> checked = check_kind(Numeric, [1, 2.5, "3", None, "1e3", -4, 0, 7, 8, 9])
        >>> checked.name, checked.cells, checked.replayed
        ('numeric', 10, 'fivefold')
    """
    who = kind.__name__ if isinstance(kind, type) else type(kind).__name__
    assert isinstance(getattr(kind, "name", None), str), f"{who}: expected a `name`, found none"
    with ExitStack() as stack:
        try:
            of = stack.enter_context(KINDS.lent(kind))
        except (ConfigError, TypeError) as fault:
            raise AssertionError(f"{who}: it cannot be adopted: {fault}") from fault
        column = Column(name=CELL, kind=of.name, missing=("n/a",), format=format)
        return _check(Probe(of, list(cells), column))


def _check(probe: Probe) -> Sound:
    check_class(probe)
    first = probe.rows[: -(-len(probe.raw) // 3)]
    check_reading(probe, first)
    with probe.rule("fit()"):
        small = probe.fit(first)  # before any other cell is read
    check_state(probe, small, first)
    check_reading(probe, probe.rows[len(first) :])
    check_memory(probe, small, first)
    check_missing(probe)
    present = int((~missing_rows(probe.read())).sum())
    told = f"expected {FEWEST} cells that are not missing to check it with, found {present}"
    probe.need(present >= FEWEST, told)
    with probe.rule("fit()"):
        codec = probe.fit()
    check_nothing(probe)
    check_doors(probe)
    check_shown(probe)
    check_short_ways(probe)
    check_encoding(probe, codec)
    check_request(probe)
    check_corrupt(probe)
    check_disturbances(probe)
    check_part(probe, codec)
    return Sound.of(probe.kind, len(probe.raw), check_bundle(probe), KINDS)
