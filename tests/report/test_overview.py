import json
from base64 import b64decode
from html.parser import HTMLParser
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

import fivefold as ff
from fivefold.artifacts import PARTS
from fivefold.codecs.schema import Column
from fivefold.collect.gather import gather
from fivefold.collect.wishes import Wishes
from fivefold.partition import draw
from fivefold.report.bars import LETTERS, bars, sparks
from fivefold.report.described import described
from fivefold.report.lines import breadth
from fivefold.report.overview import MOST, overview
from fivefold.tasks.known import task_of

SIGNS = "\x1b[31m\u202ered\u202c\x07"


def collected(target=None, task=None, rows=120, **columns):
    draw = np.random.default_rng(0)
    a = draw.normal(size=rows)
    source = {"a": a, "town": draw.choice(["A", "B", "C"], rows), **columns}
    asked = Wishes(target=target, task=None if task is None else task_of(task))
    return gather(source, asked)[0]


def seen_of(data, seed=0):
    return overview(data, draw(data, seed=seed))


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.every = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.every.append(tag)
        if tag not in ("br", "meta"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.every.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_overview_of_nasty_names_fits_a_terminal_and_steers_nothing(evil):
    rows = 120
    names = {
        f"{SIGNS}x": np.arange(rows) % 7 / 3,
        "a name that is much longer than a terminal has room for in its first column": np.tile(
            ["東京都千代田区丸の内一丁目" * 4, f"{SIGNS}{evil}", "e\u0301" * 99], rows // 3
        ),
        evil: np.tile([f"{evil}\n{SIGNS}", "no"], rows // 2),
    }
    seen = seen_of(collected(evil, **names))
    for width in (60, 80, 132):
        lines = seen.text(width).split("\n")
        assert max(map(breadth, lines)) <= width
    text = seen.text(80)
    html = seen._repr_html_()
    for told in (text, html):
        assert not any(sign in told for sign in "\x1b\x07\u202e\u202c")
    tags = Tags(html)
    assert tags.open == []
    assert "script" not in tags.every
    assert tags.every.count("svg") == 6  # five histograms, and which columns go together
    json.dumps(seen.to_json(), allow_nan=False)


def test_overview_tells_kinds_missing_cells_samples_and_what_is_left_out():
    rows = 120
    holes = np.where(np.arange(rows) % 4 == 0, np.nan, np.arange(rows) / 7)
    made = {
        "holes": holes,
        "number": np.arange(rows) + 1,
        "y": np.tile(["no", "yes"], 60),
        "alive": np.tile(["dead", "alive"], 60),
    }
    seen = seen_of(collected("y", **made))
    assert [one.name for one in seen.columns] == ["y", "a", "town", "holes", "number", "alive"]
    by_name = {one.name: one for one in seen.columns}
    assert by_name["holes"].missing == 30
    assert by_name["town"].distinct == 3
    assert set(by_name["town"].samples) == {"A", "B", "C"}
    assert by_name["number"].note == "ignored: row number"
    assert seen.sizes == tuple(len(getattr(draw(collected("y", **made), seed=0), p)) for p in PARTS)
    assert seen.findings[0].code == "target_leakage"
    text = seen.text(80)
    assert "task     binary: y, two classes, yes is the positive one" in text
    assert (
        f"{seen.sizes[0]} training, {seen.sizes[1]} validation, {seen.sizes[2]} test rows" in text
    )
    assert "! serious: Column `alive` alone predicts `y`" in text
    assert "left out number: row number" in text
    assert "- number" in text


def test_histograms_by_target_count_no_test_row():
    y = np.tile(["no", "yes"], 60)
    plain = collected("y", y=y)
    parts = draw(plain, seed=0)
    moved = plain.table.column("a").copy()
    moved[parts.test] += 100.0
    seen = overview(plain, parts)
    other = overview(plain.replace(table=plain.table.replace({"a": moved})), parts)
    assert seen.groups == ("no", "yes")
    one, two = (next(c for c in each.columns if c.name == "a") for each in (seen, other))
    assert one.counts.sum() == len(parts.train) + len(parts.valid)
    learnt = np.sort(np.concatenate([parts.train, parts.valid]))
    assert one.counts.sum(axis=0).tolist() == [(y[learnt] == label).sum() for label in one.groups]
    assert two.counts.sum(axis=0).tolist() == one.counts.sum(axis=0).tolist()
    assert two.counts[-1].sum() == 0  # the numbers that moved are in no bar


def test_histograms_by_a_number_are_of_thirds_and_by_many_classes_of_four():
    numbers = seen_of(collected("y", y=np.random.default_rng(1).normal(size=120)))
    assert numbers.groups[0] == "the lowest third"
    total = numbers.columns[0].counts.sum(axis=0)
    assert total.max() - total.min() <= 2
    shares = np.repeat(list("abcdef"), [40, 30, 20, 12, 10, 8])
    classes = seen_of(collected("y", y=np.random.default_rng(2).permutation(shares)))
    assert classes.groups == ("a", "b", "c", "3 others")


SEVERAL = {"u": np.random.default_rng(3).normal(size=120), "v": np.tile(["x", "y"], 60)}
TASKS = {
    "none": ({}, None, None),
    "binary": ({"y": np.tile([0, 1], 60)}, "y", None),
    "multiclass": ({"y": np.tile(list("pqr"), 40)}, "y", None),
    "ordinal": ({"y": np.tile([1, 2, 3], 40)}, "y", "ordinal"),
    "count": ({"y": np.random.default_rng(1).poisson(3, 120)}, "y", "count"),
    "regression": ({"y": np.random.default_rng(1).normal(size=120)}, "y", None),
    "constant": ({"y": np.r_[np.zeros(119), 1.0]}, "y", "regression"),
    "multilabel": ({"y": np.tile(["p;q", "q", "p;r"], 40)}, "y", "multilabel"),
    "several": (SEVERAL, ("u", "v"), None),
    "anomaly": ({}, None, "anomaly"),
    "judged anomaly": ({"y": np.tile([0, 0, 0, 1], 30)}, "y", "anomaly"),
}


@pytest.mark.parametrize("name", TASKS)
def test_overview_of_any_task_says_something(name):
    columns, target, task = TASKS[name]
    data = collected(target, task, **columns) if name != "none" else None
    if data is None:
        source = {"a": np.arange(9.0) / 2, "b": np.tile(list("xyz"), 3)}
        data = gather(source, Wishes(may_lack_target=True))[0]
        seen = overview(data)
        assert "none" in seen.text(80)
    else:
        seen = seen_of(data)
        assert data.schema.task in seen.text(80)
    shown = sum(seen.sizes[:2]) if seen.sizes else 9
    assert all(one.counts.sum() <= shown for one in seen.columns)
    assert len(seen.columns) == len(data.schema.columns)
    assert seen._repr_html_().split("</table>")[0].count("<tr>") == 1 + len(seen.columns)
    assert len(seen.frame()) == len(seen.columns)
    json.dumps(seen.to_json(), allow_nan=False)


def test_overview_of_placed_answers_says_something():
    rows = 40
    lists = np.empty(rows, object)
    tags = np.empty(rows, object)
    pictures = np.zeros((rows, 8, 8, 3), np.uint8)
    masks = np.tile(np.eye(8, dtype=np.uint8), (rows, 1, 1))
    pictures[:, 0, 0, 0] = np.arange(rows)
    for row in range(rows):
        lists[row] = [f"w{row}", "says", "so"]
        tags[row] = ["N", "V", "N"]
    for source, target in (
        ({"words": lists, "y": tags}, "y"),
        ({"picture": pictures, "mask": masks}, "mask"),
    ):
        data = gather(source, Wishes(target=target))[0]
        seen = seen_of(data)
        assert seen.groups == ("",)
        assert seen.columns[0].role == "target"
        assert seen.text(80)
        assert seen._repr_html_()


def test_overview_of_a_wide_table_describes_the_first_columns():
    many = {f"c{n}": np.random.default_rng(n).normal(size=40) for n in range(120)}
    data = gather({**many, "y": np.tile([0, 1], 20)}, Wishes(target="y"))[0]
    seen = overview(data, draw(data, seed=0), first={"c119"})
    assert [one.name for one in seen.columns[:3]] == ["y", "c119", "c0"]
    assert len(seen.columns) == MOST
    assert seen.left_out == 21
    assert "and 21 more columns" in seen.text(80)
    assert len("".join(row["bars"] for row in seen.rows_of_page())) < 120_000


def test_rows_of_page_show_no_personal_data_of_samples():
    mails = np.tile(["ann@example.org", "bob@example.org"], 60)
    data = collected("y", y=np.tile([0, 1], 60), mail=mails)
    [row] = [row for row in seen_of(data).rows_of_page() if row["name"] == "mail"]
    assert "example.org" not in json.dumps(row)
    assert "[e-mail address]" in row["values"]


def test_pictures_of_a_page_are_the_first_cells_and_small():
    pictures = np.empty(30, object)
    for row in range(30):
        pictures[row] = np.full((60, 96, 3), 2 * row, np.uint8)
    pictures[0] = None
    data = gather({"photo": pictures, "y": np.tile([0, 1], 15)}, Wishes(target="y"))[0]
    shown = described(data.schema["photo"], data.table.column("photo")).pictures
    sizes = [Image.open(BytesIO(b64decode(one))) for one in shown]
    assert [one.size for one in sizes] == [(48, 30)] * 3
    assert [one.getpixel((0, 0))[0] for one in sizes] == [2, 4, 6]
    html = seen_of(data)._repr_html_().split("</table>")[0]
    assert html.count("data:image/png;base64,") == 3
    assert html.count('alt="a cell of photo"') == 3


def test_described_large_cells_are_counted_on_some_rows():
    texts = np.array([f"word {n} and so on" for n in range(10_000)], object)
    said = described(Column(name="t", kind="text"), texts)
    assert said.counts.sum() == len(texts[::3])
    assert said.distinct == 10_000
    assert said.what == "words"


def test_spread_says_what_most_cells_are_or_from_where_to_where_they_go():
    def spread(kind, values):
        return described(Column(name="x", kind=kind), values).spread

    assert spread("boolean", np.array([1.0, 1.0, 0.0, np.nan])) == "mostly True (67%)"
    assert spread("numeric", np.array([0.0, 1.0, 1.0, 1.0])) == "mostly 1 (75%)"
    assert spread("numeric", np.arange(50_000.0)) == "0 to 49,999"
    assert spread("categorical", np.array(["b", "a", "b", None], object)) == "mostly b (67%)"
    assert spread("text", np.array(["so it is", "well", "as it is"], object)) == "words 1 to 3"
    assert spread("image", np.zeros((2, 5, 4, 1), np.uint8)) == "height 5"


def test_described_shows_values_that_are_rare():
    values = np.zeros(5000)
    values[4000:4002] = 7.0, 9.0
    values[0] = np.nan
    assert described(Column(name="x", kind="numeric"), values).samples == ("0", "7", "9")


def test_overview_of_a_forecast_shows_the_first_step_and_what_it_is_made_of():
    days = np.datetime64("2024-01-01", "us") + np.arange(80) * np.timedelta64(1, "D")
    series = {"day": days, "sold": np.arange(80.0) % 7, "price": np.arange(80.0) % 5}
    seen = ff.look(series, target="sold", time="day", horizon=3, known=("price",))
    assert [one.name for one in seen.columns][:3] != ["sold+1", "sold+2", "sold+3"]
    assert seen.columns[0].name == "sold+1"
    assert "sold+3" in [one.name for one in seen.columns[-4:]]
    assert seen.groups == ("",)


def test_sparks_rise_with_counts():
    counts = np.array([0, 1, 50, 100])
    letters = sparks(counts)
    assert letters[0] == " "
    assert letters[1] == LETTERS[0]
    assert letters[3] == LETTERS[-1]
    assert letters[1] < letters[2] < letters[3]


def test_bars_of_each_group_are_as_high_as_its_shares():
    svg = bars(np.array([[10, 0], [30, 1]]), label='a "<b>"')
    assert "<title>a &quot;&lt;b&gt;&quot;</title>" in svg
    # of the first group a quarter and three quarters, of the second all in the second bin
    assert "M0 28v-7h5v7" in svg
    assert "M12 28v-21h5v21" in svg
    assert "M17 28v-28h5v28" in svg
    assert bars(np.zeros((0, 1), int), label="") == ""
