"""What becomes of each step: the tables hold what was done before it was decided in one place."""

from typing import Annotated, Any

import pytest

from core.toys import (
    Collect,
    Collected,
    Deploy,
    Deployed,
    Describe,
    Distil,
    Evaluate,
    Evaluated,
    Partition,
    Preprocess,
    Preprocessed,
    Probed,
    Split,
    Teach,
    Train,
    Trained,
)
from fivefold.core.artifact import Artifact
from fivefold.core.decide import decide, decide_again, rehearsals, with_rehearsals
from fivefold.core.key import Key
from fivefold.core.stage import Stage
from fivefold.core.wiring import place


class Told(Artifact): ...


class Clean(Stage):
    def run(self, collected: Collected) -> Collected: ...


class Sample(Stage):
    def run(self, partition: Partition) -> Preprocessed: ...


class Fit(Stage):
    def run(self, collected: Collected, partition: Partition) -> Trained: ...


class Calibrate(Stage):
    def run(self, trained: Trained) -> Trained: ...


class Tune(Stage):
    def run(self, partition: Partition, trained: Trained) -> Probed: ...


class Announce(Stage):
    side_effects = True

    def run(self, collected: Collected) -> Deployed: ...


class Tell(Stage):
    side_effects = True

    def run(self, collected: Collected) -> Told: ...


class Repeat(Stage):
    def run(self, told: Told) -> Deployed: ...


class Ship(Stage):
    side_effects = True

    def run(self, trained: Trained) -> Deployed: ...


class Send(Stage):
    side_effects = True

    def run(self, trained: Trained) -> Deployed: ...

    def rehearse(self, trained: Trained) -> Deployed: ...


class Probe(Stage):
    def run(self, deployed: Deployed, trained: Trained) -> Probed: ...


class Learn(Stage):
    def run(self, collected: Collected, trained: Trained) -> Evaluated: ...


class Judge(Stage):
    def run(self, partition: Partition, data: Preprocessed, trained: Trained) -> Evaluated: ...


class Explain(Stage):
    def run(self, evaluated: Evaluated) -> Deployed: ...

    def rehearse(self, evaluated: Evaluated) -> Deployed: ...


STAGES: list[type[Stage]] = [
    *(Announce, Calibrate, Clean, Collect, Deploy, Describe, Distil, Evaluate, Explain, Fit),
    *(Judge, Learn, Preprocess, Probe, Repeat, Sample, Send, Ship, Split, Teach, Tell, Train, Tune),
]
ARTIFACTS: list[type[Artifact]] = [
    *(Collected, Partition, Preprocessed, Trained, Evaluated, Deployed, Probed, Told)
]


class Everything:
    """What stood there in a run in which every step wrote something."""

    def __contains__(self, key: object) -> bool:
        return True


def steps(names: str) -> Any:
    known = {stage.default_name(): stage for stage in STAGES}
    return place(known[name]() for name in names.split())


def keys(names: str) -> frozenset[Key]:
    known = {kind.__name__: kind for kind in ARTIFACTS}
    return frozenset(Key(known[name]) for name in names.split())


def refitted(names: str, changed: str, there: str = "", **options: Any) -> Any:
    listed = steps(names)
    return again(listed, keys(changed), there=keys(there), **options)


def again(listed: Any, changed: Any, *, there: Any = (), **options: Any) -> Any:
    old = options.pop("old", {step.name: Everything() for step in listed})
    return decide_again(listed, there, changed, old=old, **options)


def acts(decisions: Any) -> str:
    return " ".join(decision.act + "!" * decision.lost for decision in decisions)


