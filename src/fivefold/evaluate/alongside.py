"""What stands beside the model on the same test rows: simple models, its parts, its teacher."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from fivefold.codecs.rows import Rows
from fivefold.codecs.table import Array
from fivefold.core.events import Noted, Progress
from fivefold.core.session import Session
from fivefold.evaluate.baselines import Baseline, BaselineName, fit_baselines
from fivefold.evaluate.evidence import Evidence, Rival
from fivefold.evaluate.threshold import Asked, choose
from fivefold.metrics.comparison import Ruling, compare
from fivefold.tasks.threshold import Threshold, decided

if TYPE_CHECKING:
    from fivefold.models.assemble import Assembled

RULED: dict[Ruling, str] = {
    "wins": "better than",
    "loses": "worse than",
    "a tie": "as good as",
    "not measured": "not measured against",
}
"""What the model is, beside another."""


def with_rivals(
    evidence: Evidence,
    names: tuple[BaselineName, ...],
    session: Session,
    threshold: Asked | None = None,
) -> tuple[Evidence, tuple[str, ...]]:
    """The same evidence with simple models beside it, and what could not be fitted.

    Where validation rows choose a threshold each model has its own, by rows it did not learn from.
    """
    data = evidence.data
    chosen = evidence.threshold is not None and evidence.threshold.rows
    if chosen or evidence.conformal is not None:
        stopping, deciding = data.valid.divided()
        apart = len(stopping) + len(deciding) == len(data.valid)
        data = data.replace(valid=stopping if apart else data.valid.take(slice(0)))
    if names:
        session.emit(Noted(text=f"Fitting simple models beside it: {', '.join(names)}."))
    fitted = fit_baselines(data, names, seed=evidence.seed, beside=evidence.asked.settings)
    return beside(evidence, fitted, session, threshold, total=len(names))


def beside(
    evidence: Evidence,
    fitted: Iterable[Baseline],
    session: Session,
    threshold: Asked | None = None,
    *,
    total: int = 0,
) -> tuple[Evidence, tuple[str, ...]]:
    """The same evidence with simple models as they are fitted, and what could not be fitted."""
    rivals, left_out = [], []
    for done, baseline in enumerate(fitted, 1):
        if baseline.scores is None:
            left_out.append(f"{baseline.name} was not fitted beside the model: {baseline.note}.")
            continue
        rival = _beside(evidence, baseline, baseline.scores, threshold, baseline.predict)
        rivals.append(rival)
        first = evidence.headline.name
        values = {first: float(rival.metrics[first])}
        session.emit(Progress(done=done, total=max(total, done), unit="model", values=values))
    if rivals:
        words = ", ".join(f"{RULED[r.comparison.verdict]} {r.baseline.name}" for r in rivals)
        session.emit(Noted(text=f"By {evidence.headline.title} the model is {words}."))
    return replace(evidence, rivals=tuple(rivals)), tuple(left_out)


def _beside(
    evidence: Evidence,
    baseline: Baseline,
    scores: Array,
    threshold: Asked | None = None,
    ask: Callable[[Rows], Array] | None = None,
) -> Rival:
    """Other scores of the test rows, judged and compared with the model's, no surer than it."""
    by = None if evidence.only_labels else evidence.threshold
    if by is not None and baseline.kind == "constant" and by.aim is None:
        by, ask = Threshold("likeliest class", 0.5), None  # it answers the commonest class
    if by is not None and by.rows and threshold is not None and ask is not None:
        held = evidence.data.valid.divided()[1]
        classes = evidence.schema.classes
        by = choose(threshold, classes, held.target, ask(held), held.weight)
    if by is not None and by.aim is not None and baseline.kind == "constant":
        baseline = replace(baseline, name=f"always {_answer(evidence, scores, by)}")
    if evidence.task.labelled:
        step = float(np.finfo(evidence.scores.dtype).eps)
        scores = np.clip(scores, step, 1 - step)
    ours, theirs = evidence.judged, evidence.judge(scores)
    counted = evidence.headline.decided
    outcome = compare(
        evidence.headline,
        ours.target,
        evidence.answered.scores if counted else ours.scores,
        decided(theirs.scores, by) if counted else theirs.scores,
        evidence.drawn,
        level=evidence.level,
    )
    return Rival(
        baseline=baseline,
        metrics=evidence.estimate(theirs, evidence.compared, by=by),
        comparison=outcome,
        weighted=evidence.weighted_estimate(theirs, (evidence.headline,), by=by),
    )


def _answer(evidence: Evidence, scores: Array, by: Threshold) -> object:
    """The one answer of a model that knows no inputs."""
    first = decided(scores[:1], by)
    return evidence.schema.classes[int(first.argmax())] if len(first) else "the same"


def with_parts(evidence: Evidence, threshold: Asked | None = None) -> Evidence:
    """The same evidence with what the model mixes, scored from what is there."""
    from fivefold.models.score import score_parts

    model = evidence.asked.model
    asked = len(evidence.target) and evidence.compared
    found = score_parts(model, evidence.data.test.inputs) if asked else {}
    shares = getattr(model.body, "parts", {})
    parts = [
        _beside(
            evidence,
            Baseline(
                kind="part",
                name=f"its {name} ({shares[name]:.0%})",
                scores=scores,
                rows_fitted=len(evidence.data.train),
                note="a part of the model, alone",
            ),
            scores,
            threshold,
            partial(_part, model, name),
        )
        for name, scores in found.items()
    ]
    return replace(evidence, parts=(*parts, *_teacher(evidence, threshold)))


def _part(model: "Assembled", name: str, rows: Rows) -> Array:
    """What one of the parts of a model answers alone."""
    from fivefold.models.score import score_parts

    return score_parts(model, rows.inputs)[name]


def _teacher(evidence: Evidence, threshold: Asked | None) -> list[Rival]:
    """The model that taught the network, on the same test rows."""
    from fivefold.evaluate.timing import time_calls
    from fivefold.models.score import score

    trained, inputs = evidence.asked, evidence.data.test.inputs
    taught_by = trained.teacher
    if taught_by is None or not len(evidence.target):
        return []
    ask = partial(score, taught_by, inputs)
    scores = ask()
    teacher = Baseline(
        kind="teacher",
        name=f"its teacher ({trained.settings['taught_by']})",
        scores=scores,
        fit_seconds=float(trained.resources["teacher_fit_seconds"]),
        milliseconds_per_row=1000 * float(np.median(time_calls(ask, 3))) / len(scores),
        rows_fitted=int(trained.resources["teacher_rows"]),
        note=f"asked out of fold in {trained.resources['teacher_seconds']:.3g} s",
    )
    return [
        _beside(evidence, teacher, scores, threshold, lambda rows: score(taught_by, rows.inputs))
    ]
