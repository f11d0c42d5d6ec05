"""The data sets that scikit-learn fetches: from its folder where they are, else from the web."""

from collections.abc import Callable
from typing import Any

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.core.scratch import scratch
from fivefold.errors import DataError
from fivefold.reading.names import DOCUMENTS, PICTURES
from fivefold.reading.raw import Raw, concatenate

TABLES = ("california_housing", "covtype")
PICTURED = ("olivetti_faces", "lfw_people")
TEXTS = ("20newsgroups",)
SETS = (*TABLES, *PICTURED, *TEXTS)


def read_fetched(name: str) -> Raw:
    """One of the sets that scikit-learn fetches.

    What is not in its folder is fetched to one that is gone afterwards.

    Args:
        name: `california_housing` (regression), `covtype` (a table of seven classes),
            `20newsgroups` (texts, with their parts), `olivetti_faces`, `lfw_people` (pictures).

    Raises:
        DataError: if it is not there, and cannot be fetched.
    """
    if name in TEXTS:
        parts = []
        for part, subset in ((0, "train"), (2, "test")):
            loaded = _loaded(name, subset=subset)
            raw = Raw.of(
                f"sklearn:{name}",
                {DOCUMENTS: (objects(loaded.data), None), "target": (_classes(loaded), "levels")},
                target="target",
            )
            parts.append(raw.replace(given=np.full(len(raw), part, np.int8)))
        return concatenate(parts, f"sklearn:{name}")
    loaded = _loaded(name)
    if name in PICTURED:
        pixels = np.asarray(loaded.images, np.float64)
        pixels = np.rint(pixels * (255 if pixels.max(initial=0) <= 1 else 1)).astype(np.uint8)
        read: dict[str, Any] = {PICTURES: (pixels[..., None], "raster")}
    else:
        names = map(str, loaded.feature_names)
        read = {key: (loaded.data[:, place], None) for place, key in enumerate(names)}
    read["target"] = (_classes(loaded) if name != TABLES[0] else loaded.target, None)
    return Raw.of(f"sklearn:{name}", read, target="target")


def _classes(loaded: Any) -> Any:
    """The names of the classes of the rows, or their numbers where classes have none."""
    names, found = getattr(loaded, "target_names", ()), np.asarray(loaded.target)
    several = len(names) > found.max(initial=0)
    return objects(str(names[place]) for place in found) if several else found.astype(np.int64)


def _loaded(name: str, **more: Any) -> Any:
    from sklearn import datasets

    fetch: Callable[..., Any] = getattr(datasets, f"fetch_{name}")
    try:
        return fetch(download_if_missing=False, **more)
    except OSError:
        pass  # it is not there
    try:
        with scratch("sklearn") as folder:
            return fetch(data_home=folder, n_retries=1, delay=0.0, **more)
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "reason", None) or fault
        raise DataError.expected(
            f"sklearn:{name}",
            "a set that scikit-learn can fetch",
            "no connection to where it lies",
            f"Call sklearn.datasets.fetch_{name}() where there is a connection, and copy its "
            "folder, scikit_learn_data, here.",
            evidence=f"{str(reason).removesuffix('.')}.",
        ) from None
