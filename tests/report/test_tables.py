import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivefold.core.estimate import Estimate
from fivefold.core.wording import inert
from fivefold.report.tables import aligned, cell, cells, markdown, shortened


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (0.000123456, "0.0001235"),
        (12345.6, "12,346"),
        (2021, "2021"),
        (np.int64(48842), "48,842"),
        (np.bool_(False), "no"),
        (None, ""),
        (float("nan"), ""),
        (pd.NaT, ""),
        (("onnx", "torch"), "onnx, torch"),
        ("<1H OCEAN", "<1H OCEAN"),
        (Estimate(0.5, low=0.4, high=0.6, method="wilson", n=9), "0.5000 [0.4000, 0.6000]"),
        (Estimate(0.5, method="too few rows", n=9), "0.5 (too few rows)"),
        (Estimate(float("nan"), method="one class only", n=9), "not defined (one class only)"),
        (Estimate(0.0, low=0.0, high=0.0, method="itself", n=9), ""),
    ],
)
def test_cell_of_each_type_reads_as_people_write_it(value: object, wanted: str) -> None:
    assert cell(value) == wanted


def test_markdown_numbers_stand_right_and_headings_read_as_words() -> None:
    frame = pd.DataFrame({"model_name": ["a", "bcd"], "test_rows": [0.5, 12345.0]})
    assert markdown(frame).splitlines() == [
        "| model name | test rows |",
        "| --- | ---: |",
        "| a | 0.5 |",
        "| bcd | 12,345 |",
    ]


def test_markdown_long_frame_counts_what_it_leaves_out() -> None:
    assert markdown(pd.DataFrame({"a": range(55)})).splitlines()[-1] == "and 5 more rows"


def test_cells_named_index_is_a_column() -> None:
    frame = pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="class"))
    assert cells(frame) == (["class", "a"], [["x", "1"]], [False, True])


def test_cells_empty_frame_has_its_headings() -> None:
    assert cells(pd.DataFrame({"a": [], "b": []}))[0] == ["a", "b"]


def test_aligned_two_columns_have_equal_widths() -> None:
    assert aligned([["a", "1"], ["bb", "22"]], [False, True]) == ["a    1", "bb  22"]


def test_markdown_cell_with_bars_and_tags_stays_one_cell() -> None:
    frame = pd.DataFrame({"class": ["<b>|x|</b>\n## head"], "n": [3]})
    row = markdown(frame).splitlines()[2]
    assert row == r"| &lt;b&gt;\|x\|&lt;/b&gt; \#\# head | 3 |"


@given(st.text())
def test_inert_any_text_is_one_line_without_tags(words: str) -> None:
    safe = inert(words)
    assert len(safe.splitlines()) <= 1
    assert "<" not in safe
    assert "|" not in safe.replace("\\|", "")


@pytest.mark.parametrize(("label", "wanted"), [("ab", "ab"), ("a\nb", "a b"), (12, "12")])
def test_shortened_short_label_is_kept(label: object, wanted: str) -> None:
    assert shortened(label) == wanted
