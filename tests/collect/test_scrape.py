"""Scrape from a loopback site to a table and a trained model."""

import json

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.cli import main, parser
from fivefold.commands.label import opened
from fivefold.errors import ConfigError, DataError, PreflightError
from fivefold.web.frontier import Frontier
from loopback_site import Site, page

SELECT = {
    "title": "h1",
    "pay": ".pay::number",
    "text": "main",
    "day": "time@datetime",
    "price": "::jsonld.offers.price",
    "photo": "img@src::file",
}


def scrape(site, **changes):
    said = {"select": SELECT, "contact": "me@example.org", "follow": "/*", "keep": "/article/*"}
    said |= {"hosts": "127.0.0.2", "delay": 0.0, "allow_private": True, "target": "pay"}
    return ff.Scrape(f"{site.first}/", **{**said, **changes})


def collected(stage):
    return ff.Pipeline([stage]).run(seed=0, progress=False)[ff.Collected]


@pytest.fixture(scope="module")
def site():
    with Site(30, traps=False) as made:
        yield made


@pytest.fixture(scope="module")
def kept(site):
    return collected(scrape(site))


def test_pages_become_rows_with_kinds(kept):
    assert len(kept.table) == 30
    kinds = {column.name: (column.kind, column.role) for column in kept.schema.columns}
    assert kinds["pay"] == ("numeric", "target")
    assert kinds["text"] == ("text", "input")
    assert kinds["day"] == ("datetime", "input")
    assert kinds["photo"] == ("image", "input")
    titles = kept.table.column("title").tolist()
    assert sorted(titles) == sorted(f"Article {n}" for n in range(30))
    numbers = [int(title.split()[1]) for title in titles]
    np.testing.assert_array_equal(kept.table.column("pay"), [1000.5 + n for n in numbers])


def test_rows_say_where_they_come_from_and_nothing_is_learnt_from_that(kept, site):
    told = [one for one in kept.schema.columns if one.name in {"url", "sha256", "fetched_at"}]
    assert [one.role for one in told] == ["ignored"] * 3
    assert kept.table.column("url")[0] == f"{site.first}/article/0"
    assert kept.provenance.source == f"30 pages from {site.first}/"


def test_the_same_pages_have_the_same_digest_whenever_they_are_read(site, kept):
    again = collected(scrape(site))
    assert again.provenance.sha256 == kept.provenance.sha256
    assert again.table.column("text").tolist() == kept.table.column("text").tolist()


def test_a_kept_crawl_asks_for_nothing_again_with_other_selectors(site, tmp_path):
    collected(scrape(site, directory=tmp_path / "crawl"))
    site.asked.clear()
    other = {"head": "h1", "pay": ".pay::number"}
    found = collected(scrape(site, directory=tmp_path / "crawl", select=other))
    assert not site.asked
    assert found.table.column("head")[0].startswith("Article")


def test_the_folder_of_a_crawl_is_rows_to_label_and_asks_for_nothing(site, kept, tmp_path):
    folder = tmp_path / "crawl"
    collected(scrape(site, directory=folder))
    site.asked.clear()
    rows = ff.Label.rows(folder)
    assert not site.asked
    assert rows.is_open
    assert rows.table.column("title").tolist() == kept.table.column("title").tolist()
    np.testing.assert_array_equal(rows.table.column("pay"), kept.table.column("pay"))
    label = ff.Label(["a", "b"], by=["text"], directory=tmp_path / "labels")
    assert label.items(rows) == label.items(kept)
    words = ["label", str(folder), "--classes", "a,b", "--by", "text", "--no-model", "--port", "0"]
    words += ["--directory", str(tmp_path / "labels")]
    with opened(parser().parse_args(words)) as room:
        assert len(room.desk.shown.ids) == len(set(label.items(kept)))
    assert not site.asked
    with Frontier(folder / "crawl.sqlite") as frontier:
        frontier.keep_fact("recipe", "")  # as crawls before this version left it
    with pytest.raises(PreflightError, match="what rows are made of its pages") as caught:
        ff.Label.rows(folder)
    assert "fivefold scrape RECIPE.json --directory" in str(caught.value)
    assert "contact" not in str(rows.provenance)


def test_copies_stay_on_one_side_and_personal_data_is_told():
    words = np.random.default_rng(0).choice([f"w{n}" for n in range(500)], (12, 80))
    extra = {}
    for number, text in enumerate(words):
        body = f"<h1>{number}</h1><main>{' '.join(text)} ann{number}@example.org</main>"
        extra |= {
            f"/p/{number}": (200, {}, page("t", body)),
            f"/q/{number}": (200, {}, page("t", body)),
        }
    extra["/"] = (200, {}, page("i", "".join(f'<a href="{one}">x</a>' for one in extra)))
    with Site(1, traps=False, extra=extra) as site:
        stage = scrape(
            site, select={"n": "h1::number", "text": "main"}, keep=("/p/*", "/q/*"), target="n"
        )
        found = collected(stage)
        masked = collected(stage.replace(mask=True))
    codes = {finding.code for finding in found.findings}
    assert {"near_copies", "personal_data"} <= codes
    groups = pd.Series(found.table.column("copies")).groupby(found.table.column("n")).nunique()
    assert (groups == 1).all()
    assert found.schema["copies"].role == "group"
    assert "ann0@example.org" in found.table.column("text")[0]
    assert masked.table.column("text")[0].endswith("[e-mail address]")


