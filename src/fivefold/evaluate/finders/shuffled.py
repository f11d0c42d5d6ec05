"""Which kind of a row carries the signal: what is lost where it is another row's."""

from collections.abc import Mapping

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import together
from fivefold.evaluate.evidence import Evidence

FEWEST = 30
"""Test rows below which nothing is told."""

MOST = 1000
"""Test rows that are looked at, evenly spaced."""

TURNS = 3
"""Shuffles of which the mean is taken."""

TABLE = "the table"


def carried_by(evidence: Evidence) -> list[Finding]:
    """What the score is where the table, a text or a picture of each test row is another row's.

    The model is asked as it is; nothing is fitted again. So this tells what the model reads, and
    `ff.ablate(pipeline, "blocks")` what could be read.
    """
    from fivefold.models.exact import exact_scores

    codec, every = evidence.data.codec, -(-len(evidence.data.test) // MOST)
    if not every:
        return []
    rows = evidence.data.test.take(np.arange(0, len(evidence.data.test), every))
    arrays: dict[str, list[str]] = {}
    for block in codec.blocks:
        name = TABLE if block.block.shared else f"`{block.columns[0].name}`"
        arrays.setdefault(name, []).append(block.name)
    if len(arrays) < 2 or len(rows) < FEWEST:
        return []
    metric, random = evidence.headline, np.random.default_rng(evidence.seed)

    def scored(inputs: Mapping[str, Array]) -> float:
        scores = codec.cut(exact_scores(evidence.asked.model, inputs), inputs)
        return evidence.leading(rows.target, scores)

    orders = [random.permutation(len(rows)) for _ in range(TURNS)]
    whole, found = scored(rows.inputs), dict[str, float]()
    for name, held in arrays.items():
        told = []
        for order in orders:
            others = {one: rows.inputs[one][order] for one in held}
            told.append(scored({**rows.inputs, **others}))
        found[name] = float(np.mean(told))
    lost = {name: whole - s if metric.greater else s - whole for name, s in found.items()}
    ordered = sorted(found, key=lambda name: -lost[name])
    said = together([f"{found[name]:.3f} for {name}" for name in ordered])
    sentence = (
        f"What the model reads: {metric.title} is {whole:.3f}; where cells are another row's, it "
        f"is {said} ({len(rows):,} test rows)."
    )
    facts = {"rows": len(rows), "whole": whole, "exchanged": ordered}
    return [finding("carried_by", sentence, **facts, scores=[found[name] for name in ordered])]
