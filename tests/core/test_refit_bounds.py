"""Refits within refits, in slices and after failures, and those that are refused."""

from pathlib import Path

import pytest

from core.toys import (
    Collect,
    Collected,
    Describe,
    Described,
    Evaluate,
    Evaluated,
    Partition,
    Preprocess,
    Preprocessed,
    Probed,
    Train,
    Trained,
)
from fivefold.core.chain import Chain
from fivefold.core.context import Context
from fivefold.core.events import Event, Progress
from fivefold.core.session import Session, derive_seed
from fivefold.core.stage import Stage
from fivefold.errors import WiringError


@pytest.fixture
def five() -> Chain:
    return Chain([Collect(), Describe(), Preprocess(), Train(), Evaluate(folds=2)])


def test_refit_inside_a_refit_nests_seeds_paths_and_folders(five, tmp_path):
    class Tune(Stage):
        """Refits on an inner partition of whatever partition it is run on."""

        def run(self, partition: Partition, trained: Trained, session: Session) -> Probed:
            inner = Partition(how=f"half of {partition.how}")
            fitted = session.refit(inner, name="inner")[Trained]
            return Probed(text=f"{fitted.text} | {fitted.seed} | {fitted.directory}")

    events: list[Event] = []
    chain = Chain([*five[:4], Tune(), Evaluate(folds=1)])
    context = chain.execute(directory=tmp_path, observers=[events.append]).context
    (fold,) = context[Evaluated].folds
    outer_text, *_ = context[Probed].text.split(" | ")
    inner_text, inner_seed, inner_folder = fold[Probed].text.split(" | ")
    assert outer_text == "trained on rows by half of default of rows"
    assert inner_text == "trained on rows by half of fold 1"
    seed = derive_seed(derive_seed(derive_seed(0, "evaluate", "fold-1"), "tune", "inner"), "train")
    assert int(inner_seed) == seed
    assert Path(inner_folder) == tmp_path / "evaluate/fold-1/tune/inner/train"
    paths = [event.path for event in events if isinstance(event, Progress)]
    assert paths[-1] == ("evaluate", "fold-1", "tune", "inner", "train")
    assert fold[Trained].text == "trained on rows by fold 1"


def test_refit_that_fails_says_in_which_child_and_where_in_the_run(five):
    with pytest.raises(ZeroDivisionError) as caught:
        five.replace("train", fails_on="fold 2").execute()
    inner, outer = caught.value.__notes__
    assert inner.startswith("in Train (evaluate / fold-2 / train), stage 4 of 4, after ")
    assert outer.startswith("in Evaluate, stage 5 of 5, after ")


def test_refit_may_be_called_after_one_that_failed(five):
    class Stubborn(Stage):
        def run(self, trained: Trained, session: Session) -> Evaluated:
            with pytest.raises(ZeroDivisionError):
                session.refit(Partition(how="fold 1"), name="fold-1")
            return Evaluated(folds=(session.refit(Partition(how="fold 2"), name="fold-2"),))

    chain = Chain([*five[:4], Stubborn()]).replace("train", fails_on="fold 1")
    (fold,) = chain.execute().context[Evaluated].folds
    assert fold[Trained].text == "trained on rows by fold 2"


def test_refit_outside_of_run_is_refused():
    class Early(Stage):
        def preflight(self, session: Session, found: Context) -> list:
            session.refit(Partition(how="early"), name="early")
            return []

        def run(self, session: Session) -> Collected: ...

    with pytest.raises(WiringError) as caught:
        Chain([Early()]).execute()
    assert str(caught.value) == (
        "Session: expected refit() in a stage's run() in a pipeline, found it elsewhere.\n"
        "Call it from run(), and the stage through Pipeline.run()."
    )


def test_refit_in_a_slice_behind_what_depends_on_the_partition_is_refused(five):
    """Else every fold would be judged by the one model that was given."""
    whole = five.execute().context
    for later in (five[3:], five[4:]):
        with pytest.raises(WiringError) as caught:
            later.execute(given=whole)
        assert "given from outside" in str(caught.value)
        assert caught.value.remedy.startswith("Begin the pipeline before the stage that writes ")


def test_refit_in_a_slice_behind_loose_artifacts_of_unknown_origin_is_refused(five):
    with pytest.raises(WiringError, match="found Preprocessed given from outside"):
        five[3:].execute(given=[Preprocessed(text="from a file")])


