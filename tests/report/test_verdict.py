"""Five questions, answered in plain words and by every face of a run alike."""

import html
import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fivefold.artifacts import Deployed
from fivefold.codecs.schema import Column, Schema
from fivefold.core.context import Context
from fivefold.core.estimate import Estimate
from fivefold.core.execution import Execution
from fivefold.core.finding import finding
from fivefold.core.key import Key
from fivefold.core.session import Session
from fivefold.metrics.metric import RMSE, ROC_AUC, title
from fivefold.report.judgement import verdict_of
from fivefold.report.reported import Reported
from fivefold.report.summary import HEADS, LINES, summary
from fivefold.report.verdict import Verdict
from fivefold.result import Result
from fivefold.tasks.known import TASKS, task_of
from fivefold.tasks.threshold import Threshold

QUESTIONS = [
    "Is it good?",
    "Better than a simple model?",
    "Can I trust it?",
    "What is wrong with my data?",
    "What next?",
]
EXPECTED = {
    "leak": {
        "good": ("open", "It cannot be told: a serious finding spoils the scores."),
        "simpler": ("open", "It cannot be told: what spoils its scores spoils those"),
        "trust": ("bad", "No. What was found in the data spoils every score."),
        "data": ("bad", "`z` tells `y`."),
        "next": 'Collect(drop=("z",))',
    },
    "tie": {
        "good": ("good", "Yes. It gets 870 of 1,000 rows right, 462 more than the simplest model"),
        "simpler": (
            "open",
            "No. It is as good as logistic regression: it scores 0.93 by ROC-AUC (logistic "
            "regression: 0.928), a difference that may be chance.",
        ),
        "trust": ("good", "Yes. Nothing has learnt from the 500 test rows. On new rows like"),
        "data": ("good", "Nothing that needs a look."),
        "next": 'Train(prefer="simpler")',
    },
    "loss": {
        "good": ("good", "Yes. It is off by 0.24 on average, 0.48 less than the simplest model"),
        "simpler": (
            "bad",
            "No. It is off by 0.24 on average, 0.048 more than gradient boosting.",
        ),
        "trust": ("good", "Yes. Nothing has learnt from the 500 test rows. On new rows like"),
        "data": ("good", "Nothing that needs a look."),
        "next": 'Train(prefer="simpler")',
    },
    "win": {
        "good": ("good", "Yes. It gets 870 of 1,000 rows right, 462 more than the simplest model"),
        "simpler": (
            "good",
            "Yes. It gets 870 of 1,000 rows right, 135 more than gradient boosting, the best of 2",
        ),
        "trust": (
            "good",
            "Yes. Nothing has learnt from the 500 test rows. On new rows like these it likely gets "
            "860 to 880 of 1,000 rows right (95% interval).",
        ),
        "data": ("good", "Nothing that needs a look."),
        "next": 'Deploy("model.ff")',
    },
}


@pytest.mark.parametrize("case", EXPECTED)
def test_verdict_of_a_case_answers_the_five_questions(a_run: Any, case: str) -> None:
    told = verdict_of(Reported(**a_run(case)))
    assert [question for question, _ in told.pairs() if question] == QUESTIONS
    for name in ("good", "simpler", "trust", "data"):
        tone, sentence = EXPECTED[case][name]
        assert getattr(told, name).tone == tone
        assert getattr(told, name).sentence.startswith(sentence)
    assert told.next[0].line == EXPECTED[case]["next"]
    assert 5 <= len(told.lines()) <= 7


