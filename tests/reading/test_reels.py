import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import fivefold as ff
from fivefold.codecs.animation import animated_png
from fivefold.reading.options import Reading
from fivefold.reading.packed import members_of
from fivefold.reading.reels import reels_of
from fivefold.reading.source import read

RNG = np.random.default_rng(0)


def write_frames(folder, count=3, first=0, name="{:03d}.png"):
    folder.mkdir(parents=True, exist_ok=True)
    frames = RNG.integers(0, 256, (count, 6, 7)).astype(np.uint8)
    for number, frame in enumerate(frames, first):
        Image.fromarray(frame).save(folder / name.format(number))
    return frames


@pytest.fixture
def drifts(tmp_path):
    """Class folders of folders of frames, and the clips by their paths."""
    return tmp_path / "drifts", {
        (label, take): write_frames(tmp_path / "drifts" / label / take, count=2 + len(take))
        for label in ("left", "right")
        for take in ("a", "bb", "c", "dd", "e", "f")
    }


def test_folders_of_numbered_pictures_are_clips_of_their_class(drifts):
    folder, clips = drifts
    raw = read(folder)
    assert raw.columns["label"].tolist() == ["left"] * 6 + ["right"] * 6
    for cell, clip in zip(raw.columns["video"], clips.values(), strict=True):
        assert np.array_equal(cell[..., 0], clip)
    [told] = [finding for finding in raw.findings if finding.code == "frames_as_clips"]
    assert (told.numbers["folders"], told.numbers["fewest"], told.numbers["most"]) == (12, 3, 4)


def test_archive_of_them_is_read_as_the_folder_is(drifts):
    folder, _ = drifts
    packed = shutil.make_archive(str(folder), "zip", folder)
    here, there = read(folder), read(packed)
    for cell, other in zip(here.columns["video"], there.columns["video"], strict=True):
        assert np.array_equal(cell, other)


def test_rows_to_be_answered_are_the_clips_of_a_folder_or_the_folder_itself(drifts):
    folder, _ = drifts
    asked = Reading(
        names=("video", "label"), inputs=("video",), files=frozenset({"video"}), reels=True
    )
    assert len(read(folder, asked)) == 12
    [cell] = read(folder / "left" / "bb", asked).columns["video"]
    assert isinstance(cell, Path)
    assert sorted(path.name for path in cell.iterdir()) == [f"{n:03d}.png" for n in range(4)]


@pytest.mark.parametrize("layout", ["classes", "parts", "gaps", "one", "names"])
def test_pictures_that_are_no_frames_stay_pictures(tmp_path, layout):
    for label in ("left", "right"):
        if layout == "classes":
            write_frames(tmp_path / label)
        elif layout == "parts":
            for part in ("train", "test"):
                write_frames(tmp_path / part / label)
        elif layout == "gaps":
            write_frames(tmp_path / label / "a", first=40)
            write_frames(tmp_path / label / "b", first=43)
        elif layout == "one":
            write_frames(tmp_path / label / "images", name=f"{label}_{{}}.png")
        else:
            write_frames(tmp_path / label / "a")
            write_frames(tmp_path / label / "b", count=1, name="portrait.png")
            write_frames(tmp_path / label / "b", count=1, name="landscape.png")
    raw = read(tmp_path)
    assert "image" in raw.columns
    assert reels_of(members_of(tmp_path)) == []


def test_kinds_say_what_numbered_pictures_are(drifts, tmp_path):
    folder, _ = drifts
    collect = ff.Collect(folder, kinds={"image": "image"})
    found = ff.Pipeline([collect]).run(progress=False)[ff.Collected]
    assert (found.schema.inputs[0].kind, len(found.table)) == ("image", 40)
    for label in ("left", "right"):
        for take in range(5):
            write_frames(tmp_path / "odd" / label / str(take), first=7)
    collect = ff.Collect(tmp_path / "odd", kinds={"video": "video"})
    found = ff.Pipeline([collect]).run(progress=False)[ff.Collected]
    assert (found.schema.inputs[0].kind, len(found.table)) == ("video", 10)


def test_pictures_that_move_are_clips_where_most_of_them_do(tmp_path):
    clip = RNG.integers(0, 256, (3, 5, 5, 1)).astype(np.uint8)
    for label in ("left", "right"):
        (tmp_path / label).mkdir()
        for number in range(3):
            (tmp_path / label / f"{number}.png").write_bytes(animated_png(clip[: 3 - number // 2]))
    assert "video" in read(tmp_path).columns
    for label in ("left", "right"):
        for number in range(3):
            (tmp_path / label / f"{number}.png").write_bytes(animated_png(clip[:1]))
    assert "image" in read(tmp_path).columns


def test_texts_of_a_table_name_films_and_folders_of_frames(drifts):
    folder, clips = drifts
    (folder / "one.png").write_bytes(animated_png(clips["left", "a"][..., None]))
    table = folder / "table.csv"
    table.write_text("clip,y\none.png,1\none.png,2\n")
    assert read(table).types["clip"] == "footage"
    table.write_text("clip,y\nleft/a,1\nright/bb,2\n")
    asked = Reading(files=frozenset({"clip"}), reels=True)
    assert read(table, asked).columns["clip"].tolist() == [
        folder / "left" / "a",
        folder / "right" / "bb",
    ]


def test_damaged_clips_are_left_out_and_counted(drifts):
    folder, _ = drifts
    (folder / "left" / "a" / "001.png").write_bytes(b"")
    found = ff.Pipeline([ff.Collect(folder)]).run(progress=False)[ff.Collected]
    [told] = [finding for finding in found.findings if finding.code == "unreadable_videos"]
    assert told.numbers["count"] == 1
    assert "frame 001.png is empty" in told.sentence
