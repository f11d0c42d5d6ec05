"""What a reader must not conclude of the scores of a model."""

from typing import TYPE_CHECKING

from fivefold.core.finding import Finding
from fivefold.core.wording import together
from fivefold.evaluate.evidence import Evidence
from fivefold.kinds.known import KINDS, kind_of

if TYPE_CHECKING:
    import pandas as pd

UNREPEATED = "not measured: Evaluate(folds=5)"
"""The evidence of a run that trained once."""


def limitations(
    evidence: Evidence,
    findings: tuple[Finding, ...],
    *,
    left_out: tuple[str, ...] = (),
    beyond: "pd.DataFrame | None" = None,
) -> "pd.DataFrame":
    """What a reader must not conclude, computed from what was found and what was not measured.

    Returns:
        `limitation` and `evidence`, the serious ones first.
    """
    import pandas as pd

    worst = sorted(findings, key=lambda finding: finding.severity)  # "serious", then "warning"
    told = [(f.sentence, f"finding {f.code}") for f in worst if f.severity != "note"]
    told += _unjudged(evidence)
    told += [] if beyond is None else _of_nonsense(beyond)
    told += [(what, "not measured") for what in left_out]
    return pd.DataFrame(told, columns=["limitation", "evidence"])


def _of_nonsense(beyond: "pd.DataFrame") -> list[tuple[str, str]]:
    """How sure the model is where it can know nothing."""
    sure = beyond.set_index("what")["confidence"]
    if "nonsense" not in sure:
        return []
    what = (
        "Of rows like those of no training row (all cells nonsense) the model is "
        f"{sure['nonsense']:.0%} sure in the mean, of test rows {sure.iloc[0]:.0%}: a sure answer "
        "is no sign of a known row."
    )
    rows = int(beyond["rows"].iloc[-1])
    return [(what, f"confidence of {rows:,} rows of nonsense")]


def _unjudged(evidence: Evidence) -> list[tuple[str, str]]:
    n, score = len(evidence.target), evidence.metrics[evidence.headline.name]
    told = [
        (
            f"Scores hold for rows like the {n:,} test rows, which were drawn this way: "
            f"{evidence.partition.how}.",
            f"{evidence.headline.title} {score}",
        )
    ]
    if evidence.weighted:
        worth = evidence.weighted[evidence.headline.name]
        what = (
            f"The model was fitted with rows weighted by `{evidence.schema.named('weight')}`; "
            "but for the scores called weighted, each test row counts once."
        )
        shown = f"weighted {evidence.headline.title} {worth}, of {worth.n:,} effective rows"
        told.append((what, shown))
    if evidence.trained is None:
        told += _unknown(evidence)
    elif not evidence.folds:
        what = (
            "One network with one seed was trained; intervals speak of other test rows, not of "
            "training again."
        )
        told.append((what, UNREPEATED))
    if not evidence.schema.named("time"):
        what = "Whether the scores last as time goes by is not known."
        told.append((what, "not measured: no time column"))
    unsearched = _unsearched(evidence)
    if unsearched:
        told.append((f"{unsearched} were not searched for drift or weak groups.", "not measured"))
    if not evidence.rivals:
        told.append(("No simple model was fitted beside the model.", "not measured"))
    return told


def _unknown(evidence: Evidence) -> list[tuple[str, str]]:
    """What cannot be known of a model that was made elsewhere."""
    what = (
        "Whether the model learnt from the given training rows alone, and was not chosen by the "
        "test rows, is not known."
        if len(evidence.data.train)
        else "What the model learnt from, and whether it was chosen by the test rows, is not known."
    )
    told = [(what, "not measured: it was made elsewhere")]
    if not len(evidence.data.train):
        what = "Rows that stand on both sides, drift and labels that are new were not sought."
        told.append((what, "not measured: no training rows"))
        rivals = [rival.baseline.rows_fitted for rival in evidence.rivals]
        if rivals:
            what = (
                "Simple models learnt from test rows, if not from those that they answer: they "
                "know what is odd about them, and the model may have seen more rows."
            )
            told.append((what, f"{max(rivals):,} rows a fold"))
    return told


def _unsearched(evidence: Evidence) -> str:
    """Kinds that are not judged: all of fivefold's if one is an input, and the user's that are."""
    kinds = [kind_of(column.kind) for column in evidence.schema.inputs]
    left = [kind for kind in kinds if not kind.judged]
    known = KINDS.known.values()
    ours = [kind for kind in known if not kind.judged and kind.places != "regions"]
    if any(kind in ours for kind in left):
        left = [*ours, *left]
    words = together(list(dict.fromkeys(kind.plural for kind in left)))
    return words[:1].upper() + words[1:]