@pytest.mark.parametrize("case", EXPECTED)
def test_verdict_is_the_same_in_summary_page_result_and_json(
    a_run: Any, a_page: Any, case: str
) -> None:
    run = a_run(case)
    told = verdict_of(Reported(**run))
    answers = [answer for _, answer in told.pairs()]
    lines = summary(Reported(**run), width=200).splitlines()
    for head, point in zip(HEADS, told.points, strict=True):
        (line,) = (line for line in lines[:5] if line.startswith(head))
        assert line[9:].removeprefix("! ") == point.sentence
    assert lines[4] == f"next?    {told.next[0]}"
    assert len(summary(Reported(**run)).splitlines()) <= LINES
    page = html.unescape(re.sub(r"</?code>", "`", a_page(case)))
    first_screen = page[page.index("<main>") : page.index('class="cards"')]
    assert all(words in first_screen for words in [*QUESTIONS, *answers])
    artifacts = {Key(type(value)): value for value in run.values()}
    result = Result(Execution(session=Session(seed=0), context=Context(artifacts)))
    assert str(result.verdict) == str(told)
    assert all(line in repr(result) for line in told.lines())
    shown = html.unescape(re.sub(r"</?code>", "`", result._repr_html_()))
    assert re.sub(r"<[^>]*>", "", shown).startswith("Is it good?")
    assert all(answer in shown for answer in answers)
    plain = json.loads(json.dumps(told.to_json()))
    assert [plain[name]["question"] for name in list(plain)[:4]] == QUESTIONS[:4]
    assert plain["good"]["sentence"] == told.good.sentence
    assert plain["next"][0]["line"] == EXPECTED[case]["next"]


def test_summary_puts_the_first_command_in_its_place_unless_something_is_to_be_done(
    a_run: Any, deployed: Deployed
) -> None:
    commands = {"fivefold serve y.ff": "answer requests", "fivefold run x.csv": "your own data"}

    def lines(case: str) -> list[str]:
        return summary(
            Reported(**a_run(case), deployed=deployed), commands=commands, width=200
        ).splitlines()

    assert lines("win")[4] == "next?    `fivefold serve y.ff`: answer requests."
    assert lines("win")[-1] == "next     fivefold run x.csv  your own data"
    assert lines("tie")[4].startswith('next?    `Train(prefer="simpler")` keeps')
    assert lines("tie")[-2].startswith("next     fivefold serve y.ff")
    assert not any("fivefold" in line for line in lines("leak"))
    told = verdict_of(Reported(**a_run("win"), deployed=deployed))
    assert told.next[0].line == 'ff.load("y.ff").predict(rows)'


def test_verdict_speaks_the_words_of_the_shell(a_run: Any) -> None:
    spoken = {'Train(prefer="simpler")': "--prefer simpler"}
    run = Reported(**a_run("tie"), said=lambda text: spoken.get(text, text))
    assert str(verdict_of(run).next[0]).startswith(
        "Add `--prefer simpler`, which keeps the simplest"
    )


def ruled(run: dict[str, Any], *rulings: str, **columns: list[float]) -> Verdict:
    """The verdict where simple models have these rulings and scores."""
    table = run["evaluated"].tables["model_comparison"].copy()
    table["verdict"] = ["", *rulings]
    for name, values in columns.items():
        scores = [Estimate(v, low=v - 0.01, high=v + 0.01, method="bca", n=500) for v in values]
        table[name] = pd.Series(scores, dtype=object)
    metrics = {**run["evaluated"].metrics, **{name: table[name].iloc[0] for name in columns}}
    evaluated = run["evaluated"].replace(tables={"model_comparison": table}, metrics=metrics)
    return verdict_of(Reported(**{**run, "evaluated": evaluated}))


