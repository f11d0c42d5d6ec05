"""The classes of a target column, which is the positive one, and how their sizes differ."""

from collections.abc import Mapping

from fivefold.codecs.cell import word
from fivefold.codecs.schema import Label
from fivefold.codecs.table import Array
from fivefold.core.digits import per_cent
from fivefold.core.finding import Finding, Severity, finding
from fivefold.core.wording import literal, nearest, plural, quoted
from fivefold.errors import DataError
from fivefold.tasks.labels import Labels, natural
from fivefold.tasks.places import find_label
from fivefold.tasks.target import Settled, Targets

MOST_CLASSES = 1000
EVEN = 1.5
"""By how much the largest of classes may differ from the smallest where names are drawn alike."""
LOPSIDED = 0.8
"""Fraction of the rows from which on one class alone makes an accuracy say little."""
PAIRS = (
    *(("0", "1"), ("no", "yes"), ("n", "y"), ("false", "true"), ("f", "t"), ("-", "+")),
    *(("-1", "1"), ("-1", "+1"), ("negative", "positive")),
)
"""Labels, in any case, of which the second means that something is so."""


def classes_of(targets: Targets) -> Labels:
    """The labels of the one target column.

    Raises:
        DataError: if there is one only, or more than 1,000, or they hardly repeat.
    """
    targets.refuse_unfit()
    found, column = targets.labels, targets.only
    sizes, rows = found.rows, sum(found.rows.values())
    if len(sizes) == 1:
        raise targets.one_value(column, repr(next(iter(found.labels.values()))), lost=True)
    if len(sizes) > MOST_CLASSES or (len(sizes) > 50 and len(sizes) > 0.5 * rows):
        raise DataError(
            f"{targets.source}, target `{column.name}`: expected classes that repeat, found "
            f"{len(sizes):,} different values in {rows:,} rows.",
            remedy=_otherwise(targets),
            column=column.name,
            classes=len(sizes),
        )
    return found


def _otherwise(targets: Targets) -> str:
    """What else may be meant by labels that hardly repeat."""
    asked = {"numbers": targets.number_task, "a text that each row says": targets.text_task}
    told = [f"pass task={literal(name)} for {what}" for what, name in asked.items() if name]
    return ", or ".join(["Choose another target", *told]) + "."


def settled(
    targets: Targets,
    words: Array,
    labels: Mapping[str, Label],
    rows: Mapping[str, int],
    *notes: str,
) -> Settled:
    """The one target column as classes, by words whose `labels` are in the order of the scores."""
    column, task, sizes = targets.only, targets.number_task, dict(rows)
    found = _findings(column.name, {str(labels[name]): rows[name] for name in rows})
    if "numbers" in column.reads_as and not targets.asked:
        way = f"; pass task={literal(task)} to predict a number" if task else ""
        whole = f"`{column.name}` holds {len(rows)} different whole numbers, read as classes"
        notes += (f"{whole}{way}.",)
        found += _amounts(column.name, labels, sizes, f"{whole}{way}") if task else ()
    return Settled(
        values=(words,),
        words=True,
        classes=tuple(labels.values()),
        notes=notes,
        findings=found,
    )


def _amounts(
    name: str, labels: Mapping[str, Label], sizes: Mapping[str, int], begun: str
) -> tuple[Finding, ...]:
    """The finding that classes may be amounts, if they are more than a few names from 0 or 1 on."""
    try:
        numbers = sorted((float(label), sizes[word]) for word, label in labels.items())
    except ValueError:  # "not 3", where one class is told from all others
        return ()
    values, rows = zip(*numbers, strict=True)
    first, most = values[0], max(rows)
    named = first in (0, 1) and values[-1] - first == len(values) - 1
    even = most < EVEN * min(rows)
    if len(values) < 3 or (named and (len(values) == 3 or (even and first == 0))):
        return ()
    top = rows.index(most)
    risen = list(rows[: top + 1]) == sorted(rows[: top + 1])
    hill = risen and list(rows[top:]) == sorted(rows[top:], reverse=True)
    peak = hill and 0 < top < len(rows) - 1 and most >= 2 * max(rows[0], rows[-1])
    order = ", ".join(f"{value:g}" for value in values)
    sentence = f"{begun}, or order=({order}) for classes in order."
    severity: Severity = "note" if named and not peak else "warning"
    facts = {"column": name, "values": list(values), "rows": list(rows)}
    return (finding("classes_of_numbers", sentence, severity, **facts),)


