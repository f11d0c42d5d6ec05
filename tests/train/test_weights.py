"""Weights of other libraries: folders, vectors of words, networks of zoos."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

import fivefold as ff
from fivefold.errors import ModelError, PreflightError

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "goal", "league", "bank", "share", "##s", "the", "!"]


def texts(rows: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    words = {"sport": ["Goal", "leagues"], "money": ["bank", "shares"]}
    sort = rng.choice(list(words), rows)
    return pd.DataFrame(
        {"note": [" ".join([*rng.choice(words[s], 3), "the!"]) for s in sort], "about": sort}
    )


def pipeline(train: ff.Train, *more: ff.Stage, **preprocess: object) -> ff.Pipeline:
    collect = ff.Collect(texts(), target="about", kinds={"note": "text"})
    return ff.Pipeline([collect, ff.Preprocess(**preprocess), train, *more])


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder as transformers writes one, of a tiny DistilBERT with random weights."""
    torch.manual_seed(0)
    config = {
        "model_type": "distilbert",
        "dim": 8,
        "n_layers": 1,
        "n_heads": 2,
        "hidden_dim": 12,
        "max_position_embeddings": 16,
    }
    start = "distilbert.transformer.layer.0."
    shapes = {
        "distilbert.embeddings.word_embeddings.weight": (len(PIECES), 8),
        "distilbert.embeddings.position_embeddings.weight": (16, 8),
        **{f"distilbert.embeddings.LayerNorm.{name}": (8,) for name in ("weight", "bias")},
        **{f"{start}attention.{n}_lin.weight": (8, 8) for n in ("q", "k", "v", "out")},
        **{f"{start}attention.{n}_lin.bias": (8,) for n in ("q", "k", "v", "out")},
        **{f"{start}ffn.lin1.{n}": s for n, s in (("weight", (12, 8)), ("bias", (12,)))},
        **{f"{start}ffn.lin2.{n}": s for n, s in (("weight", (8, 12)), ("bias", (8,)))},
        **{f"{start}{n}.{w}": (8,) for n in ("sa_layer_norm", "output_layer_norm")
           for w in ("weight", "bias")},
    }  # fmt: skip
    path = tmp_path / "tiny"
    path.mkdir()
    save_file(
        {name: torch.randn(shape) for name, shape in shapes.items()}, path / "model.safetensors"
    )
    (path / "config.json").write_text(json.dumps(config))
    (path / "vocab.txt").write_text("\n".join(PIECES) + "\n")
    return path


def test_folder_reads_texts_in_its_pieces_and_keeps_its_weights(folder):
    weights = ff.Pretrained(folder, freeze=True)
    result = pipeline(ff.Train(weights, epochs=2), like=folder).run(seed=0, progress=False)
    codec = result[ff.Preprocessed].codec
    row = codec.encode(result[ff.Collected].table)[next(iter(codec.columns))][0]
    said = texts()["note"][0].lower().replace("!", " !").replace("s ", " ##s ").split()
    wanted = [PIECES.index(piece) + 2 for piece in ["[CLS]", *said, "[SEP]"]]
    assert row[: len(wanted)].tolist() == wanted
    told = result[ff.Trained].settings.pretrained
    assert (told["features"], told["fresh"], told["taken"]) == ("once", [], 20)


@pytest.mark.slow
def test_folder_is_served_without_what_wrote_it(folder, tmp_path):
    more = (ff.Evaluate(), ff.Deploy(tmp_path / "note.ff"))
    train = ff.Train(ff.Pretrained(folder, freeze=True), epochs=2)
    result = pipeline(train, *more, like=folder).run(seed=0, progress=False)
    assert result[ff.Deployed].parity["rows"] > 0
    model = ff.load(tmp_path / "note.ff")
    assert set(model.predict([{"note": "goal unheard"}, {"note": None}])) <= {"sport", "money"}


def test_folder_wants_texts_in_its_pieces(folder):
    with pytest.raises(ModelError, match="like="):
        pipeline(ff.Train(ff.Pretrained(folder))).run(seed=0, progress=False)


def test_folder_of_a_pickle_is_refused(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"x")
    with pytest.raises(PreflightError, match="pickle"):
        pipeline(ff.Train(ff.Pretrained(tmp_path))).run(progress=False)


def test_folder_of_other_pieces_is_refused(folder):
    told = {"model": {"type": "BPE", "vocab": {}}}
    (folder / "tokenizer.json").write_text(json.dumps(told))
    with pytest.raises(PreflightError, match="BPE"):
        pipeline(ff.Train("textnet"), like=folder).run(progress=False)


