"""Sounds from a folder to the bundle: one answer at every door."""

import base64
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

import fivefold as ff
from fivefold.cli import main
from fivefold.codecs.wav import wav_bytes
from fivefold.errors import DataError, RequestError
from fivefold.models.assemble import digest
from fivefold.testing import check_no_leak

RATE, EACH = 8000, 20


def sound(rng: np.random.Generator, tonal: bool, count: int) -> np.ndarray:
    time = np.arange(count) / RATE
    tone = 0.3 * np.sin(2 * np.pi * rng.uniform(300, 2000) * time)
    loud = tone if tonal else rng.normal(0, 0.1, count)
    return np.rint(loud * 32_767).clip(-32_767, 32_767).astype(np.int16)


def write_clips(folder: Path) -> Path:
    """Tones and noise, most of them WAV at 8,000 Hz, some stereo FLAC at 16,000 Hz."""
    rng = np.random.default_rng(0)
    for label in ("noise", "tone"):
        (folder / label).mkdir(parents=True)
        for row in range(EACH):
            samples = sound(rng, label == "tone", int(rng.integers(900, 2500)))
            path = folder / label / f"{row:02}"
            if row % 10 == 3:
                doubled = np.repeat(samples, 2)
                soundfile.write(f"{path}.flac", np.stack([doubled, doubled], axis=1), 2 * RATE)
            else:
                path.with_suffix(".wav").write_bytes(wav_bytes(samples, RATE))
    return folder


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    return write_clips(tmp_path_factory.mktemp("sounds") / "clips")


@pytest.fixture(scope="module")
def served(clips, tmp_path_factory):
    path = tmp_path_factory.mktemp("bundle") / "clips.ff"
    stages = [ff.Collect(clips), ff.Preprocess(), ff.Train(epochs=3, batch=8), ff.Evaluate()]
    result = ff.Pipeline([*stages, ff.Deploy(path)]).run(seed=0, progress=False)
    return result, ff.load(path), path


def test_damaged_and_other_files_of_a_folder_are_left_out_with_a_count(tmp_path):
    folder = write_clips(tmp_path / "clips")
    (folder / "tone" / "empty.wav").write_bytes(b"")
    whole = (folder / "tone" / "00.wav").read_bytes()
    (folder / "tone" / "00.wav").write_bytes(whole[:-99])
    for form in ("mp3", "ogg"):
        path = folder / "noise" / f"cut.{form}"
        soundfile.write(path, np.sin(np.arange(16_000) / 9) / 5, RATE)
        path.write_bytes(path.read_bytes()[:2500])
    (folder / "tone" / "text.wav").write_text("no sound")
    (folder / "noise" / "cat.png").write_bytes(b"\x89PNG")
    (folder / "stray.wav").write_bytes(wav_bytes(np.ones(99, np.int16), RATE))
    pipeline = ff.Pipeline([ff.Collect(folder)])
    collected = pipeline.run(progress=False)[ff.Collected]
    column = collected.schema.inputs[0]
    assert (column.name, column.kind, column.format) == ("audio", "audio", "8000 Hz")
    told = {finding.code: finding.numbers for finding in collected.findings}
    assert told["unreadable_sounds"]["count"] == 5
    assert told["other_files"]["files"] == ["noise/cat.png"]
    assert told["stray_images"]["files"] == ["stray.wav"]
    assert "resampled" in told
    with pytest.raises(DataError, match=r"5 of 44 sounds cannot be read: noise/cut\.mp3, noise/"):
        pipeline.replace("collect", on_bad_value="error").run(progress=False)


def test_texts_that_name_sounds_are_recognised_where_a_folder_is_known(clips, tmp_path):
    files = sorted(path for path in clips.rglob("*") if path.is_file())
    named = [str(path.relative_to(clips)) for path in files]

    def kinds(source, **more):
        run = ff.Pipeline([ff.Collect(source, target="y", **more)]).run(progress=False)
        [column] = [each for each in run[ff.Collected].schema.columns if each.name == "file"]
        return column.kind

    frame = pd.DataFrame({"file": named, "y": [path.parent.name for path in files]})
    assert kinds(frame, root=clips) == "audio"
    assert kinds(frame.assign(file=files)) == "audio"
    assert kinds(frame) != "audio"
    assert kinds(frame.assign(file=[*named[:-1], "other.txt"]), root=clips) != "audio"
    assert kinds(frame.assign(file=[*named[:-1], "other.png"]), root=clips) != "audio"
    assert kinds(frame.assign(file=[f"no-{name}" for name in named]), root=clips) != "audio"


