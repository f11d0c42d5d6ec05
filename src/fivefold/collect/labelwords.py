"""Texts that hold the label: file names, notes and headings in which the answer stands."""

import re
from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np

from fivefold.codecs.cell import word
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.digits import per_cent
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import literal, quoted
from fivefold.kinds.known import kind_of
from fivefold.tasks.known import task_of

ROWS = 5_000  # looked at
WORD = re.compile(r"[^\W\d_]+|\d+")
SKILL = 0.98  # fraction of the errors of a blind guess that a few words take away
FEWEST, FEWEST_ROWS, LEAST_SHARE = 100, 5, 0.1
WORDS = 2
"""Words a class, by which one that labels are held by is told from a language."""


def find_label_words(
    values: dict[str, Array], schema: Schema, usable: Array, known: Collection[str] = ()
) -> list[Finding]:
    """Columns of texts in which a few words tell the class of rows nobody learnt from.

    Two ways: one or two words a class tell it almost perfectly; or, in at least a tenth of the
    rows, the name of a class stands in the text, and it is that of the row in all but a few.

    Args:
        values: canonical, by name.
        schema: kinds and roles; only a target of classes is looked at.
        usable: `(n,)` bool.
        known: columns of which it is told already that they tell the target.
    """
    rows, task = np.flatnonzero(usable), task_of(schema.task)
    if len(rows) < FEWEST or not task.labelled or task.sequence or len(schema.targets) != 1:
        return []
    rows = np.sort(np.random.default_rng(0).permutation(rows)[:ROWS])
    target = [word(label) for label in values[schema.target][rows].tolist()]
    classes, codes = np.unique(target, return_inverse=True)
    found = []
    for column in schema.inputs:
        if column.name in known:
            continue
        texts = kind_of(column.kind).phrases(values[column.name][rows])
        if texts is None:
            continue
        words = [frozenset(WORD.findall(text.lower())) for text in texts]
        told = _few_words(words, codes) or _own_names(words, codes, classes.tolist())
        if told is not None:
            share, skill, some = told
            sentence = (
                f"Texts of `{column.name}` hold the label: in {per_cent(share)} of the rows a word "
                f"such as {quoted(some, 3)} tells `{schema.target}` ({per_cent(skill)} of the "
                "errors of a blind guess fall away there). Pass "
                f"drop=({literal(column.name)},), or cut these words out."
            )
            facts = {"columns": [column.name], "score": skill, "share": share, "words": some}
            found.append(finding("target_leakage", sentence, how="words", **facts))
    return found


def _few_words(
    words: Sequence[frozenset[str]], codes: Array
) -> tuple[float, float, list[str]] | None:
    """Whether a few words tell the class of the other half; the rows of one are of its class."""
    classes = int(codes.max()) + 1
    fold = np.random.default_rng(0).permutation(len(codes)) % 2
    guessed, shown = np.zeros(len(codes), np.int64), list[str]()
    for part in (0, 1):
        learn = np.flatnonzero(fold != part)
        usual = int(np.bincount(codes[learn]).argmax())
        rules = _rules(words, codes, learn, WORDS * classes)
        if not rules:
            return None
        shown = [word for word, _ in rules]
        for row in np.flatnonzero(fold == part).tolist():
            guessed[row] = next((code for word, code in rules if word in words[row]), usual)
    blind = 1 - np.bincount(codes).max() / len(codes)
    skill = 1 - float((guessed != codes).mean()) / blind
    held = float(np.mean([any(word in row for word in shown) for row in words]))
    return (held, skill, shown[:5]) if skill >= SKILL else None


def _rules(
    words: Sequence[frozenset[str]], codes: Array, learn: Array, most: int
) -> list[tuple[str, int]]:
    """Words and the class that they tell, each the one that tells most of the rows left."""
    left, rules = set(learn.tolist()), list[tuple[str, int]]()
    usual = int(np.bincount(codes[learn]).argmax())
    while left and len(rules) < most:
        seen, right = Counter[str](), Counter[tuple[str, int]]()
        for row in left:
            seen.update(words[row])
            right.update((word, int(codes[row])) for word in words[row])
        gained = {
            (word, code): count - 20 * (seen[word] - count)
            for (word, code), count in right.items()
            if code != usual and count >= FEWEST_ROWS
        }
        if not gained:
            break
        (word, code), gain = max(gained.items(), key=lambda one: (one[1], one[0]))
        if gain <= 0:
            break
        rules.append((word, code))
        left -= {row for row in left if word in words[row]}
    return rules


def _own_names(
    words: Sequence[frozenset[str]], codes: Array, classes: list[str]
) -> tuple[float, float, list[str]] | None:
    """Whether names of classes stand in texts, those of the row's own class."""
    named = [frozenset(WORD.findall(label.lower())) for label in classes]
    if not all(named) or len(set(named)) < len(named):
        return None
    said = [[code for code, own in enumerate(named) if own <= row] for row in words]
    single = np.array([len(one) == 1 for one in said])
    if single.mean() < LEAST_SHARE or single.sum() < FEWEST:
        return None
    guess = np.array([one[0] for one in said if len(one) == 1])
    true = codes[single]
    counts = np.bincount(true, minlength=len(classes))
    blind = 1 - counts.max() / len(true)
    many = (np.bincount(guess, minlength=len(classes)) >= FEWEST_ROWS).sum() >= 2
    if blind < LEAST_SHARE or not many:
        return None
    skill = 1 - float((guess != true).mean()) / blind
    shown = [classes[code] for code in np.argsort(-counts)[:3].tolist()]
    return (float(single.mean()), skill, shown) if skill >= SKILL else None