@pytest.mark.parametrize(
    ("names", "there", "changed", "wanted"),
    [
        ("collect clean preprocess", "", "Collected", "skip run run"),
        ("collect describe preprocess train", "", "Collected", "skip run run run"),
        ("collect sample train", "", "Collected", "skip run run"),
        ("collect clean preprocess train", "", "Collected Partition", "skip run run run"),
        ("collect describe preprocess train", "", "Collected Partition", "skip run run run"),
        ("collect announce preprocess train", "", "Partition", "keep keep run run"),
        ("collect clean preprocess", "", "Partition", "keep keep run"),
        ("collect clean preprocess train", "", "Partition", "keep keep run run"),
        ("collect describe preprocess teach train", "", "Partition", "keep keep run run run"),
        ("collect describe preprocess train", "", "Partition", "keep keep run run"),
        ("collect describe preprocess train", "Partition", "Partition", "keep keep run run"),
        ("collect describe preprocess train calibrate", "", "Partition", "keep keep run run run"),
        ("collect describe preprocess train ship", "", "Partition", "keep keep run run skip!"),
        (
            "collect describe preprocess train ship probe",
            "",
            "Partition",
            "keep keep run run skip! skip!",
        ),
        ("collect describe preprocess train tune", "", "Partition", "keep keep run run run"),
        ("collect preprocess train", "", "Partition", "keep run run"),
        ("collect preprocess train", "Partition", "Partition", "keep run run"),
        ("collect preprocess train learn send", "", "Partition", "keep run run run skip!"),
        ("collect split preprocess train", "", "Partition", "keep skip run run"),
        ("preprocess train", "Collected", "Partition", "run run"),
        ("preprocess train", "Collected Partition", "Partition", "run run"),
    ],
)
def test_refit_runs_what_a_change_reaches_and_keeps_the_rest(names, there, changed, wanted):
    assert acts(refitted(names, changed, there)) == wanted


def test_refit_that_is_rehearsed_rehearses_what_it_can():
    decisions = refitted("collect describe preprocess train", "Partition", rehearsed=True)
    assert acts(decisions) == "keep keep run rehearse"


@pytest.mark.parametrize(
    ("names", "stored", "wanted"),
    [
        ("collect clean preprocess", "collect", "take run run"),
        ("collect clean preprocess", "collect clean", "take take run"),
        ("collect clean preprocess", "collect clean partition preprocess", "take take take"),
        ("collect fit ship", "collect", "take run run"),
        ("collect preprocess train learn send", "", "run run run run run"),
        ("collect preprocess train learn send", "partition", "run run run run run"),
        ("collect preprocess train learn send", "collect partition", "take run run run run"),
        (
            "collect preprocess train learn send",
            "collect partition preprocess",
            "take take run run run",
        ),
        (
            "collect preprocess train learn send",
            "collect partition preprocess train",
            "take take take run run",
        ),
        (
            "collect preprocess train learn send",
            "collect partition preprocess train learn send",
            "take take take take run",
        ),
        (
            "collect tell preprocess repeat",
            "collect tell partition preprocess repeat",
            "take run take run",
        ),
        (
            "collect preprocess train learn send",
            "collect partition preprocess learn",
            "take take run run run",
        ),
    ],
)
def test_resume_takes_what_is_complete_up_to_the_first_that_is_not(names, stored, wanted):
    assert acts(decide(steps(names), stored=stored.split())) == wanted


@pytest.mark.parametrize(
    ("names", "there", "wanted"),
    [
        ("explain", "Evaluated", "rehearse"),
        ("learn send", "Collected Trained", "skip rehearse"),
        ("send", "Trained", "rehearse"),
        ("train calibrate calibrate", "Preprocessed", "rehearse skip skip"),
        ("train calibrate evaluate deploy", "Preprocessed", "rehearse skip skip rehearse"),
        ("train deploy", "Preprocessed", "rehearse rehearse"),
        ("train evaluate deploy", "Preprocessed", "rehearse skip rehearse"),
        ("train evaluate explain", "Preprocessed", "rehearse skip skip"),
        ("train judge", "Partition Preprocessed", "rehearse skip"),
        ("train learn send", "Collected Preprocessed", "rehearse skip rehearse"),
        ("train ship probe evaluate", "Preprocessed", "rehearse skip skip skip"),
        ("train tune evaluate", "Partition Preprocessed", "rehearse skip skip"),
    ],
)
def test_trial_rehearses_what_has_its_inputs(names, there, wanted):
    assert acts(rehearsals(steps(names), keys(there))) == wanted


