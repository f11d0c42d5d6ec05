"""Class folders: which files lie in them, and what helps where they do not."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from fivefold.core.wording import plural, quoted
from fivefold.reading.packed import Member
from fivefold.reading.unsorted import sorting_advice

PARTS = {"train": 0, "training": 0, "val": 1, "valid": 1, "validation": 1, "test": 2, "testing": 2}


class Entry(NamedTuple):
    """One file of a folder: its part (-1: not said), its class, the file."""

    part: int
    label: str
    member: Member


def classes_of(paths: Iterable[str]) -> set[str]:
    """The names of class folders in which files lie; none where there are no such folders."""
    entries, _ = sorted_out([Member(path, bytes) for path in paths])
    return {entry.label for entry in entries}


def sorted_out(files: Sequence[Member]) -> tuple[list[Entry], list[str]]:
    """Files in class folders with part and class, and the paths of those that lie in none."""
    split = [(PurePosixPath(member.path).parts, member) for member in files]
    while len({parts[0] for parts, _ in split}) == 1 and all(len(p) > 2 for p, _ in split):
        split = [(parts[1:], member) for parts, member in split]
    heads = {parts[0].lower() for parts, _ in split if len(parts) > 1}
    by_part = bool(heads) and heads <= set(PARTS) and any(len(parts) > 2 for parts, _ in split)
    entries, stray = [], []
    for parts, member in split:
        part = PARTS.get(parts[0].lower(), -1) if by_part else -1
        inner = parts[1:] if by_part else parts
        if len(inner) < 2:
            stray.append(member.path)
        else:
            entries.append(Entry(part, inner[0], member))
    return entries, stray


def endings(paths: Sequence[str]) -> str:
    """What files end in, in words."""
    if not paths:
        return "no file"
    counts = Counter(PurePosixPath(path).suffix.lower() or "no ending" for path in paths)
    few = ", ".join(f"{count:,} {ending}" for ending, count in counts.most_common(5))
    return f"{plural(len(paths), 'file')} ({few})"


def advice_on(
    entries: Sequence[Entry], name: str, column: str, *, among: Sequence[str] = ()
) -> str:
    """What helps where all files lie in one class folder; nothing where they do not.

    Args:
        entries: files that are read.
        name: of the folder or archive.
        column: that they are.
        among: the paths of all files.
    """
    if len({entry.label for entry in entries}) > 1:
        return ""
    paths = {entry.member.path for entry in entries}
    beside = [path for path in among if path not in paths and "/" in path]
    others = sorted(classes_of([*paths, *beside]) - {entry.label for entry in entries})
    if others:
        return (
            f"Files of one kind are wanted in every class folder: those of {quoted(others, 3)} "
            f"are others than those of {quoted([entries[0].label])}, {endings(beside)}. Save them "
            "in one form, or pass a table with a column for each kind."
        )
    return sorting_advice(name, [e.member for e in entries], column)
