"""Files of the idx format, as MNIST and its followers use it."""

import math
import struct
from collections.abc import Collection, Sequence
from pathlib import Path, PurePath

import numpy as np

from fivefold.codecs.table import Array
from fivefold.errors import DataError
from fivefold.reading.names import LABELS, PICTURES
from fivefold.reading.raw import Raw

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def is_idx(content: bytes) -> bool:
    """Whether the bytes begin as an idx file does: two zeros, a type, a number of axes."""
    return (
        len(content) > 4 and content[:2] == b"\0\0" and content[2] in _TYPES and 0 < content[3] < 5
    )


def parse_idx(content: bytes, name: str) -> Array:
    """The array of an idx file, in the machine's byte order.

    Raises:
        DataError: if the header is none, or announces more or fewer values than follow.
    """
    if not is_idx(content):
        remedy = "Pass the images file of an idx pair, gzipped or not."
        raise DataError.expected(name, "an idx file", "other bytes", remedy)
    dtype, axes = np.dtype(_TYPES[content[2]]), content[3]
    start = 4 + 4 * axes
    shape = struct.unpack(f">{axes}I", content[4:start].ljust(4 * axes, b"\0"))
    wanted = math.prod(shape) * dtype.itemsize
    if len(content) - start != wanted:
        raise DataError(
            f"{name}: expected {wanted:,} bytes of values for shape {shape}, "
            f"found {len(content) - start:,}.",
            remedy="Fetch the file again; it is cut short or damaged.",
            wanted=wanted,
            found=len(content) - start,
        )
    values = np.frombuffer(content, dtype, offset=start).reshape(shape)
    return values.astype(dtype.newbyteorder("="), copy=False)


def labels_name(images: str) -> str:
    """The name of the labels file beside an images file.

    Example:
        >>> labels_name("fashion_train-images-idx3-ubyte.gz")
        'fashion_train-labels-idx1-ubyte.gz'
    """
    return images.replace("images", "labels").replace("idx3", "idx1").replace("idx4", "idx1")


def images_among(paths: Collection[str]) -> list[str]:
    """Those that hold images and lie beside their labels; of equal names one, packed or not.

    Example:
        >>> images_among({"t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", "a.png"})
        ['t10k-images-idx3-ubyte.gz']
    """
    pairs = {path: labels_name(path) for path in sorted(paths) if "idx" in PurePath(path).name}
    there = [path for path, labels in pairs.items() if path != labels and labels in paths]
    return list({path.removesuffix(".gz"): path for path in there}.values())


def without_labels(paths: Sequence[Path]) -> list[Path]:
    """All but the labels that lie beside their images, with which they are read.

    Example:
        >>> pair = [Path("train-images-idx3-ubyte"), Path("train-labels-idx1-ubyte")]
        >>> [path.name for path in without_labels([*pair, Path("a.csv")])]
        ['train-images-idx3-ubyte', 'a.csv']
    """
    named = [(path, path.with_name(labels_name(path.name))) for path in paths]
    beside = {labels for path, labels in named if "idx" in path.name and path != labels}
    return [path for path in paths if path not in beside]


def read_idx(images: bytes, labels: bytes, name: str, labels_source: str) -> Raw:
    """Images as the column `image`, labels as the column `label`.

    Args:
        images: content of an idx file of three axes (grey) or four (with channels last).
        labels: content of an idx file of one axis.
        name: of the images file.
        labels_source: name of the labels file.

    Raises:
        DataError: if a file is damaged, or their lengths differ.
    """
    stack, classes = parse_idx(images, name), parse_idx(labels, labels_source)
    if stack.ndim not in (3, 4) or classes.ndim != 1 or len(stack) != len(classes):
        raise DataError(
            f"{name}: expected images (n, height, width) and labels (n,), found shapes "
            f"{stack.shape} and {classes.shape}.",
            evidence=f"Labels are read from {labels_source}.",
            remedy="Pass source=(images, labels) with the two files of one pair.",
            shapes=(stack.shape, classes.shape),
        )
    pictures = read_pictures(images, name)
    columns = {
        **pictures.columns,
        LABELS: classes if classes.dtype.kind == "f" else classes.astype(np.int64),
    }
    return pictures.replace(columns=columns, target=LABELS)


def read_pictures(images: bytes, name: str) -> Raw:
    """Images of an idx file as the column `image`, without labels.

    Raises:
        DataError: if the file is damaged, or holds something else.
    """
    stack = parse_idx(images, name)
    if stack.ndim not in (3, 4):
        raise DataError(
            f"{name}: expected images (n, height, width), found shape {stack.shape}.",
            remedy="Pass the images file of an idx pair.",
            shapes=(stack.shape,),
        )
    pictures = stack[..., None] if stack.ndim == 3 else stack
    return Raw(name=name, columns={PICTURES: pictures}, types={PICTURES: "raster"})
