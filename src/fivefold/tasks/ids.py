"""Class ids in masks: which are classes and what they are called, and which masks suit no row."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fivefold.codecs.regions import colour_id, colour_name
from fivefold.codecs.schema import Label
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import plural, quoted
from fivefold.errors import DataError
from fivefold.tasks.target import Targets

MOST = 200
"""Classes; of more ids a mask has soft edges rather than so many classes."""

VOID = 255
"""The id of pixels that belong to no class, by custom."""

SPREAD = 8
"""Times as many numbers as ids, within which ids are taken for counted one by one."""

LISTED = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class Ids:
    """The classes of the masks of a column.

    Args:
        ids: of the classes, in order.
        labels: of these ids.
        unfit: `(n,)` bool: rows whose mask suits no picture, or says nothing.
        notes: decisions worth a line each.
        findings: what was noticed.
    """

    ids: list[int]
    labels: tuple[Label, ...]
    unfit: Array
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]


def read_ids(targets: Targets) -> Ids:
    """The classes of the one target column, whose cells are masks.

    All ids are classes, unless names of some are given: then those that have a name. Ids below 0
    are ignored, and so is 255 beside ids that count from near 0 on, and what is named None.

    Raises:
        DataError: if there is one class only, or more than 200.
    """
    column = targets.only
    masks, usable = column.values, targets.usable
    unfit, scaled = _misplaced(targets)
    judged = zip(masks, usable & ~unfit, strict=True)
    counts = [_counts(mask) if fit else Counter[int]() for mask, fit in judged]
    pixels = sum(counts, Counter[int]())
    named = _by_id(targets)
    void = _ignored(pixels, named)
    ids = sorted(one for one in pixels if one not in void)
    where = f"{targets.source}, target `{column.name}`"
    if len(ids) > MOST:
        raise DataError.expected(
            where,
            f"at most {MOST} class ids",
            f"{len(ids):,}, as masks have that were resized with soft edges or are photographs",
            "Save masks with one whole number a class, and resize them by nearest pixels.",
            column=column.name,
        )
    if len(ids) < 2:
        shown = _label(ids[0], named) if ids else "pixels that are ignored"
        raise targets.one_value(column, repr(shown))
    empty = np.array([bool(c) and not set(c) - void for c in counts], bool)
    kept = [c for c, gone in zip(counts, empty, strict=True) if c and not gone]
    labels = tuple(_label(one, named) for one in ids)
    usual = max(ids, key=lambda one: pixels[one])
    total = sum(pixels[one] for one in ids)
    notes = [
        f"`{column.name}` has {len(ids)} classes in {plural(len(kept), 'mask')}; "
        f"{_label(usual, named)!r} is {pixels[usual] / total:.0%} of the pixels."
    ]
    gone = {one: pixels[one] for one in sorted(void) if pixels[one]}
    if gone:
        share = sum(gone.values()) / max(1, pixels.total())
        shown = " and ".join(colour_name(one) or str(one) for one in [*gone][:5])
        notes.append(f"Pixels of id {shown} ({share:.1%}) are ignored.")
    found = [
        *_sizes_told(targets, unfit, scaled),
        *_empty_told(column.name, counts, empty, usual, _label(usual, named)),
        *_unknown_told(column.name, counts, named, pixels),
    ]
    return Ids(
        ids=ids, labels=labels, unfit=unfit | empty, notes=tuple(notes), findings=tuple(found)
    )


def names_of_ids(words: Sequence[str]) -> dict[int | str, str | None]:
    """Names by class id or colour, of words of the shell; an empty one is no class.

    Example:
        >>> names_of_ids(["sky,tree"]), names_of_ids(["#ff0000=roof", "255="])
        ({0: 'sky', 1: 'tree'}, {'#ff0000': 'roof', 255: None})
    """
    found: dict[int | str, str | None] = {}
    for word in (part.strip() for text in words for part in text.split(",")):
        head, sign, name = word.rpartition("=")
        key = head.strip() if sign else str(len(found))
        found[int(key) if key.lstrip("-").isdigit() else key] = name.strip() or None
    return found


def _counts(mask: Array) -> "Counter[int]":
    """Pixels of one mask by id."""
    if mask.dtype == np.uint8:
        every = np.bincount(mask.ravel(), minlength=256)
        return Counter({int(one): int(every[one]) for one in np.flatnonzero(every)})
    ids, counts = np.unique(mask, return_counts=True)
    return Counter(dict(zip(ids.tolist(), counts.tolist(), strict=True)))


def _by_id(targets: Targets) -> dict[int, str | None]:
    """Names by id, of what the user says."""
    named = targets.named
    pairs = named.items() if isinstance(named, Mapping) else enumerate(named or ())
    found: dict[int, str | None] = {}
    for key, name in pairs:
        try:
            text = str(key).strip()
            found[colour_id(text.lower()) if text.startswith("#") else int(text)] = name
        except ValueError:
            raise DataError.expected(
                f"{targets.source}, classes=",
                "class ids, or colours such as #ff8000",
                repr(key),
                'Write classes={0: "sky", 1: "tree"}, or a list of names from id 0 on.',
                column=targets.only.name,
            ) from None
    return found


def _ignored(pixels: "Counter[int]", named: Mapping[int, str | None]) -> set[int]:
    """The ids that are no class."""
    if named:
        return {one for one in pixels if named.get(one) is None}
    void = {one for one in pixels if one < 0}
    others = [one for one in pixels if one >= 0 and one != VOID]
    counted = bool(others) and max(others) < SPREAD * len(others) and max(others) < VOID
    return void | {VOID} if counted and set(others) != {0} else void


def _label(one: int, named: Mapping[int, str | None]) -> Label:
    return named.get(one) or colour_name(one) or one


def _misplaced(targets: Targets) -> tuple[Array, Array]:
    """`(n,)` bool: masks of other proportions than their picture; those that are only scaled."""
    masks, sizes = targets.only.values, targets.sizes
    unfit, scaled = np.zeros(len(masks), bool), np.zeros(len(masks), bool)
    for row in np.flatnonzero(targets.usable):
        if sizes is None or masks[row] is None or np.isnan(sizes[row]).any():
            continue
        (height, width), (tall, wide) = masks[row].shape[:2], sizes[row]
        if (height, width) != (tall, wide):
            apart = abs(height * wide / tall - width)  # pixels by which it would be too wide
            scaled[row] = apart <= 1
            unfit[row] = not scaled[row]
    return unfit, scaled


def _sizes_told(targets: Targets, unfit: Array, scaled: Array) -> Iterator[Finding]:
    name, masks, sizes = targets.only.name, targets.only.values, targets.sizes
    for rows, what in ((unfit, "will not be used"), (scaled, "are brought to its size")):
        if not rows.any() or sizes is None:
            continue
        first = int(np.flatnonzero(rows)[0])
        (height, width), (tall, wide) = masks[first].shape[:2], sizes[first]
        few = what if rows.sum() > 1 else what.replace("are ", "is ")
        sentence = (
            f"{plural(int(rows.sum()), 'mask')} of `{name}` of another size than "
            f"{'their' if rows.sum() > 1 else 'its'} picture {few}: row {first:,} has "
            f"{width} x {height} pixels for {wide:.0f} x {tall:.0f}."
        )
        listed = np.flatnonzero(rows)[:LISTED].tolist()
        severity = "warning" if rows is unfit else "note"
        facts = {"column": name, "count": int(rows.sum()), "rows": listed}
        yield finding("mask_sizes", sentence, severity, **facts)  # type: ignore[arg-type]


def _empty_told(
    name: str, counts: "list[Counter[int]]", empty: Array, usual: int, called: Label
) -> Iterator[Finding]:
    """Masks of which every pixel is ignored; those that show nothing but the commonest class."""
    if empty.any():
        rows = np.flatnonzero(empty)
        sentence = (
            f"Every pixel of {plural(len(rows), 'mask')} of `{name}` is ignored: "
            f"{'it' if len(rows) == 1 else 'they'} will not be used."
        )
        facts = {"column": name, "count": len(rows), "rows": rows[:LISTED].tolist()}
        yield finding("empty_masks", sentence, "warning", **facts)
    bare = [row for row, c in enumerate(counts) if set(c) == {usual}]
    if bare:
        sentence = (
            f"{plural(len(bare), 'mask')} of `{name}` {'shows' if len(bare) == 1 else 'show'} "
            f"nothing but {called!r}."
        )
        facts = {"column": name, "count": len(bare), "rows": bare[:LISTED]}
        yield finding("empty_masks", sentence, "note", **facts)


def _unknown_told(
    name: str,
    counts: "list[Counter[int]]",
    named: Mapping[int, str | None],
    pixels: "Counter[int]",
) -> Iterator[Finding]:
    """Ids that no name is given for; names of ids that no mask has."""
    if not named:
        return
    strange = [one for one in sorted(pixels) if one not in named]
    absent = [label for one, label in named.items() if label is not None and one not in pixels]
    if not strange and not absent:
        return
    parts = []
    rows = [row for row, c in enumerate(counts) if set(c) & set(strange)]
    if strange:
        share = sum(pixels[one] for one in strange) / pixels.total()
        shown = quoted([colour_name(one) or one for one in strange], 5)
        parts.append(
            f"{plural(len(rows), 'mask')} of `{name}` {'has' if len(rows) == 1 else 'have'} ids "
            f"that classes= does not name: {shown} ({share:.1%} of the pixels, which are ignored)"
        )
    if absent:
        parts.append(f"no mask of `{name}` has {quoted(absent, 5)}")
    facts = {"column": name, "ids": strange[:LISTED], "rows": rows[:LISTED], "absent": absent}
    said = "; ".join(parts)
    yield finding("unknown_ids", f"{said[:1].upper()}{said[1:]}.", "warning", **facts)