@pytest.mark.slow
def test_form_of_a_file_is_answered_as_its_base64(served, clips, ask):
    _, model, _ = served
    files = sorted(clips.rglob("*.wav"))[:3]
    parts = [("audio", (path.name, path.read_bytes(), "audio/wav")) for path in files]
    texts = [base64.b64encode(path.read_bytes()).decode() for path in files]
    asked = {"instances": [{"audio": text} for text in texts]}
    found = ask(model, "POST", "/predict", files=parts)
    assert found.status_code == 200
    assert found.json() == ask(model, "POST", "/predict", json=asked).json()


@pytest.mark.slow
def test_bundle_answers_as_the_run_at_every_door(served, clips, tmp_path):
    result, model, _ = served
    wanted = result.predict_proba(str(clips))
    settings = result[ff.Trained].settings
    assert (settings.network, 0 < settings.linear_weight < 1) == ("soundblend", True)
    told = result[ff.Evaluated].tables["model_comparison"]["model"]
    assert {"its network", "its linear"} <= {name.split(" (")[0] for name in told}
    assert "soundblend: network" in result.report()
    assert len(wanted) == 2 * EACH
    np.testing.assert_allclose(model.predict_proba(str(clips)), wanted, atol=1e-5)
    files = sorted(path for path in clips.rglob("*") if path.is_file())
    texts = [base64.b64encode(file.read_bytes()).decode() for file in files]
    named = [str(file.relative_to(clips)) for file in files]
    forms = {
        "paths": files,
        "bytes": pd.DataFrame({"audio": [file.read_bytes() for file in files]}),
        "records": [{"audio": text} for text in texts],
    }
    for form, rows in forms.items():
        found = model.predict_proba(rows)
        np.testing.assert_allclose(found, wanted, atol=1e-5, err_msg=form)
    table = pd.DataFrame({"audio": named})
    np.testing.assert_allclose(model.predict_proba(table, root=clips), wanted, atol=1e-5)
    samples, rate = soundfile.read(files[0])
    [row] = model.predict_proba([{"audio": {"array": samples, "sampling_rate": rate}}])
    np.testing.assert_allclose(row, wanted[0], atol=1e-5)


@pytest.mark.slow
def test_shell_answers_folder_file_and_request(served, clips, tmp_path, capsys):
    _, model, path = served
    out = tmp_path / "answers.csv"
    assert main(["predict", str(path), str(clips), "--to", str(out)]) == 0
    assert len(pd.read_csv(out)) == 2 * EACH
    assert main(["predict", str(path), str(clips / "tone" / "03.flac")]) == 0
    field = model.contract.to_json()["inputs"][0]
    assert (field["control"], field["rate"]) == ("sound", "8000 Hz")
    assert model.predict([{"audio": field["example"]}])[0] in {"tone", "noise"}
    assert "tone" in capsys.readouterr().out