def test_verdict_is_no_yes_where_the_user_gains_nothing(a_run: Any) -> None:
    """A score that ranks better is no more right answers."""
    told = ruled(
        a_run("win"),
        *["wins"] * 3,
        roc_auc=[0.93, 0.5, 0.8, 0.85],
        accuracy=[0.95, 0.952, 0.9, 0.9],
    )
    assert told.good.tone == "open"
    assert told.good.sentence == (
        "In part. It scores 0.93 by ROC-AUC, 0.43 higher, and so better, than the simplest model "
        "(majority class); but it gets 950 of 1,000 rows right, about as many as that one."
    )
    assert told.next[0].line == 'Evaluate(threshold="f1")'
    run = a_run("win")
    run["evaluated"] = run["evaluated"].replace(threshold=Threshold("a number", 0.1))
    scores = {"roc_auc": [0.93, 0.5, 0.8, 0.85], "accuracy": [0.8, 0.952, 0.9, 0.9]}
    told = ruled(run, *["wins"] * 3, **scores)
    assert told.good[1:] == (
        "good",
        "Yes. It scores 0.93 by ROC-AUC, 0.43 higher, and so better, than the simplest model "
        "(majority class); with the threshold that was asked for it gets 800 of 1,000 rows right, "
        "152 fewer than that one.",
    )


def test_verdict_says_no_where_the_simplest_model_is_as_good_or_better(a_run: Any) -> None:
    run = a_run("win")
    tie = ruled(run, "a tie", "a tie", "wins", accuracy=[0.87, 0.866, 0.8, 0.8])
    assert tie.good.sentence.startswith("No. It is as good as the simplest model (majority class):")
    assert [advice.line for advice in tie.next] == ["ff.learning_curve(pipeline)"]
    loss = ruled(run, "loses", "wins", "wins", accuracy=[0.7, 0.8, 0.6, 0.6])
    assert loss.good.sentence == (
        "No. It gets 700 of 1,000 rows right, 100 fewer than the simplest model (majority class)."
    )
    assert (tie.good.tone, loss.good.tone) == ("bad", "bad")


def test_verdict_tells_why_nothing_was_measured(a_run: Any) -> None:
    run = a_run("win")
    for own in ({}, {"model_comparison": pd.DataFrame({"model": ["model", "mine"]})}):
        alone = run["evaluated"].replace(tables=own)
        told = verdict_of(Reported(**{**run, "evaluated": alone}))
        assert told.good.sentence == "It scores 0.93 by ROC-AUC; no simple model stands beside it."
    unknown = ruled(run, *["not measured"] * 3)
    assert unknown.good.sentence.endswith("; the difference was not measured (wilson).")
    assert unknown.simpler.sentence == (
        "Not shown. It gets 870 of 1,000 rows right (logistic regression: 688); the difference was "
        "not measured (wilson)."
    )
    told = verdict_of(Reported(**{**run, "evaluated": None}))
    assert told.next[0].line == "Evaluate()"
    assert {point.tone for point in told.points[:3]} == {"open"}


def test_verdict_trusts_as_far_as_findings_and_rows_allow(a_run: Any) -> None:
    run = a_run("win")
    drift = finding("drift", "Test rows differ.")
    split = finding("split_ignores_time", "By date it is 0.6.", "serious", column="day")

    def trust(*found: Any) -> Verdict:
        evaluated = run["evaluated"].replace(findings=found)
        return verdict_of(Reported(**{**run, "evaluated": evaluated}))

    assert trust(drift).trust[1:] == ("open", "With care. Test rows differ.")
    assert trust(drift, drift).trust.sentence.endswith(" And 1 more.")
    told = trust(finding("label_errors", "Labels are wrong."))
    assert (told.trust.tone, told.data[1:]) == ("good", ("open", "Labels are wrong."))
    told = trust(split)
    assert told.trust[1:] == ("bad", "No. By date it is 0.6.")
    assert told.data.tone == "good"
    assert told.good.sentence.startswith("It cannot be told")
    assert told.next[0].line == 'Collect(time="day")'
    few = verdict_of(
        Reported(**{**a_run(test_rows=60, folds=True), **{"collected": run["collected"]}})
    )
    assert few.trust.sentence.startswith("Only roughly: there are 60 test rows.")
    worst = trust(finding("no_better_than_constant", "It is as good as guessing."))
    assert worst.trust.tone == "good"  # the first answer says it


