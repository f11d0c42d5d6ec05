"""A network that has learnt, and the map that its probabilities go through afterwards."""

from typing import TYPE_CHECKING, Any

from fivefold.artifacts import Trained
from fivefold.codecs.rows import Rows
from fivefold.core.events import Found, Noted
from fivefold.core.finding import finding
from fivefold.core.session import Session
from fivefold.core.wording import plural
from fivefold.decided import Decided
from fivefold.models.answered import answered
from fivefold.models.calibration import Calibration
from fivefold.tasks.known import task_of

if TYPE_CHECKING:
    from fivefold.kinds.codec import Codec

FEW = {"temperature": 50, "isotonic": 200}
"""Rows below which a map says as much of them as of the model."""


def calibrated(
    trained: Trained, how: Calibration, kept: Rows, codec: "Codec", session: Session
) -> Trained:
    """The same with a map of its probabilities, by rows that nothing else was learnt from.

    Args:
        trained: in eval mode; its head is changed.
        how: one of its `calibrations`.
        kept: rows to fit it by.
        codec: of these.
        session: is told.
    """
    model, head = trained.model, trained.model.head
    kept = kept.take((~task_of(codec.schema).lacking(kept.target)).nonzero()[0])
    head.prepare(how)
    found: dict[str, Any] = {"how": how, "rows": len(kept)}
    if len(kept):
        scores = answered(model, kept, codec, who="Train")
        found |= head.calibrate(how, scores, kept.target, kept.weight)
    model.calibrated = True
    trained = trained.replace(settings=Decided.of({**trained.settings, "calibration": found}))
    session.emit(Noted(text=f"{said(found)}."))
    if len(kept) < FEW[how]:
        sentence = (
            f"Probabilities were calibrated by {plural(len(kept), 'row')} only; {FEW[how]} are few "
            f"for a map of this sort ({how})."
        )
        few = finding("calibrated_by_few", sentence, rows=len(kept), how=how)
        session.emit(Found(finding=few))
        trained = trained.replace(findings=(*trained.findings, few))
    return trained


def said(found: "dict[str, Any]") -> str:
    """What a map is, in words."""
    rows = f"by {plural(found['rows'], 'row')} that were kept for it"
    if "temperature" in found:
        heat = found["temperature"]
        less = "less sure" if heat > 1 else "surer"
        return f"Calibrated {rows}: logits are divided by {heat:.3g}, which makes answers {less}"
    if "knots" in found:
        return f"Calibrated {rows}: a rising map with {plural(found['knots'], 'knot')}"
    return "Not calibrated: no rows were kept for it"
