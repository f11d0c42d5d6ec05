"""Pictures and their masks: files of equal names in folders of their own, or beside one another."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.core.finding import finding
from fivefold.core.wording import plural, quoted
from fivefold.kinds.known import of_file, of_type
from fivefold.reading.names import MASKS, PICTURES
from fivefold.reading.packed import Member, is_hidden
from fivefold.reading.partnames import part_in
from fivefold.reading.raw import Raw

FORM = "pairs"
"""How the cells of such a folder lie, for the bundle."""

MOST = 0.5
"""Fraction of the pictures, and of the masks, of which the other must be there."""

_MASK = re.compile(
    r"(?:mask|label|annot(?:ation)?|seg(?:mentation(?:class)?)?|trimap|gt|groundtruth|"
    r"ground_truth|target)s?"
)
_PICTURE = re.compile(r"(?:image|img|picture|photo|pic|input|jpegimage|frame)s?")
_WORDS = re.compile(r"[a-z]+|\d+")


class Place(NamedTuple):
    """What the path of a file says of it."""

    key: tuple[str, ...]  # equal for a picture and its mask
    is_mask: bool
    part: int  # 0 train, 1 valid, 2 test, -1 not said


def place_of(path: str) -> Place:
    """What the path of a picture or mask says of it.

    Example:
        >>> place_of("train/images/7.jpg").key == place_of("train/masks/7.png").key
        True
        >>> place_of("a_mask.png"), place_of("test_labels/b.png").part
        (Place(key=('', 'a'), is_mask=True, part=-1), 2)
    """
    parts, masked = list[str](), False
    for folder in PurePosixPath(path).parts[:-1]:
        words = _WORDS.findall(folder.lower().replace("trainannot", "train_annot"))
        roles = [word for word in words if _MASK.fullmatch(word)]
        masked |= bool(roles)
        parts += [w for w in words if w not in roles and not _PICTURE.fullmatch(w)]
    stem = PurePosixPath(path).stem
    head, sign, end = re.fullmatch(r"(.*?)([_\-. ]?)([A-Za-z]*)", stem, re.DOTALL).groups()  # type: ignore[union-attr]
    if sign and head and _MASK.fullmatch(end.lower()):
        stem, masked = head, True
    elif sign and head and _PICTURE.fullmatch(end.lower()):
        stem = head
    part = next((said for word in reversed(parts) if (said := part_in(word)) >= 0), -1)
    return Place((" ".join(parts), stem), masked, part)


def pairs_among(members: Sequence[Member]) -> list[tuple[Member, Member]]:
    """Pictures with their masks, in the order of the pictures; none where most have no other.

    Args:
        members: of a folder or archive.
    """
    pictures, masks = dict[tuple[str, ...], Member](), dict[tuple[str, ...], Member]()
    twice = False
    for member in members:
        if not _is_picture(member):
            continue
        place = place_of(member.path)
        held = masks if place.is_mask else pictures
        twice |= place.key in held
        held[place.key] = member
    both = [(pictures[key], masks[key]) for key in pictures if key in masks]
    if twice or len(both) < 2 or len(both) < MOST * max(len(pictures), len(masks)):
        return []
    return both


def pictures_among(members: Sequence[Member]) -> list[Member]:
    """The files that are pictures and no masks."""
    return [m for m in members if _is_picture(m) and not place_of(m.path).is_mask]


def read_pairs(members: Sequence[Member], name: str) -> Raw:
    """Pictures and their masks as two columns, the masks to be predicted.

    Args:
        members: of a folder or archive, of which `pairs_among` gives some.
        name: of it, for messages.
    """
    both = pairs_among(members)
    used = {member.path for pair in both for member in pair}
    left = [m.path for m in members if _is_picture(m) and m.path not in used]
    found = []
    if left:
        sentence = (
            f"{name} holds {plural(len(left), 'file')} without the picture or mask that belongs "
            f"to {'it' if len(left) == 1 else 'them'}; left out: {quoted(left, 3)}."
        )
        found = [finding("unpaired", sentence, count=len(left), files=left[:20])]
    pictures = pictures_among(members)
    place = {member.path: n for n, member in enumerate(pictures)}
    parts = np.array([place_of(one.path).part for one, _ in both], np.int8)
    columns = {
        PICTURES: objects(one.cell for one, _ in both),
        MASKS: objects(other.cell for _, other in both),
    }
    return Raw(
        name=name,
        columns=columns,
        types={PICTURES: "raster", MASKS: "raster"},
        target=MASKS,
        given=parts if len({*parts.tolist()}) > 1 else None,
        findings=tuple(found),
        text={"cells": FORM},
        places=np.array([place[one.path] for one, _ in both], np.int64),
        whole=len(pictures),
        named={PICTURES: [a.path for a, _ in both], MASKS: [b.path for _, b in both]},
    )


def _is_picture(member: Member) -> bool:
    kind = None if is_hidden(member.path) else of_file(member.path)
    return kind is not None and kind is of_type("raster")
