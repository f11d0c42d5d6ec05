"""Rows get a target by what people and functions say, and are judged by people alone."""

import json

import numpy as np
import pytest

import fivefold as ff
from fivefold.codecs.wav import wav_bytes
from fivefold.core.cache import Cache
from fivefold.errors import ConfigError, DataError, FivefoldError, PreflightError, RecipeError
from fivefold.label.event import Event
from fivefold.label.events import FILE, Events

CLASSES = ("junior", "senior")
RULES = (
    ff.rule("senior", column="text", contains="leads"),
    ff.rule("junior", column="text", contains="learns"),
)


def jobs(rows=300, seed=0):
    rng = np.random.default_rng(seed)
    senior = rng.random(rows) < 0.4
    told = np.where(rng.random(rows) < 0.85, senior, ~senior)
    text = [f"{'leads' if one else 'learns'} well, office {n}" for n, one in enumerate(told)]
    return {"text": text, "pay": np.where(senior, 70, 45) + rng.normal(0, 9, rows)}, senior


def label(folder, **settings):
    return ff.Label(CLASSES, by=["text"], directory=folder, **settings)


def rows_of(source):
    return ff.Label.rows(source)


def keep(folder, ids, truth, rows, who="ann", part="random", wrong=()):
    strokes = [
        Event(
            item=ids[n],
            who=who,
            act="label",
            value=CLASSES[int(truth[n]) ^ (n in wrong)],
            part=part,
        )
        for n in rows
    ]
    with Events(folder / FILE) as events:
        events.extend(strokes)


def run(stage, source, seed=0):
    return stage.run(rows_of(source), ff.Session(seed=seed))


def found(collected, code):
    return next(f for f in collected.findings if f.code == code)


def test_label_of_people_alone_gives_a_target_and_test_rows(tmp_path):
    source, truth = jobs()
    stage = label(tmp_path)
    ids = stage.items(rows_of(source))
    keep(tmp_path, ids, truth, range(100))
    keep(tmp_path, ids, truth, range(100, 150), part="chosen")
    made = run(stage, source)
    assert made.schema.target == "label"
    assert set(made.schema.classes) == set(CLASSES)
    assert not made.schema["label"].in_source
    assert made.usable.tolist() == [n < 150 for n in range(300)]
    said = made.table.column("label")[:150]
    assert said.tolist() == [CLASSES[int(one)] for one in truth[:150]]
    tested = np.flatnonzero(made.usable & (made.given == 2))
    assert len(tested) == 30
    assert tested.max() < 100
    partition = ff.Partition.derive(made, ff.Session())
    assert partition.test.tolist() == tested.tolist()
    assert set(partition.train) | set(partition.valid) | set(tested) == set(range(150))


def test_label_functions_never_give_test_rows_and_are_measured_apart_from_them(tmp_path):
    source, truth = jobs()
    stage = label(tmp_path, rules=RULES)
    ids = stage.items(rows_of(source))
    keep(tmp_path, ids, truth, range(80))
    made = run(stage, source)
    tested = np.flatnonzero(made.given == 2)
    assert 0 < len(tested) <= 40
    assert tested.max() < 80
    assert made.usable.all()
    by_hand = {rule.title: [0, 0] for rule in RULES}
    train = [n for n in range(80) if made.given[n] == 0]
    for n in train:
        for rule in RULES:
            said = rule({"text": source["text"][n]})
            by_hand[rule.title][0] += said is not None
            by_hand[rule.title][1] += said == CLASSES[int(truth[n])]
    told = {line["annotator"]: line for line in made.labelling if line["sort"] == "rule"}
    for title, (n, right) in by_hand.items():
        assert (told[title]["accuracy_n"], told[title]["accuracy"]) == (n, right / n)
    weak = made.table.column("label")[80:]
    assert weak.tolist() == [
        "senior" if "leads" in text else "junior" for text in source["text"][80:]
    ]