def test_verdict_of_a_simple_model_or_one_that_was_weighed_prefers_no_other(a_run: Any) -> None:
    run = a_run("tie")
    for settled in ({"preferred": "network"}, {"estimator": {"class": "Ridge"}}):
        trained = run["trained"].replace(settings={**run["trained"].settings, **settled})
        told = verdict_of(Reported(**{**run, "trained": trained}))
        assert [advice.line for advice in told.next] == ['Deploy("model.ff")']
        assert told.simpler.sentence.startswith("It is a simple") == ("estimator" in settled)
    run["collected"] = run["collected"].replace(
        schema=Schema(
            columns=(
                Column(name="x", kind="text"),
                Column(name="y", kind="boolean", role="target"),
            ),
            **{"targets": ("y",), "task": "binary", "classes": ("no", "yes")},
        )
    )
    told = verdict_of(Reported(**run))  # of texts no linear model takes its place
    assert [advice.line for advice in told.next] == ['Deploy("model.ff")']


def test_metric_told_says_which_way_is_better() -> None:
    assert RMSE.told(1.95) == "1.95 higher, which is worse"
    assert ROC_AUC.told(0.0, "it") == "the same as it"


SCHEMAS: dict[str, dict[str, Any]] = {
    **{name: {"classes": ("a", "b", "c")} for name in ("multiclass", "ordinal", "multilabel")},
    **{"binary": {"classes": ("no", "yes")}, "anomaly": {"classes": ("usual", "odd")}},
    **{"unlabelled": {}, "regression": {}, "count": {}, "forecast": {}, "returns": {}},
    "several": {
        "task": 'several {"y": ["regression", 0], "z": ["binary", 2]}',
        **{"targets": ("y", "z"), "each": ((), ("no", "yes"))},
    },
    "tagging": {"classes": ("O", "B-p", "I-p")},
    "segmentation": {"classes": ("sky", "tree")},
    "transcription": {"classes": ("one", "two")},
}


class Unremarked(Reported):
    """A run in which nothing was found."""

    findings = ()  # type: ignore[assignment]


OPENING = r"(Yes|No|In part|Not shown)\. [A-Z].*\."
CLAUSE = (
    r"(more|fewer|less) than |(higher|lower), and so (better|worse), than |as (many|much) as |"
    r"the same as |\(\w+: |was not measured|no simple model stands"
)


ODD = r"  |but \.|nan|None|[a-z]_[a-z]|e\+|\.\.|;;|%%"


@pytest.mark.parametrize("task", list(TASKS.known))
def test_verdict_is_in_sentences_for_every_task_metric_and_ruling(a_run: Any, task: str) -> None:
    told = {"task": task, "targets": ("y",), "classes": (), "each": ()} | SCHEMAS[task]
    names = [Column(name="x", kind="numeric")]
    names += [Column(name=name, kind="numeric", role="target") for name in told["targets"]]
    schema = Schema(columns=tuple(names), **told)
    metrics, run, draw = task_of(schema).compared, a_run("win"), np.random.default_rng(0)
    for ruling in ("wins", "loses", "a tie", "not measured"):
        columns = {m.name: [0.5, *draw.choice([0.1, 0.5, 0.8, 46_135.7], 3)] for m in metrics}
        table = pd.DataFrame({"model": ["model", "constant", "ridge", "trees"]})
        for name, values in columns.items():
            cells = [Estimate(v, low=v / 2, high=v * 2, method="bca", n=9) for v in values]
            table[name] = pd.Series(cells, dtype=object)
        gap = [Estimate(0.1, method="too few rows", n=9)] * 4
        table["difference"], table["verdict"] = pd.Series(gap, dtype=object), ["", *[ruling] * 3]
        scores = {name: table[name].iloc[0] for name in columns}
        evaluated = run["evaluated"].replace(
            metrics=scores, tables={"model_comparison": table} if metrics else {}
        )
        collected = run["collected"].replace(schema=schema)
        found = {**run, "evaluated": evaluated, "collected": collected}
        verdict = verdict_of(Unremarked(**found))
        for point in (verdict.good, verdict.simpler) if metrics else ():
            assert re.fullmatch(OPENING, point.sentence), point
            assert re.search(CLAUSE, point.sentence), point
            assert not re.search(ODD, point.sentence), point
            assert point.sentence.count("(") == point.sentence.count(")")
            assert ("so better" in point.sentence) <= ("scores" in point.sentence)
        assert verdict.trust.sentence.endswith(".")


