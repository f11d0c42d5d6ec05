"""A new model beside the deployed one, on the same test rows."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

import fivefold as ff
from fivefold import cli
from fivefold.core import ledger
from fivefold.core.recipe import write_recipe
from fivefold.deploy import allowance, predecessor
from fivefold.deploy.predecessor import compare_with, misfits, origin_of
from fivefold.errors import SpentError, WorseError
from fivefold.looks import digest_of_answers, digest_of_test_rows
from fivefold.metrics.optimism import Looks
from fivefold.ties import Ties

BUNDLES = Path(__file__).parents[1] / "bundles"
ROWS = 400


@pytest.fixture(autouse=True)
def _empty(monkeypatch):
    monkeypatch.setattr(ledger, "_HERE", [])
    monkeypatch.delenv(ledger.LEDGER, raising=False)


def frame():
    draw = np.random.default_rng(0)
    x = draw.normal(size=ROWS)
    columns = {"x": x, "zip": draw.choice(["00123", "7", "b"], ROWS), "z": draw.normal(size=ROWS)}
    columns["zip"][3] = None
    return pd.DataFrame({**columns, "y": np.where(x + draw.normal(size=ROWS) > 0, "yes", "no")})


def collected(target="y", **wishes):
    wishes = {"drop": ("z",), **wishes}
    collect = ff.Collect(frame(), target=target, **wishes)
    return ff.Pipeline([collect]).run(progress=False)[ff.Collected]


TABLE = collected()
INDEX = np.arange(100, 350)
TRUTH = (TABLE.table.column("y")[INDEX] == "yes").astype(int)
DRAW = np.random.default_rng(1)
GOOD = 1 / (1 + np.exp(-np.asarray(TABLE.table.column("x")[INDEX])))
BAD = GOOD + DRAW.normal(0, 0.6, len(INDEX))


def both(scores):
    return np.stack([1 - scores, scores], axis=1)


@pytest.fixture
def old(monkeypatch):
    """A deployed model that answers with what a test says, and what it was asked."""
    model = SimpleNamespace(
        contract=SimpleNamespace(names=("z", "zip")),
        classes=("no", "yes"),
        bundle=SimpleNamespace(manifest={}, digest="ab" * 32),
        digest="ab" * 32,
        asked=[],
    )
    model.scores = lambda rows: model.asked.extend(rows) or model.answers
    monkeypatch.setattr(predecessor, "load", lambda path: model)
    return model


def compared(scores, index=INDEX, table=TABLE, truth=TRUTH):
    return compare_with("old.ff", table, index, truth, scores, by="auto", ties=Ties(), seed=0)


def test_worse_model_is_refused_with_the_numbers(old):
    old.answers = both(GOOD)
    with pytest.raises(WorseError, match=r"not worse than old.ff, found one that loses") as caught:
        compared(both(BAD))
    error = caught.value
    gap = roc_auc_score(TRUTH, BAD) - roc_auc_score(TRUTH, GOOD)
    assert error.difference == pytest.approx(gap)
    assert error.low < error.high < 0
    assert error.score == pytest.approx(roc_auc_score(TRUTH, BAD))
    assert error.old_score == pytest.approx(roc_auc_score(TRUTH, GOOD))
    assert (error.path, error.metric, error.rows) == (Path("old.ff"), "roc_auc", 250)
    assert f"of old.ff {error.old_score:.4g}" in str(error)


@pytest.mark.parametrize(("new", "verdict"), [(GOOD, "wins"), (BAD + 1e-9 * GOOD, "a tie")])
def test_model_that_is_not_worse_may_be_deployed(old, new, verdict):
    old.answers = both(BAD)
    made = compared(both(new))
    assert (made.code, made.numbers["verdict"]) == ("not_worse", verdict)
    assert made.numbers["old_sha256"] == "ab" * 32


def test_deployed_model_is_asked_as_any_request_and_by_its_own_order_of_classes(old):
    old.classes = ("yes", "no")
    old.answers = both(GOOD)[:, ::-1]
    assert compared(both(GOOD)).numbers["difference"] == 0
    source = frame()
    assert len(old.asked) == len(INDEX)
    assert old.asked[7] == {"z": source["z"][107], "zip": source["zip"][107]}
    old.asked.clear()
    old.answers = both(GOOD[:2])[:, ::-1]
    compared(both(GOOD[:2]), np.array([3, 4]), truth=TRUTH[:2])
    assert old.asked[0] == {"z": source["z"][3], "zip": None}


def test_model_that_cannot_be_told_from_the_deployed_one_is_refused(old):
    table = collected(target="x", drop=("y",))
    truth, few = table.table.column("x")[:20], np.arange(20)
    old.answers = truth + 0.1
    with pytest.raises(WorseError, match="cannot be told from it \\(too few rows\\)"):
        compared(truth + DRAW.normal(size=20), few, table, truth)
    assert compared(truth + 0.1, few, table, truth).numbers["verdict"] == "a tie"


@pytest.mark.parametrize(
    ("origin", "severity", "said"),
    [
        ({}, "warning", "is not known. It may have learnt from some of these rows"),
        ({"data": "cd" * 32}, "warning", "from other data (SHA-256 cdcdcdcdcdcd)."),
        (
            origin_of(TABLE, INDEX[1:], both(GOOD[1:])),
            "warning",
            "data, divided otherwise.",
        ),
        (origin_of(TABLE, INDEX[::-1], both(GOOD)), "note", "neither has learnt from them."),
    ],
)
def test_what_the_deployed_model_may_have_learnt_from_is_told(old, origin, severity, said):
    old.answers, old.bundle.manifest = both(BAD), {"origin": origin}
    made = compared(both(GOOD))
    assert made.severity == severity
    assert said in made.sentence


def test_deployed_model_is_a_look_that_is_known_again_by_its_manifest(old):
    old.answers = both(GOOD + 1e-7)  # as onnxruntime gives them
    compared(both(GOOD))
    old.bundle.manifest = {"origin": origin_of(TABLE, INDEX, both(GOOD))}
    compared(both(GOOD))
    looks = ledger.known_looks(digest_of_test_rows(TABLE, INDEX))
    assert [look.answers for look in looks] == [old.digest, digest_of_answers(both(GOOD))]


def _spent(numbers):
    """Looks at the test rows that are in the ledger, by what was answered."""
    rows = digest_of_test_rows(TABLE, INDEX)
    for answers in numbers:
        ledger.add_looks([ledger.Look(rows=rows, answers=answers)])
    return lambda: [look.answers for look in ledger.known_looks(rows)]


@pytest.fixture
def deploying(old, monkeypatch):
    """What a Deploy beside an Evaluate(looks=) says of the run before its training."""
    monkeypatch.setattr("fivefold.deploy.deploy.deploy_fault", lambda _: None)
    monkeypatch.setattr(predecessor, "misfits", lambda *_: [])
    monkeypatch.setattr(predecessor, "is_there", lambda _: True)
    monkeypatch.setattr(allowance, "open_bundle", lambda _: old.bundle)
    test = SimpleNamespace(test=SimpleNamespace(index=INDEX))

    def faults(looks, evaluated=None):
        stages = [ff.Evaluate(looks=looks), ff.Deploy("new.ff", better_than="old.ff")]
        session = ff.Session(recipe=write_recipe(stages))
        found = {ff.Collected: TABLE, ff.Preprocessed: test}
        found |= {} if evaluated is None else {ff.Evaluated: evaluated}
        return stages[1].preflight(session, found)

    return faults


def test_deployed_model_is_a_look_that_is_refused_before_the_training(old, deploying):
    (fault,) = deploying(1)
    assert isinstance(fault, SpentError)
    assert "Deploy: better_than='old.ff': expected at most 1 model" in str(fault)
    assert "0 looks at them and 2 more models" in str(fault)
    assert deploying(2) == []
    assert deploying(None) == []
    looks = _spent(["a"])
    assert [fault.facts["looks"] for fault in deploying(2)] == [1]
    assert deploying(3) == []
    assert looks() == ["a"]


def test_deployed_model_that_was_looked_at_before_is_no_look_more(old, deploying):
    _spent([old.digest])
    assert deploying(1) == []  # of the new one Evaluate speaks, which knows what it answers
    old.bundle.manifest = {"origin": origin_of(TABLE, INDEX, both(GOOD))}
    assert len(deploying(2)) == 1
    _spent([digest_of_answers(both(GOOD))])
    assert deploying(2) == []


def test_deployed_model_beside_a_result_at_hand_is_held_to_the_limit_of_its_run(old, deploying):
    looks = _spent(["the new one's answers"])
    told = SimpleNamespace(looks=Looks(number=1, metric="roc_auc", limit=1))
    assert len(deploying(None, told)) == 1
    assert deploying(2, SimpleNamespace(looks=None)) == []
    old.answers = both(BAD)
    with pytest.raises(SpentError):
        compare_with(
            "old.ff", TABLE, INDEX, TRUTH, both(GOOD), by="auto", ties=Ties(), seed=0, limit=1
        )
    assert len(looks()) == 1
    assert not old.asked


@pytest.mark.slow
def test_nights_beyond_the_limit_of_looks_end_before_the_training(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first, heard = ff.Collect(frame(), target="y"), []
    pipeline = ff.Pipeline([
        first, ff.Preprocess(), ff.Train("mlp", epochs=1, threads=1),
        ff.Evaluate(baselines=(), looks=2),
        ff.Deploy("m.ff", better_than="m.ff", parity_rows=5, format="torch"),
    ])  # fmt: skip
    pipeline.replace("deploy", better_than=None).run(progress=False)
    changed = pipeline.replace("train", lr=0.05)
    monkeypatch.setattr(ledger, "_HERE", [])
    with pytest.raises(SpentError, match="0 looks at them and 2 more models"):
        changed.replace("evaluate", looks=1).run(progress=False, observers=[heard.append])
    assert not [event for event in heard if getattr(event, "unit", "") == "epoch"]


def test_bundle_that_cannot_answer_these_rows_is_a_fault_before_the_training():
    (fault,) = misfits(BUNDLES / "numbers.ff", TABLE)
    assert "expected a model of y (binary)" in str(fault)
    (fault,) = misfits(BUNDLES / "two_classes.ff", TABLE)
    assert "Deploy: better_than=" in str(fault)
    assert misfits(BUNDLES / "nowhere.ff", TABLE) == []


@pytest.mark.slow
def test_nights_of_a_scheduler_replace_a_bundle_only_by_one_that_is_not_worse(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    frame().to_csv("data.csv", index=False)
    night = ["run", "data.csv", "--target", "y", "--to", "m.ff", "--better-than", "m.ff"]
    night += ["--epochs", "2", "--log", "log.jsonl"]
    assert cli.main(night) == 0
    first = Path("m.ff").read_bytes()
    assert "There is no bundle at m.ff yet" in Path("log.jsonl").read_text()
    assert cli.main(night) == 0
    assert ff.load("m.ff").bundle.manifest["origin"]["data"]
    told = Path("log.jsonl").read_text()
    assert ": the same. The difference is 0.0000" in told
    assert "neither has learnt from them" in told
    second = Path("m.ff").read_bytes()
    assert len(first) == len(second)
    capsys.readouterr()
    assert cli.main([*night, "--drop", "x"]) == 3
    assert "WorseError: Deploy: expected a model that is not worse than m.ff" in (
        capsys.readouterr().err
    )
    assert Path("m.ff").read_bytes() == second
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.csv", "log.jsonl", "m.ff"]
    required = ["--require", "roc_auc=0.99999,leak=none", "--report", "refused.html"]
    assert cli.main([*night, *required]) == 3
    refused = capsys.readouterr()
    assert "found 1 of 2 not met.\n\n  roc_auc >= 0.99999: " in refused.err
    assert "not to be deployed: roc_auc >= 0.99999 was required" in refused.out.replace("\n  ", "")
    page = Path("refused.html").read_text()
    assert ">Requirements<" in page
    assert page.count("roc_auc &gt;= 0.99999") == 2  # in the table, and in what is next
    Path("refused.html").unlink()
    assert Path("m.ff").read_bytes() == second
    assert cli.main([*night[:4], "--better-than", "m.ff"]) == 2
    assert "expected --to BUNDLE beside it" in capsys.readouterr().err
    renamed = frame().rename(columns={"x": "w"})
    renamed.to_csv("data.csv", index=False)
    assert cli.main(night) == 2
    assert "found that it reads `x` too" in capsys.readouterr().err
