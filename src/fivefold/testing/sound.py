"""What a kind or a task was checked with that kept to every rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from fivefold.core.roster import Roster, file_of, name_of

DOORS = ("frame", "csv", "json", "synthetic")


@dataclass(frozen=True)
class Sound:
    """What a kind or a task was checked with, when it kept to every rule.

    Args:
        name: of the kind or task.
        cells: that it was checked with, of each column.
        replayed: the file that a fresh process read the class from, `fivefold` for one of its own;
            empty where the class stands in none, and its bundle was replayed in this process.
        gap: how far the farthest score of the bundle was from torch's.
    """

    name: str
    cells: int
    replayed: str
    gap: float

    @classmethod
    def of(cls, checked: object, cells: int, parity: Mapping[str, Any], known: Roster[Any]) -> Self:
        """What a replay came to.

        Args:
            checked: the kind or task.
            cells: that it was checked with.
            parity: of the bundle, as Deploy tells it.
            known: fivefold's own.

        Raises:
            AssertionError: if the class stands in a file, and no fresh process has answered.
        """
        name, file = name_of(checked), file_of(type(checked))
        assert file is None or parity["fresh_process"], (
            f"{type(checked).__name__}: its model is not answered in a fresh process: "
            f"{parity.get('in_this_process', '')}"
        )
        own = "" if file is None else file.name
        gap = max(parity[door] for door in DOORS if door in parity)
        return cls(name, cells, "fivefold" if name in known.known else own, gap)

    def __str__(self) -> str:
        fresh = f"a fresh process, by {self.replayed}"
        where = fresh if self.replayed else "this process, as its class stands in no file"
        return (
            f"{self.name}: {self.cells:,} cells read, encoded, learnt and served; replayed in "
            f"{where}: largest difference {self.gap:.0e}"
        )
