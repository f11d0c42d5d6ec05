"""Names of files and folders that say which part of the data lies in them."""

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from fivefold.reading.suffix import stem_of

PARTS = {
    **dict.fromkeys(("train", "training"), 0),
    **dict.fromkeys(("valid", "validation", "val", "dev"), 1),
    **dict.fromkeys(("test", "testing", "eval", "evaluation", "t10k"), 2),
}
"""What the parts are called: 0 is learnt from, 1 chosen by, 2 judged by. `t10k` is MNIST's."""

USES = ("to learn from", "to choose by", "to judge by")

_WORDS = re.compile(r"t10k|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def part_in(name: str) -> int:
    """The part that the words of a name say; -1 where they say none, or several.

    Example:
        >>> part_in("adult_train"), part_in("KDDTest"), part_in("test-00000-of-00001")
        (0, 2, 2)
        >>> part_in("trains"), part_in("train_test")
        (-1, -1)
    """
    said = {PARTS[word] for word in words_of(name) if word in PARTS}
    return said.pop() if len(said) == 1 else -1


def words_of(name: str) -> list[str]:
    """The words of a name, in lower case.

    Example:
        >>> words_of("dataSplit"), words_of("data_split")
        (['data', 'split'], ['data', 'split'])
    """
    return [word.lower() for word in _WORDS.findall(name)]


def parts_of(paths: Sequence[str]) -> list[int]:
    """The part of each file, by its own name, else by the nearest folder that says one.

    They are divided where some are to learn from and others are not; or where one is called as
    another is, but for its part: `iris.csv` and `iris_test.csv`. Else no file is of a part.

    Example:
        >>> parts_of(["train.csv", "test.csv", "more.csv"]), parts_of(["test1.csv", "test2.csv"])
        ([0, 2, -1], [-1, -1])
    """
    parts = [_part(path) for path in paths]
    others = {part for part in parts if part > 0}
    rest = {_rest(path) for path, part in zip(paths, parts, strict=True) if part > 0}
    twins = any(part < 0 and _rest(path) in rest for path, part in zip(paths, parts, strict=True))
    return parts if others and (0 in parts or twins) else [-1] * len(paths)


def folder_parts(paths: Iterable[str]) -> list[int]:
    """The part that the nearest folder of each file says, whatever its own name says."""
    return [_said(reversed(PurePosixPath(path).parts[:-1])) for path in paths]


def _part(path: str) -> int:
    return _said([stem_of(path), *reversed(PurePosixPath(path).parts[:-1])])


def _said(names: Iterable[str]) -> int:
    return next((part for name in names if (part := part_in(name)) >= 0), -1)


def _rest(path: str) -> tuple[str, ...]:
    """The words of a name that say no part."""
    words = words_of(stem_of(path))
    return tuple(word for word in words if word not in PARTS and not word.isdigit())
