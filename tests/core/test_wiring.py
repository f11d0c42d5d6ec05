"""Wiring: the list is the order, verified when a pipeline is built, all faults at once."""

import pytest

from core.toys import (
    Collect,
    Collected,
    Distil,
    Evaluate,
    Evaluated,
    Partition,
    Preprocess,
    Preprocessed,
    Split,
    Teach,
    Train,
    Trained,
)
from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.key import Key
from fivefold.core.stage import Stage
from fivefold.errors import WiringError


class Tuned(Trained):
    """A subclass, which must not stand for its parent."""


class Tune(Stage):
    def run(self, data: Preprocessed) -> Tuned: ...


class Clean(Stage):
    def run(self, collected: Collected) -> Collected: ...


class Sample(Stage):
    def run(self, partition: Partition) -> Preprocessed: ...


class Summarise(Stage):
    def run(self, data: Preprocessed, evaluated: Evaluated | None = None) -> Tuned: ...


def refused(stages: list[object], given: tuple[type[Artifact], ...] = ()) -> WiringError:
    """The error that building a chain of these stages raises."""
    with pytest.raises(WiringError) as caught:
        Chain(stages, given=given)
    return caught.value


def test_chain_in_the_wrong_order_says_what_to_move():
    error = refused([Preprocess(), Evaluate(), Train()], given=(Collected,))
    assert str(error) == (
        "Evaluate (stage 2 of 3) reads Trained, which nothing before it writes.\n"
        "\n"
        "  1  Preprocess   Collected, Partition   ->  Preprocessed\n"
        "  2  Evaluate     Preprocessed, Trained  ->  Evaluated        Trained is missing\n"
        "  3  Train        Preprocessed           ->  Trained\n"
        "\n"
        "Move Train before Evaluate."
    )
    (fault,) = error.faults
    assert (fault.number, fault.key) == (2, Key(Trained))


def test_chain_without_a_writer_says_what_to_put_where():
    assert str(refused([Collect(), Train()])) == (
        "Train (stage 2 of 2) reads Preprocessed, which nothing before it writes.\n"
        "\n"
        "  1  Collect                 ->  Collected\n"
        "  2  Train     Preprocessed  ->  Trained       Preprocessed is missing\n"
        "\n"
        "Put Preprocess before Train."
    )


def test_chain_without_a_known_writer_says_what_it_should_write():
    class Publish(Stage):
        def run(self, evaluated: Evaluated) -> Tuned: ...

    error = refused([Publish()])
    assert str(error).endswith("Put a stage that writes Evaluated before Publish.")


def test_chain_with_two_writers_names_both():
    assert str(refused([Collect(), Preprocess(), Train(), Train()])) == (
        "Train (stage 4 of 4) writes Trained, which Train (stage 3) has written already.\n"
        "\n"
        "  1  Collect                            ->  Collected\n"
        "  2  Preprocess   Collected, Partition  ->  Preprocessed\n"
        "  3  Train        Preprocessed          ->  Trained\n"
        "  4  Train        Preprocessed          ->  Trained          Trained is written twice\n"
        "\n"
        "Remove one of them, or let Train read Trained to replace it."
    )


def test_chain_that_writes_what_it_was_given_says_so():
    error = refused([Collect(), Preprocess()], given=(Collected,))
    first = "Collect (stage 1 of 2) writes Collected, which the caller has written already."
    assert str(error).splitlines()[0] == first


def test_chain_with_many_faults_tells_all_of_them():
    error = refused([Train(), Evaluate(), Collect(), Collect(), Distil()])
    assert [(fault.number, str(fault.key)) for fault in error.faults] == [
        (1, "Preprocessed"),
        (2, "Preprocessed"),
        (4, "Collected"),
        (5, 'Trained "teacher"'),
        (5, "Preprocessed"),
        (5, "Trained"),
    ]
    message = str(error)
    for fault in error.faults:
        assert fault.sentence in message
        assert fault.remedy in message
        (line,) = [text for text in message.splitlines() if text.startswith(f"  {fault.number}  ")]
        assert fault.mark in line


