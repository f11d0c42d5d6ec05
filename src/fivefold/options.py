"""Options of the shell that say something of columns: `--kinds zip=categorical`."""

import csv
from collections.abc import Sequence
from typing import Any

from fivefold.errors import ConfigError

READING = {
    "delimiter": "between the fields of a text",
    "encoding": "of a text",
    "skip": "lines to leave out at the top of a text",
    "root": "texts in a column of images name files below this folder; default: the table's",
}
"""Flags that say how a file is read, each a setting of Collect."""

MARKS = {
    "decimal": "the mark before a fraction, . or ,",
    "thousands": "the mark between groups of three digits",
    "date-format": "a strptime pattern of dates, such as %%d/%%m/%%Y",
}
"""Options that say how texts write numbers and dates, for all columns or by column."""
OWN = "a file that defines kinds or tasks of your own; it is run"
THREADS = "of onnxruntime, 1 unless said; 0: one a core"

EXAMPLES = {
    "kinds": "zip=categorical",
    "decimal": "price=,",
    "thousands": "price=.",
    "date-format": "when=%d/%m/%Y",
}


def by_column(option: str, words: Sequence[str]) -> str | dict[str, str]:
    """A text by column, or one for all where the option allows it; empty if nothing is said.

    Args:
        option: its name, without dashes.
        words: as given, one an option.

    Raises:
        ConfigError: if a word has no column before its equals sign and may not be for all.

    Example:
        >>> by_column("decimal", [","]), by_column("decimal", ["a=,", "b=."])
        (',', {'a': ',', 'b': '.'})
    """
    pairs = [word.rpartition("=") for word in words]
    if option in MARKS and len(pairs) == 1 and not pairs[0][0]:
        return pairs[0][2]
    if not all(name for name, _, _ in pairs):
        form = "TEXT once, or COLUMN=TEXT" if option in MARKS else "COLUMN=KIND"
        raise ConfigError(
            f"fivefold: expected --{option} {form}, found {' '.join(words)}.",
            remedy=f"Write for instance --{option} {EXAMPLES[option]}.",
        )
    return {name: text for name, _, text in pairs}


def missing_of(tokens: Sequence[str], levels: Sequence[str]) -> Any:
    """What stands for missing: more texts in all columns, or fewer by column.

    Args:
        tokens: of `--missing`.
        levels: of `--level`, one an option.

    Raises:
        ConfigError: if a level has no column or no text, or both options are given.

    Example:
        >>> missing_of([], ["country=NA"]), missing_of(["unknown"], [])
        ({'country': {'NA': False}}, ('unknown',))
    """
    pairs = [level.rpartition("=")[::2] for level in levels]
    if not all(map(all, pairs)) or (tokens and levels):
        found = "--missing beside it" if tokens else " ".join(levels)
        raise ConfigError(
            f"fivefold: expected --level COLUMN=TEXT, found {found}.",
            remedy="Write for instance --level country=NA; where both are needed, a recipe.",
        )
    return {n: {text: False for m, text in pairs if m == n} for n, _ in pairs} or tuple(tokens)


def listed_names(given: Sequence[str]) -> list[str]:
    """Names of columns from options `A,B`; one that holds a comma stands in double quotes.

    Example:
        >>> listed_names(["id,name", '"a,b"'])
        ['id', 'name', 'a,b']
    """
    return [name for row in csv.reader(given) for name in row]


def adopt_files(paths: Sequence[str]) -> None:
    """Make what files of the user's define known, before anything is read or built.

    Raises:
        ConfigError: if one does not run.
    """
    if paths:
        from fivefold.serve.own import adopt_file

        for path in paths:
            adopt_file(path)
