"""A table of 18 columns from its file to encoded parts: by hand, and by fivefold.

`data.py` starts it: `python prepare.py CONTENDER FOLDER FORM THREADS`; the answer is one line of
JSON with the seconds from the call to the arrays, and the peak memory of the process.
"""

import json
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

CONTENDERS = ("hand", "ours")
FORMS = ("csv", "parquet", "frame", "quoted")
CATEGORIES = ("city", "plan", "channel", "device", "segment")
FLOATS = tuple(f"f{number}" for number in range(10))


def write_forms(folder: Path, rows: int, forms: Iterable[str]) -> None:
    """The same table in each form; a frame is read from Parquet before the clock starts."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.normal(size=rows) for name in FLOATS})
    frame.loc[rng.random(rows) < 0.05, "f0"] = np.nan
    frame["count"] = rng.poisson(20, rows)
    frame["when"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1500, rows), "D")
    for number, name in enumerate(CATEGORIES):
        levels = np.array([f"{name} {level}" for level in range(4 + 9 * number)])
        frame[name] = levels[rng.integers(0, len(levels), rows)]
    signal = frame["f1"] + 0.5 * frame["count"] + rng.normal(size=rows) > 10
    frame["target"] = np.where(signal, "yes", "no")
    frame[:1000].to_csv(folder / "warm.csv", index=False)
    frame[:1000].to_parquet(folder / "warm.parquet", index=False)
    for form in forms:
        if form == "csv":
            frame.to_csv(folder / "csv.csv", index=False)
        elif form == "quoted":
            titled = frame.assign(city=frame["city"].str.replace(" ", ", "))
            titled.to_csv(folder / "quoted.csv", index=False)
        else:
            frame.to_parquet(folder / f"{form}.parquet", index=False)


def by_hand(source: Any) -> Any:
    """What a careful practitioner writes: read, split, fit on the training part, encode all."""
    import numpy as np
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    frame = source
    if not isinstance(source, pd.DataFrame):
        is_text = source.suffix == ".csv"
        frame = pd.read_csv(source, parse_dates=["when"]) if is_text else pd.read_parquet(source)
    target = (frame.pop("target") == "yes").astype(np.float32)
    frame["when"] = (frame["when"] - pd.Timestamp(0)) / pd.Timedelta("1D")
    numbers = [*FLOATS, "count", "when"]
    prepare = ColumnTransformer(
        [
            (
                "numbers",
                make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()),
                numbers,
            ),
            (
                "categories",
                OneHotEncoder(sparse_output=False, dtype=np.float32, handle_unknown="ignore"),
                list(CATEGORIES),
            ),
        ]
    )
    rest, test, y_rest, y_test = train_test_split(
        frame, target, test_size=0.2, stratify=target, random_state=0
    )
    train, valid, y_train, y_valid = train_test_split(
        rest, y_rest, test_size=0.25, stratify=y_rest, random_state=0
    )
    encoded = [prepare.fit_transform(train), prepare.transform(valid), prepare.transform(test)]
    return [part.astype(np.float32, copy=False) for part in encoded], [y_train, y_valid, y_test]


def by_fivefold(source: Any) -> Any:
    """Collect, with its findings, and Preprocess."""
    import fivefold as ff

    pipeline = ff.Pipeline([ff.Collect(source, target="target"), ff.Preprocess()])
    return pipeline.run(seed=0, progress=False)[ff.Preprocessed]


def main(arguments: list[str]) -> None:
    contender, folder, form, threads = arguments
    if int(threads):
        for name in ("OMP", "MKL", "OPENBLAS", "ARROW_NUM"):
            os.environ[f"{name}_NUM_THREADS"] = threads
    import pandas as pd
    import pyarrow as pa
    from alone import peak_megabytes

    if int(threads):
        pa.set_cpu_count(int(threads))
        pa.set_io_thread_count(int(threads))
    suffix = ".csv" if form in ("csv", "quoted") else ".parquet"
    source: Any = Path(folder) / f"{form}{suffix}"
    prepare = by_hand if contender == "hand" else by_fivefold
    prepare(Path(folder) / f"warm{suffix}")  # a session has imported what it needs
    if form == "frame":
        source = pd.read_parquet(source)
    started = time.perf_counter()
    kept = prepare(source)
    answer = {"seconds": time.perf_counter() - started, "megabytes": peak_megabytes("cpu")}
    print(json.dumps(answer))
    del kept


if __name__ == "__main__":
    main(sys.argv[1:])
