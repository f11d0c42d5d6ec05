"""The data sets that scikit-learn brings along, nothing to download."""

from difflib import get_close_matches

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.table import Array
from fivefold.errors import DataError
from fivefold.reading.names import PICTURES
from fivefold.reading.raw import Raw

SETS = ("digits", "iris", "wine", "breast_cancer", "diabetes")
LICENCE = "as distributed with scikit-learn (BSD-3-Clause)"


def unknown_set(name: str) -> DataError | None:
    """The fault of a name that is none of the bundled sets, or None."""
    if name in SETS:
        return None
    near = next(iter(get_close_matches(name, SETS, n=1, cutoff=0.6)), "")
    return DataError(
        f"sklearn:{name}: expected one of {', '.join(SETS)}, found {name!r}.",
        remedy=f'Write "sklearn:{near or SETS[0]}".',
        name=name,
    )


def read_bundled(name: str) -> Raw:
    """One of scikit-learn's bundled sets.

    Args:
        name: `digits` (images of 8 x 8, stretched from 0..16 to 0..255, and `digit`), `iris`,
            `wine`, `breast_cancer` (tables with classes by name) or `diabetes` (regression).

    Raises:
        DataError: if there is no such set.
    """
    fault = unknown_set(name)
    if fault is not None:
        raise fault
    from sklearn import datasets

    loaded = getattr(datasets, f"load_{name}")()
    source = f"sklearn:{name}"
    if name == "digits":
        pixels = np.rint(loaded.images * (255 / 16)).astype(np.uint8)
        columns: dict[str, Array] = {PICTURES: pixels[..., None], "digit": loaded.target}
        return Raw(
            name=source,
            columns=columns,
            types={PICTURES: "raster"},
            target="digit",
            licence=LICENCE,
        )
    columns = {str(key): loaded.data[:, place] for place, key in enumerate(loaded.feature_names)}
    target = np.asarray(loaded.target)
    if hasattr(loaded, "target_names"):
        target = objects(str(loaded.target_names[index]) for index in target)
    return Raw(name=source, columns={**columns, "target": target}, target="target", licence=LICENCE)
