import numpy as np
import pandas as pd

import fivefold as ff
from fivefold.preprocess.cost import cost_of


def collected(frame):
    stages = [ff.Collect(frame, target="y"), ff.Preprocess()]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    return result[ff.Collected], result[ff.Partition]


def frame(rows=200):
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "x": random.normal(size=rows),
            "c": random.choice(["a", "b", "c"], rows),
            "y": random.choice(["u", "v"], rows),
        }
    )


def test_learned_parameters_are_the_numbers_and_the_categories():
    found = cost_of(*collected(frame()), ff.Preprocess().codec_settings())
    of_a_number = 7  # offset, fill, indicator, low, high, centre, scale
    assert found.learned == of_a_number + 3
    assert found.rows == 200
    assert found.rows_per_second == 200 / found.transform_seconds
    knots = ff.Preprocess(scale="quantile", knots=16).codec_settings()
    assert cost_of(*collected(frame()), knots).learned == found.learned + 2 * 16


def test_settings_that_change_nothing_have_one_digest():
    rows = collected(frame())
    usual = cost_of(*rows, ff.Preprocess().codec_settings())
    same = cost_of(*rows, ff.Preprocess(missing_indicator=False).codec_settings())
    other = cost_of(*rows, ff.Preprocess(scale="robust").codec_settings())
    assert usual.digest == same.digest != other.digest