@pytest.mark.parametrize(
    ("names", "stored", "wanted"),
    [
        ("collect preprocess train evaluate deploy", "", "||train deploy||"),
        ("collect preprocess train evaluate explain", "", "||train||explain"),
        ("collect preprocess train evaluate", "collect preprocess", "||train|"),
        ("collect preprocess train learn send", "collect preprocess train", "|||send|"),
        ("collect preprocess train learn send", "collect preprocess train learn", "||||send"),
        ("collect preprocess learn", "collect", "||"),
    ],
)
def test_rehearsals_come_ahead_of_the_long_work(names, stored, wanted):
    decisions = with_rehearsals(decide(steps(names), stored=stored.split()), [])
    tried = [[a.step.name for a in d.ahead if a.act == "rehearse"] for d in decisions]
    assert "|".join(map(" ".join, tried)) == wanted


def test_refit_of_the_rows_reaches_what_reads_only_what_is_derived_from_them():
    """The partition is derived anew for the first of the two; it is as new for the second."""

    class Weigh(Stage):
        def run(self, partition: Partition) -> Probed: ...

    listed = place([Collect(), Preprocess(), Weigh()])
    decisions = again(listed, keys("Collected"))
    assert acts(decisions) == "skip run run"


def test_refit_leaves_out_what_reads_nothing_but_what_is_left_out():
    class Hear(Stage):
        def run(self, deployed: Deployed) -> Probed: ...

    listed = place([*(step.stage for step in steps("collect preprocess train ship")), Hear()])
    decisions = again(listed, keys("Partition"))
    assert acts(decisions) == "keep run run skip! skip!"
    assert decisions[-1].why == "Deployed is left out"


def test_refit_in_a_refit_does_not_keep_what_that_left_out():
    old = {"collect": {Key(Collected)}, "announce": {Key(Collected)}}
    assert acts(refitted("collect announce", "Partition", old=old)) == "keep skip!"


def test_refit_with_a_stage_exchanged_runs_it_and_what_reads_from_it():
    decisions = refitted(
        "collect describe preprocess train evaluate", "", exchanged=frozenset(["train"])
    )
    assert acts(decisions) == "keep keep keep run run"
    assert decisions[3].why == "its settings are changed"


def test_refit_keeps_labels_apart():
    listed = steps("collect preprocess teach distil")
    decisions = again(listed, {Key(Trained, "teacher")})
    assert acts(decisions) == "keep keep skip run"
    assert decisions[2].why == 'Trained "teacher" is given'


@pytest.mark.parametrize(
    ("decisions", "wanted"),
    [
        (
            lambda: refitted("collect split preprocess", "Partition"),
            ["nothing that it reads has changed", "Partition is given", "Partition is changed"],
        ),
        (
            lambda: refitted("collect preprocess ship", "Trained"),
            ["nothing that it reads has changed"] * 2 + ["it has side effects"],
        ),
        (
            lambda: decide(steps("collect preprocess train send"), stored=["collect"]),
            [
                "what it wrote is complete",
                "what it writes is not complete",
                "Preprocess runs before it",
                "it has side effects",
            ],
        ),
        (
            lambda: decide(steps("collect tell repeat"), stored=["collect", "tell", "repeat"]),
            ["what it wrote is complete", "it has side effects", "Told is made anew"],
        ),
        (lambda: decide(steps("collect")), ["there was nothing to take"]),
        (
            lambda: decide(steps("collect train"), damaged={"collect": "Collected: found none."}),
            ["Collected: found none.", "Collect runs before it"],
        ),
        (
            lambda: rehearsals(steps("train learn explain"), keys("Collected Preprocessed")),
            ["it is still to come", "it has no rehearsal", "it needs Evaluated"],
        ),
    ],
)
def test_decision_says_why_in_words(decisions, wanted):
    assert [decision.why for decision in decisions()] == wanted


def test_optional_input_that_is_left_out_is_none_and_the_step_runs():
    class Look(Stage):
        def run(self, data: Preprocessed, deployed: Deployed | None = None) -> Probed: ...

    listed = place([*(step.stage for step in steps("collect preprocess train ship")), Look()])
    decisions = again(listed, keys("Trained"))
    assert acts(decisions) == "keep keep skip skip! run"


def test_label_of_annotated_is_that_of_a_key():
    assert Key.at(Annotated[Trained, "teacher"]) == Key.at((Trained, "teacher"))
