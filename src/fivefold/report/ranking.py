"""Findings in the order in which a person should read them."""

from collections.abc import Iterable

from fivefold.core.finding import Finding

SEVERITIES = ("serious", "warning", "note")


def serious(findings: Iterable[Finding]) -> list[Finding]:
    """Findings that make a score untrustworthy.

    Example:
        >>> serious([Finding(code="rows", severity="note", sentence="10 rows.")])
        []
    """
    return [finding for finding in findings if finding.severity == "serious"]


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by severity, the serious ones first, otherwise in the order they were made.

    Example:
        >>> found = [Finding(code=c, severity=s, sentence=c) for c, s in
        ...          [("a", "note"), ("b", "serious"), ("c", "note")]]
        >>> [finding.code for finding in ranked(found)]
        ['b', 'a', 'c']
    """
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))
