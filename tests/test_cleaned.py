"""What Clean does to training rows is done to every row, and to no row because of another part."""

import json

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.artifacts import Collected, Evaluated, Preprocessed
from fivefold.core.events import Noted
from fivefold.errors import LeakError
from fivefold.partition import Partition
from fivefold.testing import check_no_leak
from fivefold.travel.spellings import Spellings, counted, fit_spelling

pytestmark = [pytest.mark.unrehearsed, pytest.mark.few_trees]

ROWS = 1_000


def untidy():
    """Cities of which every third is spelt otherwise, a few ages that cannot be, rows twice."""
    rng = np.random.default_rng(0)
    cities = np.array(["New York", "Oslo", "Rome"], object)
    frame = pd.DataFrame(
        {"city": rng.choice(cities, ROWS), "age": rng.normal(40, 9, ROWS).round(1)}
    )
    frame["rich"] = np.where((frame["city"] == "Rome") ^ (rng.random(ROWS) < 0.1), "Yes", "no")
    frame["city"] = [c.upper() if n % 3 == 0 else c for n, c in enumerate(frame["city"])]
    frame.loc[[3, 40, 77], "age"] = 999.0
    return pd.concat([frame, frame[:30]], ignore_index=True)


def pipeline(*stages, clean=ff.Clean(bounds={"age": (0, 150)})):  # noqa: B008 - frozen
    return ff.Pipeline(
        [
            ff.Collect(untidy(), target="rich"),
            clean,
            ff.Preprocess(),
            ff.Train(epochs=2, members=1),
            *stages,
        ]
    )


@pytest.fixture(scope="module")
def result():
    return pipeline(ff.Evaluate(folds=2)).run(seed=0, progress=False)


def test_findings_tell_the_lines_that_mend_them(result):
    told = {finding.code: finding.sentence for finding in result[Collected].findings}
    assert "ff.Clean() between" in told["spellings"]
    assert 'ff.Clean(bounds={"age": (None, ' in told["extreme_values"]


def test_training_rows_are_cleaned_and_the_others_are_all_there(result):
    data, parts = result[Preprocessed], result[Partition]
    frame = untidy()
    train = frame.assign(city=frame["city"].str.title()).iloc[parts.train]
    kept = train[train["age"] < 150].drop_duplicates()
    assert data.train.index.tolist() == kept.index.tolist()
    assert len(kept) < len(train)
    assert data.valid.index.tolist() == parts.valid.tolist()
    assert data.test.index.tolist() == parts.test.tolist()
    assert data.codec.columns["city"].state.categories == ("New York", "Oslo", "Rome")


def test_table_counts_what_pandas_counts(result):
    table, parts, frame = result.tables["cleaning"], result[Partition], untidy()
    respelt = table[table["change"] == "case"].set_index("from")
    for part in ("train", "valid", "test"):
        counts = frame["city"].iloc[getattr(parts, part)].value_counts()
        for text in ("NEW YORK", "OSLO", "ROME"):
            assert respelt.loc[text, f"rows_{part}"] == counts[text]
    left = table[table["change"] == "out of bounds"].iloc[0]
    assert left["rows_train"] == (frame["age"].iloc[parts.train] > 150).sum()
    assert (left["rows_valid"], left["rows_test"]) == (0, 0)
    assert "Cleaning" in result.report()


def test_a_run_without_clean_has_no_table_of_it():
    plain = ff.Pipeline([*pipeline().stages[:1], *pipeline().stages[2:], ff.Evaluate(baselines=())])
    assert "cleaning" not in plain.run(seed=0, progress=False).tables


def test_clean_tells_what_it_did_as_it_runs():
    heard = []
    pipeline().run(seed=0, progress=False, until="clean", observers=[heard.append])
    notes = [event.text for event in heard if isinstance(event, Noted) and event.path == ("clean",)]
    assert notes[0].startswith("Respelt in the training rows of `city`: ")
    assert "'ROME' to 'Rome'" in notes[0]
    assert notes[1].startswith("Left out of training: ")


def test_nothing_leaks_through_clean():
    assert "codec" in str(check_no_leak(pipeline()))


class CleanAll(ff.Stage):
    """Learns the spellings of all rows, which it must not."""

    def run(self, collected: ff.Collected, partition: ff.Partition) -> ff.Collected:
        cells = collected.table.column("city")
        spelling = fit_spelling(*counted(cells, np.arange(len(cells))), ("case",))
        return collected.changed_by(Spellings(spellings={"city": spelling}))


def test_spellings_of_all_rows_are_caught():
    with pytest.raises(LeakError):
        check_no_leak(pipeline(clean=CleanAll()))


def test_folds_are_cleaned_by_their_own_rows(result):
    assert result[Evaluated].folds


def test_answers_do_not_depend_on_the_spelling(result):
    rows = [{"city": city, "age": 41.5} for city in ("Rome", "ROME", "rome", "Rome.", "Oslo")]
    scores = result.predict_proba(pd.DataFrame(rows))
    assert (scores[0] == scores[1:4]).all()
    assert (scores[0] != scores[4]).any()


def test_served_rows_are_answered_as_evaluated_ones_from_every_door(tmp_path):
    path = tmp_path / "rich.ff"
    ran = pipeline(ff.Evaluate(), ff.Deploy(path)).run(seed=0, progress=False)
    model, tested = ff.load(path), ran[Evaluated]
    frame = untidy().iloc[tested.index].drop(columns="rich")
    frame.to_csv(tmp_path / "test.csv", index=False)
    for rows in (frame, tmp_path / "test.csv", json.loads(frame.to_json(orient="records"))):
        np.testing.assert_allclose(model.predict_proba(rows), tested.scores, atol=1e-5)
    unseen = [{"city": city, "age": 41.5} for city in ("Rome", "rOmE")]
    assert np.ptp(model.predict_proba(unseen), axis=0).max() == 0


@pytest.mark.slow
@pytest.mark.parametrize("cleaned_first", [True, False])
def test_clean_and_derive_travel_together_in_either_order(cleaned_first, tmp_path):
    derive = ff.Derive({"place": "upper(city)", "usual": "group_max(age, city)"})
    stages = [ff.Clean(bounds={"age": (0, 150)}), derive]
    ran = ff.Pipeline(
        [
            ff.Collect(untidy(), target="rich"),
            *(stages if cleaned_first else reversed(stages)),
            ff.Preprocess(),
            ff.Train(epochs=2, members=1),
            ff.Evaluate(),
            ff.Deploy(tmp_path / "rich.ff"),
        ]
    ).run(seed=0, progress=False)
    frame = untidy().iloc[ran[Evaluated].index].drop(columns="rich")
    model = ff.load(tmp_path / "rich.ff")
    np.testing.assert_allclose(model.predict_proba(frame), ran[Evaluated].scores, atol=1e-5)
    usual = ran[Collected].table.column("usual")
    assert (usual.max() < 150) == cleaned_first
