"""All that could be wrong with a model and its rows: everything that is looked for, in order."""

from typing import TYPE_CHECKING

from fivefold.core.events import Found
from fivefold.core.finding import Finding
from fivefold.core.session import Session
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.finders import row_findings, score_findings
from fivefold.evaluate.finders.cellcopies import copied_cells
from fivefold.evaluate.finders.copysplit import near_copies
from fivefold.evaluate.finders.drift import drift, measure_drift
from fivefold.evaluate.finders.fragile import fragile
from fivefold.evaluate.finders.kinsplit import groups_apart, relatives_apart
from fivefold.evaluate.finders.memorised import memorised
from fivefold.evaluate.finders.outside import OUTSIDE
from fivefold.evaluate.finders.overconfident import overconfident_outside
from fivefold.evaluate.finders.refitted import private_folds
from fivefold.evaluate.finders.shortcut import shortcut
from fivefold.evaluate.finders.shuffled import carried_by
from fivefold.evaluate.finders.subgroups import weak_subgroup
from fivefold.evaluate.finders.timesplit import optimistic_split
from fivefold.evaluate.finders.uncovered import uncovered
from fivefold.evaluate.finders.unequal import unequal_groups
from fivefold.evaluate.threshold import few_rows

if TYPE_CHECKING:
    import pandas as pd

FINDERS = (
    row_findings.too_few_test_rows,
    row_findings.few_test_groups,
    row_findings.few_effective_rows,
    row_findings.unseen_labels,
    row_findings.untested_labels,
    row_findings.duplicates_across_parts,
    near_copies,
    copied_cells,
    row_findings.rare_classes,
    score_findings.poor_calibration,
    score_findings.off_the_rate,
    few_rows,
    uncovered,
    weak_subgroup,
    unequal_groups,
    carried_by,
    fragile,
    shortcut,
    overconfident_outside,
    score_findings.overfitting,
    memorised,
    score_findings.baseline_wins,
    private_folds,
)
ASKING = (score_findings.off_the_rate, carried_by, score_findings.overfitting)
"""Those that ask the model about other rows, and so want it to be here."""


def find(
    evidence: Evidence, session: Session
) -> "tuple[tuple[Finding, ...], dict[str, pd.DataFrame]]":
    """Look for everything that could be wrong, and tell it; with tables of what was looked at."""
    found: list[Finding] = []
    finders = [*FINDERS]
    if evidence.trained is None:
        finders = [*OUTSIDE, *(one for one in FINDERS if one not in ASKING)]
    drifted = measure_drift(evidence)
    found += [] if drifted is None else drift(drifted)
    for finder in finders if len(evidence.target) else [row_findings.too_few_test_rows]:
        found += finder(evidence)
    if len(evidence.target):
        refits = session if session.can_refit and evidence.trained is not None else None
        found += [] if refits is None else optimistic_split(evidence, refits)
        found += groups_apart(evidence, refits) + relatives_apart(evidence, refits)
    for finding in found:
        session.emit(Found(finding=finding))
    return tuple(found), {} if drifted is None else {"drift": drifted.table()}
