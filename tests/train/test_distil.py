"""Distil: taught by answers to rows that the teacher has not seen, judged beside it."""

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score
from sklearn.neighbors import KNeighborsClassifier

import fivefold as ff
from fivefold.core.session import derive_seed
from fivefold.errors import ConfigError, PreflightError
from fivefold.folds import draw_folds
from fivefold.partition import Partition
from fivefold.testing import check_no_leak
from fivefold.train import lessons
from fivefold.train.lessons import Distillation
from studied import small_frame


def piped(teacher, frame=None, **settings):
    known = {"model": "mlp", "epochs": 2, "batch": 32, "threads": 1, **settings}
    frame = small_frame() if frame is None else frame
    return ff.Pipeline(
        [
            ff.Collect(frame, target="y"),
            ff.Preprocess(scale="none"),
            ff.Distil(teacher, **known),
            ff.Evaluate(),
        ]
    )


@pytest.fixture
def kept(monkeypatch):
    """What teachers answered, and the rows whose targets hold it."""
    found, real = [], lessons.lesson_of

    def noted(stage, data, answers):
        student, rows = real(stage, data, answers)
        found.append((answers, rows))
        return student, rows

    monkeypatch.setattr(lessons, "lesson_of", noted)
    return found


def test_teacher_answers_rows_that_it_has_not_seen(kept):
    frame = small_frame(200)
    frame["y"] = np.random.default_rng(1).choice(["no", "yes"], len(frame))
    result = piped(KNeighborsClassifier(1), frame, folds=4).run(seed=3, progress=False)
    answers, _ = kept[-1]
    collected, partition = result[ff.Collected], result[Partition]
    wanted, rows = np.zeros((len(frame), 2)), partition.train
    numbers, truth = frame[["a", "b"]].to_numpy(), frame["y"].to_numpy()
    seed = derive_seed(3, "distil")
    for learn, held in draw_folds(collected, rows, 4, seed, by=partition.by):
        model = KNeighborsClassifier(1).fit(numbers[learn], truth[learn])
        wanted[held] = model.predict_proba(numbers[held])
    np.testing.assert_array_equal(answers.scores, wanted[rows])
    assert answers.known.all()
    agrees = wanted[rows].argmax(1) == (truth[rows] == "yes")
    assert agrees.mean() < 0.65  # a teacher that had seen them would know them all


def test_network_learns_the_mixture_of_answers_and_truth(kept):
    piped(KNeighborsClassifier(3), folds=2, hard=0.25).run(progress=False, until="distil")
    answers, rows = kept[-1]
    packed = rows.train.target
    assert packed.shape == (len(answers.scores), 5)
    np.testing.assert_array_equal(packed[:, 0], 1)
    np.testing.assert_allclose(packed[:, 3:], answers.scores, atol=1e-6)
    np.testing.assert_array_equal(rows.valid.target[:, 0], 0)
    assert set(rows.valid.target[:, 1:3].sum(1)) == {1}


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("heat", [1.0, 3.0])
def test_distillation_is_hintons_loss(classes, heat):
    draw = torch.Generator().manual_seed(0)
    logits = torch.randn(6, classes, generator=draw, dtype=torch.float64)
    taught = torch.randn(6, classes, generator=draw, dtype=torch.float64)
    truth = torch.tensor([0, 1, classes - 1, 0, 1, 1])
    if classes == 2:
        logits[:, 0] = 0.0
    soft = F.softmax(taught / heat, dim=1)
    asked = torch.tensor([1.0, 1, 1, 1, 1, 0], dtype=torch.float64)
    target = torch.cat([asked[:, None], F.one_hot(truth, classes), soft], dim=1)
    loss = Distillation(classes, temperature=heat, hard=0.3)
    kl = F.kl_div(F.log_softmax(logits / heat, 1), soft, reduction="none").sum(1)
    entropy = -(soft * soft.log()).sum(1)
    true = F.cross_entropy(logits, truth, reduction="none")
    each = torch.where(asked > 0, 0.3 * true + 0.7 * heat**2 * (kl + entropy), true)
    given = logits[:, 1] if classes == 2 else logits
    torch.testing.assert_close(loss(given, target), each.mean())
    weight = torch.arange(6.0, dtype=torch.float64)
    total, of = loss(given, target, weight)
    torch.testing.assert_close(total / of, (each * weight).sum() / weight.sum())


