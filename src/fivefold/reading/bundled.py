"""The data sets of scikit-learn by name: those that it brings along, and those it fetches."""

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.core.wording import nearest
from fivefold.errors import DataError
from fivefold.reading import fetched
from fivefold.reading.names import PICTURES
from fivefold.reading.raw import Raw, Read

SETS = ("digits", "iris", "wine", "breast_cancer", "diabetes")
LICENCE = "as distributed with scikit-learn (BSD-3-Clause)"


def unknown_set(name: str) -> DataError | None:
    """The fault of a name that is none of the bundled sets, or None."""
    known = (*SETS, *fetched.SETS)
    if name in known:
        return None
    remedy = f'Write "sklearn:{nearest(name, known) or SETS[0]}".'
    return DataError.expected(
        f"sklearn:{name}", f"one of {', '.join(known)}", f"{name!r}", remedy, name=name
    )


def read_bundled(name: str) -> Raw:
    """One of scikit-learn's bundled sets.

    Args:
        name: `digits` (images of 8 x 8, stretched from 0..16 to 0..255, and `digit`), `iris`,
            `wine`, `breast_cancer` (tables with classes by name) or `diabetes` (regression); or one
            that is fetched, see `read_fetched`.

    Raises:
        DataError: if there is no such set.
    """
    fault = unknown_set(name)
    if fault is not None:
        raise fault
    if name in fetched.SETS:
        return fetched.read_fetched(name)
    from sklearn import datasets

    loaded = getattr(datasets, f"load_{name}")()
    said, target = np.asarray(loaded.target), "target"
    if name == "digits":
        pixels = np.rint(loaded.images * (255 / 16)).astype(np.uint8)
        read: dict[str, Read] = {PICTURES: (pixels[..., None], "raster")}
        target = "digit"
    else:
        read = {str(key): (loaded.data[:, n], None) for n, key in enumerate(loaded.feature_names)}
        if hasattr(loaded, "target_names"):
            said = objects(str(loaded.target_names[index]) for index in said)
    return Raw.of(f"sklearn:{name}", {**read, target: (said, None)}, target=target, licence=LICENCE)
