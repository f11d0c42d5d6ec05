from typing import get_args

import pytest

from fivefold.core.finding import CATALOGUE, FINDINGS, Finding, Severity, finding


def test_finding_has_the_stage_and_the_usual_severity_of_its_code():
    made = finding("imbalance", "Classes differ.", column="y", severity=3)
    assert made == Finding(
        code="imbalance",
        severity="note",
        sentence="Classes differ.",
        numbers={"column": "y", "severity": 3},
        stage="Collect",
    )
    assert finding("imbalance", "Classes differ.", "warning").severity == "warning"


def test_finding_of_another_severity_or_code_is_refused():
    with pytest.raises(AssertionError, match="imbalance: serious"):
        finding("imbalance", "Classes differ.", "serious")
    with pytest.raises(KeyError):
        finding("unheard_of", "Nothing.")


def test_catalogue_has_a_line_a_code_below_its_stage():
    stages = ["Collect", "Label", "Preprocess", "Train", "Evaluate", "Deploy"]
    assert list(dict.fromkeys(entry.stage for entry in FINDINGS.values())) == stages
    assert len(FINDINGS) == len(CATALOGUE.splitlines()) - len(stages)
    for code, entry in FINDINGS.items():
        assert code.isidentifier()
        assert set(entry.severities) <= {*get_args(Severity)}
        assert entry.told
        assert not entry.told.endswith(".")