def test_network_stands_beside_its_teacher_on_the_test_rows():
    frame = small_frame(300)
    forest = RandomForestClassifier(20, random_state=0)
    result = piped(forest, frame, epochs=6).run(seed=1, progress=False)
    trained, table = result[ff.Trained], result.tables["model_comparison"]
    row = table[table["model"] == "its teacher (RandomForestClassifier)"].iloc[0]
    partition = result[Partition]
    numbers, truth = frame[["a", "b"]].to_numpy(), frame["y"].to_numpy()
    learnt = np.sort(np.concatenate([partition.train, partition.valid]))
    alone = RandomForestClassifier(20, random_state=0).fit(numbers[learnt], truth[learnt])
    wanted = accuracy_score(truth[partition.test], alone.predict(numbers[partition.test]))
    assert float(row["accuracy"]) == pytest.approx(wanted)
    ours, theirs = float(result.metrics["roc_auc"]), float(row["roc_auc"])
    assert float(row["difference"]) == pytest.approx(ours - theirs)
    assert row["verdict"] in ("a tie", "wins", "loses")
    assert row["fit_seconds"] > 0
    took = trained.resources
    assert took["teacher_seconds"] > took["teacher_fit_seconds"] > 0
    assert trained.settings["taught_by"] == "RandomForestClassifier"


def test_network_of_numbers_learns_between_answers_and_truth(kept):
    frame = small_frame()
    frame["y"] = 2 * frame["a"] + 5
    pipeline = piped(LinearRegression(), frame, folds=3, hard=0.5)
    result = pipeline.run(progress=False, until="distil")
    answers, rows = kept[-1]
    truth = result[ff.Preprocessed].train.target
    np.testing.assert_allclose(answers.scores, truth, atol=1e-5)
    np.testing.assert_allclose(rows.train.target, (answers.scores + truth) / 2)
    with pytest.raises(PreflightError, match="temperature=1 where numbers are predicted"):
        piped(LinearRegression(), frame, temperature=2).run(progress=False)
    with pytest.raises(PreflightError, match="expected a regressor"):
        piped(KNeighborsClassifier(), frame).run(progress=False)


def test_rows_without_an_answer_learn_the_truth_alone(kept):
    frame = small_frame().assign(when=pd.date_range("2024", periods=150))
    pipeline = piped(KNeighborsClassifier(3), frame, folds=3)
    pipeline = pipeline.replace("collect", ff.Collect(frame, target="y", time="when"))
    pipeline.run(progress=False, until="distil")
    answers, rows = kept[-1]
    assert 0 < answers.known.mean() < 1
    np.testing.assert_array_equal(rows.train.target[:, 0], answers.known)


def test_settings_without_effect_are_refused():
    with pytest.raises(ConfigError, match="`loss` has no effect"):
        ff.Distil(KNeighborsClassifier(), loss="focal")
    with pytest.raises(ConfigError, match="a network to teach"):
        ff.Distil(KNeighborsClassifier(), KNeighborsClassifier())
    with pytest.raises(ConfigError, match="did you mean `lr`"):
        ff.Distil({"lrr": 1.0})
    with pytest.raises(ConfigError, match="teacher"):
        ff.Distil()


def test_teacher_may_be_a_stage_or_a_result_and_goes_into_recipes():
    teacher = ff.Train("mlp", epochs=3, batch=32, threads=1)
    pipeline = piped(teacher)
    named = pipeline.replace("collect", ff.Collect("sklearn:iris"))
    assert ff.Pipeline.from_json(named.to_json()).to_json() == named.to_json()
    plain = ff.Pipeline([*pipeline.stages[:2], teacher])
    result = plain.run(progress=False, until="train")
    assert ff.Distil(result).teacher == ff.Distil(teacher).teacher == teacher.settings()
    found = pipeline.run(progress=False, until="distil")[ff.Trained]
    assert found.settings["taught_by"] == "mlp"
    assert found.teacher is not None


@pytest.mark.slow
def test_taught_network_is_served_resumed_and_leaks_nothing(tmp_path):
    frame = small_frame(200)
    forest = RandomForestClassifier(10, random_state=0)
    pipeline = piped(forest, frame, folds=2)
    check_no_leak(pipeline)
    deployed = pipeline + ff.Deploy(tmp_path / "small.ff")
    run = {"progress": False, "directory": tmp_path / "run"}
    result = deployed.run(**run)
    model = ff.load(tmp_path / "small.ff")
    np.testing.assert_allclose(model.predict_proba(frame), result.predict_proba(frame), atol=1e-5)
    again = deployed.run(resume=True, **run)
    table = again.tables["model_comparison"]
    assert "its teacher (RandomForestClassifier)" in set(table["model"])
