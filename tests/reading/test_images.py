import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from fivefold.collect.tabulate import tabulate
from fivefold.errors import DataError
from fivefold.reading.images import read_classes
from fivefold.reading.packed import members_of, unpack


def png(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "png")
    return stream.getvalue()


def pixels(value, size=(6, 5)):
    return np.full((*size, 3), value, np.uint8)


@pytest.fixture
def folder(tmp_path):
    for value, name in enumerate(["cat/1.png", "cat/2.PNG", "dog/3.png", "dog/deep/4.png"]):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(pixels(value)))
    (tmp_path / "cat" / "notes.txt").write_text("no image")
    (tmp_path / "cat" / ".hidden.png").write_text("no image")
    return tmp_path


def test_folder_of_classes_becomes_one_array_and_labels(folder):
    raw = read_classes(members_of(folder), "pets")
    assert raw.columns["image"].dtype == np.uint8
    assert raw.columns["image"].shape == (4, 6, 5, 3)
    assert raw.columns["image"][:, 0, 0, 0].tolist() == [0, 1, 2, 3]
    assert raw.columns["label"].tolist() == ["cat", "cat", "dog", "dog"]
    assert raw.target == "label"
    assert raw.given is None
    assert raw.files[0]["files"] == 4


def test_images_of_several_sizes_stay_apart(folder):
    (folder / "dog" / "5.png").write_bytes(png(pixels(9, (3, 3))))
    images = read_classes(members_of(folder), "pets").columns["image"]
    assert images.dtype == object
    assert sorted({image.shape for image in images}) == [(3, 3, 3), (6, 5, 3)]


def test_truncated_and_false_images_are_counted_and_not_used(folder):
    whole = png(np.random.default_rng(0).integers(0, 255, (40, 40, 3)).astype(np.uint8))
    (folder / "cat" / "0.png").write_bytes(whole[: len(whole) // 2])
    (folder / "dog" / "9.jpg").write_bytes(b"no jpeg")
    raw = read_classes(members_of(folder), "pets")
    assert raw.unreadable == [0, 4]
    assert raw.columns["image"][0] is None
    assert [finding.code for finding in raw.findings] == ["unreadable_images"]
    told = raw.findings[0].numbers
    assert (told["count"], told["files"]) == (2, ["cat/0.png", "dog/9.jpg"])
    assert raw.findings[0].sentence.endswith(f"The first: {told['reason']}")
    assert "truncated" in told["reason"]


def test_part_folders_say_which_rows_are_which(tmp_path):
    for name in ["train/a/1.png", "train/b/2.png", "val/a/3.png", "test/b/4.png"]:
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / name).write_bytes(png(pixels(1)))
    raw = read_classes(members_of(tmp_path), "set")
    assert list(zip(raw.columns["label"], raw.given.tolist(), strict=True)) == [
        ("b", 2),
        ("a", 0),
        ("b", 0),
        ("a", 1),
    ]


def test_classes_called_train_and_bus_are_no_parts(tmp_path):
    for name in ["train/1.png", "bus/2.png"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(png(pixels(1)))
    raw = read_classes(members_of(tmp_path), "set")
    assert raw.columns["label"].tolist() == ["bus", "train"]
    assert raw.given is None


def test_zip_gives_the_same_rows_as_the_folder(folder):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, f"pets/{path.relative_to(folder)}")
    packed = read_classes(unpack(stream.getvalue(), "pets.zip"), "pets.zip")
    loose = read_classes(members_of(folder), "p")
    assert np.array_equal(packed.columns["image"], loose.columns["image"])
    assert packed.columns["label"].tolist() == loose.columns["label"].tolist()


def test_folder_without_images_and_images_without_classes_are_refused(tmp_path):
    (tmp_path / "a.txt").write_text("no image")
    with pytest.raises(DataError, match=r"found 1 file \(1 \.txt\)") as caught:
        read_classes(members_of(tmp_path), "empty")
    assert caught.value.rows == 0
    (tmp_path / "1.png").write_bytes(png(pixels(1)))
    with pytest.raises(DataError, match="found 1 file in no subfolder"):
        read_classes(members_of(tmp_path), "flat")


def test_images_outside_the_class_folders_are_left_out_with_a_finding(folder):
    (folder / "stray.png").write_bytes(png(pixels(1)))
    raw = read_classes(members_of(folder), "pets")
    assert len(raw) == 4
    assert [finding.code for finding in raw.findings] == ["stray_images"]


def test_folder_of_damaged_images_says_so(tmp_path):
    for place in range(16):
        path = tmp_path / "ab"[place % 2] / f"{place}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"no image")
    with pytest.raises(DataError, match=r"16 of 16 images cannot be read: a/0.png, .* 13 more"):
        read_classes(members_of(tmp_path), "photos")


def test_damaged_images_of_a_folder_are_errors_where_asked(tmp_path):
    for place in range(4):
        path = tmp_path / "ab"[place % 2] / f"{place}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(png(pixels(place)) if place else b"no image")
    raw = read_classes(members_of(tmp_path), "photos")
    with pytest.raises(DataError, match=r"found that 1 of 4 images cannot be read: a/0\.png"):
        tabulate(raw, targets=("label",), on_bad="error")


@pytest.mark.parametrize(
    ("files", "remedy"),
    [
        ({"a/1.png": b"no", "b/2.png": b"no"}, "Save them again as PNG or JPEG."),
        ({"a/1.wav": b"no", "b/2.wav": b""}, "Save them again as WAV or FLAC."),
        ({"a/1.csv": b"x,y\n", "b/2.csv": b"hello,you\n"}, "Save them again as CSV"),
    ],
)
def test_files_that_cannot_be_read_are_to_be_saved_as_their_kind_is(tmp_path, files, remedy):
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_classes(members_of(tmp_path), "set")
    assert caught.value.remedy.startswith(remedy)
    assert caught.value.evidence  # what is wrong with the first
    assert caught.value.facts["files"] == tuple(files)
