"""Changes in a file of arrays."""

from pathlib import Path

from fivefold.codecs.arrayfile import read_state, write_state
from fivefold.codecs.table import Array
from fivefold.core.format import Hashed
from fivefold.travel.changes import Changes


def write_changes(changes: Changes, file: Hashed) -> None:
    """Changes with the columns that they overwrote."""
    state, arrays = changes.pack()
    before = {f"before/{name}": a for name, a in changes.before.items()}
    steps = {f"step/{name}": a for name, a in arrays.items()}
    write_state((state, steps | before), file)


def read_changes(source: Path | bytes) -> Changes:
    """The changes that `write_changes` wrote, with what they overwrote."""
    state, found = read_state(source)
    arrays: dict[str, dict[str, Array]] = {"step": {}, "before": {}}
    for key, array in found.items():
        part, _, name = key.partition("/")
        arrays[part][name] = array
    return Changes.unpack(state, arrays["step"], arrays["before"])
