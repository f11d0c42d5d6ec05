"""Slices and sums of chains: each a chain again, re-wired and checked."""

import pytest

from core.toys import (
    Collect,
    Collected,
    Distil,
    Evaluated,
    Partition,
    Preprocess,
    Preprocessed,
    Teach,
    Train,
    Trained,
)
from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.context import Context
from fivefold.core.key import Key
from fivefold.core.stage import Stage
from fivefold.errors import WiringError


class Evaluate(Stage):
    def run(self, partition: Partition, data: Preprocessed, trained: Trained) -> Evaluated:
        return Evaluated(score=trained.score + 1, how=partition.how)


class Published(Artifact): ...


class Publish(Stage):
    def run(
        self, collected: Collected, trained: Trained, evaluated: Evaluated | None = None
    ) -> Published:
        return Published()


@pytest.fixture
def chain() -> Chain:
    return Chain([Collect(rows=3), Preprocess(), Train(epochs=5), Evaluate()])


def test_slice_is_a_chain_that_wants_what_came_before(chain):
    later = chain[2:]
    assert type(later) is Chain
    assert later.names == ("train", "evaluate")
    whole = chain.execute().context
    assert later.execute(given=whole).context[Evaluated].score == 16


def test_slice_of_the_beginning_runs_alone(chain):
    context = chain[:2].execute().context
    assert context[Preprocessed].rows == 3
    assert Trained not in context


def test_slice_that_leaves_out_a_writer_in_the_middle_is_refused(chain):
    with pytest.raises(WiringError, match="reads Trained, which nothing before it writes"):
        Chain([*chain[:2], *chain[3:]])


def test_slice_of_a_slice_still_knows_what_is_given(chain):
    assert chain[1:][1:][1:].names == ("evaluate",)
    assert chain[1:3][1:].execute(given=[Preprocessed(rows=2)]).context[Trained].score == 10


def test_slice_that_is_empty_is_refused(chain):
    with pytest.raises(WiringError, match="expected at least one stage, found none"):
        chain[4:]


def test_slice_with_a_step_is_refused(chain):
    with pytest.raises(WiringError) as caught:
        chain[::2]
    assert str(caught.value).startswith("Pipeline: expected consecutive stages, found every 2")
    assert caught.value.remedy == "Slice without a step."


def test_slice_run_without_what_it_needs_says_what(chain):
    with pytest.raises(WiringError) as caught:
        chain[2:].execute()
    assert str(caught.value) == (
        "Pipeline: expected Preprocessed, Partition to be given, as its first stage is Train.\n"
        "Call run(given=result) with a result that holds them."
    )
    assert caught.value.missing == ("Preprocessed", "Partition")


def test_slice_run_up_to_a_stage_needs_only_what_that_reads(chain):
    later = Chain([*chain, Publish()])[2:]
    with pytest.raises(WiringError, match="expected Preprocessed, Partition, Collected to be"):
        later.execute()
    context = later.execute(given=[Preprocessed(rows=2)], until="train").context
    assert context[Trained].score == 10


def test_slice_is_given_only_what_it_may_be_given(chain):
    whole = chain.execute().context
    again = chain[1:2].execute(given=whole).context
    assert Evaluated not in again
    assert Trained not in again


def test_slice_behind_a_default_partition_takes_the_one_that_is_given(chain):
    whole = chain.execute().context.extended(Key(Partition), Partition(how="by hand"))
    assert chain[3:].execute(given=whole).context[Evaluated].how == "by hand"


def test_slice_behind_a_labelled_artifact_is_given_it_under_its_label():
    chain = Chain([Collect(rows=2), Preprocess(), Teach(), Distil()])
    later = chain[3:]
    assert later.names == ("distil",)
    assert later.execute(given=chain.execute().context).context[Trained].score == 101


def test_chain_plus_stages_is_wired_anew(chain):
    more = [Train(epochs=2), Evaluate()]
    longer = chain[:2] + more
    assert type(longer) is Chain
    assert longer.names == chain.names
    assert (chain[:2] + chain[2:]).names == chain.names
    assert len(chain) == 4
    with pytest.raises(WiringError, match=r"which Train \(stage 3\) has written already"):
        chain + more


def test_chain_plus_a_lone_stage_appends_it(chain):
    assert (chain[:3] + Evaluate()).names == chain.names


def test_slice_by_names_is_the_same_as_by_numbers(chain):
    assert chain["train":].names == chain[2:].names
    assert chain[:"train"].names == chain[:2].names
    with pytest.raises(WiringError, match="Write 'train'"):
        chain["tran":]


def test_replace_in_a_slice_keeps_what_is_given(chain):
    later = chain[2:3].replace("train", epochs=1)
    assert later.execute(given=[Preprocessed(rows=9)]).context[Trained].score == 9


def test_given_partition_takes_the_place_of_the_default(chain):
    context = chain.execute(given=[Partition(how="by hand")]).context
    assert context[Preprocessed].how == context[Evaluated].how == "by hand"


def test_given_artifact_that_a_stage_writes_anyway_is_refused(chain):
    with pytest.raises(WiringError) as caught:
        chain.execute(given=[Trained(score=1)])
    assert str(caught.value) == (
        "Pipeline: expected artifacts that its stages read from outside, found Trained.\n"
        "Leave them out, or slice the pipeline after the stage that writes them."
    )


def test_given_contexts_and_lists_of_artifacts_are_the_same(chain):
    later = chain[2:3]
    data = Preprocessed(rows=4)
    by_list = later.execute(given=[data]).context[Trained].score
    by_context = later.execute(given=Context({Key(Preprocessed): data})).context[Trained].score
    assert by_list == by_context == 20
