import numpy as np

from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.kinds.codec import Codec
from fivefold.preprocess.summary import summarise


def test_summary_counts_what_went_in():
    schema = Schema(
        columns=(
            Column(name="x", kind="numeric"),
            Column(name="z", kind="numeric"),
            Column(name="c", kind="categorical"),
            Column(name="p", kind="image"),
            Column(name="y", kind="numeric", role="target"),
        ),
        targets=("y",),
        task="regression",
    )
    table = Columns(
        {
            "x": np.array([1.0, 2.0]),
            "z": np.array([1.0, np.nan]),
            "c": np.array(["a", "b"], object),
            "p": np.zeros((2, 3, 4, 3), np.uint8),
            "y": np.array([1.0, 2.0]),
        }
    )
    codec = Codec.fit(table, schema, np.array([0, 1]))
    assert summarise(codec, 1_200, 1) == (
        "Fitted on 1,200 training rows: 2 numbers (+ 1 missing), "
        "1 category column (2 values kept, onehot), image 'p' (3x4 RGB); "
        "1 row left out as outliers."
    )
