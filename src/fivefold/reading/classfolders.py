"""Class folders: which files lie in them, and what helps where they do not."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from fivefold.codecs.coded import objects
from fivefold.core.wording import plural, quoted
from fivefold.kinds.recognition import SourceType
from fivefold.reading.names import LABELS
from fivefold.reading.packed import Member
from fivefold.reading.partnames import part_in
from fivefold.reading.unsorted import sorting_advice


class Entry(NamedTuple):
    """One file of a folder: its part (-1: not said), its class, the file."""

    part: int
    label: str
    member: Member


Split = tuple[tuple[str, ...], Member]  # the names of a file's path, and the file


def classes_of(paths: Iterable[str]) -> set[str]:
    """The names of class folders in which files lie; none where there are no such folders."""
    entries, _ = sorted_out([Member(path, bytes) for path in paths])
    return {entry.label for entry in entries}


def sorted_out(files: Sequence[Member]) -> tuple[list[Entry], list[str]]:
    """Files in class folders with part and class, and the paths of those that lie in none.

    A part may be the folder around the class folders or one inside of each. Files of a part
    none of whose folders is a class that is learnt lie in none: `test/1.png`, `test/unknown/1.png`.
    """
    split = _inside([(PurePosixPath(member.path).parts, member) for member in files])
    heads = {parts[0] for parts, _ in split if len(parts) > 1}
    if _are_parts(heads):
        return _within_parts(split, heads)
    nested = bool(split) and all(len(parts) > 2 for parts, _ in split)
    if nested and _are_parts({parts[1] for parts, _ in split}):
        return [Entry(part_in(parts[1]), parts[0], member) for parts, member in split], []
    stray = [member.path for parts, member in split if len(parts) < 2]
    return [Entry(-1, parts[0], member) for parts, member in split if len(parts) > 1], stray


def _within_parts(split: Sequence[Split], heads: set[str]) -> tuple[list[Entry], list[str]]:
    """The same where the outer folders are parts."""
    below = {head: [(p[1:], m) for p, m in split if len(p) > 1 and p[0] == head] for head in heads}
    tops = {parts[0] for inner in below.values() for parts, _ in inner}
    for head, inner in below.items():
        if len(tops) == 1 or {part_in(parts[0]) for parts, _ in inner} == {part_in(head)}:
            below[head] = _inside(inner)
    known = {p[0] for head in heads if part_in(head) == 0 for p, _ in below[head] if len(p) > 1}
    found = dict[str, Entry]()
    for head, inner in below.items():
        labelled = [(parts[0], member) for parts, member in inner if len(parts) > 1]
        if not known or any(label in known for label, _ in labelled):
            found |= {m.path: Entry(part_in(head), label, m) for label, m in labelled}
    entries = [found[member.path] for _, member in split if member.path in found]
    return entries, [member.path for _, member in split if member.path not in found]


def _inside(split: list[Split]) -> list[Split]:
    """The same below the one folder that holds all class folders."""
    while len({parts[0] for parts, _ in split}) == 1 and all(len(p) > 2 for p, _ in split):
        split = [(parts[1:], member) for parts, member in split]
    return split


def _are_parts(names: Collection[str]) -> bool:
    """Whether folders are the parts of the data: all say one, and not all the same."""
    parts = {part_in(name) for name in names}
    return len(parts) > 1 and min(parts) >= 0


def endings(paths: Sequence[str]) -> str:
    """What files end in, in words."""
    if not paths:
        return "no file"
    counts = Counter(PurePosixPath(path).suffix.lower() or "no ending" for path in paths)
    few = ", ".join(f"{count:,} {ending}" for ending, count in counts.most_common(5))
    return f"{plural(len(paths), 'file')} ({few})"


def class_column(
    entries: Sequence[Entry],
) -> tuple[dict[str, Any], dict[str, SourceType], str]:
    """The column of classes, what its type says, and its name; nothing where files have none."""
    if not any(entry.label for entry in entries):
        return {}, {}, ""
    return {LABELS: objects(entry.label for entry in entries)}, {LABELS: "levels"}, LABELS


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
    if len({entry.label for entry in entries}) > 1 or not any(e.label for e in entries):
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
