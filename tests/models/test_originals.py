import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, make_column_selector, make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.svm import LinearSVC

import fivefold as ff
from fivefold.artifacts import Trained
from fivefold.errors import PreflightError
from fivefold.models.estimated import Estimated
from fivefold.models.exact import exact_scores, matrix_of
from fivefold.models.inputs import Width
from fivefold.models.score import score

WORDS = ["good", "fine", "great", "bad", "poor", "awful", "the", "film", "plot", "it", "was"]
NUMBERS = make_pipeline(SimpleImputer(), StandardScaler())
CLASSES = OneHotEncoder(handle_unknown="ignore")
NAMED = ColumnTransformer([("numbers", NUMBERS, ["a", "far"]), ("classes", CLASSES, ["c"])])
ALL = ColumnTransformer(
    [("n", NUMBERS, ["a"]), ("c", CLASSES, ["c"]), ("t", TfidfVectorizer(), "note")]
)
FILLED = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder())
MODELS = {
    "filled": (
        make_pipeline(
            ColumnTransformer([("c", FILLED, ["c"])], remainder="passthrough"),
            RandomForestClassifier(7, random_state=0),
        ),
        ["far", "c"],
    ),
    "names": (make_pipeline(NAMED, LogisticRegression()), ["a", "far", "c"]),
    "places": (
        make_pipeline(
            make_column_transformer((SimpleImputer(), [0, 1]), (OrdinalEncoder(), [2])),
            RandomForestClassifier(7, random_state=0),
        ),
        ["a", "far", "c"],
    ),
    "selector": (
        make_pipeline(
            make_column_transformer(
                (NUMBERS, make_column_selector(dtype_include="number")),
                (CLASSES, make_column_selector(dtype_exclude="number")),
            ),
            LogisticRegression(),
        ),
        ["a", "far", "c"],
    ),
    "texts": (make_pipeline(TfidfVectorizer(), LogisticRegression()), ["note"]),
    "counts": (
        make_pipeline(
            FeatureUnion([("one", CountVectorizer()), ("two", TfidfVectorizer())]),
            LogisticRegression(),
        ),
        ["note"],
    ),
    "all": (make_pipeline(ALL, LogisticRegression()), ["a", "c", "note"]),
}


def frame(columns, rows=220, seed=0):
    draw = np.random.default_rng(seed)
    found = pd.DataFrame(
        {
            "a": draw.normal(size=rows).astype(np.float32).astype(np.float64),
            "far": 1e9 + draw.integers(0, 9, rows),
            "c": draw.choice(["x", "y", "z"], rows),
            "note": [" ".join(draw.choice(WORDS, draw.integers(3, 9))) for _ in range(rows)],
        }
    )
    signal = found["a"] + (found["c"] == "x") + found["note"].str.contains("good")
    found.loc[::17, "a"] = np.nan
    if "a" not in columns:
        found.loc[::13, "c"] = np.nan
    labels = np.where(signal.fillna(0) + draw.normal(size=rows) / 2 > 0.7, "yes", "no")
    return found[columns].assign(y=labels)


def stages(table, model):
    kinds = {"note": "text"} if "note" in table else {}
    return [
        ff.Collect(table, target="y", kinds=kinds),
        ff.Split(valid=0),
        ff.Preprocess(word_rows=1) if kinds else ff.Preprocess("quantile"),
        ff.Train(model),
    ]


def given(table, columns):
    """What scikit-learn is given: the frame, or its texts."""
    return table["note"] if columns == ["note"] else table[columns]


@pytest.mark.parametrize(
    "model",
    [
        CalibratedClassifierCV(make_pipeline(TfidfVectorizer(), LinearSVC()), cv=2),
        GridSearchCV(MODELS["texts"][0], {"logisticregression__C": [0.1, 1.0]}, cv=2),
    ],
    ids=["calibrated", "searched"],
)
def test_estimator_whose_inner_one_reads_texts_is_given_texts(model):
    table = frame(["note"])
    result = ff.Pipeline(stages(table, model)).run(seed=1, progress=False)
    division, trained = result[ff.Partition], result[ff.Trained]
    fitted = clone(model).fit(table["note"][division.train], table["y"][division.train])
    wanted = fitted.predict_proba(table["note"][division.test])
    inputs = result[ff.Preprocessed].test.inputs
    np.testing.assert_allclose(exact_scores(trained.model, inputs), wanted, atol=1e-6)


