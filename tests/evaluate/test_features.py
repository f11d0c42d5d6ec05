import numpy as np
from numpy.testing import assert_allclose
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from fivefold.evaluate.features import (
    LinearFeatures,
    one_hot,
    rarity_of,
    tf_idf,
    tree_matrix,
    word_counts,
)


def test_linear_features_of_numbers_and_categories_equal_scikit_learn(numbers):
    data = numbers.data
    features = LinearFeatures(data.codec)
    made = features.fit(data.train.inputs).toarray()
    scaled = StandardScaler().fit(data.train.inputs["numeric"].astype(float))
    encoder = OneHotEncoder(categories=[range(5)], sparse_output=False)
    expected = np.hstack(
        [
            scaled.transform(data.train.inputs["numeric"].astype(float)),
            encoder.fit_transform(data.train.inputs["codes"]),
        ]
    )
    assert_allclose(made, expected, atol=1e-6)
    test = features.matrix(data.test.inputs).toarray()[:, :2]
    assert_allclose(test, scaled.transform(data.test.inputs["numeric"].astype(float)), atol=1e-6)


def test_linear_features_of_missing_numbers_are_filled_and_flagged(numbers):
    numbers.columns["second"][::10] = np.nan
    data = numbers.data
    made = LinearFeatures(data.codec).fit(data.train.inputs).toarray()
    missing = np.isnan(data.train.inputs["numeric"][:, 1])
    assert np.isfinite(made).all()
    assert len(np.unique(made[missing, 1])) == 1
    flag = made[:, 2]
    assert len(np.unique(flag[missing])) == len(np.unique(flag[~missing])) == 1
    assert flag[missing][0] > flag[~missing][0]


def test_tf_idf_equals_scikit_learn():
    codes = np.array([[2, 3, 3, 0], [4, 2, 1, 0], [2, 2, 0, 0], [1, 0, 0, 0]])
    counts = word_counts(codes, 5, 2)
    assert counts.toarray()[0].tolist() == [0, 0, 1, 2, 0]
    expected = TfidfTransformer().fit_transform(counts).toarray()
    assert_allclose(tf_idf(counts, rarity_of(counts)).toarray(), expected)


def test_linear_features_of_texts_learn_rarity_from_the_rows_fitted_on(world):
    texts = np.array(["good day", "good night", "bad day", "good"] * 10, dtype=object)
    made = world({"text": texts}, {"text": "text"}, np.arange(40) % 2).data
    features = LinearFeatures(made.codec)
    matrix = features.fit(made.train.inputs)
    assert_allclose(np.sqrt(matrix.power(2).sum(1)), 1)
    before = features.rarity[0].copy()
    features.matrix(made.test.inputs)
    assert (features.rarity[0] == before).all()


def test_tree_matrix_marks_categories_and_keeps_gaps(numbers):
    numbers.columns["second"][0] = np.nan
    data = numbers.data
    matrix, is_code = tree_matrix(data.train.inputs, data.codec)
    assert is_code.tolist() == [False, False, True]
    assert np.isnan(matrix[0, 1])
    assert (matrix[:, 2] == data.train.inputs["codes"][:, 0]).all()


def test_one_hot_has_one_entry_a_row():
    assert (one_hot(np.array([0, 3, 3]), 4).toarray() == np.eye(4)[[0, 3, 3]]).all()