def test_label_flipped_labels_of_held_out_rows_move_nothing_that_is_learnt(tmp_path):
    source, truth = jobs()
    source["day"] = np.random.default_rng(2).permutation(300).astype(float)
    read = ff.Collect(source, time="day")  # so that no label decides which rows are held out
    stage = label(tmp_path / "one", rules=RULES)
    ids = stage.items(rows_of(read))
    for who, first in (("ann", 0), ("bo", 40)):
        keep(tmp_path / "one", ids, truth, range(first, first + 80), who, wrong=range(0, 120, 7))
    one = run(stage, read)
    held = [n for n in range(120) if one.given[n] != 0 or not one.usable[n]]
    other = label(tmp_path / "other", rules=RULES)
    turned = truth.copy()
    turned[held] = ~turned[held]
    for who, first in (("ann", 0), ("bo", 40)):
        keep(tmp_path / "other", ids, turned, range(first, first + 80), who, wrong=range(0, 120, 7))
    two = run(other, read)
    rest = np.setdiff1d(np.flatnonzero(one.usable & (one.given == 0)), held)
    assert len(rest) > 50
    assert one.table.column("label")[rest].tolist() == two.table.column("label")[rest].tolist()
    records = [[x for x in made.labelling if x["sort"] == "rule"] for made in (one, two)]
    assert [r["accuracy"] for r in records[0]] == [r["accuracy"] for r in records[1]]


def test_label_function_worse_than_chance_labels_nothing_and_is_told(tmp_path):
    source, truth = jobs()
    rng = np.random.default_rng(3)
    stage = label(tmp_path, annotators={"dice": lambda row: CLASSES[int(rng.integers(2))]})
    keep(tmp_path, stage.items(rows_of(source)), truth, range(150))
    made = run(stage, source)
    assert int(made.usable.sum()) == 150
    assert "dice" in made.findings[0].sentence or any(
        "chance" in f.sentence for f in made.findings if f.code == "function_accuracy"
    )


def test_label_annotator_that_nothing_measures_is_not_heard(tmp_path):
    source, truth = jobs()
    stage = label(tmp_path, annotators={"llm": lambda row: "senior"})
    keep(tmp_path, stage.items(rows_of(source)), truth, range(60), part="chosen")
    made = run(stage, source)
    assert int(made.usable.sum()) == 60
    assert found(made, "labels").severity == "serious"
    partition = ff.Partition.derive(made, ff.Session())
    assert len(partition.test) == 0
    assert len(partition.train) + len(partition.valid) == 60


def test_label_rules_alone_are_taken_at_their_word_and_nothing_is_judged():
    source, _ = jobs()
    made = run(ff.Label(CLASSES, rules=RULES), source)
    assert found(made, "functions_unmeasured").severity == "serious"
    assert made.usable.all()
    assert not (made.given == 2).any()
    assert len(ff.Partition.derive(made, ff.Session()).test) == 0


def test_label_row_that_people_skipped_has_none_whatever_rules_say(tmp_path):
    source, truth = jobs()
    stage = label(tmp_path, rules=RULES)
    ids = stage.items(rows_of(source))
    keep(tmp_path, ids, truth, range(60))
    with Events(tmp_path / FILE) as events:
        for n, who in ((70, "ann"), (71, "ann"), (71, "bo")):
            events.append(Event(item=ids[n], who=who, act="skip", reason="damaged"))
        events.append(Event(item=ids[71], who="bo", act="label", value="senior"))
    made = run(stage, source)
    assert np.flatnonzero(~made.usable).tolist() == [70]
    assert made.table.column("label")[71] == "senior"


def test_label_answers_that_are_no_class_are_counted(tmp_path):
    source, truth = jobs()
    stage = label(tmp_path, annotators={"llm": lambda row: "Senior!"})
    keep(tmp_path, stage.items(rows_of(source)), truth, range(40))
    assert found(run(stage, source), "stray_answers").numbers["functions"] == {"llm": 300}


def test_label_stays_with_its_row_in_another_order_and_among_more(tmp_path):
    source, truth = jobs()
    stage = label(tmp_path)
    keep(tmp_path, stage.items(rows_of(source)), truth, range(50))
    order = np.random.default_rng(1).permutation(300)
    more = {n: [v[i] for i in order] for n, v in source.items()}
    more = {"text": [*more["text"], "new"], "pay": [*more["pay"], 1.0]}
    made = run(stage, more)
    there = {more["text"][n]: made.table.column("label")[n] for n in np.flatnonzero(made.usable)}
    assert there == {source["text"][n]: CLASSES[int(truth[n])] for n in range(50)}


