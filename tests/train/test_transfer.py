"""Weights that were learnt elsewhere: where they go, what stays, what learns."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

import fivefold as ff
from fivefold.errors import ConfigError, DataError, ModelError, PreflightError

pytestmark = pytest.mark.unrehearsed

WORDS = {"sport": ["goal", "league", "cup"], "money": ["bank", "share", "profit"]}


def pictures(classes: tuple[int, ...], rows: int = 60) -> tuple[list[np.ndarray], np.ndarray]:
    rng = np.random.default_rng(len(classes))
    labels = rng.choice(classes, rows)
    shapes = np.random.default_rng(9).integers(0, 200, (10, 8, 8))
    return [(shapes[n] + rng.integers(0, 50, (8, 8))).astype(np.uint8) for n in labels], labels


def texts(seed: int, name: str = "note", more: tuple[str, ...] = ()) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    sort = rng.choice(list(WORDS), 80)
    said = [" ".join([*rng.choice([*WORDS[s], *more], 3), "the"]) for s in sort]
    return pd.DataFrame({name: said, "about": sort})


def stages(data: object, train: ff.Train, *more: ff.Stage, **preprocess: object) -> ff.Pipeline:
    target = {"target": "about", "kinds": {data.columns[0]: "text"}} if _is_text(data) else {}
    return ff.Pipeline([ff.Collect(data, **target), ff.Preprocess(**preprocess), train, *more])


def _is_text(data: object) -> bool:
    return isinstance(data, pd.DataFrame) and "about" in data


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "photos.ff"
    pipeline = stages(pictures((0, 1, 2)), ff.Train("convnet", epochs=1), ff.Deploy(path))
    pipeline.run(seed=0, progress=False)
    return path


@pytest.fixture(scope="module")
def notes(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("notes") / "notes.ff"
    stages(texts(0), ff.Train(epochs=1), ff.Deploy(path)).run(seed=0, progress=False)
    return path


def body_of(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a bundle, read without fivefold."""
    from zipfile import ZipFile

    from safetensors.torch import load

    with ZipFile(path) as archive:
        tensors = load(archive.read("weights.safetensors"))
    return {n.removeprefix("body."): t for n, t in tensors.items() if n.startswith("body.")}


def test_bundle_frozen_keeps_its_weights_to_the_bit_and_learns_a_new_head(photos):
    train = ff.Train(ff.Pretrained(photos, freeze=True), epochs=2)
    result = stages(pictures((3, 4, 5, 6)), train).run(seed=0, progress=False)
    before, trained = body_of(photos), result[ff.Trained]
    state = trained.model.body.state_dict()
    assert all(torch.equal(state[n], t) for n, t in before.items() if not n.startswith("out."))
    assert state["out.2.bias"].shape == (4,) != before["out.2.bias"].shape
    told = trained.settings.pretrained
    assert (told["features"], told["codec"], told["fresh"]) == ("once", "refitted", [])
    assert len(told["sha256"]) == 64


def test_bundle_frozen_answers_as_rows_that_go_through_all_of_it(photos):
    """What learns from features is what answers for them."""
    train = ff.Train(ff.Pretrained(photos, freeze=True), epochs=2)
    result = stages(pictures((3, 4)), train).run(seed=0, progress=False)
    body = result[ff.Trained].model.body
    rows = torch.randn(5, 1, 8, 8)
    assert torch.equal(body.out(body.layers(rows)), body(rows))
    assert result[ff.Trained].history["train_loss"].iloc[-1] > 0


def test_bundle_frozen_with_changed_rows_goes_through_all_of_it(photos):
    train = ff.Train(ff.Pretrained(photos, freeze=True), epochs=1, augment=["shift"])
    result = stages(pictures((3, 4)), train).run(seed=0, progress=False)
    assert result[ff.Trained].settings.pretrained["features"] == "in each step"


def test_bundle_of_texts_begins_with_the_vectors_of_its_words(notes):
    weights = ff.Pretrained(notes)
    other = texts(1, more=("tennis", "golf"))
    pipeline = stages(other, ff.Train(weights, epochs=1))
    data = pipeline.run(until="preprocess", progress=False)[ff.Preprocessed]
    from fivefold.train.plan import asked_network

    network = asked_network(ff.Train(weights), data, seed=0)
    now = data.codec.columns["note"].state.vocabulary
    import json
    from zipfile import ZipFile

    with ZipFile(notes) as archive:
        then = json.loads(archive.read("codec.json"))["columns"]["note"]["vocabulary"]
    old = body_of(notes)["network.embedding.weight"]
    new = network.body.network.embedding.weight
    for word in ("goal", "bank", "the"):
        assert torch.equal(new[now.index(word) + 2], old[then.index(word) + 2])
    assert "tennis" in now
    assert "tennis" not in then


