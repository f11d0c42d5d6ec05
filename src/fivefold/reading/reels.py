"""Folders of numbered pictures, each of which is a clip."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from fivefold.codecs.animation import is_animation
from fivefold.codecs.film import in_order
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import literal, plural
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import KINDS
from fivefold.reading.classfolders import sorted_out
from fivefold.reading.packed import Member, is_hidden
from fivefold.reading.partnames import PARTS

FEWEST = 2
"""Clips, and frames of each, from which on numbered pictures are taken for frames."""

STARTS = (0, 1)
"""Numbers that first frames have."""

_NUMBERED = re.compile(r"(.*?)(\d{1,9})")


class Reel(Member):
    """One clip: a folder, and the files within it that are its frames, in their order."""

    frames: tuple[Member, ...]

    def __new__(cls, path: str, frames: tuple[Member, ...]) -> "Reel":
        """A clip of this path inside its folder or archive."""
        place = None if frames[0].place is None else frames[0].place.parent
        self = super().__new__(cls, path, lambda: b"".join(f.content for f in frames), place)
        self.frames = frames
        return self

    @property
    def cell(self) -> Any:
        """The folder, or the bytes of the frames."""
        return [frame.content for frame in self.frames] if self.place is None else self.place


def kind_of_reels() -> Kind | None:
    """The first kind of which a folder of pictures is a cell, or None."""
    return next((kind for kind in KINDS if kind.made_of), None)


def reels_of(
    members: Sequence[Member], *, asked: bool | None = None, flat: bool = False
) -> list[Reel]:
    """The clips that folders of pictures are; none where they are no such.

    Unless it is asked for, folders hold frames where those of every folder are numbered without a
    gap from 0 or from 1 on, in class folders of two such folders or more, on average.

    Args:
        members: files, by their paths inside.
        asked: whether folders are clips; None to find out.
        flat: whether there are no class folders around them, and one clip may be all there is.
    """
    kind = kind_of_reels()
    if kind is None or asked is False:
        return []
    folders = defaultdict[str, list[Member]](list)
    for member in members:
        path = PurePosixPath(member.path)
        if path.suffix.lower() in kind.made_of and not is_hidden(member.path):
            folders[str(path.parent)].append(member)
        elif path.suffix.lower() in kind.suffixes:
            return []
    reels = [
        Reel(path, tuple(sorted(files, key=lambda member: in_order(member.path))))
        for path, files in sorted(folders.items())
    ]
    if not reels or (not flat and "." in folders):
        return []
    if not flat:
        entries, stray = sorted_out(reels)
        classes = {entry.label for entry in entries}
        parts = [*classes, *(PurePosixPath(reel.path).name for reel in reels)]
        if stray or not entries or any(name.lower() in PARTS for name in parts):
            return []
        if asked is None and len(entries) < FEWEST * len(classes):
            return []
    if asked is None and not all(map(_numbered, folders.values())):
        return []
    if any(is_animation(reel.frames[0].content) for reel in reels[:FEWEST]):
        return []
    return reels


def _numbered(files: Sequence[Member]) -> bool:
    """Whether names differ in a number alone, which goes from 0 or 1 on without a gap."""
    runs = defaultdict[tuple[str, str], list[int]](list)
    for file in files:
        path = PurePosixPath(file.path)
        found = _NUMBERED.fullmatch(path.stem)
        if found is None:
            return False
        runs[found[1], path.suffix].append(int(found[2]))
    if len(runs) != 1:
        return False
    [numbers] = (sorted(run) for run in runs.values())
    first = numbers[0]
    return (
        first in STARTS
        and len(numbers) >= FEWEST
        and numbers == [*range(first, first + len(numbers))]
    )


def reels_found(name: str, reels: Sequence[Reel], kind: Kind, pictures: str) -> Finding:
    """The finding that folders are read as clips.

    Args:
        name: of the source.
        reels: the clips.
        kind: of the clips.
        pictures: the kind of their frames.
    """
    counts = Counter(len(reel.frames) for reel in reels)
    fewest, most = min(counts), max(counts)
    told = plural(fewest, "frame") if fewest == most else f"{fewest:,} to {most:,} frames"
    sentence = (
        f"{name}: {plural(len(reels), 'folder')} of numbered pictures, {told} each, "
        f"{'is' if len(reels) == 1 else 'are'} read as {kind.plural}. Pass "
        f"kinds={{{literal(pictures)}: {literal(pictures)}}} to read each picture by itself."
    )
    facts = {"folders": len(reels), "fewest": fewest, "most": most}
    return finding("frames_as_clips", sentence, "note", **facts)