def test_worth_of_a_number_is_in_the_unit_of_its_column(a_run: Any) -> None:
    run = a_run("loss")
    column = Column(name="y", kind="numeric", role="target", format="$1,234.56")
    schema = Schema(columns=(column,), targets=("y",), task="regression")
    run["collected"] = run["collected"].replace(schema=schema)
    told = ruled(run, "wins", "wins", "loses", mae=[43_100, 91_200, 50_000, 42_000])
    assert told.good.sentence.startswith("Yes. It is off by $43,100 on average, $48,100 less than")


COSTS = ((0.0, 1.0), (9.0, 0.0))


@pytest.mark.parametrize(
    ("cost", "rulings", "good", "simpler", "likely"),
    [
        (
            [0.41, 1.5, 0.6, 0.55],
            ("wins", "wins", "wins"),
            "Yes. It costs 410 for 1,000 rows, 1,090 less than the simplest model (majority "
            "class).",
            "Yes. It costs 410 for 1,000 rows, 140 less than gradient boosting, the best of 2 "
            "simple models.",
            "likely costs 400 to 420 for 1,000 rows",
        ),
        (
            [0.0414, 0.041, 0.0414, 0.3],
            ("a tie", "a tie", "wins"),
            "No. It is as good as the simplest model (majority class): it costs 41.4 for 1,000 "
            "rows (majority class: 41), a difference that may be chance.",
            "No. It is as good as logistic regression: it costs 41.4 for 1,000 rows (logistic "
            "regression: 41.4).",
            "likely costs 31.4 to 51.4 for 1,000 rows",
        ),
        (
            [-3.2, -1.1, -3.0, -3.5],
            ("wins", "wins", "loses"),
            "Yes. It brings 3,200 for 1,000 rows, 2,100 more than the simplest model (majority "
            "class).",
            "No. It brings 3,200 for 1,000 rows, 300 less than gradient boosting.",
            "likely brings 3,190 to 3,210 for 1,000 rows",
        ),
        (
            [2.0, 1.5, 1.5, 1.5],
            ("loses", "loses", "loses"),
            "No. It costs 2,000 for 1,000 rows, 500 more than the simplest model (majority class).",
            "No. It costs 2,000 for 1,000 rows, 500 more than logistic regression.",
            "likely costs 1,990 to 2,010 for 1,000 rows",
        ),
    ],
)
def test_verdict_speaks_of_costs_where_errors_have_them(
    a_run: Any, cost: list[float], rulings: tuple[str, ...], good: str, simpler: str, likely: str
) -> None:
    run = a_run("win")
    threshold = Threshold("the costs", 0.1, COSTS, rows=200)
    run["evaluated"] = run["evaluated"].replace(threshold=threshold)
    told = ruled(run, *rulings, cost=cost)
    assert told.good.sentence == good
    assert told.simpler.sentence == simpler
    assert likely in told.trust.sentence
    assert "threshold" not in str(told)