def test_table_refitted_is_refused_and_kept_goes_on(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(80, 3)), columns=list("abc"))
    frame["y"] = np.where(frame["a"] > 0, "up", "down")
    path = tmp_path / "table.ff"
    first = ff.Pipeline(
        [ff.Collect(frame, target="y"), ff.Preprocess(), ff.Train("tabm", epochs=1)]
    )
    ff.Pipeline([*first, ff.Deploy(path)]).run(seed=0, progress=False)
    other = frame.assign(a=frame["a"] * 3 + 1, y=np.where(frame["b"] > 0, "in", "out"))
    second = ff.Pipeline(
        [
            ff.Collect(other, target="y"),
            ff.Preprocess(),
            ff.Train(ff.Pretrained(path, freeze=True), epochs=1),
        ]
    )
    with pytest.raises(ModelError, match="like="):
        second.run(seed=0, progress=False)
    kept = second.replace("preprocess", ff.Preprocess(like=path))
    result = kept.run(seed=0, progress=False)
    assert result[ff.Trained].settings.pretrained["codec"] == "kept"
    before, state = body_of(path), result[ff.Trained].model.body.state_dict()
    learnt = set(result[ff.Trained].model.begun.head)
    assert learnt
    assert all(torch.equal(state[n], t) for n, t in before.items() if n not in learnt)
    with pytest.raises(DataError, match="columns that"):
        ff.Pipeline(
            [
                ff.Collect(other.rename(columns={"a": "z"}), target="y"),
                ff.Preprocess(like=path),
            ]
        ).run(progress=False)


class Net(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(inputs, 6), nn.ReLU(), nn.Linear(6, 5), nn.ReLU())
        self.out = nn.Linear(5, outputs)

    def forward(self, table: torch.Tensor) -> torch.Tensor:
        return self.out(self.inner(table))


def wine(train: ff.Train) -> ff.Pipeline:
    return ff.Pipeline([ff.Collect("sklearn:wine"), ff.Preprocess(), train])


def test_tensors_go_into_a_module_of_ones_own(tmp_path):
    torch.manual_seed(3)
    learnt, path = Net(13, 7), tmp_path / "net.safetensors"
    save_file({f"module.{n}": t for n, t in learnt.state_dict().items()}, path)
    weights = ff.Pretrained(path, into=Net, freeze=True)
    result = wine(ff.Train(weights, epochs=2)).run(seed=0, progress=False)
    state = result[ff.Trained].model.body.state_dict()
    assert torch.equal(state["inner.0.weight"], learnt.inner[0].weight)
    assert state["out.weight"].shape == (3, 5)
    assert result[ff.Trained].settings.pretrained["features"] == "once"


def test_tensors_of_another_module_are_refused_with_each_name(tmp_path):
    path = tmp_path / "net.safetensors"
    tensors = {n: t for n, t in Net(13, 3).state_dict().items() if n != "inner.2.bias"}
    tensors |= {"extra": torch.zeros(2), "inner.0.weight": torch.zeros(4, 13)}
    save_file(tensors, path)
    with pytest.raises(ModelError) as caught:
        wine(ff.Train(ff.Pretrained(path, into=Net))).run(seed=0, progress=False)
    assert caught.value.missing == ("inner.2.bias",)
    assert caught.value.unexpected == ("extra",)
    assert caught.value.mismatched == ("inner.0.weight",)
    weights = ff.Pretrained(path, into=Net, strict=False)
    result = wine(ff.Train(weights, epochs=1)).run(seed=0, progress=False)
    told = result[ff.Trained].settings.pretrained
    assert set(told["fresh"]) == {"inner.0.weight", "inner.2.bias"}


def test_thaw_lets_layers_learn_from_the_head_down(tmp_path):
    path = tmp_path / "net.safetensors"
    learnt = Net(13, 3)
    save_file(learnt.state_dict(), path)

    def after(epochs: int) -> set[str]:
        train = ff.Train(ff.Pretrained(path, into=Net, thaw=1), epochs=epochs, schedule="constant")
        model = wine(train).run(seed=0, progress=False)[ff.Trained].model
        state = model.body.state_dict()
        return {n for n, t in learnt.state_dict().items() if not torch.equal(state[n], t)}

    assert after(1) == {"out.weight", "out.bias"}
    assert after(2) == {"out.weight", "out.bias", "inner.2.weight", "inner.2.bias"}
    assert after(3) == set(learnt.state_dict())


def test_decay_gives_each_layer_its_rate(tmp_path):
    from fivefold.models.begun import Begun, layer_rates

    begun = Begun(source="", digest="", head=("out.weight", "out.bias"), decay=0.5)
    rates = layer_rates(Net(4, 2), begun, 0.1)
    assert rates["out.bias"] == 0.1
    assert rates["inner.2.weight"] == pytest.approx(0.05)
    assert rates["inner.0.weight"] == pytest.approx(0.025)


