import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image

import fivefold as ff
from fivefold.deploy import origins
from fivefold.errors import ParityError
from fivefold.reading.options import Reading
from fivefold.reading.origin import Source, origin_of
from fivefold.reading.source import read


def table(rows=120, seed=0):
    draw = np.random.default_rng(seed)
    x = draw.normal(size=rows)
    return pd.DataFrame(
        {"x": x, "c": draw.choice(["u", "v"], rows), "y": np.where(x > 0, "a", "b")}
    )


def deployed(source, folder, *more, **options):
    stages = [
        ff.Collect(source, target="y", **options),
        *more,
        ff.Preprocess(),
        ff.Train(epochs=1, quality="fast", threads=1),
        ff.Deploy(folder / "m.ff"),
    ]
    return ff.Pipeline(stages).run(seed=0, progress=False)


def parity_of(result):
    parity = result[ff.Deployed].parity
    return parity["source_rows"], parity["source_left_out"], parity["source_process"]


@pytest.mark.slow  # a quick one: test_table_of_paths_is_replayed_from_its_own_file
@pytest.mark.parametrize(
    ("form", "process"), [("csv", "fresh"), ("arrow", "fresh"), ("frame", "this")]
)
def test_rows_are_replayed_as_their_source_gives_them(tmp_path, form, process):
    frame = table()
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet")
    sources = {"arrow": pa.Table.from_pandas(frame), "frame": frame}
    result = deployed(sources.get(form, tmp_path / f"t.{form}"), tmp_path)
    assert parity_of(result) == (24, 0, process)
    assert result[ff.Deployed].parity["source"] < 1e-5


@pytest.mark.slow
def test_rows_of_a_test_source_are_replayed_from_there(tmp_path):
    table().to_csv(tmp_path / "train.csv", index=False)
    test = table(50, seed=1)
    result = deployed(tmp_path / "train.csv", tmp_path, test_source=test)
    assert parity_of(result) == (50, 0, "this")
    test.to_csv(tmp_path / "test.csv", index=False)
    result = deployed(tmp_path / "train.csv", tmp_path, test_source=tmp_path / "test.csv")
    assert parity_of(result) == (50, 0, "fresh")


@pytest.mark.slow
def test_rows_with_a_stray_cell_are_counted_and_left_out(tmp_path):
    frame = table(400).astype({"x": object})
    frame.loc[::100, "x"] = "unknown"
    frame.to_csv(tmp_path / "t.csv", index=False)
    test = frame.iloc[:30]
    result = deployed(tmp_path / "t.csv", tmp_path, test_source=test)
    assert parity_of(result) == (29, 1, "this")


@pytest.mark.slow
def test_file_that_changed_is_noticed_and_not_replayed(tmp_path):
    path = tmp_path / "t.csv"
    table().to_csv(path, index=False)

    class Touch(ff.Stage):
        """Another program writes the file meanwhile."""

        def run(self, collected: ff.Collected) -> ff.Collected:
            path.write_text(path.read_text().replace("u", "w"))
            return collected.replace()

    result = deployed(path, tmp_path, Touch())
    assert "source" not in result[ff.Deployed].parity
    [finding] = [f for f in result.findings if f.code == "source_changed"]
    assert finding.numbers == {"files": [str(path)]}


@pytest.mark.slow
def test_pictures_that_a_table_names_and_that_changed_are_noticed(tmp_path):
    rng = np.random.default_rng(0)
    for row in range(60):
        pixels = rng.integers(0, 100, (8, 8)) + 150 * (row % 2)
        Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / f"{row}.png")
    names = [f"{row}.png" for row in range(60)]
    frame = pd.DataFrame({"photo": names, "y": ["a", "b"] * 30})

    class Touch(ff.Stage):
        """Another program writes over a picture meanwhile."""

        def run(self, collected: ff.Collected) -> ff.Collected:
            Image.new("L", (8, 8), 128).save(tmp_path / "7.png")
            return collected.replace()

    kinds = {"photo": "image"}
    result = deployed(frame, tmp_path, Touch(), kinds=kinds, root=tmp_path)
    assert "source" not in result[ff.Deployed].parity
    [finding] = [f for f in result.findings if f.code == "source_changed"]
    assert finding.numbers == {"files": ["pictures of photo"]}