def test_vectors_go_to_the_words_that_they_are_of(tmp_path):
    path = tmp_path / "words.vec"
    path.write_text("3 4\ngoal 1 2 3 4\nBank 0.5 0 0 0\nnever 9 9 9 9\n")
    train = ff.Train(ff.Pretrained(path, freeze=True), epochs=1)
    result = pipeline(train).run(seed=0, progress=False)
    words = result[ff.Preprocessed].codec.columns["note"].state.vocabulary
    network = result[ff.Trained].model.body.network
    assert network.embedding.weight[words.index("goal") + 2].tolist() == [1, 2, 3, 4]
    assert network.embedding.weight[words.index("bank") + 2].tolist() == [0.5, 0, 0, 0]
    assert network.embedding.weight.shape[1] == 4


def test_vectors_of_another_width_are_refused_with_their_line(tmp_path):
    path = tmp_path / "words.vec"
    path.write_text("goal 1 2 3 4\nbank 1 2 3\n")
    with pytest.raises(PreflightError, match="line 2"):
        pipeline(ff.Train(ff.Pretrained(path))).run(progress=False)


def test_static_embedding_is_read_by_its_pieces(tmp_path):
    save_file({"embeddings": torch.arange(44.0).view(11, 4)}, tmp_path / "model.safetensors")
    model = {"type": "WordPiece", "continuing_subword_prefix": "##"}
    model["vocab"] = {piece: number for number, piece in enumerate(PIECES)}
    (tmp_path / "tokenizer.json").write_text(json.dumps({"model": model}))
    train = ff.Train(ff.Pretrained(tmp_path), epochs=1)
    data = pipeline(train).run(until="preprocess", progress=False)[ff.Preprocessed]
    from fivefold.train.plan import asked_network

    network = asked_network(train, data, seed=0).body.network
    place = data.codec.columns["note"].state.vocabulary.index("bank") + 2
    assert network.embedding.weight[place].tolist() == [24, 25, 26, 27]


def create_model(name: str, pretrained: bool, num_classes: int) -> nn.Module:
    assert (name, pretrained) == ("small", False)
    body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return nn.Sequential(body, nn.Linear(4, num_classes))


def test_network_of_a_zoo_takes_the_tensors_of_a_file(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "timm", SimpleNamespace(create_model=create_model))
    learnt, path = create_model("small", False, 1000), tmp_path / "net.safetensors"
    save_file(learnt.state_dict(), path)
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 255, (8, 8)).astype(np.uint8) for _ in range(40)]
    weights = ff.Pretrained(path, into="timm:small", freeze=True)
    collect, train = ff.Collect((pictures, rng.integers(0, 3, 40))), ff.Train(weights, epochs=1)
    result = ff.Pipeline([collect, ff.Preprocess(), train]).run(seed=0, progress=False)
    state = result[ff.Trained].model.body.state_dict()
    assert torch.equal(state["network.0.0.weight"], learnt[0][0].weight)
    assert state["network.1.weight"].shape == (3, 4)


def test_zoo_that_does_not_import_is_told_with_its_words(tmp_path, monkeypatch):
    path = tmp_path / "net.safetensors"
    save_file({"a": torch.zeros(1)}, path)
    (tmp_path / "timm.py").write_text("raise RuntimeError('operator torchvision::nms')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "timm", raising=False)
    with pytest.raises(PreflightError, match="nms"):
        pipeline(ff.Train(ff.Pretrained(path, into="timm:small"))).run(progress=False)
    with pytest.raises(PreflightError, match="torchvision:NAME"):
        pipeline(ff.Train(ff.Pretrained(path, into="zoo:small"))).run(progress=False)


def test_hub_that_cannot_be_reached_is_one_error(monkeypatch):
    def fail(*_: object, **__: object) -> str:
        raise OSError("no route to host")

    hub = SimpleNamespace(snapshot_download=fail)
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    with pytest.raises(PreflightError, match="no route to host") as caught:
        pipeline(ff.Train(ff.Pretrained("hf:org/offline@main"))).run(progress=False)
    assert "folder" in str(caught.value)


def test_hub_folder_is_recorded_with_its_commit(folder, monkeypatch):
    commit = folder.rename(folder.with_name("a1b2c3"))
    asked: dict[str, object] = {}

    def download(repository: str, **how: object) -> str:
        asked.update(how, repository=repository)
        return str(commit)

    monkeypatch.setitem(sys.modules, "huggingface_hub", SimpleNamespace(snapshot_download=download))
    name = "hf:org/tiny@main"
    result = pipeline(ff.Train(ff.Pretrained(name), epochs=1), like=name).run(progress=False)
    assert result[ff.Trained].settings.pretrained["revision"] == "a1b2c3"
    assert (asked["repository"], asked["revision"]) == ("org/tiny", "main")
    assert not any(".bin" in pattern or ".py" in pattern for pattern in asked["allow_patterns"])
