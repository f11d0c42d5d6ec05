"""What is required of a model, and the gate of a run."""

import pytest

from core.toys import Collect, Collected, Deployed, Evaluated, Preprocess, Train, Trained
from fivefold.core.chain import Chain
from fivefold.core.estimate import Estimate
from fivefold.core.finding import finding
from fivefold.core.requirement import LEAKS, Requirement, refusal
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.errors import FivefoldError, GateError

SCORES = {
    "good": Estimate(0.9, low=0.85, high=0.94, method="wilson", n=200),
    "few": Estimate(0.9, method="too few rows", n=9),
    "unknown": Estimate(float("nan"), method="one class", n=9),
}


@pytest.mark.parametrize(
    ("name", "bound", "met", "why"),
    [
        ("good", 0.85, True, ""),
        ("good", 0.86, False, "the interval reaches down to 0.85"),
        ("good", 0.95, False, "it is 0.9"),
        ("good", (">", 0.85), False, "the interval reaches down to 0.85"),
        ("good", ("<=", 0.94), True, ""),
        ("good", ("<", 0.94), False, "the interval reaches up to 0.94"),
        ("good", ("<", 0.5), False, "it is 0.9"),
        ("few", 0.1, False, "there is no interval (too few rows)"),
        ("unknown", 0.1, False, "it was not measured (one class)"),
        ("nothing", 0.1, False, "it was not measured"),
    ],
)
def test_score_is_judged_by_the_end_of_its_interval_that_speaks_against_it(name, bound, met, why):
    judged = Requirement.of(name, bound).judged(SCORES, ())
    assert (judged.met, judged.why) == (met, why)


def test_number_alone_is_reached_on_the_better_side():
    assert str(Requirement.of("loss", 0.9, greater=False)) == "loss <= 0.9"
    assert not Requirement.of("good", 0.9, greater=False).judged(SCORES, ()).met
    assert Requirement.of("good", 0.94, greater=False).judged(SCORES, ()).met


def test_findings_count_beyond_a_note_and_by_families():
    drift = finding("drift", "Rows differ.")
    copies = finding("duplicates_across_parts", "One row is there twice.", "note")
    more = finding("duplicates_across_parts", "Many rows are there twice.", "warning")
    rows = finding("rows", "12 rows.")
    leak = finding("target_leakage", "`a` tells it.")
    for name, made, met in [
        ("drift", [drift], False),
        ("drift", [leak], True),
        ("duplicates_across_parts", [copies], True),
        ("leak", [copies], True),
        ("leak", [copies, more], False),
        ("leak", [leak], False),
        ("leak", [drift], True),
        ("rows", [rows], False),  # it is only ever a note
        ("serious", [drift], True),
        ("serious", [drift, leak], False),
    ]:
        judged = Requirement(name).judged({}, made)
        assert judged.met is met, (name, judged)
        assert met == (judged.found == "none") == (judged.why == "")


def test_refusal_names_all_that_is_not_met():
    lines = [Requirement.of("good", bound).judged(SCORES, ()) for bound in (0.5, 0.86, 0.95)]
    assert refusal(lines[:1]) is None
    error = refusal(lines)
    assert error.unmet == ("good >= 0.86", "good >= 0.95")
    assert "found 2 of 3 not met" in str(error)


class Gated(Evaluated):
    """Scores that are not what was asked for."""

    def refusal(self) -> FivefoldError | None:
        return GateError("Evaluate: expected more, found less.") if self.score < 5 else None


class Judge(Stage):
    """Is what was asked for on some rows only."""

    enough: bool = True

    def run(self, trained: Trained, session: Session) -> Gated:
        return Gated(score=9 if self.enough and not session.is_refit else 3)


class Ship(Stage):
    """Has the run once more on other rows, as a study does."""

    def run(self, collected: Collected, judged: Gated, session: Session) -> Deployed:
        again = session.refit({Collected: collected.replace(text="others")}, name="fold")
        return Deployed(opened=again[Gated].score)


def test_refits_are_not_judged():
    chain = Chain([Collect(), Preprocess(), Train(), Judge(), Ship()])
    assert chain.execute().context[Deployed].opened == 3


def test_run_ends_at_a_gate_with_all_that_was_made_and_a_resumed_one_ends_there_again(tmp_path):
    chain = Chain([Collect(), Preprocess(), Train(), Judge(enough=False), Ship()])
    for resume in (False, True):
        with pytest.raises(GateError) as caught:
            chain.execute(directory=tmp_path / "run", resume=resume)
        assert caught.value.written[Gated].score == 3
        assert caught.value.execution.context is caught.value.written
        assert caught.value.__notes__ == [
            "stage 4 of 5; Collected, Preprocessed, Trained and Gated were written"
        ]
    assert [each.act for each in caught.value.execution.decisions] == ["take"] * 4


def test_of_leaks_each_is_a_finding_that_there_is():
    assert all(finding(code, "").code == code for code in LEAKS)
