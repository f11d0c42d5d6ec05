import json

import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.ensemble import HistGradientBoostingClassifier, StackingClassifier
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import SVC

from fivefold.core.values import write_value
from fivefold.errors import RecipeError
from fivefold.train.rebuilt import known, rebuild, unbuildable

COLUMNS = ColumnTransformer(
    [
        ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), ["a", "b"]),
        ("classes", OneHotEncoder(dtype=np.float32, categories=[["x", "y"]]), ("c",)),
        ("by type", "passthrough", make_column_selector(dtype_include=float)),
        ("gone", "drop", slice(0, 3)),
    ]
)
ESTIMATORS = [
    LogisticRegression(C=np.inf, class_weight={0: 1.0, 1: 9.0}),
    make_pipeline(FunctionTransformer(np.log1p), Ridge(alpha=np.array([1.0, np.inf]))),
    make_pipeline(COLUMNS, SVC()),
    StackingClassifier(
        [("a", SVC(probability=True)), ("b", HistGradientBoostingClassifier())],
        cv=StratifiedKFold(4, shuffle=True, random_state=1),
    ),
    GridSearchCV(Ridge(), {"alpha": np.logspace(-1, 1, 3)}, cv=KFold(3)),
    GaussianProcessRegressor(RBF(1.0) + WhiteKernel(0.5)),
]


def noted(estimator):
    """What a recipe holds of it, after its way through a file."""
    return json.loads(json.dumps(write_value(estimator, None, "Train.model", False)))


class Mine(BaseEstimator):
    def __init__(self, power=2):
        self.power = power


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda one: type(one).__name__)
def test_rebuilt_estimator_has_every_parameter_with_its_type(estimator):
    made = rebuild(noted(estimator), "Train.model", known)
    assert type(made) is type(estimator)
    was, now = estimator.get_params(), made.get_params()
    assert was.keys() == now.keys()
    for name, value in was.items():
        assert type(now[name]) is type(value), name
        if "object at" not in repr(value):
            assert repr(now[name]) == repr(value)
    assert noted(made) == noted(estimator) == noted(clone(made))


def test_what_no_text_can_tell_is_named():
    drawn = noted(LogisticRegression(random_state=np.random.RandomState(0)))
    assert list(unbuildable(drawn)) == ["RandomState"]
    secret = noted(make_pipeline(FunctionTransformer(lambda x: x), Ridge()))
    with pytest.raises(RecipeError, match="a note of <lambda>"):
        rebuild(secret, "Train.model", known)


def test_only_estimators_and_functions_of_numbers_are_made_from_a_recipe():
    assert isinstance(rebuild(noted(Mine(3)), "Train.model", known), Mine)
    for path in ("os.system", "builtins.eval", "numpy.load", "subprocess.Popen", "os.path.join"):
        assert known(path) is None
    evil = noted(make_pipeline(FunctionTransformer(np.log1p), Ridge()))
    text = json.dumps(evil).replace("numpy.log1p", "os.system")
    with pytest.raises(RecipeError, match=r"found os\.system"):
        rebuild(json.loads(text), "Train.model", known)
    strange = json.loads(json.dumps(noted(Mine())).replace(__name__, "not_here"))
    with pytest.raises(RecipeError, match="Import not_here first"):
        rebuild(strange, "Train.model", known)
