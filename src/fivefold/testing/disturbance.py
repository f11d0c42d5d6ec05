"""What every kind must keep to where its cells are made worse."""

import numpy as np

from fivefold.testing.probe import Probe, alike


def check_corrupt(probe: Probe) -> None:
    """Corrupted cells are cells of the kind, and something is changed."""
    values = probe.read()
    some, few = probe.rows % 2 == 0, probe.rows % 5 == 1
    with probe.rule("corrupt()"):
        worse = probe.kind.corrupt(values.copy(), some, few)
    probe.need(len(worse) == len(values), "corrupt() gives another number of cells")
    with probe.rule("its reader, given cells of corrupt(),"):
        back = probe.read(worse)
    probe.need(not alike(back, values), "corrupt() changes nothing")


def check_disturbances(probe: Probe) -> None:
    """Disturbed cells are cells of the kind, as many as before; those given stay as they are."""
    values = probe.read()
    kept = values.copy()
    with probe.rule("disturbances()"):
        ways = probe.kind.disturbances(probe.column, values)
        worse = [way.change(values, np.random.default_rng(0)) for way in ways]
    for way, cells in zip(ways, worse, strict=True):
        probe.need(len(cells) == len(values), f"{way.name} gives another number of cells")
        with probe.rule(f"its reader, given cells of {way.name},"):
            probe.read(cells)
    probe.need(alike(values, kept), "disturbances() changes the cells that it is given")
