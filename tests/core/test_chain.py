"""Chains: addressing, changing, describing."""

from html.parser import HTMLParser
from pathlib import Path

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
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.errors import ConfigError, WiringError


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


def test_chain_is_a_sequence_of_its_stages(chain):
    assert len(chain) == 4
    assert [type(stage) for stage in chain] == [Collect, Preprocess, Train, Evaluate]
    assert chain.stages == tuple(chain)
    assert chain.names == ("collect", "preprocess", "train", "evaluate")


def test_chain_addressed_by_name_or_number_gives_the_stage(chain):
    assert chain["train"] is chain[2]
    assert chain[-1] is chain["evaluate"]
    with pytest.raises(IndexError):
        chain[4]


def test_chain_addressed_by_a_mistyped_name_says_which_was_meant(chain):
    with pytest.raises(WiringError) as caught:
        chain["trian"]
    assert str(caught.value) == (
        "Pipeline: expected one of collect, preprocess, train, evaluate, found 'trian'.\n"
        "Write 'train'."
    )
    assert caught.value.name == "trian"
    with pytest.raises(WiringError, match="Name one of its stages"):
        chain["qqq"]


def test_chain_with_two_stages_of_a_class_numbers_the_second():
    class Clean(Stage):
        def run(self, collected: Collected) -> Collected:
            return collected

    two = Chain([Collect(), Clean(), Clean(), Clean()])
    assert two.names == ("collect", "clean", "clean-2", "clean-3")
    assert two["clean-2"] is two[2]


def test_chain_of_a_lone_stage_in_place_of_a_list_is_refused():
    with pytest.raises((WiringError, TypeError), match="list of stages"):
        Chain(Collect())


def test_replace_with_settings_changes_one_stage(chain):
    other = chain.replace("train", epochs=7)
    assert (other["train"].epochs, chain["train"].epochs) == (7, 5)
    assert other["collect"] is chain["collect"]


def test_replace_with_a_stage_exchanges_it(chain):
    train = Train(epochs=2)
    assert chain.replace("train", train)["train"] is train


def test_replace_with_a_stage_that_does_not_fit_is_refused(chain):
    with pytest.raises(WiringError, match="Trained"):
        chain.replace("train", Teach())


def test_replace_with_a_wrong_setting_is_refused(chain):
    with pytest.raises(ConfigError, match="did you mean `epochs`"):
        chain.replace("train", epoch=7)
    with pytest.raises(WiringError, match="expected one of collect"):
        chain.replace("tran", epochs=7)


def test_replace_with_neither_or_both_is_refused(chain):
    with pytest.raises(WiringError) as caught:
        chain.replace("train")
    assert str(caught.value) == (
        "Pipeline.replace: expected a stage or changed settings, found neither.\n"
        "Write replace('train', Stage(...)) or replace('train', setting=...)."
    )
    with pytest.raises(WiringError, match="found both"):
        chain.replace("train", Train(), epochs=3)


def test_describe_tells_wiring_and_settings():
    chain = Chain([Collect(rows=3, drop=["id"]), Preprocess(), Train(epochs=5)])
    assert chain.describe() == (
        "  1  Collect                            ->  Collected\n"
        "  2  Preprocess   Collected, Partition  ->  Preprocessed\n"
        "  3  Train        Preprocessed          ->  Trained\n"
        "\n"
        "  1  Collect(rows=3, drop=('id',))\n"
        "  2  Preprocess()\n"
        "  3  Train(epochs=5)"
    )


def test_describe_shows_labels_and_optional_inputs():
    text = Chain([Collect(), Preprocess(), Teach(), Distil(), Publish()]).describe()
    assert '->  Trained "teacher"' in text
    assert '  4  Distil       Trained "teacher", Preprocessed  ->  Trained' in text
    assert "Collected, Trained, Evaluated?" in text


def test_repr_shows_how_to_build_it(chain):
    assert repr(chain) == "Chain([Collect(rows=3), Preprocess(), Train(epochs=5), Evaluate()])"


class Reader(HTMLParser):
    """Collects tags and text as a browser would."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_escapes_names_that_come_from_data():
    hostile = "<1H OCEAN> & <script>alert(1)</script>"
    reader = Reader()
    reader.feed(Chain([Collect(drop=[hostile])])._repr_html_())
    assert reader.tags == {"div", "table", "thead", "tbody", "tr", "th", "td", "b", "code"}
    assert hostile in reader.text


def test_html_shows_each_stage_with_what_it_reads_and_writes(chain):
    reader = Reader()
    reader.feed(chain._repr_html_())
    for shown in ("Preprocess", "Collected, Partition", "Preprocessed", "Train(epochs=5)"):
        assert shown in reader.text


def test_chain_given_a_list_of_stages_does_not_follow_its_changes():
    stages: list[Stage] = [Collect()]
    chain = Chain(stages)
    stages.append(Preprocess())
    assert len(chain) == 1


def test_chain_takes_a_generator():
    assert len(Chain(stage for stage in (Collect(), Preprocess()))) == 2


def test_chain_run_twice_stores_nothing_on_its_stages(chain):
    before = [dict(vars(stage)) for stage in chain]
    first, second = chain.execute().context, chain.execute().context
    assert [dict(vars(stage)) for stage in chain] == before
    assert first[Trained] is not second[Trained]
    assert first[Evaluated].score == second[Evaluated].score == 16


def test_preflight_of_a_chain_runs_no_stage(tmp_path: Path):
    class Explode(Stage):
        def run(self, session: Session) -> Collected:
            raise AssertionError("ran")

    assert Chain([Explode()]).preflight() is None
