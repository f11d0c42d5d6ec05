"""The datasheet: what is known is computed, what people say is read back and may be required."""

import json
import re
import sqlite3

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fivefold as ff
from fivefold.core.context import Context
from fivefold.errors import ConfigError, PreflightError
from fivefold.label.event import Event
from fivefold.label.events import FILE, Events
from fivefold.sheet.datasheet import Datasheet
from fivefold.sheet.question import CARD, QUESTIONS
from fivefold.sheet.testimony import answers_of, blank


def collected(frame: pd.DataFrame | str, **settings: object) -> ff.Collected:
    pipeline = ff.Pipeline([ff.Collect(frame, **settings)])
    return pipeline.run(seed=0, progress=False)[ff.Collected]


@pytest.fixture(scope="module")
def shops() -> ff.Collected:
    frame = pd.DataFrame(
        {
            "town": ["A"] * 40 + ["B"] * 20,
            "area": [None, None, *np.random.default_rng(0).normal(40, 9, 58)],
            "open": ["yes"] * 45 + ["no"] * 15,
        }
    )
    return collected(frame, target="open", group="town")


def test_datasheet_tells_counts_that_a_frame_tells_too(shops):
    facts = shops.datasheet().facts
    assert facts["rows"] == ["60 rows, all usable."]
    assert facts["target"] == ["`open` (binary): yes 45 and no 15."]
    assert facts["missing"][0].startswith("`area`: 2 cells of 60 (3.3%)")
    assert facts["relations"] == ["Rows of one value of `town` belong together: 2 values."]
    assert "licence" not in facts
    assert "purpose" not in facts


def test_datasheet_asks_in_all_seven_sections_of_the_paper():
    sections = list(dict.fromkeys(question.section for question in QUESTIONS.values()))
    words = "Motivation Composition Collection Preprocessing Uses Distribution Maintenance"
    assert [section.split()[0].rstrip(",") for section in sections] == words.split()


ANSWER = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=60).filter(str.strip)


@given(st.dictionaries(st.sampled_from(list(QUESTIONS)), ANSWER, min_size=1))
def test_answers_that_are_written_are_read_back(tmp_path_factory, answers):
    path = tmp_path_factory.mktemp("sheet") / "sheet.md"
    said = {name: text.strip() for name, text in answers.items()}
    Datasheet(name="x", facts={"rows": ["3 rows."]}, answers=said).write(path)
    assert answers_of(path) == said


def test_answers_below_a_heading_of_ones_own_are_kept_and_known_lines_are_not(tmp_path):
    path = tmp_path / "sheet.md"
    sheet = Datasheet(name="x", facts={"rows": ["3 rows."]}).markdown()
    assert answers_of(_written(path, sheet)) == {}
    said = "Shops.\n\n## Of two towns\n\n> as Ann told"
    sheet = sheet.replace("- *known:* 3 rows.", f"- *known:* 3 rows.\n\n{said}")
    assert answers_of(_written(path, sheet)) == {"rows": said}


def _written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_answers_of_no_question_or_no_file_are_refused_with_a_remedy(tmp_path):
    with pytest.raises(ConfigError, match="Write 'consent'"):
        answers_of({"consents": "They do."})
    with pytest.raises(ConfigError, match="fivefold datasheet DATA --to"):
        answers_of(tmp_path / "none.md")
    with pytest.raises(ConfigError, match="no such heading"):
        answers_of(_written(tmp_path / "notes.md", "# Notes\n\nNone.\n"))
    with pytest.raises(ConfigError, match="texts"):
        answers_of(_written(tmp_path / "a.json", json.dumps({"purpose": 3})))


def test_datasheet_of_hostile_names_holds_no_markup(tmp_path):
    names = ["<b>x</b>", "a`<b>`", "[u](v)\n# w"]
    frame = pd.DataFrame({name: [1.5, 2.5] * 20 for name in names} | {"y": ["<b>", "c"] * 20})
    text = collected(frame, target="y").datasheet().markdown()
    outside = re.sub(r"(?<!\\)`[^`\n]+`", "", text)
    assert "<b>" not in outside
    assert "\n# w" not in text
    assert "&lt;b&gt; 20" in outside


def test_deploy_refuses_before_it_collects_what_is_not_answered(tmp_path):
    def stages(source: str, **asked: object) -> ff.Pipeline:
        deploy = ff.Deploy(str(tmp_path / "x.ff"), **asked)
        return ff.Pipeline([
            *(ff.Collect(source, target="y"), ff.Preprocess(), ff.Train(epochs=1)),
            *(ff.Evaluate(), deploy),
        ])  # fmt: skip

    rows = tmp_path / "rows.csv"
    rows.write_text("x,y\n" + "".join(f"{n / 3},{'ab'[n % 2]}\n" for n in range(60)))
    with pytest.raises(PreflightError, match="`purpose`, `consent` in the datasheet"):
        stages(str(rows), require=("purpose", "consent")).check()
    said = {"purpose": "To see.", "consent": "Of all."}
    stages(str(rows), require=("purpose", "consent"), datasheet=said).check()
    with pytest.raises(PreflightError, match="`licence`"):  # which the source might have told
        stages(str(rows), require=("licence",)).run(progress=False)
    with pytest.raises(ConfigError, match="purpose"):
        stages(str(rows), require=("purposes",))


