"""Tables of several files, one after another, with the part that the name of each says."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from fivefold.core.finding import Finding, finding
from fivefold.core.wording import plural, quoted, together
from fivefold.reading.options import Reading
from fivefold.reading.partnames import USES, parts_of
from fivefold.reading.raw import Raw, concatenate

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, eq=False)
class File:
    """A table with the path of its file, and the part that this says; -1 for none."""

    path: str
    part: int
    raw: Raw


def in_parts(
    items: Sequence[T], paths: Sequence[str | Path], *, apart: bool = True
) -> list[tuple[T, int]]:
    """Files with their parts, those that are judged by behind the others.

    So those without a target, which are left out where rows are collected, come last where
    rows are answered.

    Args:
        items: the files.
        paths: where they lie; what is above the folder that holds all says nothing.
        apart: whether names may say parts.
    """
    whole = [Path(path).absolute() for path in paths]
    above = os.path.commonpath([path.parent for path in whole])
    inner = [path.relative_to(above).as_posix() for path in whole]
    pairs = [*zip(items, parts_of(inner) if apart else [-1] * len(inner), strict=True)]
    return sorted(pairs, key=lambda pair: pair[1] == 2)


def first_taught(items: Sequence[T], paths: Sequence[str | Path]) -> T | None:
    """The first file that is learnt from; where none says so the first that is not judged by."""
    pairs = in_parts(items, paths) if items else []
    return next((item for item, part in pairs if part == 0), pairs[0][0] if pairs else None)


def joined(files: Iterable[File], name: str, reading: Reading, *, strays: bool = False) -> Raw:
    """Tables one after another, their parts given where the names of the files say them.

    A file that is to be judged by and lacks the target is left out, with a finding; columns that
    only such a file has, too.

    Args:
        files: in the order of `in_parts`.
        name: of the folder, archive or pattern.
        reading: its names are columns that are predicted, or all where rows are answered.
        strays: whether tables of other columns, whose name says no part, are left out too.

    Raises:
        DataError: if the columns differ otherwise.
    """
    files = list(files)
    if all(file.part < 0 for file in files):
        return concatenate([file.raw for file in files], name)
    if reading.asks:
        return _to_answer(files, name, reading)
    first = next((file for file in files if file.part == 0), None)
    first = first or next(file for file in files if file.part < 0)
    known = set(first.raw.columns)
    left = [f for f in files if strays and f.part < 0 and known != set(f.raw.columns)]
    files = [file for file in files if file not in left]
    blind = [file for file in files if file.part > 0 and _lacks_target(file, first, reading.names)]
    kept = [file for file in files if file not in blind]
    told: list[Finding] = []
    for file in left:
        sentence = f"{file.path} of {name} has other columns than {first.path}; left out."
        told.append(finding("other_files", sentence, count=1, files=[file.path]))
    advice = ""
    if blind:
        lacking = [c for c in first.raw.columns if c not in blind[0].raw.columns]
        rows = plural(sum(len(file.raw) for file in blind), "row")
        sentence = (
            f"{together([file.path for file in blind])} of {name} ({rows}) lack"
            f"{'s' * (len(blind) == 1)} {quoted(lacking)}, so nothing is judged by it; left out. "
            "predict answers such rows."
        )
        paths = [file.path for file in blind]
        told.append(finding("files_without_target", sentence, files=paths, columns=lacking))
        advice = f"Only {first.path} has {quoted(lacking)}, which {paths[0]} lacks."
    told += _extra(kept, first)
    whole = concatenate([_with_part(file, first) for file in kept], name)
    if len({file.part for file in kept}) > 1:
        told.append(_said(kept, name))
    elif all(file.raw.given is None for file in kept):
        whole = whole.replace(given=None)
    findings = (*whole.findings, *told)
    return whole.replace(findings=findings, advice=advice or whole.advice)


def _to_answer(files: Sequence[File], name: str, reading: Reading) -> Raw:
    """All rows that have what a model reads, without the columns that some files lack."""
    wanted = set(reading.inputs)
    kept = [file for file in files if file.part >= 0 or wanted <= set(file.raw.columns)] or files
    first = min(kept, key=lambda file: len(file.raw.columns))
    return concatenate([_with_part(file, first) for file in kept], name)


def _lacks_target(file: File, first: File, targets: Iterable[str]) -> bool:
    lacking = {name for name in first.raw.columns if name not in file.raw.columns}
    wanted = {name for name in targets if name in first.raw.columns}
    return bool(lacking) and (lacking <= wanted if wanted else file.part == 2)


def _extra(kept: Sequence[File], first: File) -> Iterator[Finding]:
    for file in kept:
        extra = [name for name in file.raw.columns if name not in first.raw.columns]
        if extra and file.part != first.part:
            sentence = f"Only {file.path} has {quoted(extra)}; left out."
            yield finding("extra_columns", sentence, columns=extra)


def _with_part(file: File, first: File) -> Raw:
    """Its rows with their part, and of another part than the first only the columns of that."""
    raw = file.raw
    given = np.full(len(raw), file.part, np.int8) if raw.given is None else raw.given
    columns: dict[str, Any] = {n: v for n, v in raw.columns.items() if n in first.raw.columns}
    return raw.replace(columns=columns if first.part != file.part else raw.columns, given=given)


def _said(files: Sequence[File], name: str) -> Finding:
    counts: dict[int, list[str]] = {}
    for file in files:
        counts.setdefault(file.part, []).append(f"{file.path} ({len(file.raw):,})")
    words = [
        f"{together(counts[part][:3])}{' and more' * (len(counts[part]) > 3)} "
        f"{USES[part] if part >= 0 else 'not said which'}"
        for part in sorted(counts)
    ]
    sentence = f"{name} divides its rows by the names of files: {'; '.join(words)}."
    rows = {file.path: len(file.raw) for file in files[:100]}
    return finding("parts_by_name", sentence, files=rows)
