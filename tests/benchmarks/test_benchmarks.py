"""The benchmarks run, agree with themselves, and hold what the promises say."""

import ast
import importlib
import json
import statistics
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import f1_score, roc_auc_score

pytestmark = pytest.mark.benchmark

HERE = Path(__file__).parent
PROMISE = 1.05
"""What training costs at most, beside the bare loop."""

LINES = 40
"""The longest that a twin may be."""


def run(script: str, *arguments: object) -> str:
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that imports a module beside this file."""
    monkeypatch.syspath_prepend(str(HERE))
    return importlib.import_module


def test_bare_loops_are_short_and_know_nothing_of_fivefold() -> None:
    tree = ast.parse((HERE / "bare.py").read_text())
    loops = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert {"train", "train_bf16", "train_images", "train_validated"} <= {f.name for f in loops}
    assert all(loop.end_lineno - loop.lineno < LINES for loop in loops)
    roots = {
        (name.module if isinstance(name, ast.ImportFrom) else name.names[0].name).split(".")[0]
        for name in ast.walk(tree)
        if isinstance(name, ast.Import | ast.ImportFrom)
    }
    assert roots == {"collections", "copy", "torch"}


def test_speed_quick_measures_every_part_and_losses_are_equal(tmp_path: Path) -> None:
    kept = tmp_path / "speed.json"
    said = run("speed.py", "--quick", "--threads", 1, "--members", 2, "--to", kept)
    found = json.loads(kept.read_text())
    pairs = found["pairs"]
    assert {(pair["workload"], pair["what"]) for pair in pairs} == {
        (work, part)
        for work in ("a", "b", "c", "c2", "d1", "d2", "e", "f")
        for part in ("fit", "bf16", "train")
    }
    for pair in pairs:
        bare, ours = pair["losses"]
        near = {"fit": 1e-3, "train": 1e-3, "bf16": 5e-2}[pair["what"]]
        if (pair["workload"], pair["what"]) not in {("c", "train"), ("c2", "train")}:
            assert ours == pytest.approx(bare, rel=near), pair
        ratios = [b / a for a, b in zip(pair["bare"], pair["ours"], strict=True)]
        assert pair["ratio"] == pytest.approx(statistics.median(ratios))
    for answer in found["alone"]:
        assert 0 <= answer["warm_seconds"] < answer["cold_seconds"], answer
        assert answer["before_megabytes"] <= answer["peak_megabytes"], answer
    assert "peak memory" in said


@pytest.mark.parametrize("workload", ["a", "c", "d1", "e", "f"])
def test_fit_float32_costs_at_most_what_is_promised(tmp_path: Path, workload: str) -> None:
    kept = tmp_path / "speed.json"
    asked = ("--workload", workload, "--parts", "fit", "--threads", 1, "--rounds", 5)
    run("speed.py", *asked, "--to", kept)
    (pair,) = json.loads(kept.read_text())["pairs"]
    assert pair["is_equal"], pair["losses"]
    # The lower quartile: what else the machine does must not fail the test.
    assert pair["quartiles"][0] <= PROMISE, pair["ratio"]


def test_tables_quick_keeps_each_score_and_goes_on_where_it_was(tmp_path: Path) -> None:
    kept = tmp_path / "tables.json"
    asked = ("--quick", "--methods", "fivefold", "linear", "histogram", "--to", kept)
    run("tables.py", tmp_path, "--sets", "wine", *asked)
    first = json.loads(kept.read_text())["scores"]
    said = run("tables.py", tmp_path, "--sets", "wine", "breast_cancer", "diabetes", *asked)
    scores = json.loads(kept.read_text())["scores"]
    assert scores[:3] == first
    assert len(scores) == 9
    by_key = {(score["set"], score["method"]): score["score"] for score in scores}
    # What any sound method reaches on these sets.
    for method in ("fivefold", "linear", "histogram"):
        assert by_key["wine", method] > 0.85
        assert by_key["breast_cancer", method] > 0.95
        assert by_key["diabetes", method] < 76.0  # the target's standard deviation
    assert "| fivefold |" in said
    assert run("tables.py", "--from", kept).count("## ") == said.count("## ")


def test_area_with_ties_is_that_of_scikit_learn(load: Any) -> None:
    rng = np.random.default_rng(0)
    target, scores = rng.random(500) < 0.2, rng.integers(0, 20, 500) / 20
    assert load("scores").area(target, scores) == pytest.approx(roc_auc_score(target, scores))


def test_bootstrap_sd_of_accuracy_is_the_binomial_one(load: Any) -> None:
    target = np.array(["a"] * 1000)
    answers = np.array(["a"] * 900 + ["b"] * 100)
    sd = load("scores").bootstrap_sd("accuracy", target, answers)
    assert sd == pytest.approx((0.9 * 0.1 / 1000) ** 0.5, rel=0.15)


def test_standing_variant_takes_the_place_of_the_default(load: Any) -> None:
    errors = {"fivefold": 0.2, "fivefold-best": 0.05, "linear": 0.1, "mlp": 0.3}
    scores = [
        {
            "set": "s", "method": method, "seed": 0, "metric": "accuracy", "score": 1 - error,
            "error": error, "test_sd": 0.01, "fit_seconds": 1.0, "predict_seconds": 0.1,
            "rows_test": 100,
        }
        for method, error in errors.items()
    ]  # fmt: skip
    standing = load("standing")
    means = standing.frame_of(scores)
    lines = standing.standing_table(means).splitlines()[2:6]
    ranks = {row.split("|")[1].strip(): float(row.split("|")[3]) for row in lines}
    assert ranks == {"fivefold-best": 1.0, "linear": 1.0, "fivefold": 2.0, "mlp": 3.0}
    assert "Missed: s against linear." in standing.verdicts(means)


def test_bits_are_those_of_the_run_before_and_a_change_is_told(tmp_path: Path) -> None:
    kept = tmp_path / "before.json"
    run("bits.py", "--cases", "texts", "matrix", "--to", kept)
    assert run("bits.py", "--cases", "texts", "matrix", "--against", kept).count("equal") == 2
    before = json.loads(kept.read_text())
    before["texts"]["weights"] = "other"
    before["texts"]["contract"]["inputs"][0]["form"] = "a picture"
    kept.write_text(json.dumps(before))
    with pytest.raises(AssertionError, match=r"(?s)2 differences.*weights.*inputs\[0\].form"):
        run("bits.py", "--cases", "texts", "--against", kept)


def test_bits_differences_tell_the_place_and_pass_over_what_is_new(load: Any) -> None:
    before = {"a": [1, {"b": "x"}], "c": ["p", "q"], "d": 1.0, "e": None, "f": "0" * 64}
    assert load("bits").differences(before, {**before, "new": 1}) == []
    now = {"a": [1, {"b": "y", "new": 2}], "c": ["q", "r", "p"], "d": 1, "f": "1" * 64}
    assert load("bits").differences(before, now) == [
        'a[1].b: "x" is now "y"',
        "c: 2 items, now 3",
        'c: new "r"',
        "d: 1.0 is now 1",
        "e: is gone",
        "f: other bits",
    ]
    assert load("bits").differences(["p", "q"], ["q", "p"])
    assert load("bits").differences({"a": 1}, [1])


def test_bits_digest_holds_types_shapes_and_cells_and_no_names(load: Any) -> None:
    digest, by_bytes = load("digests").digest, load("digests").by_bytes
    one, two = np.arange(6.0), np.array(["a", None, np.zeros(2)], object)
    assert digest(by_bytes([one, two])) == digest(by_bytes([two.copy(), one.copy()]))
    others = [
        one.astype(np.float32),
        one.reshape(2, 3),
        np.array(["a", "None", np.zeros(2)], object),
        np.array(["a", None, np.zeros(2, int)], object),
    ]
    assert len({digest([array]) for array in (one, two, *others)}) == 6


def fields_run(part: str, own: list[int], rival: list[int], set_: str = "ag_news") -> dict:
    truth, classes = [0, 1, 1, 0], ["ham", "spam"]
    facts = {"part": part, "seed": 0, "seconds": 1.0, "classes": classes, "rows_train": 9}
    return {"set": set_, "truth": truth, "own": own, "rival": rival} | facts


def test_fields_f1_is_that_of_scikit_learn(load: Any) -> None:
    fields = load("fields")
    run = fields_run("", [0, 1, 0, 1], [0, 1, 1, 0], "sms_spam")
    assert fields.worth(run, "own") == f1_score(run["truth"], run["own"])
    assert fields.worth(run, "rival") == 1.0


def test_fields_difference_of_equal_answers_is_zero_and_of_others_holds_the_mean(
    load: Any,
) -> None:
    fields = load("fields")
    equal = fields_run("", [0, 1, 0, 0], [0, 1, 0, 0])
    assert fields.difference([equal]) == (0.0, 0.0)
    better = fields_run("", [0, 1, 1, 1], [1, 0, 1, 1])
    low, high = fields.difference([better, equal])
    assert low < 0.25 < high
    assert "+0.2500" in fields.shown([better, equal])


def test_fields_measure_only_what_is_not_kept(load: Any, tmp_path: Path) -> None:
    fields, sets, resumed = load("fields"), load("fieldsets"), load("resumed")
    asked: list[tuple[str, int]] = []
    fields.judged = lambda field, part, seed: asked.append((part.name, seed)) or {"own": [1]}
    parts = [sets.Part("a", None), sets.Part("b", None)]
    fields.FIELDSETS["tried"] = sets.FieldSet("text", "text", "y", lambda *_: iter(parts), seeds=2)
    kept = tmp_path / "kept.json"
    held = {"set": "tried", "part": "a", "seed": 1, "own": [0]}
    kept.write_text(json.dumps({"runs": [held]}))
    wanted = partial(fields.wanted, ["tried"], tmp_path, [0, 1, 2])
    found = resumed.measured(wanted(), kept)
    assert asked == [("a", 0), ("b", 0), ("b", 1)]
    assert resumed.measured(wanted(), kept) == found == json.loads(kept.read_text())["runs"]
    assert found[0] == held
    assert len(asked) == 3
    fields.FIELDSETS.pop("tried")