def test_chain_where_a_stage_reads_its_own_output_first_is_refused():
    error = refused([Clean()])
    assert "Clean (stage 1 of 1) reads Collected, which nothing before it writes." in str(error)
    assert error.remedy.endswith(" before Clean.")


def test_chain_may_replace_an_artifact_that_it_reads():
    chain = Chain([Collect(), Clean(), Clean(), Preprocess()])
    assert chain.names == ("collect", "clean", "clean-2", "preprocess")


def test_chain_with_a_subclass_does_not_take_it_for_its_parent():
    error = refused([Collect(), Preprocess(), Tune(), Evaluate()])
    assert [fault.key for fault in error.faults] == [Key(Trained)]


def test_chain_with_the_parent_does_not_take_it_for_a_subclass():
    class Refine(Stage):
        def run(self, tuned: Tuned) -> Evaluated: ...

    error = refused([Collect(), Preprocess(), Train(), Refine()])
    assert [fault.key for fault in error.faults] == [Key(Tuned)]


def test_chain_with_labels_tells_two_of_a_class_apart():
    Chain([Collect(), Preprocess(), Teach(), Distil(), Evaluate()])
    error = refused([Collect(), Preprocess(), Train(), Distil()])
    missing, twice = error.faults
    assert (missing.mark, twice.mark) == (
        'Trained "teacher" is missing',
        "Trained is written twice",
    )
    assert missing.remedy == 'Put a stage that writes Trained "teacher" before Distil.'
    unlabelled = refused([Collect(), Preprocess(), Teach(), Evaluate()])
    assert [fault.key for fault in unlabelled.faults] == [Key(Trained)]


def test_chain_without_an_optional_input_is_wired():
    assert len(Chain([Collect(), Preprocess(), Summarise()])) == 3


def test_chain_with_an_optional_input_written_later_says_what_to_move():
    error = refused([Collect(), Preprocess(), Summarise(), Train(), Evaluate()])
    (fault,) = error.faults
    assert (fault.number, fault.key) == (3, Key(Evaluated))
    assert fault.remedy == "Move Evaluate before Summarise."


def test_chain_with_a_derived_input_needs_no_writer():
    Chain([Collect(), Sample()])
    Chain([Collect(), Split(), Sample()])


def test_chain_with_a_derived_input_needs_what_that_derives_from():
    error = refused([Sample()])
    assert "Collected" in str(error)
    assert str(error).endswith("Put Collect before Sample.")


def test_chain_that_splits_after_the_default_was_read_is_refused():
    error = refused([Collect(), Sample(), Split()])
    assert [(fault.number, fault.key) for fault in error.faults] == [(3, Key(Partition))]
    assert "Sample (stage 2)" in str(error)


def test_chain_that_splits_after_the_default_was_perhaps_read_is_refused():
    class Peek(Stage):
        def run(self, collected: Collected, partition: Partition | None = None) -> Tuned: ...

    error = refused([Collect(), Peek(), Split()])
    assert [(fault.number, fault.key) for fault in error.faults] == [(3, Key(Partition))]


def test_chain_of_nothing_is_refused():
    assert str(refused([])) == (
        "Pipeline: expected at least one stage, found none.\n"
        "Begin with Collect(source, target=...)."
    )


def test_chain_with_a_class_in_place_of_a_stage_says_to_call_it():
    assert str(refused([Collect(), Preprocess])) == (
        "Pipeline: expected stages, found the class Preprocess as item 2.\n"
        "Write Preprocess() with its settings."
    )


def test_chain_with_something_else_is_refused():
    assert str(refused([Collect(), "train"])) == (
        "Pipeline: expected stages, found a str as item 2.\n"
        "Pass a list of objects whose classes derive from Stage."
    )