@pytest.mark.parametrize(("rule", "name"), [("F1", "f1"), ("Youden's index", "balanced_accuracy")])
def test_verdict_and_summary_lead_with_what_the_threshold_is_for(
    a_run: Any, rule: str, name: str
) -> None:
    run = a_run("win")
    run["evaluated"] = run["evaluated"].replace(threshold=Threshold(rule, 0.1, rows=200))
    scores = [0.6, 0.3, 0.4, 0.5]
    more = {"recall": [0.71, *scores[1:]], "precision": [0.552, *scores[1:]]}
    told = ruled(run, "wins", "wins", "wins", **{name: scores})
    assert f"It scores 0.6 by {title(name)}, 0.3 higher" in told.good.sentence
    assert told.good.sentence.endswith("(majority class).")
    schema = run["collected"].schema
    named = {**run, "collected": run["collected"].replace(schema=replace(schema, classes=(0, 1)))}
    found = ruled(named, "wins", "wins", "wins", **{name: scores}, **more).good.sentence
    assert found.endswith(" It finds 71 of 100 rows of 1, and 55 of 100 rows that it calls so are.")
    assert told.good.sentence.startswith("Yes. ")
    assert "rows right" not in str(told)
    table = run["evaluated"].tables["model_comparison"].copy()
    cells = [Estimate(v, low=v, high=v, method="bca", n=9) for v in scores]
    table[name] = pd.Series(cells, dtype=object)
    metrics = {**run["evaluated"].metrics, name: table[name].iloc[0]}
    evaluated = run["evaluated"].replace(metrics=metrics, tables={"model_comparison": table})
    lines = summary(Reported(**{**run, "evaluated": evaluated})).splitlines()
    assert any(line.startswith("scores") and f": {title(name)} 0.6" in line for line in lines)
    assert any(line.startswith("models") and title(name) in line for line in lines)


def test_verdict_calls_no_two_equal_that_lie_apart_or_stand_on_few_rows(a_run: Any) -> None:
    run = a_run("win")
    apart = ruled(run, "a tie", "a tie", "wins", accuracy=[0.87, 0.5, 0.7, 0.8])
    assert apart.good[1:] == (
        "open",
        "Not shown. It scores 0.93 by ROC-AUC (majority class: 0.5), a difference that may be "
        "chance.",
    )
    assert apart.simpler.sentence.startswith("Not shown. It scores 0.93 by ROC-AUC (logistic regr")
    few = a_run(test_rows=60)
    few["collected"] = few["collected"].replace(findings=())
    few["trained"] = few["trained"].replace(findings=())
    told = ruled(few, "a tie", "a tie", "wins", accuracy=[0.87, 0.866, 0.87, 0.8])
    assert told.good[1:] == (
        "open",
        "Not shown. It gets 870 of 1,000 rows right (majority class: 866), a difference that may "
        "be chance: 60 test rows are few.",
    )
    assert told.simpler.sentence.startswith("No. It is as good as logistic regression: it gets 870")
    assert "Evaluate(folds=5)" in [advice.line for advice in told.next]


def test_verdict_sends_who_loses_to_the_simpler_model_and_deploys_nothing_useless(
    a_run: Any,
) -> None:
    run = a_run("win")
    both = ruled(run, "a tie", "a tie", "loses", accuracy=[0.87, 0.866, 0.87, 0.99])
    assert [advice.line for advice in both.next] == [
        'Train(prefer="simpler")',
        "ff.learning_curve(pipeline)",
    ]


def test_verdict_leaves_out_all_columns_that_tell_the_target_at_once(a_run: Any) -> None:
    run = a_run("leak")
    found = [finding("target_leakage", f"`{name}` tells.", columns=[name]) for name in "abc"]
    for many, lines in ((found, ['Collect(drop=("a", "b", "c"))']), (found[:1], None)):
        run["collected"] = run["collected"].replace(findings=tuple(many))
        told = [advice.line for advice in verdict_of(Reported(**run)).next]
        assert told == (lines or ['Collect(drop=("a",))'])


def test_verdict_trusts_no_score_without_an_interval(a_run: Any) -> None:
    run = a_run("win")
    bare = {name: Estimate(0.9, method="too few groups", n=500) for name in ("roc_auc", "accuracy")}
    run["evaluated"] = run["evaluated"].replace(metrics=bare)
    assert verdict_of(Reported(**run)).trust[1:] == (
        "open",
        "Only roughly: nothing has learnt from the 500 test rows, but there is no interval (too "
        "few groups).",
    )
