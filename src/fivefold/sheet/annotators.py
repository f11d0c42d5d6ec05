"""Who labelled rows, and how good that is, in sentences."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fivefold.core.wording import plural


def told_of_labels(lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A sentence for each person, rule and function that labelled rows.

    Args:
        lines: of `Collected.labelling`.

    Example:
        >>> list(told_of_labels([{"annotator": "ann", "sort": "person", "labels": 40}]))
        ['ann (person): 40 labels.']
    """
    for line in lines:
        words = [f"{line['annotator']} ({line['sort']}): {_many(line)}", *_worth(line)]
        yield f"{'; '.join(words)}."


def _many(line: Mapping[str, Any]) -> str:
    count = line.get("labels")
    return "numbers" if count is None else plural(count, "label")


def _worth(line: Mapping[str, Any]) -> Iterator[str]:
    if line.get("agreement") is not None:
        shared = plural(line["agreement_n"], "item")
        yield f"as others say in {line['agreement']:.0%} of {shared} that others labelled too"
    if line.get("self_agreement") is not None:
        yield f"as before in {line['self_agreement']:.0%} of those that were shown again"
    if line.get("accuracy") is not None and line["sort"] == "person":
        yield f"right in {line['accuracy']:.0%}, as Dawid and Skene estimate"
    elif line.get("accuracy") is not None:
        ends = f"[{line['accuracy_low']:.0%}, {line['accuracy_high']:.0%}]"
        yield f"right in {line['accuracy']:.0%} {ends} of {line['accuracy_n']:,} that judge it"
    elif line["sort"] != "person" and "deviation" not in line:
        yield "not measured"
    if line.get("coverage") is not None:
        yield f"speaks of {line['coverage']:.0%} of the rows"
    if line.get("conflict"):
        yield f"differs from another one in {line['conflict']:.0%} of what it says"
    if line.get("deviation") is not None:
        off = f"off by {line['bias']:.4g}, deviation {line['deviation']:.4g}"
        yield f"{off} on {line['accuracy_n']:,}"