@pytest.mark.slow
def test_request_without_a_sound_says_which_row_and_why(served):
    _, model, _ = served
    good = base64.b64encode(wav_bytes(np.ones(500, np.int16), 44_100)).decode()
    half = good[: len(good) // 8 * 4]
    cells = {"": "null", "abc": "sounds", "UklGRg==": "no sound", half: "cut short"}
    for cell, told in cells.items():
        with pytest.raises(RequestError, match=told) as caught:
            model.predict(json.loads(json.dumps([{"audio": good}, {"audio": cell}])))
        assert (caught.value.facts["row"], caught.value.facts["column"]) == (1, "audio")


@pytest.mark.slow
def test_training_on_sounds_looks_at_no_other_rows(clips):
    stages = [ff.Collect(clips), ff.Preprocess(), ff.Train(epochs=1), ff.Evaluate()]
    check_no_leak(ff.Pipeline(stages))


def test_pairs_of_samples_and_rate_are_recognised_in_either_order():
    rng = np.random.default_rng(0)
    sounds = [sound(rng, row % 2 == 0, 900) for row in range(20)]
    for pairs in ([(one, RATE) for one in sounds], [(RATE, one / 32_768) for one in sounds]):
        frame = pd.DataFrame({"clip": pairs, "y": ["tone", "noise"] * 10})
        run = ff.Pipeline([ff.Collect(frame, target="y")]).run(progress=False)
        [column] = run[ff.Collected].schema.inputs
        assert (column.kind, column.format) == ("audio", "8000 Hz")


class StoppedError(Exception):
    pass


@pytest.mark.slow
@pytest.mark.parametrize("stop", [1, 5])
def test_killed_run_ends_with_the_same_network_and_linear_model(clips, tmp_path, stop):
    class Bomb(ff.Callback):
        steps = 0

        def step(self, run):
            Bomb.steps += 1
            if Bomb.steps == stop:
                raise StoppedError

    def run(*callbacks, **where):
        train = ff.Train(epochs=3, batch=8, checkpoint_seconds=0, callbacks=callbacks)
        stages = [ff.Collect(clips), ff.Preprocess(), train]
        return ff.Pipeline(stages).run(seed=0, progress=False, **where)[ff.Trained]

    whole = run()
    with pytest.raises(StoppedError):
        run(Bomb(), directory=tmp_path / "run")
    again = run(Bomb(), directory=tmp_path / "run", resume=True)
    assert digest(again.model) == digest(whole.model)
    assert again.model.body.parts == whole.model.body.parts
    assert again.resources.resumed_steps == stop - 1


@pytest.mark.slow
def test_parts_of_the_default_are_left_out_and_soundnet_has_none(clips):
    stages = [ff.Collect(clips), ff.Preprocess(), ff.Train("soundnet", epochs=1)]
    pipeline = ff.Pipeline(stages)
    bare = pipeline.run(seed=0, progress=False)[ff.Trained]
    assert (bare.settings.network, bare.settings.linear_weight) == ("soundnet", 0.0)
    assert not hasattr(bare.model.body, "parts")
    default = pipeline.replace("train", ff.Train(epochs=1))
    found = ff.ablate(default, "parts", folds=2, progress=False)
    assert list(found.table["left_out"]) == ["nothing", "network", "linear"]


@pytest.mark.slow
def test_sounds_beside_numbers_are_learnt_together():
    rng = np.random.default_rng(0)
    rows = [
        {"clip": (sound(rng, tonal, 900), RATE), "size": rng.normal(), "y": tonal}
        for tonal in [True, False] * 20
    ]
    stages = [ff.Collect(rows, target="y", kinds={"clip": "audio"}), ff.Preprocess()]
    result = ff.Pipeline([*stages, ff.Train(epochs=2)]).run(progress=False)
    settings = result[ff.Trained].settings
    assert (settings.network, settings.linear_weight > 0) == ("mixblend", True)
    assert len(result.predict(rows)) == 40


def test_sounds_that_are_not_below_a_table_are_told_with_the_folder_that_has_them(tmp_path):
    (tmp_path / "meta").mkdir()
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio" / "1.wav").write_bytes(b"")
    rows = "".join(f"{n}.wav,{n * 7 % 5},{'ab'[n % 2]}\n" for n in range(1, 61))
    (tmp_path / "meta" / "some.csv").write_text("file,n,y\n" + rows)
    source = tmp_path / "meta" / "some.csv"
    found = ff.Pipeline([ff.Collect(source, target="y")]).run(progress=False)[ff.Collected].findings
    [gone] = [finding for finding in found if finding.code == "files_not_there"]
    assert Path(gone.numbers["found"]).resolve() == (tmp_path / "audio").resolve()
    assert "root=" in gone.sentence
    bare = ff.Collect(source, target="y", drop=("n",))
    with pytest.raises(DataError, match=r"names sounds, but '1\.wav' is not below"):
        ff.Pipeline([bare]).run(progress=False)