def test_label_of_rows_that_are_gone_is_told(tmp_path):
    source, truth = jobs()
    stage = label(tmp_path)
    keep(tmp_path, stage.items(rows_of(source)), truth, range(50))
    left = {name: values[20:] for name, values in source.items()}
    assert found(run(stage, left), "lost_labels").numbers["items"] == 20


def test_label_groups_of_test_rows_are_in_no_other_part(tmp_path):
    source, truth = jobs()
    source["team"] = [f"t{n % 40}" for n in range(300)]
    read = ff.Collect(source, group="team")
    stage = label(tmp_path, rules=RULES)
    keep(tmp_path, stage.items(rows_of(read)), truth, range(100))
    made = run(stage, read)
    teams = np.array(source["team"])
    parts = {p: set(teams[made.usable & (made.given == p)]) for p in range(3)}
    assert parts[2]
    assert not parts[2] & (parts[0] | parts[1])
    assert not parts[0] & parts[1]


def test_label_latest_rows_judge_where_rows_have_a_time(tmp_path):
    source, truth = jobs()
    source["day"] = np.random.default_rng(2).permutation(300).astype(float)
    read = ff.Collect(source, time="day")
    stage = label(tmp_path, rules=RULES)
    keep(tmp_path, stage.items(rows_of(read)), truth, range(100))
    made = run(stage, read)
    days = {p: source["day"][made.usable & (made.given == p)] for p in range(3)}
    assert len(days[2]) == 20
    assert days[0].max() < days[1].min()
    assert days[1].max() < days[2].min()


def test_label_several_classes_are_many_labels(tmp_path):
    source, _ = jobs(60)
    stage = ff.Label(["a", "b", "c"], answer="classes", directory=tmp_path, by=["text"])
    ids = stage.items(rows_of(source))
    said = [
        [x for x, on in zip("abc", f"{n % 8:03b}", strict=True) if on == "1"] for n in range(60)
    ]
    with Events(tmp_path / FILE) as events:
        events.extend(
            Event(item=i, who="ann", act="label", value=s) for i, s in zip(ids, said, strict=True)
        )
    made = run(stage, source)
    assert made.schema.task == "multilabel"
    assert [json.loads(cell) for cell in made.table.column("label")] == said


def test_label_spans_are_tags_of_words(tmp_path):
    texts = [f"😀 Ann Lee\r\nlives in Rome{n} ." for n in range(30)]
    stage = ff.Label(["person", "place"], answer="spans", directory=tmp_path, by=["text"])
    ids = stage.items(rows_of({"text": texts}))
    with Events(tmp_path / FILE) as events:
        for text, item in zip(texts, ids, strict=True):
            place = text.index("Rome")
            spans = [[2, 9, "person"], [place, place + 4, "place"]]
            assert text[2:9] == "Ann Lee"
            events.append(Event(item=item, who="ann", act="label", value=spans))
    made = run(stage, {"text": texts})
    assert made.schema.task == "tagging"
    assert set(made.table.column("label")) == {"O B-person I-person O O B-place O"}


def test_label_numbers_are_a_regression_and_functions_lose_their_bias(tmp_path):
    source, _ = jobs()
    stage = ff.Label(answer="number", by=["text"], directory=tmp_path,
                     annotators={"twice": lambda row: 2.0 + row["pay"]})  # fmt: skip
    ids = stage.items(rows_of(source))
    with Events(tmp_path / FILE) as events:
        events.extend(
            Event(item=ids[n], who="ann", act="label", value=float(source["pay"][n]))
            for n in range(60)
        )
    made = run(stage, source)
    assert made.schema.task == "regression"
    assert made.table.column("label") == pytest.approx(source["pay"])


def test_label_corrects_the_target_that_a_source_brought(tmp_path):
    source, truth = jobs()
    source["level"] = [CLASSES[int(one)] for one in truth]
    source["level"][3] = CLASSES[1 - int(truth[3])]
    read = ff.Collect(source, target="level")
    stage = label(tmp_path, target="level")
    ids = stage.items(rows_of(read))
    keep(tmp_path, ids, truth, [3], part="chosen")
    made = run(stage, read)
    assert made.table.column("level").tolist() == [CLASSES[int(one)] for one in truth]
    assert made.given is None
    assert made.usable.all()