@pytest.mark.slow
def test_pictures_changed_in_place_are_caught_by_the_replay(tmp_path):
    draw = np.random.default_rng(0)
    bright = np.arange(60) % 2
    photos = np.empty(60, dtype=object)
    for row in range(60):
        size = (8, 8 + row % 3)
        photos[row] = (draw.integers(0, 60, size) + 150 * bright[row]).astype(np.uint8)
    frame = pd.DataFrame({"photo": photos, "y": np.where(bright, "a", "b")})

    class Invert(ff.Stage):
        """Writes into the pictures themselves, which nothing can forbid."""

        def run(self, collected: ff.Collected) -> ff.Collected:
            for picture in collected.table.column("photo"):
                picture[...] = 255 - picture
            return collected.replace()

    frame["photo"] = [picture.tolist() for picture in photos]
    stages = [
        ff.Collect(frame, target="y", kinds={"photo": "image"}),
        Invert(),
        ff.Preprocess(),
        ff.Train(epochs=15, threads=1),
        ff.Evaluate(),
        ff.Deploy(tmp_path / "m.ff"),
    ]
    with pytest.raises(ParityError) as caught:
        ff.Pipeline(stages).run(seed=0, progress=False)
    assert caught.value.door == "source"
    assert not (tmp_path / "m.ff").exists()


def test_rows_to_replay_from_the_source_are_drawn_by_seed(monkeypatch):
    monkeypatch.setattr(origins, "ROWS", 5)
    raw = read(table())
    source = Source(origins=(origin_of(table(), Reading(), raw),))
    rows = np.arange(10, 40)
    found = origins.from_source(source, rows, seed=3)
    assert len(found.rows) == 5
    np.testing.assert_array_equal(found.rows, rows[found.places])
    np.testing.assert_array_equal(found.rows, origins.from_source(source, rows, seed=3).rows)
    assert origins.from_source(None, rows, seed=3) is None


def test_source_is_neither_copied_nor_saved(tmp_path):
    frame = table()
    collected = ff.Pipeline([ff.Collect(frame, target="y")]).run(seed=0)[ff.Collected]
    assert collected.source.origins[0].value is frame
    collected.save(tmp_path / "c")
    assert ff.Collected.load(tmp_path / "c").source is None


@pytest.mark.slow
def test_image_folder_is_replayed_picture_by_picture_though_some_lie_outside(tmp_path):

    draw = np.random.default_rng(0)
    for row in range(40):
        path = tmp_path / "photos" / ("day" if row % 2 else "night") / f"{row:02d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = draw.integers(0, 80, (6, 6)) + 150 * (row % 2)
        Image.fromarray(pixels.astype(np.uint8)).save(path)
    Image.new("L", (6, 6)).save(tmp_path / "photos" / "a.png")
    stages = [
        ff.Collect(tmp_path / "photos"),
        ff.Preprocess(),
        ff.Train(epochs=2, threads=1),
        ff.Evaluate(),
        ff.Deploy(tmp_path / "m.ff"),
    ]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    assert parity_of(result) == (8, 0, "fresh")
    assert len(ff.load(tmp_path / "m.ff").predict(tmp_path / "photos")) == 41


@pytest.mark.slow
def test_relative_path_is_found_again_from_another_folder(tmp_path, monkeypatch):
    table().to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)

    class Move(ff.Stage):
        """Works in another folder from here on."""

        def run(self, collected: ff.Collected) -> ff.Collected:
            monkeypatch.chdir(tmp_path / "other")
            return collected.replace()

    assert parity_of(deployed("t.csv", tmp_path, Move())) == (24, 0, "fresh")


@pytest.mark.slow
def test_source_that_predict_cannot_read_is_refused_and_not_passed_over(tmp_path, monkeypatch):
    found = np.zeros((0, 2), np.float32), np.zeros(24, bool)
    monkeypatch.setattr(origins, "score_rows", lambda *arguments, **options: found)
    with pytest.raises(ParityError, match="cannot be read again") as caught:
        deployed(table(), tmp_path)
    assert caught.value.door == "source"
