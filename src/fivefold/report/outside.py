"""What is told of a model that was made elsewhere, of which only the answers are known."""

from collections.abc import Iterator

from fivefold.core.advice import ADVICE
from fivefold.core.finding import Finding
from fivefold.core.wording import literal, plural
from fivefold.report.headline import FEW_TEST_ROWS
from fivefold.report.reported import Reported
from fivefold.report.verdict import Advice, Tone

MOST_NAMED = 3
FOLLOWED = ("other_scale", "predicts_target", "poor_calibration", "weak_subgroup", "drift")
"""Warnings that say what to do about the model."""


def elsewhere(run: Reported) -> str:
    """Where the answers stand by which it is known."""
    given = "" if run.evaluated is None else run.evaluated.given
    return f"made elsewhere, known by {given or 'its answers'}"


def trusted(run: Reported, rows: str, likely: str) -> tuple[Tone, str]:
    """Whether it can be believed; what it learnt from is known by what was given alone.

    Args:
        run: which found nothing that speaks against it.
        rows: the test rows, counted.
        likely: what the model does on new rows, a sentence after a blank; empty if unknown.
    """
    shared = any(finding.code == "duplicates_across_parts" for finding in run.findings)
    if not len(run.partition.train) or shared or not likely:
        why = "that it has learnt from none of them cannot be seen"
        return "open", f"Nothing speaks against the {rows}, but {why}.{likely}"
    given = f"{plural(len(run.partition.train), 'training row')} that were given"
    return "good", f"Yes. None of the {rows} is among the {given}.{likely}"


def following(run: Reported, useless: bool, beaten: bool) -> Iterator[Advice]:
    """What to do, the most urgent first.

    Args:
        run: whose scores nothing serious spoils.
        useless: whether it is no better than a constant answer.
        beaten: whether a simple model is better.
    """
    found = {finding.code for finding in run.findings if finding.severity != "note"}
    useless = useless or "no_better_than_constant" in found
    if useless:
        yield Advice("", ADVICE["no_better_than_constant"])
    elif beaten:
        yield Advice("", ADVICE["baseline_wins"])
    yield from (Advice("", ADVICE[code]) for code in FOLLOWED if code in found)
    if run.evaluated is not None and len(run.evaluated.index) < FEW_TEST_ROWS:
        yield Advice("", f"Have more test rows, {FEW_TEST_ROWS} at least.")
    if not len(run.partition.train):
        why = "finds test rows that are training rows too, drift, and what simple models learn"
        yield Advice('train="train.csv"', why)
    if not (useless or beaten):
        yield Advice("", "Tell its scores with their intervals, and watch its answers in use.")


def mended(finding: Finding) -> Advice:
    """What helps against a serious finding."""
    columns = finding.numbers.get("columns")
    if finding.code == "target_leakage" and columns and len(columns) <= MOST_NAMED:
        names = ", ".join(map(literal, columns)) + ("," if len(columns) == 1 else "")
        why = "leaves out what the model does not read; if it does, train it without"
        return Advice(f"drop=({names})", why)
    return Advice("", ADVICE.get(finding.code, finding.sentence))
