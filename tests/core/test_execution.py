"""Running a chain: order, seeds, optional, derived, labelled and replaced artifacts."""

from typing import Annotated

import pytest

from core.toys import (
    Collect,
    Collected,
    Deploy,
    Deployed,
    Evaluate,
    Evaluated,
    Partition,
    Preprocess,
    Preprocessed,
    Trained,
)
from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.key import Key
from fivefold.core.session import Session, derive_seed
from fivefold.core.stage import Stage
from fivefold.errors import WiringError


def test_run_hands_each_stage_what_was_written_before(five):
    context = five.execute(seed=3).context
    assert context[Preprocessed].text == f"rows by {context[Partition].how}"
    assert context[Evaluated].text == context[Trained].text
    assert [str(key) for key in context] == [
        "Collected",
        "Partition",
        "Preprocessed",
        "Trained",
        "Evaluated",
        "Deployed",
    ]


def test_run_gives_each_stage_a_seed_of_its_own_name(five):
    assert five.execute(seed=3).context[Trained].seed == derive_seed(3, "train")
    assert five.execute(seed=4).context[Trained].seed == derive_seed(4, "train")


def test_run_with_a_stage_inserted_keeps_the_seeds_of_the_others(five):
    class Clean(Stage):
        def run(self, collected: Collected, session: Session) -> Collected:
            return collected

    plain = five.execute(seed=3).context
    longer = Chain([Collect(), Clean(), *five[1:]]).execute(seed=3).context
    assert longer[Trained].seed == plain[Trained].seed
    assert longer[Partition].seed == plain[Partition].seed


def test_run_with_two_stages_of_a_class_gives_them_different_seeds(five):
    class Refine(Stage):
        def run(self, old: Trained, session: Session) -> Trained:
            return Trained(text=f"{old.text}-{old.seed}", seed=session.seed)

    trained = Chain([*five[:3], Refine(), Refine()]).execute().context[Trained]
    assert trained.text.endswith(f"-{derive_seed(0, 'train')}-{derive_seed(0, 'refine')}")
    assert trained.seed == derive_seed(0, "refine-2")


def test_run_until_a_stage_stops_after_it(five):
    context = five.replace("evaluate", fails=True).execute(until="train").context
    assert Trained in context
    assert Evaluated not in context


def test_run_until_an_unknown_stage_runs_nothing(five):
    with pytest.raises(WiringError, match="Write 'train'"):
        five.replace("collect", fails=True).execute(until="tain")


def test_optional_input_is_none_unless_something_wrote_it(five):
    without = Chain([*five[:3], Deploy()]).execute().context
    text = without[Trained].text
    assert without[Deployed].text == f"{text}, None"
    assert five.execute().context[Deployed].text == f"{text}, {text}"


def test_optional_input_that_derives_itself_is_none_without_its_sources():
    class Peek(Stage):
        def run(self, session: Session, partition: Partition | None = None) -> Evaluated:
            return Evaluated(text=str(partition))

    assert Chain([Peek()]).execute().context[Evaluated].text == "None"
    assert "default of rows" in Chain([Collect(), Peek()]).execute().context[Evaluated].text


def test_derived_artifact_is_made_once_and_shared():
    made = []

    class Drawn(Artifact):
        @classmethod
        def derive(cls, collected: Collected, session: Session) -> "Drawn":
            made.append(session.seed)
            return cls()

    class One(Stage):
        def run(self, drawn: Drawn) -> Preprocessed:
            return Preprocessed(text=str(id(drawn)))

    class Two(Stage):
        def run(self, drawn: Drawn) -> Trained:
            return Trained(text=str(id(drawn)))

    context = Chain([Collect(), One(), Two()]).execute().context
    assert context[Preprocessed].text == context[Trained].text == str(id(context[Drawn]))
    assert len(made) == 1


def test_derived_artifact_may_stand_on_another_that_is_derived():
    class Folds(Artifact):
        text: str

        @classmethod
        def derive(cls, partition: Partition) -> "Folds":
            return cls(text=f"folds of {partition.how}")

    class Look(Stage):
        def run(self, folds: Folds) -> Evaluated:
            return Evaluated(text=folds.text)

    text = Chain([Collect(), Look()]).execute().context[Evaluated].text
    assert text.startswith("folds of default of rows")


def test_derived_artifact_gives_way_to_a_stage_that_writes_it(five):
    class Split(Stage):
        def run(self, collected: Collected) -> Partition:
            return Partition(how="by hand")

    chain = Chain([Collect(), Split(), *five[1:]])
    assert chain.execute().context[Preprocessed].text == "rows by by hand"


def test_labelled_artifacts_reach_the_parameters_of_their_label(five):
    class Teach(Stage):
        def run(self, data: Preprocessed) -> Annotated[Trained, "teacher"]:
            return Trained(text="teacher")

    class Distil(Stage):
        def run(self, teacher: Annotated[Trained, "teacher"]) -> Trained:
            return Trained(text=f"pupil of {teacher.text}")

    context = Chain([*five[:2], Teach(), Distil(), Evaluate()]).execute().context
    assert context[Evaluated].text == "pupil of teacher"
    assert context[Trained, "teacher"].text == "teacher"


def test_replaced_artifact_is_what_later_stages_read(five):
    class Calibrate(Stage):
        def run(self, trained: Trained) -> Trained:
            return Trained(text=f"calibrated {trained.text}")

    context = Chain([*five[:3], Calibrate(), *five[3:]]).execute().context
    assert context[Evaluated].text.startswith("calibrated trained")


def test_stage_that_returns_something_else_is_refused_in_these_words():
    class Fit(Stage):
        def run(self, data: Preprocessed) -> Trained:
            return {"weights": 1}

    class Guess(Stage):
        def run(self, data: Preprocessed) -> Trained:
            """Forgets to return."""

    for stage, found in ((Fit(), "dict"), (Guess(), "NoneType")):
        with pytest.raises(WiringError) as caught:
            Chain([Collect(), Preprocess(), stage]).execute()
        assert str(caught.value) == (
            f"{type(stage).__name__} (stage 3 of 3) declares Trained, and run() returned {found}.\n"
            "Return Trained, exactly."
        )
        assert caught.value.key == Key(Trained)


def test_stage_that_returns_a_subclass_is_refused():
    class Tuned(Trained): ...

    class Tune(Stage):
        def run(self, data: Preprocessed) -> Trained:
            return Tuned(text="a subclass")

    with pytest.raises(WiringError, match=r"declares Trained, and run\(\) returned Tuned"):
        Chain([Collect(), Preprocess(), Tune()]).execute()


def test_execution_knows_the_seconds_of_each_stage(five):
    seconds = five.execute().seconds
    assert set(seconds) == {"collect", "preprocess", "train", "evaluate", "deploy"}
    assert all(0 <= value < 60 for value in seconds.values())
