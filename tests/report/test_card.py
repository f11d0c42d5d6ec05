import re
from typing import Any

from fivefold.decided import Provenance
from fivefold.report.card import card


def given(run: dict[str, Any]) -> dict[str, Any]:
    return {name: run[name] for name in ("collected", "trained", "evaluated")}


def test_card_same_artifacts_same_text(a_run: Any) -> None:
    assert card(**given(a_run())) == card(**given(a_run()))


def test_card_names_from_data_cannot_act_as_markup(a_run: Any, evil: str) -> None:
    text = card(**given(a_run()))
    assert "<" not in text
    assert evil.replace("<", "&lt;").replace(">", "&gt;") in text


def test_card_states_scores_rivals_findings_and_limitations(a_run: Any) -> None:
    text = card(**given(a_run(folds=True)))
    assert "| ROC-AUC | 0.9300 | 0.9200 to 0.9400 | 95%, wilson | 500 |" in text
    assert "Over folds of the other rows:" in text
    assert "| gradient boosting |" in text
    assert text.index("**serious**") < text.index("**warning**") < text.index("**note**")
    assert "## Limitations" in text


def test_card_leads_with_the_answers_of_the_verdict(a_run: Any) -> None:
    run = a_run("loss")
    text = card(**given(run), partition=run["partition"], preprocessed=run["preprocessed"])
    assert "- **Better than a simple model?** No. It is off by 0.24 on average, 0.048 more" in text
    assert text.index("## Verdict") < text.index("## Scores")
    assert "What next?" not in text
    assert "## Verdict" not in card(**given(run))


def test_card_serious_findings_stand_above_the_scores(a_run: Any) -> None:
    text = card(**given(a_run()))
    assert "> **! serious**: `z` tells `y`." in text.replace("\\", "")
    assert text.index("**! serious**") < text.index("| ROC-AUC |")
    run = a_run()
    run["collected"] = run["collected"].replace(findings=())
    assert "serious" not in card(**given(run))


def test_card_without_evaluation_says_so(a_run: Any) -> None:
    text = card(**{**given(a_run()), "evaluated": None})
    assert "Not measured: this model was not evaluated." in text
    assert "## Limitations" not in text


def test_card_of_a_number_names_no_classes(a_run: Any) -> None:
    assert "Predicts the number y from 1 column." in card(**given(a_run("regression")))


def test_card_leaves_out_the_folders_of_the_source(a_run: Any) -> None:
    assert not re.search(r"/data/", card(**given(a_run())))


def test_card_states_the_scores_by_weight(a_run: Any) -> None:
    assert "weighted" not in card(**given(a_run()))
    text = card(**given(a_run(weights=True)))
    assert "The same rows, weighted by " in text
    assert "| ROC-AUC | 0.8800 | 0.8700 to 0.8900 | 95%, wilson | 321 |" in text
    assert "<script>" not in text


def test_card_says_who_labelled_and_what_was_asked(a_run: Any) -> None:
    assert "## Labels" not in card(**given(a_run()))
    run = a_run()
    rule = {"annotator": "<b>: text", "sort": "rule", "labels": 70, "accuracy": 0.9}
    rule |= {"accuracy_low": 0.8, "accuracy_high": 0.95, "accuracy_n": 40, "coverage": 0.7}
    person = {"annotator": "ann", "sort": "person", "labels": 1_200, "agreement": 0.75}
    person |= {"agreement_n": 40, "accuracy": None}
    asked = {"query": "select * from <t>", "parameters": '{"low": 3, "password": "hunter22"}'}
    joined = {"shops": {"rows": 12_000, "query": "select 1", "source": "b.sqlite", "on": {}}}
    known = Provenance(**{**run["collected"].provenance, **asked, "joined": joined})
    run["collected"] = run["collected"].replace(labelling=(person, rule), provenance=known)
    text = card(**given(run)).replace("\\", "")
    labels = text.split("## Labels")[1].split("##")[0]
    assert "ann (person): 1,200 labels; as others say in 75% of 40 items" in labels
    assert "&lt;b&gt;: text (rule): 70 labels; right in 90% [80%, 95%] of 40" in labels
    assert "- query: select * from &lt;t&gt;, with low = 3, password = (not told)" in text
    assert "- joined: shops, 12,000 rows" in text
    assert "- query of shops: select 1" in text
    assert "hunter22" not in text