def test_deploy_refuses_what_nobody_says_of_the_model(tmp_path):
    def faults(**asked: object) -> str:
        return "\n".join(
            str(fault) for fault in ff.Deploy("x.ff", **asked).preflight(ff.Session(), Context())
        )

    asked = ("reviewer", "approved_on", "purpose")
    found = faults(require=asked, card={"reviewer": "Ada"}, datasheet={"purpose": "To see."})
    assert "expected answers to `approved_on` in the card, found none" in found
    assert "Add them to card={'approved_on': ...}." in found
    assert "in the datasheet" not in found
    assert "`fivefold card --to card.md`" in faults(require=asked)
    said = {"reviewer": "Ada", "approved_on": "2026-11-28"}
    assert not faults(require=asked[:2], card=said)
    assert "a day such as 2026-11-30" in faults(card={"approved_on": "28.11.2026"})
    assert "write 'reviewer'" in faults(card={"reviewr": "Ada"}).casefold()
    every = faults(require="all")
    assert "`consent`" in every
    assert "`stakes`" in every


def test_form_of_a_card_is_read_as_it_was_filled_in(tmp_path):
    said = {
        "owner": "Us.",
        "risks": "Whose\n\nloans it refuses.",
        "approved_on": "2026-11-28",
    }
    path = tmp_path / "card.md"
    path.write_text(blank(CARD, "A card", said))
    assert answers_of(path, form=CARD) == said
    path.write_text(blank(CARD, "A card"))
    assert answers_of(path, form=CARD) == {}
    assert not set(CARD.questions) & set(QUESTIONS)  # `require` names both


def test_all_is_required_of_what_only_people_can_answer(tmp_path):
    human = {question.name for question in QUESTIONS.values() if not question.known}
    assert set(Datasheet(name="x").lacking()) == human
    said = dict.fromkeys(human, "Not applicable.")
    assert Datasheet(name="x", answers=said).lacking() == ()


def test_datasheet_tells_who_labelled_how_much_and_how_well(tmp_path):
    texts = [f"{'leads' if n % 3 else 'learns'} well, office {n}" for n in range(90)]
    rule = ff.rule("senior", column="text", contains="leads")
    label = ff.Label(["junior", "senior"], by=["text"], directory=tmp_path, rules=[rule])
    rows = label.rows({"text": texts, "pay": np.arange(90.0)})
    items = label.items(rows)
    with Events(tmp_path / FILE) as events:
        for who, some in (("ann", range(60)), ("bo", range(50, 60))):
            for n in some:
                value = "senior" if n % 3 and n != 50 else "junior"
                events.append(Event(item=items[n], who=who, act="label", value=value))
        events.append(Event(item=items[59], who="bo", act="undo"))
    made = label.run(rows, ff.Session())
    sheet = made.datasheet()
    told = sheet.facts["labelling"]
    people = next(line for line in told if "have a label" in line)
    assert "60 by people" in people
    assert any(line.startswith("People agree with alpha 1.00 on 9 items") for line in told)
    assert "ann (person): 60 labels; as others say in 100% of 9 items" in " ".join(told)
    [line] = [one for one in told if one.startswith(f"{rule.title} (rule)")]
    [record] = [one for one in made.labelling if one["sort"] == "rule"]
    assert f"right in {record['accuracy']:.0%}" in line
    assert f"of {record['accuracy_n']:,} that judge it" in line
    assert not any("label" in line and "sha" in line.lower() for line in sheet.facts["sources"])
    assert any("what people labelled" in line for line in sheet.facts["version"])
    assert "ann (person)" in sheet.markdown()


def test_datasheet_counts_labels_of_positions_one_by_one():
    rows = [{"words": ["Ann", "is", "here"], "tags": ["B-person", "O", "O"]}] * 30
    rows += [{"words": ["who", "is"], "tags": ["O", "O"]}] * 10
    sheet = ff.Collect(rows, target="tags", task="tagging").run(ff.Session()).datasheet()
    assert sheet.facts["target"] == ["`tags` (tagging, by position): O 80 and B-person 30."]


def test_datasheet_and_provenance_list_the_query_and_no_secret(tmp_path):
    path = tmp_path / "a.sqlite"
    with sqlite3.connect(path) as base:
        base.execute("create table shops (area real, open text)")
        base.executemany(
            "insert into shops values (?, ?)", [(n * n % 17, "ab"[n % 2]) for n in range(60)]
        )
    query = "select area, open from shops\n where area > :low and :token is not null order by area"
    said = {"query": query, "parameters": {"low": 3, "token": "sk-live-0123456789"}}
    sheet = collected(str(path), target="open", **said).datasheet()
    [line] = [one for one in sheet.facts["sources"] if one.startswith("Asked: ")]
    assert "select area, open from shops where area > :low" in line
    assert "low = 3" in line
    assert "sk-live" not in sheet.markdown()
