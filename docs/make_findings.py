"""Write docs/findings.md from the catalogue of findings: `python docs/make_findings.py`."""

from itertools import groupby
from pathlib import Path

from fivefold.core.advice import ADVICE
from fivefold.core.codespans import in_backticks
from fivefold.core.finding import FINDINGS

PAGE = Path(__file__).with_name("findings.md")
HEAD = """# Findings

<!-- Written by docs/make_findings.py from core/finding.py and core/advice.py; change it there. -->
<!-- fmt: off -->

A finding is a named fact with its evidence: a severity, a code, a sentence in plain words, and the
numbers behind it.

```python
import fivefold as ff

result = ff.Pipeline([
    ff.Collect("adult.csv", target="income"),
    ff.Preprocess(),
    ff.Train(epochs=3),
    ff.Evaluate(),
]).run(seed=0, progress=False)
for finding in result.findings:
    print(finding.severity, finding.code, finding.sentence, finding.numbers)
```

A **note** informs. A **warning** deserves a look. A **serious** finding makes a score
untrustworthy. Where more is to be done than to know it, the last column says what.
"""
END = """Next: [the verdict](verdict.md), [good practice](good-practice.md), [drift](drift.md).
By name: [`Finding`](reference/Finding.md).
"""
PLACES = {
    "Collect": "In the data, by Collect",
    "Label": "In the labels, by Label",
    "Preprocess": "In the training rows, by Preprocess",
    "Train": "In training, by Train",
    "Evaluate": "In the scores, by Evaluate",
    "Deploy": "In the bundle, by Deploy",
}


def page() -> str:
    """The whole page as Markdown."""
    lines = [HEAD]
    for stage, entries in groupby(FINDINGS.items(), lambda entry: entry[1].stage):
        lines += [f"## {PLACES[stage]}", "", "| code | severity | what was noticed | what to do |"]
        lines += ["|---|---|---|---|"]
        for code, entry in entries:
            severities = " or ".join(entry.severities)
            advice = in_backticks(ADVICE.get(code, ""))
            lines += [f"| `{code}` | {severities} | {entry.told} | {advice} |"]
        lines += [""]
    return "\n".join([*lines, END])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
