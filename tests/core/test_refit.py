"""Refits: the same rows, another partition, and nothing of the run itself disturbed."""

from typing import Annotated

import pytest

from core.toys import (
    Collect,
    Collected,
    Deployed,
    Describe,
    Described,
    Evaluate,
    Evaluated,
    Log,
    Partition,
    Preprocess,
    Preprocessed,
    Probed,
    Split,
    Toy,
    Train,
    Trained,
)
from fivefold.core.chain import Chain
from fivefold.core.events import Event, Progress, StageStarted
from fivefold.core.key import Key
from fivefold.core.session import Session, derive_seed
from fivefold.core.stage import Stage


class Deploy(Toy):
    side_effects = True

    def run(self, trained: Trained) -> Deployed:
        self.running(f" of {trained.text}")
        return Deployed(text=trained.text)


@pytest.fixture
def five() -> Chain:
    return Chain([Collect(), Describe(), Preprocess(), Train(), Evaluate(folds=2)])


def test_refit_runs_again_what_reads_the_partition_directly_or_not(five):
    one, two = five.execute().context[Evaluated].folds
    assert one[Preprocessed].text == "rows by fold 1"
    assert one[Trained].text == "trained on rows by fold 1"
    assert two[Trained].text == "trained on rows by fold 2"
    assert one[Partition].how == "fold 1"


def test_refit_keeps_what_does_not_depend_on_the_partition(five):
    context = five.execute().context
    for fold in context[Evaluated].folds:
        assert fold[Collected] is context[Collected]
        assert fold[Described] is context[Described]
        assert Evaluated not in fold


def test_refit_leaves_the_run_as_it_was(five):
    context = five.execute().context
    assert context[Partition].how == "default of rows"
    assert context[Preprocessed].text == "rows by default of rows"
    assert context[Trained].text == "trained on rows by default of rows"
    assert not context[Trained].is_refit


def test_refit_gives_each_child_a_seed_of_its_own_that_can_be_made_again(five):
    context = five.execute(seed=3).context
    seeds = [fold[Trained].seed for fold in context[Evaluated].folds]
    assert seeds == [derive_seed(derive_seed(3, "evaluate", f"fold-{n}"), "train") for n in (1, 2)]
    assert len({context[Trained].seed, *seeds}) == 3
    again = five.execute(seed=3).context[Evaluated].folds
    assert [fold[Trained].seed for fold in again] == seeds


def test_refit_says_so_to_its_stages_and_gives_them_a_folder_below(five, tmp_path):
    context = five.execute(directory=tmp_path).context
    for n, fold in enumerate(context[Evaluated].folds, 1):
        assert fold[Trained].is_refit
        assert fold[Trained].directory == tmp_path / "evaluate" / f"fold-{n}" / "train"
    assert context[Trained].directory == tmp_path / "train"
    assert five.execute().context[Evaluated].folds[0][Trained].directory is None


def test_refit_nests_the_paths_of_its_events(five):
    events: list[Event] = []
    five.execute(observers=[events.append])
    progress = [event.path for event in events if isinstance(event, Progress)]
    assert progress == [
        ("train",),
        ("evaluate", "fold-1", "train"),
        ("evaluate", "fold-2", "train"),
    ]
    started = [event.path for event in events if isinstance(event, StageStarted)]
    assert started[-4:] == [
        ("evaluate", "fold-1", "preprocess"),
        ("evaluate", "fold-1", "train"),
        ("evaluate", "fold-2", "preprocess"),
        ("evaluate", "fold-2", "train"),
    ]


def test_refit_puts_its_partition_in_the_place_of_a_split(five):
    chain = Chain([Collect(), Split(), *five[2:]])
    context = chain.execute().context
    assert context[Trained].text == "trained on rows by by hand"
    assert context[Evaluated].folds[0][Trained].text == "trained on rows by fold 1"


def test_refit_leaves_out_stages_with_side_effects(five):
    log = Log()
    chain = Chain([*five[:4], Deploy(log=log), five[4]])
    context = chain.execute().context
    assert log.of("run") == ["deploy run of trained on rows by default of rows"]
    assert Deployed in context
    for fold in context[Evaluated].folds:
        assert Deployed not in fold


def test_refit_leaves_out_what_needs_the_output_of_a_side_effect(five):
    class Probe(Stage):
        def run(self, deployed: Deployed, trained: Trained) -> Probed:
            return Probed(text=deployed.text)

    chain = Chain([*five[:4], Deploy(), Probe(), five[4]])
    context = chain.execute().context
    assert context[Probed].text == context[Deployed].text
    assert Probed not in context[Evaluated].folds[0]


def test_refit_keeps_a_side_effect_that_does_not_depend_on_the_partition(five):
    class Announce(Stage):
        side_effects = True

        def run(self, collected: Collected) -> Deployed:
            return Deployed(text="announced")

    context = Chain([Collect(), Announce(), *five[2:]]).execute().context
    assert context[Evaluated].folds[0][Deployed] is context[Deployed]


def test_refit_passes_through_stages_that_replace_an_artifact(five):
    class Calibrate(Stage):
        def run(self, trained: Trained) -> Trained:
            return Trained(text=f"calibrated, {trained.text}")

    chain = Chain([*five[:4], Calibrate(), five[4]])
    (fold, _) = chain.execute().context[Evaluated].folds
    assert fold[Trained].text == "calibrated, trained on rows by fold 1"


def test_refit_keeps_a_replacement_made_before_the_partition_was_read(five):
    class Clean(Stage):
        def run(self, collected: Collected) -> Collected:
            return Collected(text=f"clean {collected.text}")

    chain = Chain([Collect(), Clean(), *five[2:]])
    (fold, _) = chain.execute().context[Evaluated].folds
    assert fold[Trained].text == "trained on clean rows by fold 1"


def test_refit_keeps_labels_apart(five):
    class Teach(Stage):
        def run(self, data: Preprocessed) -> Annotated[Trained, "teacher"]:
            return Trained(text=f"teacher of {data.text}")

    chain = Chain([*five[:3], Teach(), *five[3:]])
    (fold, _) = chain.execute().context[Evaluated].folds
    assert fold[Trained, "teacher"].text == "teacher of rows by fold 1"
    assert fold[Trained].text == "trained on rows by fold 1"


def test_refit_of_the_source_makes_derived_artifacts_again(five):
    class Learn(Stage):
        def run(self, collected: Collected, trained: Trained, session: Session) -> Evaluated:
            return Evaluated(folds=(session.refit(Collected(text="fewer rows"), name="half"),))

    class Sample(Stage):
        """Reads the partition alone, which is derived from the rows."""

        def run(self, partition: Partition) -> Preprocessed:
            return Preprocessed(text=partition.how)

    for chain in (Chain([*five[:4], Learn()]), Chain([Collect(), Sample(), Train(), Learn()])):
        (half,) = chain.execute().context[Evaluated].folds
        assert half[Partition].how == "default of fewer rows"
        assert "fewer rows" in half[Trained].text


def test_refit_writes_nothing_into_the_contexts_of_other_refits(five):
    one, two = five.execute().context[Evaluated].folds
    assert one[Partition].how == "fold 1"
    assert two[Partition].how == "fold 2"
    assert [str(key) for key in one] == [str(key) for key in two]
    assert Key(Partition) in one
