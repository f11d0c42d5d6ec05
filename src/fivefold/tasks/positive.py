"""Which of two classes is the positive one."""

from collections.abc import Mapping

from fivefold.codecs.cell import word
from fivefold.codecs.schema import Label
from fivefold.core.wording import literal, nearest
from fivefold.errors import DataError
from fivefold.tasks.labels import Labels, natural
from fivefold.tasks.places import find_label

PAIRS = (
    *(("0", "1"), ("no", "yes"), ("n", "y"), ("false", "true"), ("f", "t"), ("-", "+")),
    *(("-1", "1"), ("-1", "+1"), ("negative", "positive")),
)
"""Labels, in any case, of which the second means that something is so."""


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


def positive_as_asked(name: str, found: Labels, source: str, positive: Label) -> str:
    """The word of the class that the user names.

    Raises:
        DataError: if it is none of the classes.
    """
    classes = list(found.labels.values())
    place = find_label(positive, classes)
    if place is not None:
        return list(found.labels)[place]
    near = nearest(word(positive), [str(label) for label in classes])
    shown = ", ".join(map(repr, classes[:10]))
    raise DataError(
        f"{source}, target `{name}`: expected positive= to be one of the classes, "
        f"found {positive!r}.",
        evidence=f"Classes: {shown}{' and more' * (len(classes) > 10)}.",
        remedy=f"Write positive={literal(near)}." if near else "Choose one of these classes.",
        positive=positive,
        near=near,
    )
