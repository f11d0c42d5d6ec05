"""`fivefold agree`: how far people who labelled rows say the same."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fivefold.commands.command import Command, Told
from fivefold.commands.parser import Parser
from fivefold.errors import PreflightError

if TYPE_CHECKING:
    from fivefold.label.agreed import Agreed

_DIRECTORY = "the folder of the labels, as fivefold label or Label(directory=) named it"
_CLASSES = "in their order, commas between them; default: as the page was asked, or found"


def _add(parser: Parser) -> None:
    parser.add_argument("directory", metavar="DIRECTORY", help=_DIRECTORY)
    parser.add_argument("--classes", metavar="A,B", help=_CLASSES)
    parser.add_argument("--ordered", action="store_true", help="they go from the least to the most")


def _act(chosen: argparse.Namespace) -> Told:
    from fivefold.label.agreed import agreed
    from fivefold.label.events import FILE, read_strokes
    from fivefold.label.spread import classes_named, form_of

    path = Path(chosen.directory) / FILE
    if not path.is_file():
        remedy = "Name the folder of the labels; `fivefold label` makes one."
        raise PreflightError.expected("fivefold agree", f"labels in {path.parent}", "none", remedy)
    events, facts = read_strokes(path)
    form = facts.get("answer") or form_of(events)
    named = chosen.classes.split(",") if chosen.classes else facts.get("classes")
    classes = tuple(named or classes_named(events, form))
    found = agreed(events, form, classes, ordered=chosen.ordered or facts.get("ordered", False))
    pairs = [{"people": two, "n": n, "kappa": kappa} for two, (n, kappa) in found.pairs.items()]
    return Told(told(found), {**vars(found), "pairs": pairs})


def told(found: "Agreed") -> str:
    """How far people agree, as lines of text."""
    lines = [
        f"{found.items:,} items with two labels or more: Krippendorff's alpha "
        f"{_score(found.alpha)}, Fleiss's kappa {_score(found.kappa)}"
    ]
    if found.by_class:
        width = max(len(str(label)) for label in found.by_class)
        lines += ["", "class, against all others"]
        lines += [
            f"  {label!s:<{width}}  alpha {_score(alpha)}"
            for label, alpha in found.by_class.items()
        ]
    if found.pairs:
        lines += ["", "two by two"]
        lines += [
            f"  {one}, {other}  Cohen's kappa {_score(kappa)}  n {n:,}"
            for (one, other), (n, kappa) in found.pairs.items()
        ]
    if found.people:
        width = max(len(name) for name in found.people)
        lines += ["", "people"]
    for name, person in found.people.items():
        words = [f"{person.labels:,} labels"]
        if person.shared:
            share, low, high = person.same / person.shared, person.low, person.high
            words.append(f"as others say {share:.0%} [{low:.0%}, {high:.0%}] of {person.shared:,}")
        if person.repeats:
            words.append(f"as before {person.kept:,} of {person.repeats:,}")
        words += [f"{person.skipped:,} skipped"] if person.skipped else []
        words += [f"{person.flagged:,} flagged"] if person.flagged else []
        words += [f"{person.seconds:.1f} s each"] if person.seconds == person.seconds else []
        lines.append(f"  {name:<{width}}  {', '.join(words)}")
    return "\n".join(lines)


def _score(value: float) -> str:
    return f"{value:.3f}" if value == value else "not known"


AGREE = Command(
    "agree", "tell how far people who labelled rows agree", _add, _act, ("agree labels/",)
)
