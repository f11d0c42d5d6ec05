"""How an artifact came to be is known in a run, a refit, a slice and a run that is gone on with."""

import gc
import weakref
from typing import Annotated

import pytest

from core.toys import Collect, Collected, Partition, Preprocess, Preprocessed
from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.context import Context, Written
from fivefold.core.key import Key
from fivefold.core.stage import Stage


class Flip(Stage):
    def run(self, collected: Collected) -> Collected:
        return collected.replace(rows=-collected.rows)


def chain() -> Chain:
    return Chain([Collect(rows=3), Flip(), Preprocess()])


def told(context: Context, kind: type[Artifact]) -> list[tuple[str, int | None]]:
    return [(w.writer, w.artifact and w.artifact.rows) for w in context.history(kind)]


BOTH = [("Collect", 3), ("Flip", -3)]


def test_history_names_the_writers_and_holds_what_each_wrote():
    context = chain().execute().context
    assert told(context, Collected) == BOTH
    assert told(context, Preprocessed) == [("Preprocess", None)]


def test_history_says_what_an_artifact_was_made_from():
    context = chain().execute().context
    [encoded] = context.history(Preprocessed)
    assert [written.key.type for written in encoded.reads] == [Collected, Partition]
    assert encoded.reads[0] is context.history(Collected)[-1]


def test_history_of_what_is_not_there_is_empty():
    assert Context().history(Collected) == ()


def test_history_before_a_stage_does_not_know_it():
    before = chain().execute().before
    assert [told(context, Collected) for context in before] == [[], BOTH[:1], BOTH]


def test_history_of_what_is_handed_over_begins_without_a_writer():
    result = chain()["flip":].execute(given=[Collected(rows=5)])
    assert told(result.context, Collected) == [("", 5), ("Flip", -5)]
    assert result.context.history(Collected)[0].reads is None


def test_history_goes_on_in_a_slice_that_is_given_a_result():
    first = chain().execute(until="flip")
    second = chain()["preprocess":].execute(given=first.context)
    assert told(second.context, Collected) == BOTH
    assert second.context.history(Preprocessed)[0].reads[0].history() == first.context.history(
        Collected
    )


def test_history_in_a_refit_of_what_is_not_made_again_stays():
    execution = chain().execute()
    again = execution.again([Partition(how="by hand")])
    assert again.history(Collected) == execution.context.history(Collected)
    assert again.history(Preprocessed) != execution.context.history(Preprocessed)
    assert again.history(Partition)[0].writer == ""


def test_history_in_a_refit_of_a_changed_artifact_begins_with_it():
    again = chain().execute().again([Collected(rows=7)])
    assert told(again, Collected) == [("", 7), ("Flip", -7)]


@pytest.mark.parametrize("until", ["collect", "flip", "preprocess"])
def test_history_of_a_run_that_is_gone_on_with_is_that_of_a_whole_one(tmp_path, until):
    chain().execute(directory=tmp_path, until=until)
    resumed = chain().execute(directory=tmp_path, resume=True).context
    assert told(resumed, Collected) == BOTH
    [encoded] = resumed.history(Preprocessed)
    assert encoded.reads[0] is resumed.history(Collected)[-1]


def test_history_of_a_labelled_artifact_leads_back_to_the_one_it_was_made_from():
    class Flip(Stage):
        def run(self, collected: Collected) -> Annotated[Collected, "flipped"]:
            return collected.replace(rows=-collected.rows)

    context = Chain([Collect(), Flip()]).execute().context
    assert [w.writer for w in context.history((Collected, "flipped"))] == ["Collect", "Flip"]
    assert [w.writer for w in context.history(Collected)] == ["Collect"]


def test_history_prefers_the_artifact_that_was_replaced():
    one, other = Written(Key(Collected, "other"), "Other", ()), Written(Key(Collected), "One", ())
    joined = Written(Key(Collected), "Join", (one, other))
    assert joined.history() == (other, joined)


def test_history_lets_go_of_what_is_not_remembered():
    first = Preprocessed(rows=1)
    gone = weakref.ref(first)
    context = Context().extended(Key(Preprocessed), first, writer="One")
    context = context.extended(
        Key(Preprocessed), Preprocessed(rows=2), [Key(Preprocessed)], writer="Two"
    )
    del first
    gc.collect()
    assert gone() is None
    assert [written.writer for written in context.history(Preprocessed)] == ["One", "Two"]


def test_origins_of_a_long_line_are_found():
    context = Context({Key(Collected): Collected()})
    assert context.origins(Key(Collected)) is None
    for _ in range(5000):
        context = context.extended(Key(Collected), Collected(), [Key(Collected)])
    assert context.origins(Key(Collected)) == {Key(Collected)}
    assert len(context.history(Collected)) == 5001
