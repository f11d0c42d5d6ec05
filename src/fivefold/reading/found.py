"""Files that were found at an address, by their paths below it; each is fetched when it is read."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from glob import has_magic
from pathlib import PurePosixPath

from fivefold.core.wording import nearest
from fivefold.errors import DataError
from fivefold.reading.packed import Member


@dataclass(eq=False)
class Found:
    """The files at an address.

    Attributes:
        shown: the address, without what is secret in it.
        members: the files, by their paths below it.
        form: whether it is one `file`, a `folder`, or files that fit a `pattern`.
        licence: of the files, where the answer says so.
    """

    shown: str
    members: Sequence[Member]
    form: str = "file"
    licence: str | None = None


@dataclass(eq=False)
class Once:
    """Bytes that are fetched when they are first asked for, and kept."""

    fetch: Callable[[], bytes]
    held: list[bytes] = field(default_factory=list)

    def __call__(self) -> bytes:
        if not self.held:
            self.held.append(self.fetch())
        return self.held[0]


def below(shown: str, members: Sequence[Member], wanted: str) -> Found:
    """Those of some files that a path or a pattern means; all if it is empty.

    Raises:
        DataError: if there are none.

    Example:
        >>> files = [Member("a/1.csv", bytes), Member("a/2.csv", bytes), Member("b/3.csv", bytes)]
        >>> [member.path for member in below("zip://", files, "a").members]
        ['1.csv', '2.csv']
        >>> [member.path for member in below("zip://", files, "**/3.csv").members]
        ['b/3.csv']
    """
    alone = [member for member in members if member.path == wanted]
    if alone:
        return Found(shown, [alone[0]._replace(path=PurePosixPath(wanted).name)])
    if has_magic(wanted):
        found = [member for member in members if _matches(member.path, wanted)]
    else:
        top = f"{wanted}/" if wanted else ""
        found = [m._replace(path=m.path[len(top) :]) for m in members if m.path.startswith(top)]
    if not found:
        near = nearest(wanted, [member.path for member in members])
        remedy = f"Write {near!r}." if near else "Correct the address."
        raise DataError.expected(shown, "a file or folder", "none", remedy, near=near)
    return Found(shown, found, "pattern" if has_magic(wanted) else "folder")


def _matches(path: str, pattern: str) -> bool:
    """Whether a path fits a pattern in which `*` stays within a folder and `**` does not."""
    parts, wanted = path.split("/"), pattern.split("/")
    if "**" not in wanted:
        return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))
    place = wanted.index("**")
    if not all(map(fnmatchcase, parts[:place], wanted[:place])):
        return False
    rest = "/".join(wanted[place + 1 :]) or "*"
    return any(_matches("/".join(parts[start:]), rest) for start in range(place, len(parts)))


def listed(
    paths: Iterable[str], top: str, reader: Callable[[str], Callable[[], bytes]]
) -> list[Member]:
    """Files of a store by their paths below a folder, in the order of these.

    Args:
        paths: as the store has them.
        top: the folder.
        reader: gives for a path what fetches it.
    """
    top = f"{top.rstrip('/')}/"
    return [Member(path.removeprefix(top), Once(reader(path))) for path in sorted(paths)]


def apart(address: str) -> tuple[str, str]:
    """The folder of an address, and the pattern of files below it; empty without one.

    Example:
        >>> apart("s3://bucket/day/*.csv?region=eu")
        ('s3://bucket/day?region=eu', '*.csv')
        >>> apart("s3://bucket/day/rows.csv")
        ('s3://bucket/day/rows.csv', '')
    """
    plain, mark, settings = address.partition("?")
    if "=" not in settings:  # it stands for a letter
        plain, mark, settings = address, "", ""
    if not has_magic(plain):
        return address, ""
    scheme, rest = plain.split("://", 1)
    parts = rest.split("/")
    first = next(place for place, part in enumerate(parts) if has_magic(part))
    return f"{scheme}://{'/'.join(parts[:first])}{mark}{settings}", "/".join(parts[first:])
