import re

import fivefold as ff
from fivefold.core.advice import ADVICE
from fivefold.core.finding import FINDINGS


def test_advice_is_there_for_every_finding_that_may_be_more_than_a_note():
    assert set(ADVICE) == {code for code, e in FINDINGS.items() if set(e.severities) - {"note"}}
    assert all(line.endswith(".") and line[0].isupper() for line in ADVICE.values())


def test_advice_names_settings_that_stages_have():
    calls = [call for line in ADVICE.values() for call in re.findall(r"([A-Z]\w+)\((.+?)\)", line)]
    assert len(calls) > 40
    for name, arguments in calls:
        made = getattr(ff, name)
        fields = getattr(made, "model_fields", None) or made.__annotations__
        assert set(re.findall(r"(\w+)=", arguments)) <= set(fields), (name, arguments)