def test_untargeted_rows_are_refused_before_reading_where_no_label_follows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "1,2\n" * 20)
    with pytest.raises(FivefoldError, match="found no target="):
        ff.Pipeline([ff.Collect(path), ff.Preprocess()]).check()
    with pytest.raises(FivefoldError, match="found no target="):
        ff.Collect(path).run(ff.Session())


def test_untargeted_rows_handed_over_are_refused_once():
    source, _ = jobs()
    whole = ff.Pipeline([ff.Collect(source, target="pay"), ff.Preprocess(), ff.Train()])
    with pytest.raises(FivefoldError, match="Preprocess: expected rows with a target") as caught:
        whole[1:].run(given=rows_of(source), progress=False)
    assert "ff.Label" in str(caught.value)


def test_formulas_and_changes_may_stand_between_rows_and_label(tmp_path):
    source, truth = jobs()
    stage = label(tmp_path)
    keep(tmp_path, stage.items(rows_of(source)), truth, range(50))

    class Halved(ff.Change):
        def rows(self, table):
            return table.replace({"half": table.column("pay") / 2})

    before = [ff.Collect(source), ff.Derive({"twice": "2 * pay"}), Halved()]
    assert stage.rows(before).table.column("half").tolist() == (source["pay"] / 2).tolist()
    assert stage.items(stage.rows(before)) == stage.items(rows_of(source))
    result = ff.Pipeline([*before, stage, ff.Preprocess()]).run(progress=False)
    made = result[ff.Collected]
    assert made.table.column("twice").tolist() == (2 * source["pay"]).tolist()
    assert (
        result[ff.Partition].test.tolist()
        == np.flatnonzero(made.usable & (made.given == 2)).tolist()
    )


@pytest.mark.parametrize(
    "between", [ff.Derive({"mean": "group_mean(pay, text)"}), ff.Clean()], ids=["fitted", "clean"]
)
def test_what_learns_from_training_rows_is_told_to_wait_for_labels(tmp_path, between):
    source, truth = jobs()
    stage = label(tmp_path)
    keep(tmp_path, stage.items(rows_of(source)), truth, range(50))
    name = type(between).__name__
    with pytest.raises(FivefoldError, match=f"{name}: expected rows with a target") as caught:
        ff.Pipeline([ff.Collect(source), between, stage, ff.Preprocess()]).run(progress=False)
    assert f"Put {name} after Label" in str(caught.value)
    ff.Pipeline([ff.Collect(source), stage, between, ff.Preprocess()]).run(progress=False)


def test_label_functions_are_asked_once_and_again_when_they_are_told_to(tmp_path):
    source, truth = jobs(120)
    calls = []

    def ask(row):
        calls.append(row["text"])
        return "senior" if "leads" in row["text"] else None

    stage = label(tmp_path, annotators={"llm": ask})
    keep(tmp_path, stage.items(rows_of(source)), truth, range(60))
    first = run(stage, source)
    assert len(calls) == 120
    again = run(label(tmp_path, annotators={"llm": ask}), source)
    assert len(calls) == 120
    assert again.table.column("label").tolist() == first.table.column("label").tolist()
    assert again.labelling == first.labelling
    assert "asked again" not in stage.sources()
    assert stage.forget("llm") == 120
    assert stage.sources()["asked again"] == "1"  # so that no cache has its old answers
    run(stage, source)
    assert len(calls) == 240
    assert label(None, annotators={"llm": ask}).forget() == 0


def test_label_goes_on_asking_where_a_function_failed(tmp_path):
    source, _ = jobs(40)
    calls, fails = [], [True]

    def ask(row):
        calls.append(row["text"])
        if fails and len(calls) > 30:
            raise TimeoutError("no reply")
        return "senior"

    stage = label(tmp_path, annotators={"llm": ask}, rules=RULES)
    with pytest.raises(DataError, match="Label, llm, row 30"):
        run(stage, source)
    fails.clear()
    run(stage, source)
    assert len(calls) == 31 + 10


