"""Refits with other settings, with the same seed, and of artifacts that have a label."""

from typing import Annotated, Any

import pytest

from core.toys import (
    Collect,
    Collected,
    Describe,
    Distil,
    Evaluate,
    Evaluated,
    Partition,
    Preprocess,
    Preprocessed,
    Probed,
    Teach,
    Train,
    Trained,
)
from fivefold.core.chain import Chain
from fivefold.core.context import Context
from fivefold.core.session import Session, derive_seed
from fivefold.core.stage import Stage
from fivefold.errors import ConfigError, WiringError
from fivefold.testing import check_stage


class Compare(Stage):
    """One refit with other settings, whose context is what it writes."""

    options: Any = None
    stages: Any = None

    def run(self, trained: Trained, session: Session) -> Evaluated:
        again = session.refit(name="other", stages=self.stages, **(self.options or {}))
        return Evaluated(folds=(again,))


@pytest.fixture
def four() -> Chain:
    return Chain([Collect(rows=3), Describe(), Preprocess(), Train(epochs=5)])


def compared(chain: Chain, **settings: Any) -> tuple[Context, Context]:
    context = (chain + Compare(**settings)).execute(seed=3).context
    return context, context[Evaluated].folds[0]


def test_refit_with_other_settings_runs_them_and_what_reads_from_them(four):
    context, again = compared(four, stages={"train": Train(epochs=7)})
    assert (context[Trained].score, again[Trained].score) == (15, 21)
    assert again[Preprocessed] is context[Preprocessed]
    assert again[Trained].is_refit


def test_refit_with_other_settings_keeps_the_partition_of_the_run(four):
    context, again = compared(four, stages={"preprocess": Preprocess()})
    assert again[Preprocessed] is not context[Preprocessed]
    assert again[Partition] is context[Partition]
    context, again = compared(four, stages={"collect": Collect(text="others")})
    assert again[Partition].how == "default of others"


def test_refit_with_another_source_makes_all_again(four):
    context, again = compared(four, stages={"collect": Collect(rows=4)})
    assert again[Trained].score == 20
    assert again[Collected] is not context[Collected]


def test_refit_with_settings_and_artifacts_changed_changes_both(four):
    options = {"changes": Partition(how="by hand")}
    _, again = compared(four, stages={"train": Train(epochs=7)}, options=options)
    assert again[Trained].text == "trained on rows by by hand"
    assert again[Trained].score == 21


def test_refit_draws_another_seed_unless_it_keeps_that_of_the_run(four):
    context, again = compared(four, stages={"train": Train()})
    assert again[Trained].seed == derive_seed(derive_seed(3, "compare", "other"), "train")
    context, again = compared(four, stages={"train": Train()}, options={"keep_seed": True})
    assert again[Trained].seed == context[Trained].seed == derive_seed(3, "train")


def test_refit_with_nothing_changed_keeps_everything(four):
    context, again = compared(four)
    assert all(again[key] is context[key] for key in again)


def test_refit_of_a_stage_that_is_not_there_is_refused_in_these_words(four):
    with pytest.raises(WiringError) as caught:
        compared(four, stages={"trian": Train()})
    assert str(caught.value) == (
        "Pipeline: expected one of collect, describe, preprocess, train, found 'trian'.\n"
        "Write 'train'."
    )


def test_refit_with_a_stage_of_another_name_is_refused_in_these_words(four):
    class Fit(Stage):
        def run(self, data: Preprocessed) -> Trained: ...

    with pytest.raises(WiringError) as caught:
        compared(four, stages={"train": Fit()})
    assert str(caught.value) == (
        "Pipeline: expected a stage called train, found Fit, which is called fit.\n"
        "Exchange Train for one of a class of that name."
    )


def test_refit_with_a_stage_that_does_not_fit_is_refused(four):
    class Other(Stage):
        def run(self, probed: Probed) -> Trained: ...

    Other.__name__ = "Train"
    with pytest.raises(WiringError, match="reads Probed, which nothing before it writes"):
        compared(four, stages={"train": Other()})


def test_refit_with_a_wrong_setting_is_refused_where_the_stage_is_built(four):
    with pytest.raises(ConfigError, match="did you mean `epochs`"):
        four["train"].replace(epoch=3)


def test_execution_run_again_with_other_settings_leaves_itself_as_it_was(four):
    execution = four.execute()
    again = execution.again(stages={"preprocess": Preprocess(), "train": Train(epochs=1)})
    assert (execution.context[Trained].score, again[Trained].score) == (15, 3)
    assert again[Preprocessed] is not execution.context[Preprocessed]
    assert again[Partition] is execution.context[Partition]


@pytest.mark.parametrize("label", [(Trained, "teacher"), Annotated[Trained, "teacher"]])
def test_given_artifact_with_a_label_reaches_the_stage_that_reads_it(label):
    later = Chain([Distil()], given=[label, Preprocessed])
    given = {label: Trained(score=41), Preprocessed: Preprocessed()}
    assert later.execute(given=given).context[Trained].score == 42


def test_given_artifact_without_the_label_that_is_read_is_refused():
    later = Chain([Distil()], given=[Annotated[Trained, "teacher"], Preprocessed])
    with pytest.raises(WiringError, match="found Trained"):
        later.execute(given=[Trained(), Preprocessed()])


def test_given_artifact_at_the_address_of_another_class_is_refused_in_these_words():
    later = Chain([Distil()], given=[Annotated[Trained, "teacher"], Preprocessed])
    with pytest.raises(WiringError) as caught:
        later.execute(given={(Trained, "teacher"): Preprocessed()})
    assert str(caught.value) == (
        'Context: expected Trained at Trained "teacher", found Preprocessed.\n'
        "Give each artifact at the address of its class."
    )


def test_refit_of_an_artifact_with_a_label_changes_that_alone(four):
    chain = Chain([*four[:3], Teach(), Distil()])
    execution = chain.execute()
    again = execution.again({(Trained, "teacher"): Trained(score=7)})
    assert (execution.context[Trained].score, again[Trained].score) == (101, 8)
    assert again[Preprocessed] is execution.context[Preprocessed]


def test_check_stage_takes_artifacts_with_a_label():
    teacher = {(Trained, "teacher"): Trained(score=1)}
    check_stage(Distil(), teacher, Preprocessed())


def test_folds_and_exchanged_settings_go_together(four):
    class Study(Stage):
        def run(self, trained: Trained, session: Session) -> Probed:
            scores = [
                session.refit(
                    Partition(how=f"fold {n}"),
                    name=f"fold-{n}-{epochs}",
                    stages={"train": Train(epochs=epochs)},
                    keep_seed=True,
                )[Trained]
                for n in (1, 2)
                for epochs in (1, 2)
            ]
            return Probed(
                text=" ".join(f"{one.text[-6:]} {one.score} {one.seed}" for one in scores)
            )

    seed = derive_seed(0, "train")
    context = (four + Study()).execute().context
    assert context[Probed].text == " ".join(
        f"fold {n} {3 * epochs} {seed}" for n in (1, 2) for epochs in (1, 2)
    )


def test_evaluate_of_a_refit_with_a_stage_exchanged_refits_in_its_turn(four):
    again = (four + Evaluate(folds=1)).execute().again(stages={"train": Train(epochs=2)})
    assert again[Evaluated].folds[0][Trained].score == 6