def test_items_of_a_page_are_rows():
    body = "".join(f"<li class=card><b>{n}</b><i>{'ab'[n % 2]}</i></li>" for n in range(20))
    select = {"n": "b::number", "side": "i"}
    options = {"items": ".card", "keep": None, "follow": (), "kinds": {"n": "numeric"}}
    with Site(1, traps=False, extra={"/": (200, {}, page("i", f"<ul>{body}</ul>"))}) as site:
        found = collected(scrape(site, select=select, target="side", **options))
    assert found.table.column("n").tolist() == list(range(20))
    assert found.schema.task == "binary"


def test_a_model_is_trained_on_pages(site):
    pipeline = ff.Pipeline([
        scrape(site, select={"text": "main", "pay": ".pay::number"}),
        ff.Preprocess(),
        ff.Train(epochs=1),
        ff.Evaluate(baselines=()),
    ])  # fmt: skip
    result = pipeline.run(seed=0, progress=False)
    assert result[ff.Collected].provenance.source.startswith("30 pages")
    assert "rmse" in result.metrics


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"contact": ""}, ConfigError, "Scrape: expected a mail address or page as contact"),
        ({"select": {"url": "h1"}}, ConfigError, "other names than"),
        ({"select": {"a": "h1["}}, ConfigError, "a CSS selector"),
        ({"select": {"a": "h1::loud"}}, ConfigError, "one of the ways"),
        ({"refresh": True}, ConfigError, "a crawl to refresh"),
        ({"select": {"a": ".nowhere"}, "target": "a"}, DataError, "pages that become rows"),
    ],
)
def test_what_cannot_be_is_told_with_a_remedy(site, changes, error, words):
    with pytest.raises(error, match=words) as caught:
        ff.Pipeline([scrape(site, **changes)]).run(progress=False)
    assert str(caught.value).strip().splitlines()[-1].endswith(".")


def test_seeds_that_are_no_pages_are_refused_with_what_they_may_be():
    with pytest.raises(ConfigError, match=r"addresses such as https://example\.org, found"):
        ff.Scrape("example.org", select={"a": "h1"}, contact="me@example.org")


def test_a_password_in_a_seed_is_refused_and_not_shown():
    with pytest.raises(ConfigError, match="holds a key") as caught:
        ff.Scrape("https://me:s3cr3t@example.org", select={"a": "h1"}, contact="me@example.org")
    assert "s3cr3t" not in str(caught.value)


def test_the_shell_tells_what_was_found(tmp_path, capsys):
    body = page("t", "<h1>a</h1><main>ann@example.org</main>")
    with Site(1, traps=False, extra={"/": (200, {}, body)}) as site:
        recipe = {"seeds": f"{site.first}/", "select": {"text": "main"}, "allow_private": True}
        recipe |= {"contact": "me@example.org", "delay": 0.0}
        (tmp_path / "recipe.json").write_text(json.dumps(recipe))
        assert main(["scrape", str(tmp_path / "recipe.json")]) == 0
    assert "warning: Personal data in `text` (1 x e-mail address)." in capsys.readouterr().out


def test_missing_packages_are_named_with_the_command(site, monkeypatch):
    monkeypatch.setattr("fivefold.collect.scraped.NEEDED", ("httpx2", "no_such_package"))
    with pytest.raises(PreflightError, match=r"no_such_package") as caught:
        ff.Pipeline([scrape(site)]).run(progress=False)
    assert "pip install 'fivefold[web]'" in str(caught.value)


@pytest.mark.parametrize("form", [".jsonl", ".csv", ".parquet"])
def test_the_shell_writes_rows(site, tmp_path, capsys, form):
    recipe = {
        "seeds": [f"{site.first}/"], "follow": "/*", "keep": ["/article/*"], "delay": 0.0,
        "select": SELECT, "contact": "me@example.org", "hosts": ["127.0.0.2"],
        "allow_private": True,
    }  # fmt: skip
    (tmp_path / "recipe.json").write_text(json.dumps(recipe))
    to = tmp_path / f"rows{form}"
    assert main(["scrape", str(tmp_path / "recipe.json"), "--to", str(to)]) == 0
    assert "30 rows; cells by column: title 30" in capsys.readouterr().out
    read = {".csv": pd.read_csv, ".parquet": pd.read_parquet}
    frame = read[form](to) if form in read else pd.read_json(to, lines=True)
    assert len(frame) == 30
    assert frame["pay"].sum() == sum(1000.5 + n for n in range(30))
    photo = frame["photo"][0]
    assert photo[:4] == b"\x89PNG" if form == ".parquet" else photo.startswith("iVBOR")


def test_the_shell_takes_the_recipe_of_a_pipeline(site, tmp_path, capsys):
    pipeline = ff.Pipeline([scrape(site), ff.Preprocess(), ff.Train(epochs=1), ff.Evaluate()])
    path = tmp_path / "recipe.json"
    path.write_text(pipeline.to_json())
    assert main(["scrape", str(path)]) == 0
    assert "30 rows" in capsys.readouterr().out
    assert main(["scrape", str(tmp_path / "none.json")]) == 2
    assert main(["scrape", str(path), "--to", str(tmp_path / "rows.txt")]) == 2
