"""What a docstring says of each argument: the one source of help, schema and reference."""

import re
from inspect import cleandoc

_ENTRY = re.compile(r"\n(?=    \w+: )")


def meanings(docstring: str | None) -> dict[str, str]:
    """What the Args section of a Google docstring says of each name; empty if it has none.

    Example:
        >>> lines = ["Train.", "", "Args:", "    lr: the rate;", "        None finds it.", ""]
        >>> meanings(chr(10).join(lines))
        {'lr': 'the rate; None finds it.'}
    """
    _, _, rest = f"\n{cleandoc(docstring or '')}".partition("\nArgs:\n")
    section = re.split(r"\n(?=\S)", rest)[0]
    entries = (entry.strip().split(": ", 1) for entry in _ENTRY.split("\n" + section)[1:])
    return {name: " ".join(words.split()) for name, words in entries}


def first_sentence(text: str) -> str:
    """The first sentence of what is said, without its full stop.

    Example:
        >>> first_sentence("at most; None follows a rule, e.g. 100. More is slow.")
        'at most; None follows a rule, e.g. 100'
    """
    return re.split(r"\.(?=\s+[^a-z\d\s]|$)", text, maxsplit=1)[0]