def test_head_kept_goes_on_where_it_was(photos):
    weights = ff.Pretrained(photos, head="kept")
    data = stages(pictures((0, 1, 2)), ff.Train(weights)).run(until="preprocess", progress=False)
    from fivefold.train.plan import asked_network

    network = asked_network(ff.Train(weights), data[ff.Preprocessed], seed=0)
    assert torch.equal(network.body.out[2].weight, body_of(photos)["out.2.weight"])


def test_recipe_holds_weights_and_reads_them_again(photos):
    pipeline = stages(pictures((3, 4)), ff.Train(ff.Pretrained(photos, freeze=True, decay=0.5)))
    text = ff.Pipeline([ff.Collect("a.csv"), ff.Preprocess(), pipeline["train"]]).to_json()
    again = ff.Pipeline.from_json(text)["train"].model
    assert isinstance(again, ff.Pretrained)
    assert dict(again) == dict(pipeline["train"].model)


def test_cache_takes_a_run_and_other_weights_make_it_train_again(tmp_path):
    path, kept = tmp_path / "net.safetensors", tmp_path / "kept"
    save_file(Net(13, 3).state_dict(), path)
    pipeline = wine(ff.Train(ff.Pretrained(path, into=Net), epochs=1))
    first = pipeline.run(seed=0, progress=False, cache=kept)
    again = pipeline.run(seed=0, progress=False, cache=kept)
    assert again.why("train").startswith("train was taken from the cache")
    state = again[ff.Trained].model.body.state_dict()
    assert all(
        torch.equal(state[n], t) for n, t in first[ff.Trained].model.body.state_dict().items()
    )
    save_file({n: t + 1 for n, t in load_file(path).items()}, path)
    third = pipeline.run(seed=0, progress=False, cache=kept)
    assert not third.why("train").startswith("train was taken")


@pytest.mark.slow
def test_frozen_weights_are_served_as_they_were_judged(photos, tmp_path):
    path, data = tmp_path / "new.ff", pictures((3, 4))
    train = ff.Train(ff.Pretrained(photos, freeze=True, licence="CC0"), epochs=1)
    result = stages(data, train, ff.Evaluate(), ff.Deploy(path)).run(seed=0, progress=False)
    assert result[ff.Deployed].parity["rows"] > 0
    card = ff.load(path).card
    assert "CC0" in card
    assert "photos.ff" in card


def test_source_that_cannot_be_read_is_refused_before_the_work(tmp_path):
    (tmp_path / "old.pt").write_bytes(b"x")
    (tmp_path / "net.safetensors").write_bytes(b"x")
    wrong = {"none.ff": "no such file", "old.pt": "without running code", "net.safetensors": "into"}
    for name, said in wrong.items():
        with pytest.raises(PreflightError, match=said):
            wine(ff.Train(ff.Pretrained(tmp_path / name))).run(progress=False)
    with pytest.raises(PreflightError, match="revision"):
        wine(ff.Train(ff.Pretrained("hf:org/name"))).run(progress=False)


def test_digest_of_other_weights_is_refused(photos):
    with pytest.raises(PreflightError, match="SHA-256"):
        wine(ff.Train(ff.Pretrained(photos, sha256="0" * 64))).run(progress=False)


@pytest.mark.parametrize(
    "wrong", [{"decay": 0}, {"thaw": 0}, {"freeze": "yes"}, {"freeze": True, "thaw": 1}]
)
def test_argument_that_is_wrong_is_told_at_once(wrong):
    with pytest.raises(ConfigError, match="Pretrained"):
        ff.Pretrained("income.ff", **wrong)


def test_settings_that_do_not_go_with_weights_are_refused():
    with pytest.raises(ConfigError, match="members"):
        ff.Train(ff.Pretrained("a.ff"), members=2)
    with pytest.raises(ConfigError, match="decay"):
        ff.Train(ff.Pretrained("a.ff", decay=0.5), lr={"*": 0.1})


def test_transfer_table_says_not_measured_where_weights_were_given(photos):
    train = ff.Train(ff.Pretrained(photos), epochs=1)
    result = stages(pictures((3, 4)), train, ff.Evaluate()).run(seed=0, progress=False)
    assert result.tables["transfer_learning"]["status"][0] == "not measured"


@pytest.mark.slow
def test_transfer_table_is_filled_by_runs_with_and_without(photos):
    train = ff.Train(ff.Pretrained(photos, freeze=True), epochs=1)
    found = ff.investigate(stages(pictures((3, 4)), train), quick=True, progress=False)
    table = found.tables["transfer_learning"]
    assert set(table["variant"]) == {
        "as given",
        "random weights",
        "all of it learning",
        "the default network",
    }