def test_label_column_is_asked_for_by_place_as_well(tmp_path):
    source, _ = jobs(40)
    by_name, by_place = (ff.Label(CLASSES, by=by) for by in (["pay"], [-1]))
    rows = rows_of(source)
    assert by_place.columns(rows) == ("pay",)
    assert by_place.items(rows) == by_name.items(rows)
    with pytest.raises(DataError, match="place of one of 2 columns, found 2"):
        ff.Pipeline([ff.Collect(source), ff.Label(CLASSES, by=[2], rules=RULES)]).run(
            progress=False
        )


def test_label_segments_of_sounds_and_series_are_labels_of_steps(tmp_path):
    rng = np.random.default_rng(0)
    sounds = [(rng.integers(-999, 999, n, np.int16), 8000) for n in range(1600, 2800, 100)]
    series = [rng.normal(size=(20 + n, 2)) for n in range(12)]
    for name, cells, spans in (
        ("clip", sounds, [[0.052, 0.113, "bark"], [0.1201, 0.1202, "click"]]),
        ("walk", series, [[3, 7, "bark"], [9, 10, "click"]]),
    ):
        stage = ff.Label(["bark", "click"], answer="spans", by=[name], directory=tmp_path / name)
        rows = stage.rows({name: cells, "place": [f"a{n}" for n in range(12)]})
        with Events(tmp_path / name / FILE) as events:
            said = [spans if n else [] for n in range(12)]
            strokes = zip(stage.items(rows), said, strict=True)
            events.extend(Event(item=i, who="ann", act="label", value=v) for i, v in strokes)
        made = stage.run(rows, ff.Session())
        assert (made.schema.task, made.usable.all()) == ("tagging", True)
        for n, (text, cell) in enumerate(zip(made.table.column("label"), cells, strict=True)):
            if name == "walk":
                middles = np.arange(len(cell))
            else:  # frames of 10 ms, two a step; the first is as long as half a window more
                middles = 0.01 + 0.02 * np.arange(-(-(1 + (len(cell[0]) - 128) // 80) // 2))
            truth = np.full(len(middles), "O", object)
            if n:
                truth[(middles >= spans[0][0]) & (middles < spans[0][1])] = "bark"
                truth[np.abs(middles - spans[1][0]).argmin()] = "click"
            assert text.split() == truth.tolist()


@pytest.mark.parametrize("inside", ["", "raw/", "2024/raw/"])
def test_files_without_class_folders_are_rows_to_label_and_to_nobody_else(tmp_path, inside):
    rng = np.random.default_rng(0)
    for n in range(12):
        path = tmp_path / f"clips/{inside}{n:02}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wav_bytes(rng.integers(-999, 999, 400 + n, np.int16), 8000))
    rows = ff.Label.rows(tmp_path / "clips")
    assert [len(one) for one in rows.table.column("audio")] == [400 + n for n in range(12)]
    assert (rows.schema.targets, rows.table.names) == ((), ("audio",))
    with pytest.raises(FivefoldError, match=r"class|besides|two"):
        ff.Collect(tmp_path / "clips").run(ff.Session())
    stage = ff.Label(["a", "b"], directory=tmp_path / "labels")
    with Events(tmp_path / "labels" / FILE) as events:
        strokes = enumerate(stage.items(rows))
        events.extend(Event(item=i, who="ann", act="label", value="ab"[n % 2]) for n, i in strokes)
    chain = [ff.Collect(tmp_path / "clips"), stage, ff.Preprocess()]
    made = ff.Pipeline(chain).run(progress=False)[ff.Collected]
    assert made.table.column("label").tolist() == ["a", "b"] * 6


def test_label_spans_of_what_has_none_are_refused(tmp_path):
    stage = ff.Label(["a"], answer="spans", directory=tmp_path)
    rows = stage.rows({"pay": np.arange(20.0), "n": np.arange(20.0) ** 2})
    with pytest.raises(DataError, match="column of texts, sequences, series or sounds"):
        stage.spanned(rows)


def test_label_with_nothing_said_names_the_command(tmp_path):
    path = tmp_path / "jobs.csv"
    path.write_text("text,pay\n" + "".join(f"a{n},{n}\n" for n in range(20)))
    stages = [ff.Collect(path), label(tmp_path / "labels"), ff.Preprocess()]
    with pytest.raises(PreflightError, match="no label and no rule") as caught:
        ff.Pipeline(stages).check()
    assert "fivefold label SOURCE --classes junior,senior --by text" in str(caught.value)
    assert not (tmp_path / "labels").exists()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"rules": [ff.rule("senor", column="text", contains="x")]}, "Write 'senior'"),
        ({"rules": RULES, "by": ["txt"]}, "Write 'text'"),
        ({"rules": [ff.rule("senior", column="txt", contains="x")]}, "Write 'text'"),
        ({"rules": RULES, "target": "pay"}, "Pass another target="),
        ({"rules": RULES, "answer": "number"}, "Leave classes= and rules= out"),
    ],
)
def test_label_settings_that_cannot_be_are_told(settings, said):
    source, _ = jobs()
    stage = ff.Label(CLASSES, **settings)
    with pytest.raises(FivefoldError) as caught:
        ff.Pipeline([ff.Collect(source), stage, ff.Preprocess()]).run(progress=False)
    assert said in str(caught.value)
    assert isinstance(caught.value, ConfigError | DataError | PreflightError)


