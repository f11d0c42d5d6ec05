"""Answers that hang on a small area of a picture, a text or a sound."""

from fivefold.core.digits import alike
from fivefold.core.finding import Finding, finding
from fivefold.evaluate.evidence import Evidence

MUCH = 0.25
"""Of what a model knows, beside the area's share of a cell, that may be lost without an area."""


def shortcut(evidence: Evidence) -> list[Finding]:
    """The smallest area that much is lost without, and that tells answers where it stands alone.

    Both are judged at the near end of intervals that hold for all areas together.
    """
    table = evidence.areas
    if table is None:
        return []
    cells = zip(*(table[name] for name in table), strict=True)
    whole, *lines = (dict(zip(table.columns, line, strict=True)) for line in cells)
    known = whole["missed"]
    heavy = [
        line
        for line in lines
        if line["lost"].low > (MUCH + line["share"]) * known and line["missed"].high < known
    ]
    if not heavy:
        return []
    metric, found = evidence.headline, min(heavy, key=lambda line: line["share"])
    before, without, alone = alike((whole["score"], found["score"], found["alone"]))
    size = f", {found['share']:.0%} of it" if found["share"] else ""
    sentence = (
        f"{found['known_lost']:.0%} of what the model knows hangs on the {found['area']} of "
        f"`{found['column']}`{size}: {metric.title} is {before}, {without} where that is another "
        f"row's, and {alone} where all else is ({known.n:,} test {evidence.judged.noun})."
    ).replace("on the the", "on the")
    names = ("column", "area", "share", "score", "alone", "known_lost", "known_kept")
    facts = {name: found[name] for name in names} | {"lost": float(found["lost"])}
    ends = {"low": found["lost"].low, "high": found["lost"].high}
    others = [line["area"] for line in heavy if line is not found]
    told = {"rows": known.n, "whole": whole["score"], "known": float(known), "others": others}
    return [finding("shortcut", sentence, **facts, **ends, **told)]
