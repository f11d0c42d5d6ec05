from fivefold.core.finding import Finding
from fivefold.report.ranking import ranked


def test_ranked_keeps_the_order_within_a_severity() -> None:
    order = [("a", "note"), ("b", "warning"), ("c", "serious"), ("d", "warning"), ("e", "serious")]
    findings = [Finding(code=code, severity=s, sentence=code) for code, s in order]
    assert [finding.code for finding in ranked(findings)] == ["c", "e", "b", "d", "a"]
