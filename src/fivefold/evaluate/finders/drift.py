"""Drift: whether test rows are like the training rows, column by column and all together."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from fivefold.core.finding import Finding, finding
from fivefold.core.wording import together
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.finders.domainclassifier import Joint, classify
from fivefold.evaluate.finders.twosides import Feature, Sides
from fivefold.metrics.distances import category_distance, number_distance, stability_index
from fivefold.metrics.significance import holm
from fivefold.metrics.twosample import exchanged_p, tallied

if TYPE_CHECKING:
    import pandas as pd

LEAST_DISTANCE, LEAST_AREA = 0.1, 0.55
MOST_CHANCE = 0.005  # of the columns, and of the classifier: one in a hundred together
MOST_NAMED = 5
ALL = "all columns together"
NAN = float("nan")


@dataclass(frozen=True, kw_only=True, eq=False)
class Compared:
    """What was compared of a column, and what came of it.

    Args:
        feature: of both sides.
        test: what it was compared by.
        statistic: of that test.
        psi: population stability index.
        chance: of a distance as large if nothing differs.
        corrected: the same, made larger so that those of all columns may be read one by one.
        distance: largest difference of the cumulative shares of numbers and moments, or half the
            sum of the differences of the shares of categories; 0 to 1.
    """

    feature: Feature
    test: str
    statistic: float
    psi: float
    chance: float
    corrected: float = NAN
    distance: float

    @property
    def has_moved(self) -> bool:
        """Whether it differs beyond chance, and by at least a tenth of the rows."""
        return self.corrected < MOST_CHANCE and self.distance >= LEAST_DISTANCE


@dataclass(frozen=True, kw_only=True, eq=False)
class Drift:
    """How test rows differ from training rows.

    Args:
        compared: what was compared of each column, that first which has moved furthest.
        joint: what a classifier makes of all columns together; None where none was asked.
    """

    compared: tuple[Compared, ...]
    joint: Joint | None = None

    @property
    def moved(self) -> tuple[Compared, ...]:
        """The worst of each column that differs."""
        first = {one.feature.column: one for one in reversed(self.compared) if one.has_moved}
        return tuple(one for one in self.compared if first.get(one.feature.column) is one)

    @property
    def is_told_apart(self) -> bool:
        """Whether the classifier tells the sides apart beyond chance."""
        joint = self.joint
        return joint is not None and joint.chance < MOST_CHANCE and joint.area >= LEAST_AREA

    def table(self) -> "pd.DataFrame":
        """One row for all that was compared, and one for all columns together."""
        import pandas as pd

        lines = [
            {
                "column": one.feature.column,
                "kind": one.feature.kind,
                "compared": one.feature.what or "cells",
                "test": one.test,
                "statistic": one.statistic,
                "psi": one.psi,
                "p": one.chance,
                "p_corrected": one.corrected,
                "distance": one.distance,
            }
            for one in self.compared
        ]
        if self.joint is not None:
            line = {"column": ALL, "kind": "", "compared": "cells", "test": "classifier, ROC-AUC"}
            numbers = {"statistic": self.joint.area, "psi": NAN, "p": self.joint.chance}
            lines.append({**line, **numbers, "p_corrected": self.joint.chance, "distance": NAN})
        return pd.DataFrame(lines)


def measure_drift(evidence: Evidence) -> Drift | None:
    """Compare test rows with training rows; None where one side, or all that varies, is missing.

    Each column by itself: Kolmogorov-Smirnov for numbers and moments, chi-square for categories,
    with p-values by Holm's rule. Where rows hang together (groups, time, equal rows) whole units
    are exchanged between the sides instead, with p-values by Westfall and Young. All columns
    together by a classifier, where simple models are fitted beside the model.
    """
    if not len(evidence.data.train) or not len(evidence.data.test):
        return None
    sides = Sides.of(evidence)
    if not sides.features:
        return None
    compared = [_compared(feature, sides) for feature in sides.features]
    units = sides.units
    if units is None:
        corrected = holm(np.array([one.chance for one in compared]))
    else:
        chances, corrected = _exchanged(sides)
        compared = [
            replace(one, test=f"{one.test}, {units[1]} exchanged", chance=float(chance))
            for one, chance in zip(compared, chances, strict=True)
        ]
    compared = [
        replace(one, corrected=float(p)) for one, p in zip(compared, corrected, strict=True)
    ]
    compared.sort(key=lambda one: (not one.has_moved, -one.distance))
    joint = classify(sides, told=(LEAST_AREA, MOST_CHANCE)) if evidence.rivals else None
    return Drift(compared=tuple(compared), joint=joint)


def _compared(feature: Feature, sides: Sides) -> Compared:
    is_test = sides.is_test[: len(feature.values)]
    first, second = feature.values[~is_test], feature.values[is_test]
    has_order = feature.values.dtype.kind == "f"
    found = (number_distance if has_order else category_distance)(first, second)
    return Compared(
        feature=feature,
        test="Kolmogorov-Smirnov" if has_order else "chi-square",
        statistic=found.statistic,
        psi=stability_index(first, second),
        chance=found.chance,
        distance=found.distance,
    )


def _exchanged(sides: Sides) -> tuple[np.ndarray, np.ndarray]:
    """Chances of all features by exchanging units, and these corrected."""
    assert sides.units is not None
    unit, count = sides.units[0], int(sides.units[0].max()) + 1
    is_test = np.bincount(unit, sides.is_test, minlength=count) > 0
    tallies = [tallied(one.values, unit[: len(one.values)], count) for one in sides.features]
    return exchanged_p(tallies, is_test, sides.evidence.seed)


def drift(found: Drift) -> list[Finding]:
    """What is told of it; nothing where nothing differs beyond chance."""
    moved, sentences = found.moved, []
    if moved:
        named = ", ".join(
            f"{one.feature.called} ({one.distance:.2f})" for one in moved[:MOST_NAMED]
        )
        more = f" and {len(moved) - MOST_NAMED} more" if len(moved) > MOST_NAMED else ""
        sentences.append(
            f"{len(moved)} {'columns differ' if len(moved) > 1 else 'column differs'} between "
            "training and test rows beyond chance, by distance of their distributions (0 to 1): "
            f"{named}{more}."
        )
    numbers: dict[str, object] = {
        "columns": {one.feature.column: one.distance for one in moved},
        "psi": {one.feature.column: one.psi for one in moved},
    }
    joint = found.joint
    if joint is not None and found.is_told_apart:
        by = [name for name in joint.lost if name not in {one.feature.column for one in moved}]
        numbers |= {"roc_auc": joint.area, "p": joint.chance, "told_by": list(joint.lost)}
        if by or not moved:
            alone = "" if moved else ", though no column differs by itself"
            most = f", most by {together([f'`{name}`' for name in by[:MOST_NAMED]])}" if by else ""
            sentences.append(
                "A classifier tells test rows from training rows (ROC-AUC "
                f"{joint.area:.2f} on rows that it did not learn from){most}{alone}."
            )
    return [finding("drift", " ".join(sentences), **numbers)] if sentences else []
