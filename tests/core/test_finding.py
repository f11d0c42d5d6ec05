"""Findings: named, evidenced facts."""

from dataclasses import FrozenInstanceError

import pytest

from fivefold.core.finding import Finding


def test_finding_as_text_is_its_sentence():
    finding = Finding(
        code="target_leakage",
        severity="serious",
        sentence="Column `alive` alone predicts `survived` (AUC 1.000).",
        numbers={"column": "alive", "auc": 1.0},
        stage="collect",
    )
    assert str(finding) == "Column `alive` alone predicts `survived` (AUC 1.000)."
    assert finding.numbers["auc"] == 1.0


def test_finding_is_frozen_and_compares_by_value():
    one = Finding(code="constant", severity="note", sentence="Column `a` is 1 everywhere.")
    other = Finding(code="constant", severity="note", sentence="Column `a` is 1 everywhere.")
    assert one == other
    assert one.numbers == {}
    with pytest.raises(FrozenInstanceError):
        one.code = "other"
