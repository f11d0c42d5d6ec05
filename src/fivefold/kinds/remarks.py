"""What is told of a raw column about the way in which its cells are written."""

from collections.abc import Mapping

from fivefold.codecs.cell import shown
from fivefold.codecs.numberforms import NumberForm
from fivefold.codecs.numerals import Numerals
from fivefold.core.finding import Finding, Severity, finding
from fivefold.core.wording import literal, plural


def number_findings(name: str, form: NumberForm) -> list[Finding]:
    """Findings about a numeric column whose texts are no plain numbers."""
    if not form.format or not form.marked:
        return []
    numerals = Numerals.from_example(form.format)
    sentence = (
        f"Column `{name}` writes {numerals.exemplified} as {form.format}: {numerals.described()}."
    )
    found = [finding("number_form", sentence, column=name, format=form.format, unit=numerals.unit)]
    if form.other:
        mark = Numerals.from_example(form.other).decimal
        sentence = (
            f"Numbers in `{name}` fit {form.format} and {form.other}; {form.format} "
            f"is taken. Pass decimal={{{literal(name)}: {literal(mark)}}} for the other."
        )
        found.append(
            finding(
                "ambiguous_numbers", sentence, column=name, format=form.format, other=form.other
            )
        )
    return found


def number_like(name: str, sample: str, form: NumberForm, read_as: str) -> Finding:
    """The finding about a column of numbers in a dress that is read as words."""
    why, remedy = f"is written like {sample!r}", "Write plain numbers instead."
    if form.format:
        why += f", not like {form.format}"
        remedy = f"Pass decimal= and thousands= by column: {{{literal(name)}: ...}}."
    elif form.torn:
        why = f"no one form reads both {form.torn[0]!r} and {form.torn[1]!r}"
        remedy = "Write them in one form, or pass decimal= and thousands= to say which it is."
    sentence = f"Column `{name}` looks like numbers but {why}; it is read as {read_as}. {remedy}"
    return finding("number_like", sentence, column=name, sample=sample)


def numbers_and_strays(name: str, strays: Mapping[str, int], kind: str, read_as: str) -> Finding:
    """The finding about a column of mostly numbers that is read as something else."""
    texts, count = list(strays), sum(strays.values())
    few = ", ".join(map(shown, texts[:3]))
    more = f" and {len(texts) - 3:,} more texts" if len(texts) > 3 else ""
    sentence = (
        f"Column `{name}` holds mostly numbers, but {plural(count, 'cell')} "
        f"{'is' if count == 1 else 'are'} none ({few}{more}); it is read as {read_as}. "
        f"Pass kinds={{{literal(name)}: {literal(kind)}}} to take those as missing."
    )
    return finding("number_like", sentence, column=name, count=count, samples=texts[:20])


def mixed_sizes(
    name: str,
    seen: Mapping[tuple[int, int], int],
    size: tuple[int, int],
    policy: str,
    *,
    plural: str = "pictures",
    setting: str = "image_size",
) -> Finding | None:
    """That training pictures are brought to another size than theirs; None where all have it.

    Args:
        name: of the column.
        seen: how many have each height and width.
        size: to which they are brought.
        policy: how, in words.
        plural: what they are called.
        setting: of Preprocess that says their size.
    """
    others = [other for other in seen if other != size]
    if not others:
        return None
    total = sum(seen.values())
    changed = total - seen.get(size, 0)
    others.sort(key=lambda other: (other[0] * other[1], other))
    told = " to ".join(dict.fromkeys("x".join(map(str, one)) for one in (others[0], others[-1])))
    sentence = (
        f"{changed:,} of {total:,} training {plural} of `{name}` have another size than "
        f"{size[0]}x{size[1]} ({told} pixels) and are {policy}; {setting} and image_fit of "
        "Preprocess say otherwise."
    )
    facts = {plural: total, "changed": changed, "sizes": len(seen), "size": list(size)}
    return finding("mixed_sizes", sentence, "note", column=name, **facts)


def mixed_lengths(name: str, lengths: Mapping[int, int], frames: int, kept: int) -> Finding | None:
    """That training clips have more or fewer frames than are read; None where none has.

    Args:
        name: of the column.
        lengths: how many clips have each number of frames, as far as they are kept.
        frames: that are read of each.
        kept: the most that are kept of one.
    """
    more = sum(count for length, count in lengths.items() if length > frames)
    fewer = sum(count for length, count in lengths.items() if length < frames)
    if not more and not fewer:
        return None
    total, longest = sum(lengths.values()), max(lengths)
    parts = [f"{more:,} have more, of which evenly spread ones are read"] if more else []
    parts += [f"{fewer:,} have fewer, whose last frame stands again"] if fewer else []
    told = f"; video_frames={longest} reads all that are kept" if longest > frames else ""
    sentence = (
        f"{frames} frames are read of each of {total:,} training clips of `{name}`: "
        f"{' and '.join(parts)}{told} (a clip keeps {kept} at most)."
    )
    facts = {"clips": total, "frames": frames, "more": more, "fewer": fewer}
    return finding("mixed_lengths", sentence, "note", column=name, **facts)


def still_clips(name: str, lengths: Mapping[int, int]) -> Finding | None:
    """That training clips have one frame; None where none has."""
    count, total = lengths.get(1, 0), sum(lengths.values())
    if not count:
        return None
    sentence = (
        f"{count:,} of {total:,} training clips of `{name}` {'has' if count == 1 else 'have'} one "
        "frame, which stands still for the whole clip."
    )
    severity: Severity = "warning" if count > total / 10 else "note"
    return finding("still_clips", sentence, severity, column=name, count=count, clips=total)