def test_label_in_a_recipe_holds_rules_of_text_and_refuses_functions(tmp_path):
    pipeline = ff.Pipeline([ff.Collect("a.csv"), label(tmp_path, rules=RULES), ff.Preprocess()])
    again = ff.Pipeline.from_json(pipeline.to_json())
    assert again["label"].rules == RULES
    assert again.to_json() == pipeline.to_json()
    held = ff.Pipeline([ff.Collect("a.csv"), label(tmp_path, rules=[ff.rule("senior", len)])])
    with pytest.raises(RecipeError, match=r"len in Label\.rules"):
        held.to_json()


def test_label_is_made_again_where_strokes_came_since(tmp_path):
    source, truth = jobs()
    stage = label(tmp_path / "labels")
    ids = stage.items(rows_of(source))
    keep(tmp_path / "labels", ids, truth, range(50))
    pipeline = ff.Pipeline([ff.Collect(source), stage, ff.Preprocess()])

    def acts():
        done = pipeline.execute(cache=Cache(tmp_path / "cache"))
        return {each.step.name: each.act for each in done.decisions}

    assert set(acts().values()) == {"run"}
    assert set(acts().values()) == {"take"}
    keep(tmp_path / "labels", ids, truth, [60])
    assert acts() == {"collect": "take", "label": "run", "preprocess": "run"}


@pytest.mark.slow
@pytest.mark.few_trees
def test_label_pipeline_is_leak_free_judged_by_folds_and_replayed_from_its_source(tmp_path):
    source, truth = jobs(400)
    path = tmp_path / "jobs.csv"
    rows = zip(source["text"], source["pay"], strict=True)
    path.write_text("text,pay\n" + "".join(f'"{text}",{pay}\n' for text, pay in rows))
    stage = label(tmp_path / "labels", rules=RULES)
    keep(tmp_path / "labels", stage.items(rows_of(path)), truth, range(150))
    pipeline = ff.Pipeline(
        [
            ff.Collect(path),
            ff.Derive({"words": "words(text)"}),
            stage,
            ff.Preprocess(),
            ff.Train(epochs=2),
            ff.Evaluate(folds=2),
            ff.Deploy(tmp_path / "jobs.ff"),
        ]
    )
    result = pipeline.run(seed=0, progress=False)
    assert result[ff.Deployed].parity["source_rows"] == len(result[ff.Partition].test)
    assert set(result[ff.Partition].test) <= set(range(150))
    judged = result.tables["out_of_fold"]
    assert len(judged) <= 150
    told = result.tables["labelling"]
    assert set(told["sort"]) == {"rule", "person"}
    assert all(one.low < one < one.high for one in told["accuracy"][told["sort"] == "rule"])
    model = ff.load(tmp_path / "jobs.ff")
    assert model.predict({"text": ["leads well"], "pay": [70.0]})[0] in CLASSES
    assert "labels" in {f.code for f in result.findings}
    result.report(tmp_path / "report.html")
    pipeline.check(leak=True)
