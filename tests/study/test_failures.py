"""A refit that fails costs its own line, and not the study; where all fail, one error says why."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression

import fivefold as ff
from fivefold.core.ledger import LOOKS
from fivefold.errors import ConfigError, TrainingError
from fivefold.study.unit import Outcome
from studied import small_frame, small_pipeline


class Moody(ClassifierMixin, BaseEstimator):
    """Says shares of classes, and fails where it is told to: at so many of its fits, or at rows."""

    fits = 0

    def __init__(self, kind="ValueError", at=(), rows=0):
        self.kind, self.at, self.rows = kind, at, rows

    def fit(self, matrix, target):
        Moody.fits += 1
        if Moody.fits in self.at or len(target) < self.rows:
            errors = {"LinAlgError": np.linalg.LinAlgError, "MemoryError": MemoryError}
            raise errors.get(self.kind, ValueError)("singular mood")
        self.inner_ = LogisticRegression().fit(matrix, target)
        self.classes_ = self.inner_.classes_
        return self

    def predict_proba(self, matrix):
        return self.inner_.predict_proba(matrix)

    def predict(self, matrix):
        return self.inner_.predict(matrix)


SAID = "ValueError: singular mood (in Train)"
ALWAYS = 10**6
"""More rows than there are."""


@pytest.fixture(autouse=True)
def no_fits():
    Moody.fits = 0


def estimated(estimator):
    return small_pipeline().replace("train", ff.Train(estimator))


@pytest.mark.parametrize("kind", ["ValueError", "MemoryError", "LinAlgError"])
def test_model_that_cannot_be_fitted_is_a_line_that_says_why(kind):
    models = {"plain": estimated(LogisticRegression()), "moody": Moody(kind, rows=ALWAYS)}
    found = ff.compare({**models, "c": LogisticRegression(C=0.1)}, folds=3, progress=False)
    line = found.table.set_index("model").loc["moody"]
    assert line["verdict"] == "not measured"
    assert line["why"] == f"failed: {kind}: singular mood (in Train)"
    assert np.isnan(float(line["roc_auc"]))
    assert found.table.set_index("model").loc["c", "why"] == ""
    assert found.best != "moody"
    assert "singular mood" in repr(found)
    assert "singular mood" in found.markdown()
    alone = ff.compare(
        {name: model for name, model in {**models, "c": LogisticRegression(C=0.1)}.items()
         if name != "moody"}, folds=3, progress=False,
    )  # fmt: skip
    kept = found.scores[found.scores["model"] == "c"].reset_index(drop=True)
    wanted = alone.scores[alone.scores["model"] == "c"].reset_index(drop=True)
    assert kept["roc_auc"].equals(wanted["roc_auc"])
    assert set(ff.ensemble(found.replace(models={**found.models})).weights) <= {"plain", "c"}


def test_model_that_fails_in_one_fold_is_not_the_best_and_says_in_how_many():
    models = {"plain": estimated(LogisticRegression(C=1e-4)), "moody": Moody(at=(2,))}
    told = []
    found = ff.compare(models, folds=3, progress=False, observers=[told.append])
    line = found.table.set_index("model").loc["moody"]
    assert line["why"] == f"failed in 1 of 3 folds: {SAID}"
    assert found.best == "plain"
    moody = found.scores[found.scores["model"] == "moody"]
    assert moody["roc_auc"].isna().tolist() == [False, True, False]
    assert moody["held_out_rows"].sum() == 120
    notes = [event.text for event in told if "failed: ValueError" in getattr(event, "text", "")]
    assert len(notes) == 1
    assert "fold-2 moody" in notes[0]


def test_model_that_fails_on_test_rows_is_a_line_of_that_table_too(tmp_path):
    models = {"plain": estimated(LogisticRegression()), "moody": Moody(rows=ALWAYS)}
    found = ff.compare(models, folds=2, test=True, directory=tmp_path / "s", progress=False)
    line = found.test["table"].set_index("model").loc["moody"]
    assert (line["verdict"], line["why"]) == (
        "not measured",
        f"failed: {SAID}",
    )
    assert len(found.test["pairs"]) == 0
    assert len((tmp_path / "s" / LOOKS).read_text().splitlines()) == 1


def test_comparison_of_models_that_all_fail_is_an_error_with_every_reason():
    models = {"one": estimated(Moody(rows=ALWAYS)), "two": Moody("MemoryError", rows=ALWAYS)}
    with pytest.raises(TrainingError, match="none among 4") as caught:
        ff.compare(models, folds=2, progress=False)
    said = str(caught.value)
    assert "  2 refits: one: ValueError: singular mood" in said
    assert "  2 refits: two: MemoryError: singular mood" in said
    assert isinstance(caught.value.__cause__, ValueError)
    frames, trace = [], caught.value.__cause__.__traceback__
    while trace is not None:
        frames.append(trace.tb_frame)
        trace = trace.tb_next
    assert frames[-1].f_code.co_name == "fit"
    assert not frames[-1].f_locals  # what was to be learnt is free again


def test_fold_that_fails_is_left_out_of_the_mean_and_told():
    found = ff.cross_validate(estimated(Moody(at=(2,))), folds=3, progress=False)
    kept = found.scores["roc_auc"]
    assert kept.isna().tolist() == [False, True, False]
    assert float(found.metrics["roc_auc"]) == pytest.approx(kept.mean())
    assert found.scores["why"].tolist() == ["", SAID, ""]
    assert f"failed in 1 of 3 folds: {SAID}" in repr(found)
    assert len(found.predictions) == 80
    Moody.fits = 0
    with pytest.raises(TrainingError, match=r"cross_validate: expected .* none among 3"):
        ff.cross_validate(estimated(Moody(rows=ALWAYS)), folds=3, progress=False)


def test_choice_of_stages_that_fails_in_a_fold_costs_that_fold_alone():
    stages = small_pipeline(epochs=1).stages[1:3]

    def inner(collected, division, seed):
        inner.asked += 1
        if inner.asked == 2:
            raise KeyError("nothing chosen")
        return stages

    inner.asked = 0
    found = ff.cross_validate(small_pipeline(), folds=3, inner=inner, progress=False)
    assert found.scores["why"].tolist() == ["", "KeyError: 'nothing chosen'", ""]


def test_ablated_variant_that_fails_is_a_line_that_says_why():
    frame = small_frame().assign(c=1.5 * np.arange(150))

    class Wide(Moody):
        def fit(self, matrix, target):
            if matrix.shape[1] < 3:
                raise ValueError("too few columns")
            return super().fit(matrix, target)

    pipeline = small_pipeline(frame).replace("train", ff.Train(Wide()))
    pipeline = pipeline.replace("train", ff.Train(Wide(at=(ALWAYS,))))
    found = ff.ablate(pipeline, ["columns"], folds=2, progress=False).table
    assert found["why"].tolist()[0] == ""
    assert set(found["why"].tolist()[1:]) == {"failed: ValueError: too few columns (in Train)"}
    with pytest.raises(TrainingError, match="ablate, the whole pipeline"):
        ff.ablate(estimated(Moody(rows=ALWAYS)), "columns", folds=2, progress=False)


def test_curve_is_drawn_by_the_sizes_and_folds_that_were_scored():
    asked = {"fractions": (0.4, 0.5, 0.75, 1), "folds": 3, "progress": False}
    found = ff.learning_curve(estimated(Moody(rows=35)), **asked)
    assert found.table["why"].tolist() == [
        f"failed: {SAID}",
        "",
        "",
        "",
    ]
    assert np.isfinite(float(found.predicted["roc_auc"][1]))
    whole = ff.learning_curve(
        estimated(Moody(at=(ALWAYS,))), **{**asked, "fractions": (0.5, 0.75, 1)}
    )
    assert float(found.law["a"]) == float(whole.law["a"])
    with pytest.raises(TrainingError, match="scores of 2 of 4 sizes"):
        ff.learning_curve(estimated(Moody(rows=50)), **asked)


def test_nested_search_whose_winner_fails_in_a_fold_keeps_what_was_found():
    pipeline = estimated(Moody(at=(2,)))
    space = {"train.threads": ff.choice(1, 2)}
    found = ff.tune(pipeline, space, trials=1, nested=2, folds=0, progress=False)
    assert found.best
    assert found.nested is not None
    assert (found.nested.scores["why"] != "").sum() == 1


def test_failed_refit_is_done_again_at_the_next_start_and_others_are_taken(tmp_path):
    models = {"plain": estimated(LogisticRegression()), "moody": Moody(at=(2,))}
    asked = {"folds": 3, "progress": False, "directory": tmp_path / "s", "resume": True}
    first = ff.compare(models, **asked)
    assert first.table["why"].tolist()[1].startswith("failed in 1")
    second = ff.compare(models, **asked)
    assert "why" not in second.table
    assert Moody.fits == 4
    kept = [Outcome.load(path / "outcome") for path in (tmp_path / "s" / "units").iterdir()]
    assert not any(outcome.failed for outcome in kept)


def test_ensemble_of_models_of_which_none_answered_in_every_fold_says_so():
    models = {"one": estimated(Moody(at=(1,))), "two": Moody(at=(4,))}
    found = ff.compare(models, folds=3, progress=False)
    with pytest.raises(ConfigError, match="a model that answered in every fold, found none"):
        ff.ensemble(found)
