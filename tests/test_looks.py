"""Test rows remember how often they were scored."""

import re

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.core import ledger
from fivefold.core.events import Found, Noted
from fivefold.core.record import saved_digest
from fivefold.errors import SpentError
from fivefold.fingerprint import fingerprint
from fivefold.looks import digest_of_test_rows
from fivefold.report.html import render
from fivefold.report.reported import Reported
from fivefold.report.summary import summary
from fivefold.serve.bundle import open_bundle


@pytest.fixture(autouse=True)
def _empty(monkeypatch):
    """No looks yet, and no tables, which take most of the time of a small run."""
    monkeypatch.setattr("fivefold.evaluate.evaluation.tables_of", lambda *_, **__: {})
    monkeypatch.setattr(ledger, "_HERE", [])
    monkeypatch.delenv(ledger.LEDGER, raising=False)


def frame(rows=240):
    draw = np.random.default_rng(0)
    columns = {"x": draw.normal(size=rows), "z": draw.choice(["10", "020", "b", None], rows)}
    return pd.DataFrame({**columns, "n": draw.integers(0, 9, rows), "y": draw.choice(2, rows)})


def pipeline(lr=0.01, *, evaluate=None, source=None, **wishes):
    collect = ff.Collect(frame() if source is None else source, target="y", **wishes)
    train = ff.Train("mlp", epochs=1, threads=1, lr=lr)
    return ff.Pipeline([collect, ff.Preprocess(), train, evaluate or ff.Evaluate(baselines=())])


def run(*given, seed=0, until=None, directory=None, resume=False, observers=(), **more):
    return pipeline(*given, **more).run(
        seed=seed,
        until=until,
        directory=directory,
        resume=resume,
        progress=False,
        observers=observers,
    )


def collected(**wishes):
    return pipeline(**wishes).run(seed=0, until="collect", progress=False)[ff.Collected]


def test_rows_are_known_again_in_any_order_and_whatever_is_asked_of_them():
    rows = np.arange(5, 60)
    table = collected()
    known = digest_of_test_rows(table, rows)
    assert digest_of_test_rows(table, rows[::-1]) == known
    assert digest_of_test_rows(collected(drop=("z",)), rows) == known
    assert digest_of_test_rows(collected(kinds={"n": "categorical"}), rows) == known
    turned = frame().iloc[:, ::-1].iloc[::-1].reset_index(drop=True)
    assert digest_of_test_rows(collected(source=turned), 239 - rows) == known
    assert digest_of_test_rows(table, rows[1:]) != known
    assert digest_of_test_rows(table, np.append(rows, 5)) != known
    changed = frame()
    changed.loc[7, "z"] = "11"
    assert digest_of_test_rows(collected(source=changed), rows) != known
    derived = ff.Pipeline([ff.Collect(frame(), target="y"), ff.Derive({"w": "x * n"})])
    made = derived.run(progress=False)[ff.Collected]
    assert digest_of_test_rows(made, rows) == known


def test_looks_count_models_that_differ_and_no_model_twice():
    heard = []
    first = run()
    assert (first.looks.number, first.findings[-1].code) != (1, "looks")
    assert run().looks.number == 1
    assert run(seed=1).looks.number == 1  # other rows
    second = run(0.05, observers=[heard.append])
    assert second.looks.number == 2
    assert first.looks.number == 1
    assert run(0.07, drop=("z",)).looks.number == 3
    (found,) = [e.finding for e in heard if isinstance(e, Found) and e.finding.code == "looks"]
    assert second.findings[-1] == found
    half = (second.metrics["roc_auc"].high - second.metrics["roc_auc"].low) / 2
    assert second.looks.expected == pytest.approx(half / 1.959964 * np.pi**-0.5)


def test_looks_are_told_by_summary_and_report():
    run(0.05)
    result = run()
    sentence = str(result.looks)
    assert sentence.startswith("look 2 at these test rows; the best of 2 is optimistic by up to ")
    told = " ".join(summary(Reported.of(result)).split())
    assert sentence in told
    assert told.count("look 2") == 1
    assert f"L{sentence[1:]}." in render(Reported.of(result))


