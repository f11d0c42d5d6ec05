"""What helps where files that are rows lie in one folder, and no folder says their classes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from fivefold.core.wording import literal
from fivefold.reading.names import DOCUMENTS, LABELS
from fivefold.reading.packed import Member
from fivefold.reading.suffix import stem_of

DIVIDERS = "_- ."
DIGITS = "0123456789"
RARE = 0.2
"""Different values, as a share of all, up to which they are rather labels than numbers of takes."""


def sorting_advice(name: str, members: Sequence[Member], column: str) -> str:
    """One instruction: a folder a class, or a table of paths and labels, and what makes it.

    Args:
        name: of the folder, or of the archive that holds it.
        members: the files.
        column: what a column of such files is called; that of texts holds the texts themselves.

    Example:
        >>> names = ["cat_1.png", "cat_2.png", "dog_1.png", "dog_2.png"]
        >>> told = sorting_advice("dogs.zip", [Member(name, bytes) for name in names], "image")
        >>> told[told.index("path.stem"):told.index(", columns")]
        'path.stem.split("_")[0]) for path in sorted(Path("dogs").rglob("*.png")))'
    """
    is_text = column == DOCUMENTS
    told = (
        "Move each file into a folder named after its class, or pass a table with a column of "
        f"{'texts' if is_text else 'paths'} and one of labels"
    )
    paths = [member.path for member in members]
    label = label_in([PurePosixPath(path).stem for path in paths])
    if not label:
        return f"{told}."
    first, folder = members[0], stem_of(name)
    if first.place is None:
        told += f"; unpack it to {folder} for that"
    else:  # as it was named, without what may lie between it and the files
        folder = first.place.as_posix().removesuffix(first.path).rstrip("/") or "."
    cell = "path.read_text()" if is_text else f"path.relative_to({literal(folder)})"
    rows = f"path in sorted(Path({literal(folder)}).rglob({_ending(paths)}))"
    columns = f"[{literal(column)}, {literal(LABELS)}]"
    example = PurePosixPath(first.path).name
    return (
        f"{told}; where names hold the label, such as {example}, pandas makes it: "
        f"pd.DataFrame((({cell}, path.{label}) for {rows}), columns={columns})"
        f".to_csv({literal(f'{folder}/files.csv')}, index=False)."
    )


def label_in(stems: Sequence[str]) -> str:
    """The part of names that repeats as labels do, in Python; empty if none does.

    Args:
        stems: names without their endings.

    Example:
        >>> label_in(["3_ann", "3_bob", "4_ann", "4_bob"]), label_in(["a1", "a2", "b1", "b2"])
        ('stem.split("_")[0]', 'stem.rstrip("0123456789")')
        >>> label_in(["001", "002", "003"])
        ''
    """
    cut = [stem.rstrip(DIGITS) for stem in stems]
    found = [*_parts_of(stems), (f"stem.rstrip({literal(DIGITS)})", cut)]
    for share in (RARE, 1 / 2):
        for place, labels in found:
            if 1 < len(set(labels)) <= share * len(labels) and "" not in labels:
                return place
    return ""


def _parts_of(stems: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """What stands between dividers that all names have, and where."""
    for divider in DIVIDERS:
        parts = [stem.split(divider) for stem in stems]
        count = min(map(len, parts))
        for place in range(count if count > 1 else 0):
            yield f"stem.split({literal(divider)})[{place}]", [part[place] for part in parts]


def _ending(paths: Sequence[str]) -> str:
    endings = Counter(PurePosixPath(path).suffix for path in paths)
    return literal(f"*{endings.most_common(1)[0][0]}")
