"""How an artifact came to be: which stage wrote it, and from what."""

from dataclasses import dataclass, field

from fivefold.core.artifact import Artifact
from fivefold.core.key import Key


@dataclass(frozen=True, eq=False)
class Written:
    """One writing of an artifact, and through it all that went before.

    Args:
        key: its address.
        writer: title of the stage; empty for what was handed over or derived.
        reads: what it was made from; None if that is not known.
        artifact: what was written, where its class is `remembered`; else None, so that what is
            replaced can leave the memory.
        digest: digest of what was written, where it was saved; else that of the step that wrote
            it, where that has one.

    Example:
        >>> first = Written(Key(Artifact), "Collect", ())
        >>> second = Written(Key(Artifact), "Derive", (first,))
        >>> [written.writer for written in second.history()]
        ['Collect', 'Derive']
    """

    key: Key
    writer: str = ""
    reads: tuple["Written", ...] | None = field(default=None, repr=False)
    artifact: Artifact | None = field(default=None, repr=False)
    digest: str = field(default="", repr=False)

    def origins(self) -> frozenset[Key] | None:
        """The addresses of all it was made from, directly or not; None if that is not known."""
        if self.reads is None:
            return None
        seen, open_ends = set[Written](), [*self.reads]
        while open_ends:
            written = open_ends.pop()
            if written not in seen:
                seen.add(written)
                open_ends += written.reads or ()
        return frozenset(written.key for written in seen)

    def history(self) -> tuple["Written", ...]:
        """The writings of its class that led to this one, each made from the one before it."""
        line = [self]
        while True:
            kin = [w for w in line[-1].reads or () if w.key.type is self.key.type]
            if not kin:
                return tuple(reversed(line))
            line.append(next((w for w in kin if w.key == line[-1].key), kin[0]))
