import numpy as np
import pandas as pd

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.report.whyrows import explanations, pictures


def test_regions_are_drawn_on_their_picture_which_stands_beside_them():
    head = {"row": 1, "true": "cat", "answered": "dog", "of": "dog", "unit": "", "score": 1.0}
    head |= {"base": 0.0, "beside": "the median colour", "by": "regions", "value": "", "error": 0.0}
    places = [("[0, 0, 1, 0.5]", 0.7), ("[0, 0.5, 1, 1]", 0.3)]
    table = pd.DataFrame([{**head, "name": at, "at": at, "added": some} for at, some in places])
    cells = np.array([None, None, None], dtype=object)
    cells[1] = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    columns = (Column(name="x", kind="image"), Column(name="y", kind="categorical", role="target"))
    schema = Schema(columns=columns, targets=("y",), task="binary", classes=("cat", "dog"))
    collected = Collected(
        table=Columns({"x": cells, "y": np.array(["cat", "dog", "cat"], object)}),
        schema=schema,
        usable=np.ones(3, bool),
        given=None,
        findings=(),
        provenance={"source": "made"},
    )
    seen = pictures(collected, table)
    assert list(seen) == [1]
    assert seen[1].shape == (4, 4, 3)
    assert "<image" in explanations(table, seen)
    assert "<image" not in explanations(table)
    assert pictures(collected, table.assign(by="columns")) == {}