def _findings(name: str, sizes: Mapping[str, int]) -> tuple[Finding, ...]:
    """The finding about classes of very different size, if they are."""
    total = sum(sizes.values())
    smallest = min(sizes, key=lambda label: sizes[label])
    largest = max(sizes, key=lambda label: sizes[label])
    share, most = sizes[smallest] / total, sizes[largest] / total
    if most < LOPSIDED and (share >= 0.1 or sizes[largest] < 5 * sizes[smallest]):
        return ()
    sentence = (
        f"Classes of `{name}` differ in size: {smallest!r} has "
        f"{plural(sizes[smallest], 'row')} ({per_cent(share)}), {largest!r} {sizes[largest]:,}."
    )
    if most >= LOPSIDED:
        sentence += f" An accuracy of {most:.3f} takes no skill here."
    severity: Severity = "warning" if share < 0.01 else "note"
    rows = dict(sizes)
    return (
        finding("imbalance", sentence, severity, column=name, rows=rows, smallest_fraction=share),
    )


def positive_of(sizes: Mapping[str, int], labels: Mapping[str, Label]) -> tuple[str, str]:
    """The positive one of two classes, and why.

    Args:
        sizes: rows by the word of a class.
        labels: as the source writes them, by the same words.

    Returns:
        The word of the second class of a pair such as no and yes, whichever is rarer; elsewhere of
        the class with fewer rows, of two equal ones the later in natural order.

    Example:
        >>> positive_of({"No": 2, "Yes": 9}, {"No": "No", "Yes": "Yes"})
        ('Yes', 'by its name')
        >>> positive_of({"cat": 2, "dog": 9}, {"cat": "cat", "dog": "dog"})
        ('cat', 'the rarer: 2 rows')
    """
    names = {word(labels[name]).lower(): name for name in sizes}
    for pair in PAIRS:
        if set(pair) == set(names):
            return names[pair[1]], "by its name"
    later = sorted(sizes, key=lambda name: natural(str(labels[name])), reverse=True)
    rarer = min(later, key=lambda name: sizes[name])
    return rarer, f"the rarer: {sizes[rarer]:,} rows"


def positive_as_asked(targets: Targets) -> str | None:
    """The word of the class that the user names as the positive one; None if there is no name.

    Raises:
        DataError: if it is none of the classes.
    """
    return class_as_asked(targets, targets.positive, "positive")


def class_as_asked(targets: Targets, asked: Label | None, setting: str) -> str | None:
    """The word of a class that a setting of Collect names; None if it names none.

    Raises:
        DataError: if it is none of the classes.
    """
    if asked is None:
        return None
    classes = list(targets.labels.labels.values())
    place = find_label(asked, classes)
    if place is not None:
        return list(targets.labels.labels)[place]
    near = nearest(word(asked), [str(label) for label in classes])
    shown = ", ".join(map(repr, classes[:10]))
    raise DataError(
        f"{targets.source}, target `{targets.only.name}`: expected {setting}= to be one of the "
        f"classes, found {asked!r}.",
        evidence=f"Classes: {shown}{' and more' * (len(classes) > 10)}.",
        remedy=f"Write {setting}={literal(near)}." if near else "Choose one of these classes.",
        **{setting: asked},
        near=near,
    )


def order_as_asked(targets: Targets) -> list[str]:
    """The words of the classes in the order that the user names, or the source has.

    Raises:
        DataError: if it lacks a class, or names one twice.
    """
    words, labels = list(targets.labels.labels), list(targets.labels.labels.values())
    places = [find_label(label, labels) for label in targets.order]
    left = [label for place, label in enumerate(labels) if place not in places]
    twice = len({word(label) for label in targets.order}) < len(targets.order)
    if left or twice:
        raise DataError(
            f"{targets.source}, target `{targets.only.name}`: expected order= to name each class "
            f"once, found {f'none of {quoted(left, 5)}' if left else 'one twice'}.",
            evidence=f"Classes: {quoted(labels, 10)}.",
            remedy="Write the classes from the least to the most.",
            classes=tuple(left),
        )
    return [words[place] for place in places if place is not None]
