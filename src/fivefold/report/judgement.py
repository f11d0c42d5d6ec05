"""From the artifacts of a run to its verdict, without asking a model anything."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from fivefold.artifacts import Evaluated
from fivefold.core.advice import ADVICE
from fivefold.core.estimate import Estimate
from fivefold.core.finding import Finding
from fivefold.core.wording import literal, plural, together
from fivefold.report import outside
from fivefold.report.gain import Weighing
from fivefold.report.headline import FEW_TEST_ROWS, PART, leads_with_folds, ranked, serious
from fivefold.report.reported import Reported
from fivefold.report.verdict import Advice, Point, Tone, Verdict
from fivefold.tasks.known import task_of
from fivefold.tasks.telling import CHANCE

GOOD, SIMPLER = "Is it good?", "Better than a simple model?"
TRUST, DATA = "Can I trust it?", "What is wrong with my data?"

ANSWERED = ("no_better_than_constant", "baseline_wins")  # told by the first two answers
IN_PART = "In part."
UNSAID = ("rows", "looks")
OF_DATA = ("label_errors",)  # made where models are at hand, and told of the data nonetheless
MOST_ADVICE, MOST_NAMED = 3, 3
SETTINGS = {"split_ignores_time": "time", "split_ignores_group": "group"}
"""What Collect is told of the column that such a finding names."""


class Rival(NamedTuple):
    """A simple model on the same test rows.

    Args:
        name: in words.
        scores: by name of the metric, as far as models are compared by it.
        difference: the model's first metric minus its.
        ruling: on the model: `wins`, `loses`, `a tie`, `not measured`.
    """

    name: str
    scores: Mapping[str, Estimate]
    difference: Estimate
    ruling: str


def verdict_of(run: Reported) -> Verdict:
    """The verdict on a run: the same for the same artifacts, whatever shows it.

    Args:
        run: its artifacts; where it was not evaluated the verdict says so.
    """
    count = len(run.collected.findings) + len(run.preprocessed.findings)
    later = run.findings[count:]
    data = [f for f in run.findings[:count] if f.code not in UNSAID]
    data += [f for f in later if f.code in OF_DATA]
    others = [f for f in later if f.code not in (*ANSWERED, *OF_DATA)]
    spoilt = serious([*data, *others])
    judged = run.evaluated
    scores, by = ({}, None) if judged is None else (judged.metrics, judged.threshold)
    weighing = Weighing.of(run.collected.schema, scores, by)
    trust, wrong = _trust(run, weighing, serious(data), others), _wrong(data)
    if run.evaluated is None:
        unknown = "Not measured: nothing was evaluated."
        good, simpler = Point(GOOD, "open", unknown), Point(SIMPLER, "open", unknown)
        return Verdict(good, simpler, trust, wrong, tuple(_next(run, spoilt, None, ())))
    if spoilt:
        good = Point(GOOD, "open", "It cannot be told: a serious finding spoils the scores.")
        why = "It cannot be told: what spoils its scores spoils those of simple models too."
        return Verdict(good, Point(SIMPLER, "open", why), trust, wrong, _first(run, spoilt))
    rivals = _compared(run.evaluated)
    good = _good(run.evaluated, weighing, rivals)
    known = run.trained
    itself = "" if known is None or known.settings.estimator is None else known.settings.network
    simpler = _simpler(weighing, rivals[1:], itself, len(run.evaluated.index))
    return Verdict(good, simpler, trust, wrong, _first(run, (), good, rivals))


def _compared(evaluated: Evaluated) -> list[Rival]:
    """Simple models in the order in which they were fitted."""
    table = evaluated.tables.get("model_comparison")
    if table is None or not {"difference", "verdict"} <= set(table):
        return []
    columns = [table[name] for name in table if name not in ("model", "difference", "verdict")]
    names = [str(column.name) for column in columns]
    found = []
    for place, model in enumerate(table["model"].tolist()):
        if place and not model.startswith(PART):
            cells = zip(names, (column.iloc[place] for column in columns), strict=True)
            scores = {name: value for name, value in cells if isinstance(value, Estimate)}
            difference, ruling = table["difference"].iloc[place], table["verdict"].iloc[place]
            found.append(Rival(model, scores, difference, ruling))
    return found


def _good(evaluated: Evaluated, weighing: Weighing, rivals: Sequence[Rival]) -> Point:
    if not len(evaluated.target):
        return Point(GOOD, "open", "Not measured: there are no test rows.")
    if not rivals:
        alone = weighing.alone()
        return Point(GOOD, "open", f"It {alone}; no simple model stands beside it.")
    first, *_ = rivals
    rival = f"the simplest model ({first.name})"
    told = weighing.told(first.scores, rival, first.ruling)
    if first.ruling == "wins":
        if told.agrees or not told.usefully:
            return Point(GOOD, "good", f"Yes. {_capital(str(told))}.{weighing.found}")
        also = weighing.told(first.scores, "that one", first.ruling).usefully
        by = evaluated.threshold
        if by is not None and not by.bare:  # a number, which trades answers on purpose
            also = f"{_capital(told.plainly)}; with the threshold that was asked for {also}"
            return Point(GOOD, "good", f"Yes. {also}.")
        return Point(GOOD, "open", f"{IN_PART} {_capital(told.plainly)}; but {also}.")
    if first.ruling == "loses":
        return Point(GOOD, "bad", f"No. {_capital(str(told))}.")
    rows = len(evaluated.index)
    if first.ruling == "a tie":
        sure = _is_sure(weighing, first, rows)
        return Point(GOOD, "bad" if sure else "open", _equal(weighing, first, rival, rows))
    return Point(GOOD, "open", _unmeasured(weighing, first))


def _simpler(weighing: Weighing, rivals: Sequence[Rival], itself: str, rows: int) -> Point:
    """Beside other simple models; `itself` is what the model is called where it is one."""

    def of(ruling: str) -> list[Rival]:
        return [rival for rival in rivals if rival.ruling == ruling]

    if not rivals:
        return Point(SIMPLER, "open", "Not compared: no other simple model was fitted.")
    if better := of("loses"):
        best = max(better, key=lambda rival: abs(float(rival.difference)))
        told = weighing.told(best.scores, best.name, best.ruling)
        return Point(SIMPLER, "bad", f"No. {_capital(str(told))}.")
    if itself:
        also = f"It is a simple model itself, `{itself}`"
        return Point(SIMPLER, "good", f"{also}, and no other is shown to be better.")
    if equal := of("a tie"):
        return Point(SIMPLER, "open", _equal(weighing, equal[0], equal[0].name, rows))
    if unknown := of("not measured"):
        return Point(SIMPLER, "open", _unmeasured(weighing, unknown[0]))
    nearest = min(rivals, key=lambda rival: abs(float(rival.difference)))
    also = f", the best of {len(rivals)} simple models" if len(rivals) > 1 else ""
    told = weighing.told(nearest.scores, f"{nearest.name}{also}", nearest.ruling)
    return Point(SIMPLER, "good", f"Yes. {_capital(str(told))}.")


def _equal(weighing: Weighing, rival: Rival, name: str, rows: int) -> str:
    told = weighing.tied(rival.scores, rival.name)
    if _is_sure(weighing, rival, rows):
        return f"No. It is as good as {name}: it {told}."
    why = f": {plural(rows, 'test row')} are few" if rows < FEW_TEST_ROWS else ""
    return f"Not shown. It {told}{why}."


def _is_sure(weighing: Weighing, rival: Rival, rows: int) -> bool:
    """Whether a tie says that both are as good: of few rows, or far apart, it says little."""
    told = weighing.tied(rival.scores, rival.name)
    return CHANCE not in told or not (rows < FEW_TEST_ROWS or weighing.apart(rival.scores))


def _unmeasured(weighing: Weighing, rival: Rival) -> str:
    told = weighing.tied(rival.scores, rival.name, measured=False)
    why = rival.difference.method
    return f"Not shown. It {told}; the difference was not measured ({why})."


def _trust(
    run: Reported, weighing: Weighing, spoilt: list[Finding], others: list[Finding]
) -> Point:
    evaluated = run.evaluated
    if spoilt:
        return Point(TRUST, "bad", "No. What was found in the data spoils every score.")
    if hurting := serious(others):
        return Point(TRUST, "bad", f"No. {hurting[0].sentence}{_more(hurting)}")
    if evaluated is None or not len(evaluated.target):
        return Point(TRUST, "open", "Not shown: no test row was asked.")
    warnings = [finding for finding in others if finding.severity == "warning"]
    likely = weighing.likely(evaluated.folds if leads_with_folds(evaluated) else evaluated.metrics)
    likely = f" On new rows like these it {likely}." if likely else ""
    if leads_with_folds(evaluated) or len(evaluated.target) < 30:
        few = f"Only roughly: there are {plural(len(evaluated.target), 'test row')}."
        return Point(TRUST, "open", f"{few}{likely}")
    if warnings:
        return Point(TRUST, "open", f"With care. {warnings[0].sentence}{_more(warnings)}")
    rows = plural(len(evaluated.index), "test row")
    if run.trained is None:
        return Point(TRUST, *outside.trusted(run, rows, likely))
    if not likely:
        none = f"Only roughly: nothing has learnt from the {rows}, but there is no interval"
        return Point(TRUST, "open", f"{none}{weighing.why_unbounded()}.")
    return Point(TRUST, "good", f"Yes. Nothing has learnt from the {rows}.{likely}")


def _wrong(data: list[Finding]) -> Point:
    """The worst that was found in the data, and how much more there is."""
    worst = [finding for finding in ranked(data) if finding.severity != "note"]
    notes = len(data) - len(worst)
    if not worst:
        also = f" ({plural(notes, 'note')})" if notes else ""
        return Point(DATA, "good", f"Nothing that needs a look{also}.")
    tone: Tone = "bad" if serious(worst) else "open"
    return Point(DATA, tone, f"{worst[0].sentence}{_more(worst)}")


def _more(findings: Sequence[Finding]) -> str:
    left = len(findings) - 1
    return f" And {left} more." if left else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _first(
    run: Reported,
    spoilt: Sequence[Finding],
    good: Point | None = None,
    rivals: Sequence[Rival] = (),
) -> tuple[Advice, ...]:
    found = list(dict.fromkeys(_next(run, spoilt, good, rivals)))[:MOST_ADVICE]
    return tuple(Advice(run.said(advice.line), run.said(advice.why)) for advice in found)


def _next(
    run: Reported, spoilt: Sequence[Finding], good: Point | None, rivals: Sequence[Rival]
) -> Iterator[Advice]:
    """What to do, the most urgent first."""
    if spoilt:
        yield from map(_mended if run.trained else outside.mended, _together(spoilt))
        return
    if run.evaluated is None:
        yield Advice("Evaluate()", "says what the model is worth")
    if (refused := None if run.evaluated is None else run.evaluated.refusal()) is not None:
        told = together(refused.unmet)
        yield Advice("", f"It is not to be deployed: {told} was required, and does not hold.")
    equal = [rival for rival in rivals[1:] if rival.ruling in ("loses", "a tie")]
    useless = good is not None and good.tone == "bad"
    beaten = any(rival.ruling == "loses" for rival in equal)
    if run.trained is None:
        yield from outside.following(run, useless, beaten)
        return
    if equal and (beaten or not useless) and run.can_prefer:
        yield Advice(
            'Train(prefer="simpler")',
            "keeps the simplest model that is not worse on the validation rows",
        )
    half = good is not None and good.sentence.startswith(IN_PART)
    task, two = task_of(run.collected.schema), len(run.collected.schema.classes) == 2
    labelled = two and task.labelled and not task.sequence
    if half and labelled and run.evaluated is not None and run.evaluated.threshold is None:
        yield Advice('Evaluate(threshold="f1")', "answers by a share that validation rows choose")
    if useless:
        yield Advice("ff.learning_curve(pipeline)", "tells whether more rows would help")
    few = run.evaluated is not None and len(run.evaluated.index) < FEW_TEST_ROWS
    if few and run.evaluated is not None and not run.evaluated.folds:
        yield Advice("Evaluate(folds=5)", "judges by five times as many rows")
    if useless or refused is not None:
        return
    if run.deployed is not None:
        path = literal(str(run.deployed.path))
        yield Advice(f"ff.load({path}).predict(rows)", "answers new rows")
    else:
        yield Advice('Deploy("model.ff")', "writes the model to a file that answers new rows")


def _together(spoilt: Sequence[Finding]) -> list[Finding]:
    """These findings, few columns that each tell the target as one."""
    leaks = [one for one in spoilt if one.code == "target_leakage" and one.numbers.get("columns")]
    columns = [*dict.fromkeys(name for one in leaks for name in one.numbers["columns"])]
    if len(leaks) < 2 or len(columns) > MOST_NAMED:
        return [*spoilt]
    one = replace(leaks[0], numbers={**leaks[0].numbers, "columns": columns})
    return [one, *(finding for finding in spoilt if finding not in leaks)]


def _mended(finding: Finding) -> Advice:
    """What helps against a serious finding."""
    columns, column = finding.numbers.get("columns"), finding.numbers.get("column")
    if finding.code == "target_leakage" and columns and len(columns) <= MOST_NAMED:
        names = ", ".join(map(literal, columns)) + ("," if len(columns) == 1 else "")
        return Advice(f"Collect(drop=({names}))", "leaves out what is known only with the answer")
    if finding.code in SETTINGS and isinstance(column, str):
        setting = SETTINGS[finding.code]
        return Advice(f"Collect({setting}={literal(column)})", "divides the rows by it")
    if finding.code == "too_few_test_rows":
        return Advice("Evaluate(folds=5)", "judges by five times as many rows")
    return Advice("", ADVICE.get(finding.code, finding.sentence))