@pytest.mark.parametrize("which", MODELS)
def test_estimator_of_named_columns_or_texts_answers_as_scikit_learn_does(which):
    model, columns = MODELS[which]
    table = frame(columns)
    result = ff.Pipeline(stages(table, model)).run(seed=1, progress=False)
    division, trained = result[ff.Partition], result[ff.Trained]
    x, y = given(table, columns), table["y"]
    fitted = clone(model).fit(x.iloc[division.train], y.iloc[division.train])
    wanted = fitted.predict_proba(x.iloc[division.test])
    inputs = result[ff.Preprocessed].test.inputs
    np.testing.assert_allclose(exact_scores(trained.model, inputs), wanted, atol=1e-9)
    np.testing.assert_allclose(score(trained.model, inputs), wanted, atol=1e-5)
    assert trained.settings.exported, trained.model.body.refusal


def test_columns_are_read_back_as_they_were_collected():
    table = frame(["a", "far", "c", "note"])
    table.loc[3, "c"] = None
    result = ff.Pipeline(stages(table, MODELS["all"][0])[:3]).run(progress=False)
    data = result[ff.Preprocessed]
    trained = ff.Train(clone(make_pipeline(ALL, LogisticRegression()))).rehearse(
        data=data, session=ff.Session()
    )
    body = trained.model.body
    matrix = matrix_of(trained.model, data.train.inputs).astype(np.float64)
    from fivefold.models.originals import frame_of, originals_of

    found = frame_of(originals_of(data.codec, trained.model.fixed), matrix)
    was = table.iloc[data.train.index].reset_index(drop=True)
    assert list(found) == ["a", "far", "c", "note"]
    assert body.whole
    np.testing.assert_array_equal(found["a"], was["a"])
    np.testing.assert_array_equal(found["far"], was["far"])
    assert found["c"].fillna("none").tolist() == was["c"].fillna("none").tolist()
    assert found["note"].str.strip().tolist() == was["note"].tolist()


def test_estimator_of_columns_answers_after_it_was_saved(tmp_path):
    model, columns = MODELS["all"]
    result = ff.Pipeline(stages(frame(columns), model)).run(progress=False)
    result[Trained].save(tmp_path / "trained")
    again, inputs = Trained.load(tmp_path / "trained"), result[ff.Preprocessed].test.inputs
    np.testing.assert_array_equal(score(again.model, inputs), score(result[Trained].model, inputs))


@pytest.mark.slow
@pytest.mark.parametrize("which", ["names", "texts", "all"])
def test_estimator_of_columns_is_served_as_it_was_judged(which, tmp_path):
    model, columns = MODELS[which]
    table = frame(columns)
    more = [ff.Evaluate(), ff.Deploy(tmp_path / "model.ff")]
    result = ff.Pipeline([*stages(table, model), *more]).run(progress=False)
    rows = table.iloc[result[ff.Partition].test]
    served = ff.load(tmp_path / "model.ff").predict_proba(rows[columns])
    np.testing.assert_allclose(np.asarray(served), result[ff.Evaluated].scores, atol=1e-6)


@pytest.mark.parametrize(
    ("model", "columns", "said"),
    [
        (make_pipeline(NAMED, LogisticRegression()), ["a", "c"], "found 'far', which is none"),
        (MODELS["texts"][0], ["a", "note"], "Drop the others in Collect, or name the columns"),
        (MODELS["texts"][0], ["a"], "expected one column of texts"),
        (LogisticRegression(), ["note"], r"make_pipeline\(TfidfVectorizer\(\), Logistic"),
    ],
)
def test_columns_that_an_estimator_cannot_have_are_refused_with_what_to_do(model, columns, said):
    with pytest.raises(PreflightError, match=said):
        ff.Pipeline(stages(frame(columns), model)).run(progress=False)


def test_column_of_dates_cannot_be_named():
    table = frame(["a", "c"]).assign(when=pd.date_range("2020-01-01", periods=220))
    model = make_pipeline(
        ColumnTransformer([("n", "passthrough", ["a", "when"])]), RandomForestClassifier()
    )
    with pytest.raises(PreflightError, match="found 'when', which is datetime"):
        ff.Pipeline(stages(table, model)).run(progress=False)


def test_shares_a_step_below_0_give_a_score():
    body = Estimated(Width(1), 1)
    body.places.copy_(torch.tensor([0, 1]))
    found = torch.tensor([[1.0 + 1e-8, -1e-8]], dtype=torch.float64)
    assert body.shares(found).tolist() == [[1.0 + 1e-8, 0.0]]
