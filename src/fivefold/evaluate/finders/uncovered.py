"""Too few rows for what holds the truth, and fewer rows held than chance explains."""

from fivefold.core.finding import Finding, finding
from fivefold.core.wording import quoted
from fivefold.evaluate.conformal import bound_estimates
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.held import parts_of
from fivefold.metrics.conformal import chance_of, rows_needed
from fivefold.tasks.conformal import Conformal

LEAST_CHANCE = 0.01


def uncovered(evidence: Evidence) -> list[Finding]:
    """Too few rows for a limit, and fewer test rows held than chance explains."""
    conformal, found = evidence.conformal, list[Finding]()
    if conformal is None:
        return []
    needed, classes = rows_needed(conformal.level), evidence.schema.classes
    lacking = [place for place, one in enumerate(conformal.limits) if one is None]
    if lacking:
        kept = min(conformal.rows[place] for place in lacking)
        what = f"of {quoted([classes[place] for place in lacking], 4)} " if classes else ""
        unit = "groups" if conformal.unit == "group" else "rows"
        effect = "they are in every set" if classes else "intervals have no end"
        sentence = (
            f"{kept:,} rows {what}were kept for a coverage of {conformal.level:g}, which needs "
            f"{needed:,} {unit} at least: {effect}."
        )
        found.append(finding("coverage_by_few", sentence, kept=kept, needed=needed))
    if not conformal.promised:
        cover = evidence.metrics["coverage"]
        sentence = (
            f"Rows were divided by time, so no coverage is promised of later ones: "
            f"{conformal.level:g} was aimed at, test rows were covered at {cover}."
        )
        return [*found, finding("coverage_over_time", sentence, aimed=conformal.level)]
    return found + _low(evidence, conformal)


def _low(evidence: Evidence, conformal: Conformal) -> list[Finding]:
    """What is covered less often than chance explains: all rows, a class, a part."""
    lines = [line for line in parts_of(evidence) if line[1].any()]
    tested, worst = 0, None
    for name, rows, kept, reach in lines:
        if kept is None or reach is None or conformal.unit != "row":
            continue
        tested += 1
        cover = bound_estimates(evidence, rows)["coverage"]
        covered = round(float(cover) * int(rows.sum()))
        chance = chance_of(covered, int(rows.sum()), kept, conformal.level)
        worst = min(filter(None, (worst, (chance, name, cover))), key=lambda one: one[0])
    if worst is None or worst[0] * tested >= LEAST_CHANCE:
        return []
    chance, name, cover = worst
    of = "test rows" if name == "all" else f"test rows of {name}"
    sentence = (
        f"{conformal.level:g} of the {of} were to be covered, {cover} were: they differ from the "
        f"rows that were kept for it (p {chance:.1g})."
    )
    facts = {"wanted": conformal.level, "covered": float(cover), "p": chance, "rows_of": name}
    return [finding("low_coverage", sentence, **facts)]
