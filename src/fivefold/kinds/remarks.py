"""What is told of a raw column about the way in which its cells are written."""

from collections.abc import Mapping

from fivefold.codecs.cell import shown
from fivefold.codecs.numberforms import NumberForm
from fivefold.codecs.numerals import Numerals
from fivefold.core.finding import Finding, finding
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
    name: str, seen: Mapping[tuple[int, int], int], size: tuple[int, int], policy: str
) -> Finding | None:
    """That training pictures are brought to another size than theirs; None where all have it.

    Args:
        name: of the column.
        seen: how many have each height and width.
        size: to which they are brought.
        policy: how, in words.
    """
    others = [other for other in seen if other != size]
    if not others:
        return None
    total = sum(seen.values())
    changed = total - seen.get(size, 0)
    others.sort(key=lambda other: (other[0] * other[1], other))
    told = " to ".join(dict.fromkeys("x".join(map(str, one)) for one in (others[0], others[-1])))
    sentence = (
        f"{changed:,} of {total:,} training pictures of `{name}` have another size than "
        f"{size[0]}x{size[1]} ({told} pixels) and are {policy}; image_size and image_fit of "
        "Preprocess say otherwise."
    )
    facts = {"pictures": total, "changed": changed, "sizes": len(seen), "size": list(size)}
    return finding("mixed_sizes", sentence, "note", column=name, **facts)
