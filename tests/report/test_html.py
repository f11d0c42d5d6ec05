import re
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

from fivefold.artifacts import Deployed
from fivefold.core.estimate import Estimate
from fivefold.report.html import render
from fivefold.report.pictures import themed
from fivefold.report.reported import Reported

VOID = {"meta", "br", "img", "link", "input", "hr"}


class Page(HTMLParser):
    """Collects tags, texts and addresses; notes tags that do not close."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attributes:
            if name in ("src", "href", "xlink:href"):
                self.links.append(value or "")
            if name == "id":
                self.ids.append(value or "")

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_render_any_task_is_well_formed_and_needs_nothing_else(
    a_run: Any, deployed: Deployed, task: str
) -> None:
    text = render(Reported(**a_run(task), deployed=deployed), recipe='{"format": "x"}')
    page = Page(text)
    assert page.open == []
    assert "script" not in page.tags
    assert not re.search(r"&lt;/?(small|code|td|b)&gt;", text)  # no markup of ours is told as text
    assert all(link.startswith("#") for link in page.links)
    assert len(page.ids) == len(set(page.ids))
    assert page.tags.count("figure") == (4 if task == "regression" else 6)
    assert not re.search(r"@import|url\((?!#)", text)


def test_render_same_artifacts_same_page(a_run: Any, a_page: Any) -> None:
    assert render(Reported(**a_run())) == a_page()


def test_render_names_from_data_are_text(a_page: Any, evil: str) -> None:
    text = a_page("multiclass")
    assert "<script" not in text
    words = Page(text).words
    assert evil in words
    assert f"{evil} is 0 everywhere." in words


def test_render_leads_with_the_verdict_then_scores_and_findings(a_page: Any) -> None:
    text = a_page()
    order = ["Is it good?", "Can I trust it?", "What next?", "ROC-AUC", ">histogram<"]
    order += ["target_leakage", "<figure"]
    places = [text.index(word) for word in order]
    assert places == sorted(places)
    assert "95% interval 0.9200 to 0.9400 (wilson)" in text


def test_render_few_test_rows_leads_with_folds(a_page: Any) -> None:
    text = a_page(test_rows=60, folds=True)
    assert "There are only 60 test rows, so the folds come first." in text
    assert "5 folds" in text
    assert "so the folds come first" not in a_page(test_rows=60)


def test_render_split_counts_rows_by_class(a_run: Any, a_page: Any) -> None:
    run = a_run()
    counts = [int((run["preprocessed"].test.target == k).sum()) for k in (0, 1)]
    words = Page(a_page()).words
    place = words.index("test")
    row = [word for word in words[place : place + 12] if word]
    assert row[:5] == ["test", "500", "50.0%", str(counts[0]), str(counts[1])]


def test_render_states_where_the_data_came_from(a_page: Any) -> None:
    words = Page(a_page()).words
    assert "ab" * 32 in words


def test_render_recipe_that_is_no_json_is_shown_as_it_is(a_run: Any) -> None:
    assert "not &lt;json&gt;" in render(Reported(**a_run()), recipe="not <json>")


def test_themed_known_colours_follow_the_page_and_text_stays() -> None:
    svg = '<text style="fill: #24292f">#24292f</text><path style="stroke: #123456"/>'
    assert themed(svg) == (
        '<text style="fill: var(--ink, currentColor)">#24292f</text><path style="stroke: #123456"/>'
    )


def test_render_serious_findings_stand_above_the_scores_that_they_mark(
    a_run: Any, a_page: Any
) -> None:
    run = a_run()
    words = [word for word in Page(a_page()).words if word]
    assert words.index("!") < words.index("! ROC-AUC")
    assert words.count("!") == 2  # of the trust in it, and of the data
    assert "ROC-AUC" not in words[: words.index("Findings")]
    run["collected"] = run["collected"].replace(findings=())
    words = [word for word in Page(render(Reported(**run))).words if word]
    assert not any(word.startswith("!") for word in words)
    assert "ROC-AUC" in words[: words.index("Findings")]


def test_render_score_that_is_not_defined_gives_its_reason(a_run: Any) -> None:
    run = a_run()
    reason = Estimate(float("nan"), method="one class only", n=500)
    scores = {**run["evaluated"].metrics, "roc_auc": reason}
    run["evaluated"] = run["evaluated"].replace(metrics=scores)
    words = Page(render(Reported(**run))).words
    place = words.index("! ROC-AUC")
    assert [word for word in words[place:] if word][1:3] == ["not defined", "one class only"]
    assert "nan" not in words


def test_render_scores_by_weight_stand_below_the_plain_ones(a_page: Any, evil: str) -> None:
    assert not any("weighted" in word for word in Page(a_page()).words)
    words = Page(a_page(weights=True)).words
    place = words.index(f"The same rows, weighted by {evil}w")
    assert place > words.index("Scores on the test rows")
    assert "0.8800" in words[place:]
    assert (
        f"On the diagonal, a probability means what it says. Rows are weighted by {evil}w." in words
    )


@pytest.mark.slow
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_render_a_page_does_not_grow_with_the_rows(a_page: Any, task: str) -> None:
    few, many = (len(a_page(task, test_rows=rows).encode()) for rows in (1_000, 30_000))
    assert many < 1.1 * few
    assert many < 500_000


def test_render_shows_no_mapping_and_tells_a_file_that_is_all_once(a_run: Any) -> None:
    run = a_run()
    digest = "ab" * 32
    provenance = {
        **run["collected"].provenance,
        "windows": '{"target": "count", "horizon": 24, "past": [], "step": null}',
        "files": [{"path": "/data/a.csv", "sha256": digest, "bytes": 57_018}],
    }
    run["collected"] = run["collected"].replace(provenance=provenance)
    words = [w for w in Page(render(Reported(**run))).words if w]
    place = words.index("windows, horizon")
    assert words[place + 1] == "24"
    assert not any("{" in word for word in words[words.index("The data") :])
    assert words[words.index("The data") :].count(digest) == 1


def test_render_counts_have_thousands_and_a_seed_is_a_name(a_run: Any) -> None:
    run = a_run()
    run["trained"] = run["trained"].replace(
        settings={**run["trained"].settings, "tree_nodes": 1156, "seed": 2726019645}
    )
    words = [w for w in Page(render(Reported(**run))).words if w]
    assert words[words.index("tree nodes") + 1] == "1,156"
    assert words[words.index("seed") + 1] == "2726019645"


def test_render_tells_findings_once_and_other_limitations_apart(a_run: Any) -> None:
    run = a_run()
    sentence = run["collected"].findings[0].sentence
    rows = {"limitation": [sentence, "One seed."], "evidence": ["finding constant", "none"]}
    tables = {**run["evaluated"].tables, "limitations": pd.DataFrame(rows)}
    run["evaluated"] = run["evaluated"].replace(tables=tables)
    words = [w for w in Page(render(Reported(**run))).words if w]
    last = words[words.index("Limitations") :]
    assert "One seed." in last
    assert sentence not in last
    assert sentence in words
