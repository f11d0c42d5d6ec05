import json
import warnings
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.core.estimate import Estimate
from fivefold.core.events import Found, Noted, Progress, Scored
from fivefold.core.finding import Finding
from fivefold.observers.jsonl import JsonLines


def lines(file):
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def pipeline(*more):
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({"x": draw.normal(size=150), "y": draw.choice(["a", "b"], 150)})
    train = ff.Train("mlp", epochs=2, threads=1)
    stages = [ff.Collect(frame, target="y"), ff.Preprocess(), train, ff.Evaluate(baselines=())]
    return ff.Pipeline([*stages, *more])


def test_log_has_a_line_an_event_with_its_fields(tmp_path):
    log = JsonLines(tmp_path / "log.jsonl")
    score = Estimate(0.5, low=0.25, high=float("nan"), method="wilson", n=4)
    log(Noted(path=("collect",), text="<1H OCÉAN\n"))
    log(Progress(path=("train",), done=np.int64(1), total=2, unit="epoch", values={"l": np.nan}))
    log(Scored(path=("evaluate",), values={"f1": score}, rows="test"))
    log(Found(finding=Finding(code="c", severity="note", sentence="It is.", numbers={"n": 3})))
    noted, progress, scored, found = lines(tmp_path / "log.jsonl")
    assert datetime.fromisoformat(noted.pop("time")).tzinfo is not None
    assert noted == {"path": ["collect"], "type": "Noted", "text": "<1H OCÉAN\n"}
    assert (progress["done"], progress["values"]) == (1, {"l": None})
    assert scored["values"]["f1"] == {
        "value": 0.5, "low": 0.25, "high": None, "method": "wilson", "n": 4, "level": 0.95
    }  # fmt: skip
    assert found["finding"]["numbers"] == {"n": 3}


def test_log_of_a_run_tells_it_from_its_beginning_to_its_end(tmp_path):
    file = tmp_path / "log.jsonl"
    result = pipeline().run(seed=3, progress=False, observers=[JsonLines(str(file))])
    told = lines(file)
    assert [told[0]["type"], told[-1]["type"]] == ["RunStarted", "RunFinished"]
    assert (told[0]["seed"], told[-1]["error"]) == (3, "")
    assert json.loads(told[0]["recipe"])["stages"][2]["with"] == {
        "model": "mlp", "epochs": 2, "threads": 1
    }  # fmt: skip
    epochs = [line for line in told if line["type"] == "Progress" and line["unit"] == "epoch"]
    history = result[ff.Trained].history
    assert [line["values"]["train_loss"] for line in epochs] == history["train_loss"].tolist()
    (scored,) = [line for line in told if line["type"] == "Scored"]
    assert scored["values"]["roc_auc"]["value"] == float(result.metrics["roc_auc"])
    (settled,) = [line for line in told if line["type"] == "Settled"]
    assert settled["values"]["parameters"] == result[ff.Trained].settings.parameters
    assert [line["time"] for line in told] == sorted(line["time"] for line in told)


def test_log_of_a_run_that_fails_says_why(tmp_path):
    file = tmp_path / "log.jsonl"
    failing = ff.Evaluate(baselines=(), metrics={"m": lambda target, scores: 1 / 0})
    chain = pipeline().replace("evaluate", failing)
    with pytest.raises(ZeroDivisionError):
        chain.run(progress=False, observers=[JsonLines(file)])
    assert lines(file)[-1]["error"] == "ZeroDivisionError: division by zero"


def test_observer_that_fails_is_told_once_and_left_out_while_the_run_goes_on(tmp_path, capsys):
    calls, told = [], []

    def broken(event):
        calls.append(event)
        raise OSError("disk full")

    with pytest.warns(RuntimeWarning, match="broken fails, and the run goes on") as caught:
        result = pipeline().run(progress=False, observers=[broken, told.append])
    assert (len(caught), len(calls)) == (1, 1)
    assert len(told) > 8
    assert result.metrics
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pipeline()[:1].run(progress=False, observers=[JsonLines(tmp_path / "no" / "log")])
    assert "JsonLines fails, and the run goes on without it" in capsys.readouterr().err


def test_observer_that_interrupts_ends_the_run():
    def stop(event):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipeline().run(progress=False, observers=[stop])
