"""What changed between two versions of data, beside what pandas says of the same."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fivefold as ff
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.decided import Provenance
from fivefold.errors import ConfigError, DataError


def version(**columns: list[object]) -> ff.Collected:
    """Rows as they are collected, without a run."""
    arrays = {
        name: np.array(cells, np.float64 if isinstance(cells[0], float) else object)
        for name, cells in columns.items()
    }
    kinds = {n: "numeric" if a.dtype == np.float64 else "categorical" for n, a in arrays.items()}
    last = list(columns)[-1]
    schema = Schema(
        columns=tuple(
            Column(name=n, kind=k, role="target" if n == last else "input")
            for n, k in kinds.items()
        ),
        targets=(last,),
        task="multiclass",
        classes=tuple(sorted({str(cell) for cell in columns[last]})),
    )
    rows = len(columns[last])
    return ff.Collected(
        table=Columns(arrays),
        schema=schema,
        usable=np.ones(rows, bool),
        given=None,
        findings=(),
        provenance=Provenance(source="x.csv"),
    )


def test_rows_in_another_order_are_the_same_version():
    one = version(a=[1.0, 2.0, 3.0], y=["u", "v", "u"])
    other = version(a=[3.0, 1.0, 2.0], y=["u", "u", "v"])
    assert one.version == other.version
    assert other.changes_since(one).is_same
    assert "Nothing changed" in str(other.changes_since(one))
    assert version(a=[1.0, 2.0, 4.0], y=["u", "v", "u"]).version != one.version


ROWS = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0, 2.0]), st.sampled_from("uvw")), min_size=1, max_size=12
)


@settings(deadline=None, max_examples=40)
@given(ROWS, ROWS)
def test_rows_added_and_removed_are_those_of_counted_rows(first, second):
    from collections import Counter

    old, new = (version(a=[a for a, _ in r], y=[y for _, y in r]) for r in (first, second))
    found = new.changes_since(old)
    gone, come = Counter(first) - Counter(second), Counter(second) - Counter(first)
    assert Counter(second[place] for place in found.added) == come
    assert Counter(first[place] for place in found.removed) == gone
    assert found.rows_kept == len(second) - len(found.added)


def test_cells_that_changed_are_counted_by_key_as_a_join_counts_them():
    rng = np.random.default_rng(0)
    old = pd.DataFrame({"id": np.arange(50.0), "a": rng.normal(size=50), "y": ["u", "v"] * 25})
    new = old[5:].sample(frac=1, random_state=0).reset_index(drop=True)
    new.loc[new["id"].isin([7, 9, 30]), "a"] = 100.0
    new.loc[new["id"] == 9, "y"] = "w"
    new = pd.concat([new, pd.DataFrame({"id": [77.0], "a": [1.0], "y": ["u"]})])
    versions = [version(**{n: f[n].tolist() for n in f}) for f in (old, new)]
    found = versions[1].changes_since(versions[0], key="id")
    joined = old.merge(new, on="id", suffixes=("", "_new"))
    assert found.rows_kept == len(joined) == 45
    assert found.cells == {c: int((joined[c] != joined[f"{c}_new"]).sum()) for c in ("a", "y")}
    assert sorted(new["id"].to_numpy()[found.changed]) == [7, 9, 30]
    assert new["id"].to_numpy()[found.added].tolist() == [77]
    assert sorted(old["id"].to_numpy()[found.removed]) == [0, 1, 2, 3, 4]
    assert "classes 'u', 'v', 'w', was 'u', 'v'" in str(found)


def test_columns_that_came_went_or_are_read_otherwise_are_told():
    old = version(a=[1.0, 2.0], gone=[1.0, 1.0], y=["u", "v"])
    new = version(a=["1", "2"], come=[1.0, 1.0], y=["u", "v"])
    found = new.changes_since(old)
    assert (found.columns_added, found.columns_removed) == (("come",), ("gone",))
    assert found.columns_changed == ("`a`: kind categorical, was numeric",)
    assert found.rows_kept == 2  # a text that is a number is that number


def test_a_key_of_several_rows_or_of_no_column_is_refused():
    one = version(a=[1.0, 1.0], y=["u", "v"])
    with pytest.raises(DataError, match="1 value of several rows"):
        one.changes_since(one, key="a")
    with pytest.raises(ConfigError, match="`id`"):
        one.changes_since(one, key="id")
