"""What rows say, from the source to the answers of a bundle."""

import numpy as np
import pandas as pd
import pytest
import torch

import fivefold as ff
from fivefold.artifacts import Preprocessed, Trained
from fivefold.deploy.export import export_onnx
from fivefold.models.assemble import Assembled
from fivefold.serve.graph import Graph
from fivefold.tasks.known import TRANSCRIPTION
from fivefold.testing import check_no_leak, check_task

RATE = 8000
PITCHES = {"a": 400, "b": 800, "c": 1400, "d": 2400}


def tones(rows, seed=0):
    """Strings of up to four letters, a tone each; and rows in which there is noise alone."""
    rng = np.random.default_rng(seed)
    sounds, said = [], []
    for _ in range(rows):
        text = "".join(rng.choice([*PITCHES], rng.integers(0, 5)))
        parts = [np.zeros(rng.integers(300, 600))]
        for letter in text:
            time = np.arange(rng.integers(600, 1000)) / RATE
            tone = np.sin(2 * np.pi * PITCHES[letter] * rng.uniform(0.95, 1.05) * time)
            parts += [3000 * tone * np.hanning(len(time)), np.zeros(rng.integers(200, 500))]
        sound = np.concatenate(parts)
        sounds.append(((sound + 30 * rng.normal(size=len(sound))).astype(np.int16), RATE))
        said.append(text)
    return {"sound": sounds, "said": said}


def chain(source, *more, epochs, **settings):
    collect = ff.Collect(source, target="said", task="transcription", **settings)
    return ff.Pipeline([collect, ff.Preprocess(), ff.Train(epochs=epochs, augment=()), *more])


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("transcription") / "tones.ff"
    pipeline = chain(tones(260), ff.Evaluate(), ff.Deploy(str(path)), epochs=12)
    return pipeline.run(seed=0, progress=False), ff.load(path)


@pytest.mark.slow
def test_tones_are_written_down_alike_through_all_doors(model):
    result, bundle = model
    assert result.metrics["cer"] < 0.03
    assert result.metrics["exact"] > 0.9
    table = result.tables["model_comparison"].set_index("model")
    assert {"most frequent transcript", "classifier of equal parts", "nearest training row"} < {
        *table.index
    }
    new = tones(40, seed=1)
    rows = [{"sound": sound} for sound in new["sound"]]
    answers = bundle.predict(rows).tolist()
    assert np.mean([one == other for one, other in zip(answers, new["said"], strict=True)]) > 0.9
    assert bundle.predict(pd.DataFrame(rows)).tolist() == answers
    assert result.predict(pd.DataFrame(rows)).tolist() == answers
    assert [bundle.predict([row])[0] for row in rows[:10]] == answers[:10]


@pytest.mark.slow
def test_graph_gives_logits_within_1e_4_and_the_same_answers(model):
    result, _ = model
    rows, schema = result[Preprocessed].test, result[Preprocessed].codec.schema
    network = result[Trained].model

    class Logits(Assembled):
        scores = Assembled.forward

    bare = Logits(network.fixed, network.body, network.head).eval()
    blocks = {name: torch.from_numpy(values) for name, values in rows.inputs.items()}
    with torch.inference_mode():
        wanted, scores = bare(blocks).numpy(), network.scores(blocks).numpy()
    found = Graph(export_onnx(bare, rows.inputs))(rows.inputs)
    there = wanted > -1e3
    assert np.abs(found - wanted)[there].max() < 1e-4
    served = Graph(export_onnx(network, rows.inputs))(rows.inputs)
    assert (
        TRANSCRIPTION.answers(served, schema).tolist()
        == TRANSCRIPTION.answers(scores, schema).tolist()
    )


@pytest.mark.slow
def test_server_says_how_sure_it_is_and_when_each_letter_was_heard(model, ask):
    _, bundle = model
    time = np.arange(800) / RATE
    silence, tone = np.zeros(800), 3000 * np.sin(2 * np.pi * 800 * time) * np.hanning(800)
    sound = np.concatenate([silence, tone, silence]) + 30 * np.random.default_rng(0).normal(
        size=2400
    )
    asked = {"instances": [{"sound": sound.astype(int).tolist()}]}
    reply = ask(bundle, "POST", "/predict", {}, json=asked).json()
    assert reply["predictions"] == ["b"]
    assert 0.5 < reply["confidence"][0] <= 1
    [[heard]] = reply["spans"]
    assert heard["text"] == "b"
    assert 0.08 < heard["start"] * reply["seconds_a_step"] < 0.22
    assert "spelt with 4 letters" in ask(bundle, "GET", "/", {}).text


@pytest.mark.slow
def test_report_draws_what_is_wrong(model, tmp_path):
    result, _ = model
    result.report(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "What is wrong" in page
    assert "Furthest from the truth" in page


@pytest.mark.slow
@pytest.mark.rehearsed
def test_task_keeps_to_what_every_task_must():
    columns = tones(60)
    check_task(type(TRANSCRIPTION), {"said": columns["said"]}, inputs={"sound": columns["sound"]})


@pytest.mark.slow
def test_nothing_of_test_rows_reaches_what_writes_down():
    check_no_leak(chain(tones(120), epochs=1))


@pytest.mark.slow
def test_folds_hold_texts_and_groups_draw_intervals():
    columns = {**tones(150), "who": [f"speaker {row % 40}" for row in range(150)]}
    result = chain(columns, ff.Evaluate(folds=2, baselines=()), epochs=1, group="who").run(
        seed=0, progress=False
    )
    held = result.tables["out_of_fold"]
    assert list(held.columns) == ["row", "fold", "target", "prediction", "confidence"]
    assert held["target"].tolist() == [columns["said"][row] for row in held["row"]]
    assert set(result.tables["folds"].columns) >= {"cer", "exact"}
    assert "group" in result.metrics["cer"].method


def repeated(rows, seed=0):
    """Each letter stands for two to four symbols; between equal ones there is another symbol."""
    rng = np.random.default_rng(seed)
    spelt, said = [], []
    for _ in range(rows):
        text = rng.choice([*"xyz"], rng.integers(1, 6))
        parts = [{"x": "A", "y": "C", "z": "G"}[letter] * rng.integers(2, 5) for letter in text]
        spelt.append("T".join(parts))
        said.append([f"w{letter}" for letter in text])
    return spelt, said


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sequence", "series"])
def test_sequences_and_series_are_written_down_too(kind, tmp_path):
    spelt, said = repeated(240)
    cells = spelt
    if kind == "series":
        rng = np.random.default_rng(0)
        cells = [
            np.array(["ACGT".index(symbol) for symbol in text]) + 0.1 * rng.normal(size=len(text))
            for text in spelt
        ]
    source = {"read": cells, "said": said}
    evaluate, deploy = ff.Evaluate(), ff.Deploy(tmp_path / "read.ff")
    result = chain(source, evaluate, deploy, epochs=10, kinds={"read": kind}).run(
        seed=0, progress=False
    )
    assert result.metrics["wer"] < 0.1
    answer = ff.load(tmp_path / "read.ff").predict([{"read": cells[0]}])[0]
    assert answer == result.predict({"read": cells[:1]})[0]
