import numpy as np
import pytest
from scipy import sparse
from scipy.special import log_softmax
from sklearn.naive_bayes import ComplementNB

from fivefold.models.naivebayes import complement_weights

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(("classes", "outputs"), [(2, 1), (2, 2), (4, 4)])
@pytest.mark.parametrize("weighed", [False, True])
def test_complement_weights_answer_as_scikit_learn(classes, outputs, weighed):
    y = np.concatenate([np.arange(classes), RNG.integers(0, classes, 40)])
    x = RNG.random((len(y), 9)) * (RNG.random((len(y), 9)) < 0.4)
    weight = RNG.random(len(y)) if weighed else None
    weights = complement_weights(sparse.csr_matrix(x), y, weight, outputs, 0.3)
    assert weights.shape == (9, outputs)
    found = x @ weights
    found = np.concatenate([0 * found, found], axis=1) if outputs == 1 else found
    model = ComplementNB(alpha=0.3).fit(x, y, sample_weight=weight)
    wanted = model.predict_joint_log_proba(x)
    np.testing.assert_allclose(log_softmax(found, 1), log_softmax(wanted, 1), atol=1e-9)
