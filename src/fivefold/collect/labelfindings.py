"""What is remarkable about labels, and who gave them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from fivefold.codecs.table import Array
from fivefold.collect.labelled import Answers, Asked, People
from fivefold.collect.randompart import JUDGE, Parts
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import plural, quoted
from fivefold.label.agreed import Agreed
from fivefold.label.truth import Truth
from fivefold.label.weak import Gauge, Record

LEAST_ALPHA = 0.667
"""Below it Krippendorff advises against conclusions."""
LEAST_RANDOM = 0.2


def label_findings(
    people: People,
    truth: Truth,
    answers: Answers,
    among: Agreed,
    rows: Parts,
    usable: Array,
    items: Sequence[str],
) -> list[Finding]:
    """Findings about labels: how many, by whom, how good.

    Args:
        people: what they said.
        truth: what that came to.
        answers: of functions.
        among: how far people agree.
        rows: what each row is for.
        usable: `(n,)` bool, rows that are used.
        items: id of each row's item.
    """
    found = [_counted(people, truth, rows, usable, items)]
    if truth.disputed:
        count = len(truth.disputed)
        sentence = (
            f"People say different things of {plural(count, 'item')}, and nothing tells who is "
            "right; left out until somebody settles them in the page."
        )
        found.append(
            finding("people_differ", sentence, items=list(truth.disputed[:20]), count=count)
        )
    if people.strangers or people.unknown:
        sentence = (
            f"{plural(people.strangers, 'labelled item')} are rows that are not there (any more), "
            f"and {plural(people.unknown, 'label')} are none of the classes; left out."
        )
        numbers = {"items": people.strangers, "labels": people.unknown}
        found.append(finding("lost_labels", sentence, **numbers))
    found += _agreeing(among)
    if answers.records and not answers.measured and answers.labels:
        sentence = (
            "Rules are taken at their word: no row that people labelled at random, and that is not "
            "a test row, judges them. Functions that are no rules are not heard."
        )
        found.append(finding("functions_unmeasured", sentence))
    found += _functions(answers.records)
    if answers.strays:
        listed = ", ".join(f"{name} {count:,}" for name, count in answers.strays.items())
        sentence = f"Answers of functions that are no label that was asked for: {listed}; left out."
        found.append(finding("stray_answers", sentence, functions=dict(answers.strays)))
    return found


def _counted(
    people: People, truth: Truth, rows: Parts, usable: Array, items: Sequence[str]
) -> Finding:
    told = np.array([item in truth.labels for item in items], bool) & usable
    random = rows.judged & usable
    tests = int((usable & (rows.given == JUDGE)).sum())
    numbers = {
        "rows": len(usable),
        "people": int(told.sum()),
        "functions": int((usable & ~told).sum()),
        "random": int(random.sum()),
        "test": tests,
    }
    share = numbers["random"] / max(1, numbers["people"])
    sentence = (
        f"{int(usable.sum()):,} of {plural(len(usable), 'row')} have a label: "
        f"{numbers['people']:,} by people, {numbers['functions']:,} by functions. "
        f"{numbers['random']:,} of those by people came at random ({share:.0%}), and {tests:,} of "
        "these are test rows."
    )
    if not tests:
        sentence += " Nothing can be scored: test rows come from what people labelled at random."
        return finding("labels", sentence, "serious", **numbers)
    if share < LEAST_RANDOM:
        sentence += f" Draw {LEAST_RANDOM:.0%} or more at random, so that scores mean something."
        return finding("labels", sentence, "warning", **numbers)
    return finding("labels", sentence, **numbers)


def _agreeing(among: Agreed) -> Iterator[Finding]:
    if among.items and among.alpha == among.alpha:
        low = among.alpha < LEAST_ALPHA
        classes = {c: a for c, a in among.by_class.items() if a == a}
        worst = min(classes, key=lambda c: classes[c], default=None)
        more = f", least for `{worst}` ({classes[worst]:.2f})" if worst is not None else ""
        sentence = (
            f"People agree with alpha {among.alpha:.2f} on {plural(among.items, 'item')} that two "
            f"or more labelled{more}."
        )
        if low:
            sentence += f" Below {LEAST_ALPHA} the guidelines or the classes deserve a look."
        numbers: dict[str, Any] = {"alpha": among.alpha, "items": among.items}
        numbers["classes"] = {str(c): a for c, a in classes.items()}
        yield finding("agreement", sentence, "warning" if low else "note", **numbers)
    shown = sum(one.repeats for one in among.people.values())
    if shown:
        kept = sum(one.kept for one in among.people.values())
        sentence = f"Shown again, {plural(shown, 'item')} got the same label in {kept:,} cases."
        yield finding("self_agreement", sentence, repeats=shown, same=kept)


def _functions(records: Mapping[str, Record | Gauge]) -> Iterator[Finding]:
    """Those that people's labels judged: all in one line, and each that tells nothing."""
    judged = {n: r for n, r in records.items() if isinstance(r, Record) and r.n}
    if judged:
        listed = [
            f"{name} {r.accuracy:.0%} of {r.n:,} [{r.low:.0%}, {r.high:.0%}]"
            for name, r in [*judged.items()][:8]
        ]
        sentence = f"Right, of what people labelled at random: {', '.join(listed)}."
        numbers = {name: {"n": r.n, "right": r.right} for name, r in judged.items()}
        yield finding("function_accuracy", sentence, functions=numbers)
    poor = [name for name, r in judged.items() if r.low <= r.chance]
    poor += [n for n, r in records.items() if isinstance(r, Gauge) and r.n > 1 and not r.tells]
    if poor:
        sentence = f"No better than chance on what people labelled at random: {quoted(poor)}."
        yield finding("function_accuracy", sentence, "warning", functions=poor)
    differ = {n: r.conflict for n, r in records.items() if isinstance(r, Record) and r.conflict}
    if differ:
        listed = [f"{name} in {share:.0%} of its answers" for name, share in differ.items()][:8]
        sentence = f"Functions say something else than another one: {', '.join(listed)}."
        yield finding("functions_conflict", sentence, functions=differ)


def annotators_told(
    truth: Truth, answers: Answers, among: Agreed, asked: Asked
) -> tuple[Mapping[str, Any], ...]:
    """A row for each person, rule and function: how much it said, and how good that is."""
    lines: list[Mapping[str, Any]] = []
    for name, person in among.people.items():
        share = person.same / person.shared if person.shared else None
        lines.append(
            {
                "annotator": name,
                "sort": "person",
                "labels": person.labels,
                "accuracy": truth.accuracy.get(name),
                "agreement": share,
                "agreement_n": person.shared,
                "self_agreement": person.kept / person.repeats if person.repeats else None,
                "skipped": person.skipped,
                "seconds": person.seconds if person.seconds == person.seconds else None,
            }
        )
    for name, record in answers.records.items():
        line: dict[str, Any] = {
            "annotator": name,
            "sort": "rule" if name in asked.rules else "function",
        }
        if isinstance(record, Record):
            line |= {
                "labels": record.answers,
                "coverage": record.coverage,
                "overlap": record.overlap,
                "conflict": record.conflict,
                "accuracy": record.accuracy if record.n else None,
                "accuracy_low": record.low if record.n else None,
                "accuracy_high": record.high if record.n else None,
                "accuracy_n": record.n,
            }
        else:
            line |= {"bias": record.bias, "deviation": record.deviation, "accuracy_n": record.n}
        lines.append(line)
    return tuple(lines)
