"""Cells that cannot be read, and spoil their rows."""

from collections.abc import Sequence

from fivefold.core.finding import Finding
from fivefold.core.wording import quoted
from fivefold.errors import DataError
from fivefold.kinds.kind import Kind
from fivefold.reading.names import PICTURES


def unreadable_code(kind: Kind) -> str:
    """The code of the finding about cells of a kind that cannot be read."""
    return f"unreadable_{kind.plural}".replace(" ", "_")


def counted(count: int, kind: Kind) -> str:
    """A count with what cells of a kind are called: `1 sound`, `2,000 series`."""
    one = kind.name if kind.plural == kind.name else kind.plural.removesuffix("s")
    return f"{count:,} {one if count == 1 else kind.plural}"


def unreadable_cells(kind: Kind, paths: list[str], reason: str = "") -> Finding:
    """The finding about cells that are damaged or none at all, and spoil their rows.

    Args:
        kind: of the cells.
        paths: of those that cannot be read.
        reason: what is wrong with the first of them, as a sentence.
    """
    which = "" if len(paths) == 1 else "The first: "
    why = f" {which}{reason if which else reason[:1].upper() + reason[1:]}" if reason else ""
    return Finding(
        code=unreadable_code(kind),
        severity="warning",
        sentence=f"{counted(len(paths), kind)} could not be read and will not "
        f"be used: {quoted(paths, 5)}.{why}",
        numbers={"count": len(paths), "files": paths[:100], "reason": reason},
        stage="Collect",
    )


def unreadable_fault(
    name: str,
    kind: Kind,
    files: Sequence[str],
    count: int,
    *,
    of: int | None = None,
    column: str = PICTURES,
    reason: str = "",
    are_files: bool = True,
) -> DataError:
    """The fault of cells that are damaged or none at all, where that is not to be passed over.

    Args:
        name: of the source.
        kind: of the cells.
        files: that cannot be read, the first of them at least.
        count: of all that cannot be read.
        of: how many cells there are, if it is to be said.
        column: that holds them.
        reason: what is wrong with the first of them, as a sentence.
        are_files: they are files or their bytes, not numbers or texts.
    """
    few = ", ".join(files[:3]) + (f" and {count - 3:,} more" if count > 3 else "")
    found = counted(of or count, kind)
    found = found if of is None else f"{count:,} of {found}"
    saved = kind.saved_as if are_files else ""
    remedy = f"Save them again as {saved}" if saved else "Correct them"
    remedy += "." if count == of else ', or pass on_bad_value="missing" to leave them out.'
    return DataError(
        f"{name}: expected {kind.wanted}, found that {found} cannot be read: {few}.",
        evidence=reason[:1].upper() + reason[1:],
        remedy=remedy,
        column=column,
        count=count,
        files=tuple(files[:100]),
    )
