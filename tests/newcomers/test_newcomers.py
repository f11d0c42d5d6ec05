"""What those who are new do first, on small tables that are made here."""

import importlib.util
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

HERE = Path(__file__).parent


def script(name):
    """The module of a newcomer."""
    spec = importlib.util.spec_from_file_location(f"newcomer_{name}", HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def table(tmp_path):
    """People with a leak, a name for each, ages that miss, and two classes."""
    draw, rows = np.random.default_rng(0), 300
    age, hours = draw.integers(18, 80, rows).astype(float), draw.integers(10, 70, rows)
    rich = draw.random(rows) < 1 / (1 + np.exp(-(age + hours - 95) / 8))
    columns = {
        "name": [f"person {row}" for row in range(rows)],
        "age": np.where(draw.random(rows) < 0.1, np.nan, age),
        "hours": hours,
        "work": draw.choice(["private", "state", "?"], rows),
        "tax_band": np.where(rich, "high", "low"),
        "income": np.where(rich, ">50K", "<=50K"),
    }
    path = tmp_path / "people.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


@pytest.mark.slow
def test_newcomer_in_the_shell_gets_from_a_file_to_answers(table, tmp_path):
    told = script("shell").walk(table, "income", tmp_path)
    assert "--drop tax_band" in told


@pytest.mark.slow
def test_newcomer_who_has_to_defend_a_number_gets_intervals_rivals_and_the_same_bits(
    table, tmp_path
):
    told = script("researcher").walk(table, "income", tmp_path, ("tax_band",))
    assert told.good.sentence.startswith(("Yes. It gets ", "In part. It scores ", "No. It "))


@pytest.mark.slow
def test_newcomer_who_is_handed_a_bundle_serves_asks_and_replaces_it(table, tmp_path):
    schema = script("engineer").walk(table, "income", tmp_path)
    assert schema["classes"] == ["<=50K", ">50K"]


def test_sets_are_cut_to_every_so_manieth_row_and_the_first_files_of_a_folder(tmp_path):
    whole, names = script("all"), [f"{part}/{n}.txt" for part in "ab" for n in range(5)]
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        for name in names:
            archive.writestr(name, name)
    whole.members_of(tmp_path / "in.zip", tmp_path / "out.zip", 2)
    assert zipfile.ZipFile(tmp_path / "out.zip").namelist() == [
        "a/0.txt",
        "a/1.txt",
        "b/0.txt",
        "b/1.txt",
    ]
    (tmp_path / "in.csv").write_text("x,y\n" + "".join(f'{n},"a, {n}"\n' for n in range(10)))
    whole.rows_of(tmp_path / "in.csv", tmp_path / "out.csv", 5)
    told = (tmp_path / "out.csv").read_text().splitlines()
    assert told == ["x,y", *(f'{n},"a, {n}"' for n in range(0, 10, 2))]


@pytest.mark.slow
def test_newcomer_in_a_notebook_sees_verdict_and_pictures_and_nothing_in_red(table, tmp_path):
    script("notebook").walk(table, "income", tmp_path)


@pytest.mark.slow
def test_reader_of_the_docs_finds_a_way_to_every_page_and_the_quickstart_runs(tmp_path):
    reader = script("reader")
    faults = {kind: told for kind, told in reader.look_around().items() if told}
    assert not faults
    assert len(reader.follow_quickstart(tmp_path)) >= 7


def test_reader_sees_dead_links_and_pages_that_lead_nowhere(tmp_path):
    reader = script("reader")
    (tmp_path / "a.md").write_text("# A\n\n## B c\n\n[x](b.md#d) [y](c.md) `[z](d.md)`\n")
    (tmp_path / "b.md").write_text("# B\n\nWhat the page is for, in one plain sentence.\n")
    pages = {path: reader.read(path) for path in (tmp_path / "a.md", tmp_path / "b.md")}
    one, two = pages.values()
    assert reader.dead_links(one, pages) == ["a.md: b.md has no #d", "a.md: c.md is not there"]
    assert "no sentence" in reader.unopened(one)
    assert reader.unopened(two) == ""
    assert "leads nowhere" in reader.unended(two)
    assert reader.unended(one) == ""
    assert one.anchors == {"a", "b-c"}
    assert reader.clicks(tmp_path / "a.md", pages) == {tmp_path / "a.md": 0, tmp_path / "b.md": 1}
