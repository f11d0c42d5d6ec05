"""The sets of every field on which the default is judged: what is read, what is tested.

Pictures, sounds, sequences, texts, series and tables, as frames. Where the publisher names test
rows, those are taken; where rows belong together, all of one side.
"""

import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False)
class Part:
    """Rows to learn from, and perhaps rows to be judged on.

    Args:
        name: of the rows that are tested, where a set is tested in turns; else empty.
        train: frame with the target.
        test: frame with the target; None where `Split` draws them from `train`.
        collect: further settings of `Collect`.
    """

    name: str
    train: pd.DataFrame
    test: pd.DataFrame | None = None
    collect: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FieldSet:
    """One set of one field.

    Args:
        kind: of its main column.
        column: the name of that column; empty for tables.
        target: its column.
        parts: of the folder of data and one for what is unpacked, gives what is run.
        metric: `accuracy`, or `f1` of the class that `positive` names.
        seeds: that are run at most.
    """

    kind: str
    column: str
    target: str
    parts: Callable[[Path, Path], Iterator[Part]]
    metric: str = "accuracy"
    positive: str = ""
    seeds: int = 3


def _idx(path: Path) -> np.ndarray:
    """Of MNIST's form: a header of 8 bytes for labels, 16 for pictures of 28 x 28."""
    raw = np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8)
    return raw[8:] if "labels" in path.name else raw[16:].reshape(-1, 28, 28)


def fashion(folder: Path, _: Path) -> Iterator[Part]:
    def frame(part: str) -> pd.DataFrame:
        pictures = _idx(folder / f"fashion_{part}-images-idx3-ubyte.gz")
        labels = _idx(folder / f"fashion_{part}-labels-idx1-ubyte.gz")
        return pd.DataFrame({"image": list(pictures), "label": [f"c{n}" for n in labels]})

    yield Part("", frame("train"), frame("t10k"))


def cifar(folder: Path, scratch: Path) -> Iterator[Part]:
    zipfile.ZipFile(folder / "cifar10_subset_jpg.zip").extractall(scratch)

    def frame(part: str) -> pd.DataFrame:
        paths = sorted(p for p in scratch.rglob("*.jpg") if part in p.parts)
        labels = [path.parent.name for path in paths]
        return pd.DataFrame({"image": paths, "label": labels})

    yield Part("", frame("train"), frame("test"))


def _spoken(folder: Path, scratch: Path) -> pd.DataFrame:
    zipfile.ZipFile(folder / "fsdd_wav.zip").extractall(scratch)
    paths = sorted(scratch.rglob("*.wav"))
    names = [path.stem.split("_") for path in paths]
    return pd.DataFrame(
        {
            "sound": paths,
            "digit": [f"digit {digit}" for digit, _, _ in names],
            "speaker": [speaker for _, speaker, _ in names],
            "number": [int(number) for _, _, number in names],
        }
    )


def spoken(folder: Path, scratch: Path) -> Iterator[Part]:
    frame = _spoken(folder, scratch)
    tested = frame.number < 5
    kept = frame[["sound", "digit"]]
    yield Part("", kept[~tested].reset_index(drop=True), kept[tested].reset_index(drop=True))


def spoken_by_speaker(folder: Path, scratch: Path) -> Iterator[Part]:
    frame = _spoken(folder, scratch).drop(columns="number")
    for speaker in sorted(set(frame.speaker)):
        tested = frame.speaker == speaker
        train, test = (frame[rows].reset_index(drop=True) for rows in (~tested, tested))
        yield Part(speaker, train, test, {"group": "speaker"})


def news(folder: Path, _: Path) -> Iterator[Part]:
    frame = pd.read_csv(
        folder / "ag_news_7600.csv", header=None, names=["label", "title", "description"]
    )
    text = frame.title + " " + frame.description
    yield Part("", pd.DataFrame({"text": text, "label": "class " + frame.label.astype(str)}))


def spam(folder: Path, _: Path) -> Iterator[Part]:
    names = ["label", "text"]
    frame = pd.read_csv(folder / "sms_spam.tsv", sep="\t", header=None, names=names, quoting=3)
    yield Part("", frame.drop_duplicates("text", ignore_index=True))


def splice(folder: Path, _: Path) -> Iterator[Part]:
    yield Part("", pd.read_csv(folder / "dna_splice.csv").drop(columns="instance"))


def _movement(folder: Path) -> pd.DataFrame:
    """One row a sequence: `series` (steps, 4), `label`, `place`."""
    packed = zipfile.ZipFile(folder / "indoor_movement.zip")
    inside = {Path(name).name: name for name in packed.namelist()}

    def table(name: str) -> pd.DataFrame:
        frame = pd.read_csv(io.BytesIO(packed.read(inside[name])), skipinitialspace=True)
        return frame.rename(columns=lambda text: text.strip("# "))

    labels, places = table("MovementAAL_target.csv"), table("MovementAAL_DatasetGroup.csv")
    frame = labels.set_axis(["sequence", "label"], axis=1)
    frame["place"] = places.set_axis(["sequence", "place"], axis=1)["place"]
    frame["series"] = [
        table(f"MovementAAL_RSS_{number}.csv").to_numpy(np.float32) for number in frame.sequence
    ]
    frame["label"] = np.where(frame.label == 1, "moves", "stays")
    return frame[["series", "label", "place"]]


def movement(folder: Path, _: Path) -> Iterator[Part]:
    frame = _movement(folder)
    tested, kept = frame.place == 3, frame[["series", "label"]]
    yield Part("", kept[~tested].reset_index(drop=True), kept[tested].reset_index(drop=True))


def movement_folds(folder: Path, _: Path) -> Iterator[Part]:
    from sklearn.model_selection import StratifiedKFold

    frame = _movement(folder)[["series", "label"]]
    folds = StratifiedKFold(5, shuffle=True, random_state=0).split(frame, frame.label)
    for fold, (train, test) in enumerate(folds):
        rows = (frame.iloc[part].reset_index(drop=True) for part in (train, test))
        yield Part(f"fold {fold}", *rows)


def lifting(folder: Path, _: Path) -> Iterator[Part]:
    yield Part(
        "",
        pd.read_csv(folder / "har_weightlifting_train.csv.gz"),
        pd.read_csv(folder / "har_weightlifting_test.csv.gz"),
    )


def cards(folder: Path, _: Path) -> Iterator[Part]:
    frame = pd.read_csv(folder / "creditcard_fraud_sample.csv.gz")
    yield Part("", frame.assign(Class=np.where(frame.Class == 1, "fraud", "honest")))


FIELDSETS: dict[str, FieldSet] = {
    "fashion_mnist": FieldSet("image", "image", "label", fashion, seeds=1),
    "cifar10_subset": FieldSet("image", "image", "label", cifar),
    "spoken_digits": FieldSet("audio", "sound", "digit", spoken),
    "spoken_digits_by_speaker": FieldSet("audio", "sound", "digit", spoken_by_speaker, seeds=1),
    "dna_splice": FieldSet("sequence", "sequence", "label", splice),
    "ag_news": FieldSet("text", "text", "label", news),
    "sms_spam": FieldSet("text", "text", "label", spam, metric="f1", positive="spam"),
    "indoor_movement_place_3": FieldSet("series", "series", "label", movement),
    "indoor_movement_5_folds": FieldSet("series", "series", "label", movement_folds, seeds=1),
    "har_weightlifting": FieldSet("table", "", "classe", lifting),
    "creditcard": FieldSet("table", "", "Class", cards, metric="f1", positive="fraud"),
}