def test_bundle_is_the_same_to_the_byte_whoever_looked_before(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    deployed = pipeline() + ff.Deploy("m.ff", parity_rows=5, format="torch")
    first = deployed.run(progress=False)[ff.Deployed].digest
    monkeypatch.setattr(ledger, "_HERE", [])
    run(0.05, directory="a/one")
    deployed.run(progress=False, directory="a/two", until="evaluate")
    result = deployed.run(progress=False, directory="a/two", resume=True)
    assert result.looks.number == 2
    assert result[ff.Deployed].digest == first
    assert not re.search(r"\blooks?\b(?! \(1 note)", open_bundle("m.ff").text("card.md").lower())


def test_first_look_is_told_in_summary_and_report_without_a_finding():
    result = run()
    assert "48 test (stratified 64/16/20), look 1 at the test rows\n" in summary(
        Reported.of(result)
    )
    assert "Look 1 at these test rows." in render(Reported.of(result))
    assert "looks" not in {finding.code for finding in result.findings}


@pytest.mark.slow
def test_run_until_train_folds_and_leak_probe_are_no_looks():
    run(until="train")
    assert ledger._HERE == []
    pipeline().check(leak=True)
    assert ledger._HERE == []
    run(evaluate=ff.Evaluate(baselines=(), folds=2))
    assert len(ledger._HERE) == 1


def test_evaluate_with_a_limit_refuses_another_look_before_it_scores(tmp_path, monkeypatch):
    once = ff.Evaluate(baselines=(), looks=1)
    result = run(evaluate=once)
    assert run(evaluate=once).looks.number == 1  # the same model
    scored, heard = [], []
    with monkeypatch.context() as patch:
        patch.setattr("fivefold.evaluate.evaluation.resamples_of", scored.append)
        with pytest.raises(SpentError, match="found 1 look at them") as caught:
            run(0.05, evaluate=once, observers=[heard.append])
    told = [e.text for e in heard if isinstance(e, Noted) and e.path == ("evaluate",)]
    before = "1 look at these test rows already, and looks=1: a model that answers otherwise"
    assert [text[: len(before)] for text in told] == [before]
    assert (scored, caught.value.looks, caught.value.limit) == ([], 1, 1)
    assert f"roc_auc {result.metrics['roc_auc']:.4g}" in str(caught.value)
    assert caught.value.written[ff.Trained].model is not None
    assert run(0.05, evaluate=ff.Evaluate(baselines=(), looks=2)).looks.number == 2


def test_limit_is_kept_where_another_process_took_the_last_look_meanwhile(monkeypatch):
    monkeypatch.setattr("fivefold.evaluate.evaluation.check_looks", lambda *_, **__: None)
    run()
    with pytest.raises(SpentError):
        run(0.05, evaluate=ff.Evaluate(baselines=(), looks=1))


def test_saved_run_is_the_same_whatever_was_looked_at_and_taking_it_is_no_look(
    tmp_path, monkeypatch
):
    one = run(0.05, directory=tmp_path / "one")
    two = run(directory=tmp_path / "two")
    assert [one.looks.number, two.looks.number] == [1, 2]
    monkeypatch.setattr(ledger, "_HERE", [])
    alone = run(directory=tmp_path / "elsewhere" / "two")
    assert alone.looks.number == 1
    untimed = [r[ff.Evaluated].replace(tables={}) for r in (alone, two)]
    assert saved_digest(untimed[0]) == saved_digest(untimed[1])
    assert fingerprint(untimed[0]) == fingerprint(untimed[1])
    saved = {path.name for path in (tmp_path / "two" / "evaluate" / "artifact").iterdir()}
    names = {name.split(".")[0] for name in saved}
    assert ("metrics" in names, "looks" in names) == (True, False)
    monkeypatch.setattr(ledger, "_HERE", [])
    lines = (tmp_path / "two" / ledger.LOOKS).read_bytes()
    again = run(
        directory=tmp_path / "two",
        resume=True,
        evaluate=ff.Evaluate(baselines=(), looks=1),
    )
    assert again[ff.Evaluated].looks is None
    assert again.looks.number == 2
    assert "look 2 at these test rows" in summary(Reported.of(again), width=200)
    assert (tmp_path / "two" / ledger.LOOKS).read_bytes() == lines


@pytest.mark.slow
def test_stated_optimism_covers_the_best_of_fifty_runs_on_random_labels():
    draw = np.random.default_rng(3)
    source = pd.DataFrame(draw.normal(size=(1500, 8)), columns=list("abcdefgh"))
    source["y"] = draw.choice(["no", "yes"], 1500)
    chain = pipeline(source=source)
    data = chain.run(until="preprocess", progress=False)
    scores = []
    for number in range(50):
        part = chain[2:].replace("train", lr=0.001 * (number + 1))
        result = part.run(seed=number, given=data, progress=False)
        scores.append(float(result.metrics["roc_auc"]))
    looks = result.looks
    assert looks.number == 50
    best = max(scores) - 0.5
    assert 0 < best <= looks.most
    assert best > looks.interval / 3  # and it is no idle statement
    assert [finding.severity for finding in looks.findings] == ["serious"]
