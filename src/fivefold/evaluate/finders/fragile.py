"""Disturbances that people would hardly notice, and that cost much of what a model knows."""

from fivefold.core.digits import alike
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import together
from fivefold.evaluate.evidence import Evidence

MUCH = 0.1
"""Of what a model knows beyond a constant answer, that a mild disturbance may cost."""

SHOWN = 3
"""Disturbances that the sentence names, the worst first."""


def fragile(evidence: Evidence) -> list[Finding]:
    """Mild disturbances that cost a tenth of what the model knows, at the near end of the interval.

    What it knows is what it is better by than the best constant answer, where that is beyond
    chance.
    """
    table = evidence.disturbed
    if table is None:
        return []
    cells = zip(*(table[name] for name in table), strict=True)
    none, *lines, constant = (dict(zip(table.columns, line, strict=True)) for line in cells)
    known = constant["loss"]
    if not known.low > 0:
        return []
    costly = [line for line in lines if line["mild"] and line["loss"].low > MUCH * known]
    if not costly:
        return []
    costly.sort(key=lambda line: -float(line["known_lost"]))
    metric, rows = evidence.headline, known.n
    before, *scores = alike((none["score"], *(line["score"] for line in costly[:SHOWN])))
    said = [
        f"{score} with {line['disturbance']} in {line['columns']} "
        f"({line['strength']}; {line['known_lost']:.0%} of what it knows)"
        for line, score in zip(costly[:SHOWN], scores, strict=True)
    ]
    sentence = (
        f"{metric.title} {'falls' if metric.greater else 'rises'} from {before} to "
        f"{together(said)}: people would hardly notice {'that' if len(said) == 1 else 'these'} "
        f"({rows:,} test {evidence.judged.noun})."
    )
    worst = [
        {name: line[name] for name in ("disturbance", "strength", "columns", "score")}
        | {"loss": float(line["loss"]), "low": line["loss"].low, "high": line["loss"].high}
        for line in costly
    ]
    facts = {"rows": rows, "whole": none["score"], "known": float(known), "disturbances": worst}
    return [finding("fragile", sentence, **facts)]