def test_refit_in_a_slice_that_begins_before_the_partition_is_fine(five):
    whole = five.execute().context
    later = five[2:]
    for given in (whole, [whole[Collected]], [whole[Collected], whole[Partition]]):
        (fold, _) = later.execute(given=given).context[Evaluated].folds
        assert fold[Trained].text == "trained on rows by fold 1"


def test_refit_from_the_first_stage_gives_what_was_given_with_the_change():
    class Only(Stage):
        def run(self, collected: Collected, session: Session) -> Evaluated:
            return Evaluated(folds=(session.refit(Partition(how="fold 1"), name="fold-1"),))

    chain = Chain([Only()], given=[Collected])
    (fold,) = chain.execute(given=[Collected(text="given")]).context[Evaluated].folds
    assert fold[Collected].text == "given"
    assert fold[Partition].how == "fold 1"


def test_execution_run_again_with_changes_leaves_itself_as_it_was(five):
    execution = five.execute(until="train")
    before = {key: execution.context[key.type] for key in execution.context}
    changed = execution.again([Partition(how="other")])
    assert changed[Trained].text == "trained on rows by other"
    assert changed[Trained].seed == execution.context[Trained].seed
    assert {key: execution.context[key.type] for key in execution.context} == before


def test_execution_run_again_with_the_source_changed_replaces_it_again(five):
    class Clean(Stage):
        def run(self, collected: Collected) -> Collected:
            return Collected(text=f"clean {collected.text}")

    execution = Chain([Collect(), Clean(), *five[2:4]]).execute()
    changed = execution.again([Collected(text="corrupted"), execution.context[Partition]])
    assert changed[Collected].text == "clean corrupted"
    assert changed[Trained].text == "trained on clean corrupted by default of clean rows"


def test_execution_run_again_rehearsed_does_not_train(five):
    execution = five.execute(until="train")
    assert execution.again([Partition(how="other")], rehearsed=True)[Trained].text == "untrained"


def test_execution_run_again_with_the_source_changed_leaves_out_its_writer(five):
    execution = five.execute(until="train")
    changed = execution.again([Collected(text="corrupted"), execution.context[Partition]])
    assert changed[Trained].text == "trained on corrupted by default of rows"


def test_execution_run_again_with_the_source_changed_reaches_what_reads_the_partition_alone(five):
    class Weigh(Stage):
        def run(self, partition: Partition) -> Probed:
            return Probed(text=partition.how)

    execution = Chain([*five[:3], Weigh()]).execute()
    assert execution.again([Collected(text="others")])[Probed].text == "default of others"


def test_execution_run_again_leaves_out_what_reads_only_what_is_left_out(five):
    class Hear(Stage):
        def run(self, described: Described) -> Probed:
            return Probed(text="heard")

    class Ship(Stage):
        side_effects = True

        def run(self, trained: Trained) -> Described:
            return Described()

    execution = Chain([five[0], *five[2:4], Ship(), Hear()]).execute()
    changed = execution.again([Partition(how="other")])
    assert Probed in execution.context
    assert Probed not in changed


class Again(Stage):
    names: tuple[str, ...]

    def run(self, trained: Trained, session: Session) -> Probed:
        for name in self.names:
            session.refit(Partition(how=name), name=name)
        return Probed(text="")


@pytest.mark.parametrize(
    "name",
    ["", "../../up", "a/b", "a\\b", "artifact", "Artifact", ".", ".a", "a.", "a:b", "x" * 101],
)
def test_refit_by_a_name_that_is_no_folder_is_refused(tmp_path, name):
    chain = Chain([Collect(), Preprocess(), Train(), Again(names=(name,))])
    with pytest.raises(WiringError, match="a name that a folder can have") as caught:
        chain.execute(directory=tmp_path / "run")
    assert caught.value.name == name
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_refit_by_a_name_that_another_had_is_refused():
    chain = Chain([Collect(), Preprocess(), Train(), Again(names=("one", "Größe 2", "One"))])
    with pytest.raises(WiringError, match="found 'One' again"):
        chain.execute()


def test_refits_in_one_refit_and_in_another_may_have_one_name():
    chain = Chain([Collect(), Preprocess(), Train(), Again(names=("one",)), Evaluate(folds=2)])
    assert len(chain.execute().context[Evaluated].folds) == 2
