"""Rows whose steps cannot spell what they are said to say, and letters that no training row has."""

from collections.abc import Iterator, Mapping

import numpy as np

from fivefold.codecs.rows import Rows
from fivefold.core.finding import Finding, Severity, finding
from fivefold.core.wording import first_rows, plural, quoted, together
from fivefold.kinds.codec import Codec
from fivefold.metrics.transcripts import steps_needed
from fivefold.tasks.known import task_of

LISTED = 100
"""Rows that a finding lists."""


def find_unspelt(codec: Codec, parts: Mapping[str, Rows]) -> Iterator[Finding]:
    """What is remarkable about transcripts; nothing where the task has none.

    Args:
        codec: of all rows.
        parts: encoded rows by what they are called, those of training first.
    """
    if task_of(codec.schema.task).spells:
        yield from _too_long(codec, parts)
        yield from _unseen(codec, parts)


def _too_long(codec: Codec, parts: Mapping[str, Rows]) -> Iterator[Finding]:
    """Rows of which no path through their steps gives the transcript."""
    rows: list[int] = []
    told: list[str] = []
    counts: dict[str, int] = {}
    first = ""
    for name, part in parts.items():
        needed, steps = steps_needed(part.target), codec.lengths(part.inputs)
        over = np.flatnonzero(needed > steps)
        counts[name] = len(over)
        rows += part.index[over].tolist()
        told += [f"{len(over):,} of {plural(len(part), f'{name} row')}"] if len(over) else []
        if len(over) and not first:
            first = f"row {part.index[over[0]]:,} has {steps[over[0]]:,} for {needed[over[0]]:,}"
    if not rows:
        return
    sentence = (
        f"`{codec.schema.predicted}` of {together(told)} needs more steps than the row has, one a "
        f"letter and one between equal ones: {first}. No answer can be right there, and nothing is "
        "learnt from such training rows."
    )
    training, total = (counts[next(iter(parts))], len(next(iter(parts.values()))))
    severity: Severity = "serious" if 2 * training > total else "warning"
    facts = {f"{name}_rows": count for name, count in counts.items()}
    yield finding("transcript_too_long", sentence, severity, rows=sorted(rows)[:LISTED], **facts)


def _unseen(codec: Codec, parts: Mapping[str, Rows]) -> Iterator[Finding]:
    """Letters of other parts that the training rows lack, so that they are never said."""
    train, *others = parts
    classes = codec.schema.classes
    known = np.zeros(len(classes) + 1, bool)
    known[parts[train].target[parts[train].target >= 0]] = True
    letters: dict[str, int] = {}
    rows: list[int] = []
    told: list[str] = []
    for name in others:
        target = parts[name].target
        foreign = (target >= 0) & ~known[np.maximum(target, 0)]
        for place in target[foreign].tolist():
            letter = str(classes[place])
            letters[letter] = letters.get(letter, 0) + 1
        wrong = np.flatnonzero(foreign.any(axis=1))
        rows += parts[name].index[wrong].tolist()
        told += [plural(len(wrong), f"{name} row")] if len(wrong) else []
    if not rows:
        return
    sentence = (
        f"{quoted(list(letters), 8)}: {together(told)} of `{codec.schema.predicted}` "
        f"({first_rows(sorted(rows))}) have them {sum(letters.values()):,} times, no training row "
        "does. The model never says them."
    )
    yield finding("unseen_letters", sentence, letters=letters, rows=sorted(rows)[:LISTED])
