import numpy as np
import pandas as pd

from fivefold.report.tuning import tuning_results


def trials():
    return pd.DataFrame(
        {
            "trial": [0, 1, 2, 3],
            "state": ["complete", "pruned", "complete", "failed"],
            "score": [0.7, 0.95, 0.9, np.nan],
            "seconds": [1.0, 2.0, 3.0, 4.0],
            "train.lr": [0.1, 0.2, 0.3, 0.4],
            "preprocess.scale": ["a", "b", "c", "d"],
        }
    )


def test_tuning_results_rank_what_was_finished_and_put_the_rest_below():
    table = tuning_results(trials())
    assert table["trial"].tolist() == [2, 0, 1, 3]
    assert table["rank"].tolist()[:2] == [1, 2]
    assert table["rank"][2:].isna().all()
    np.testing.assert_allclose(table["gap"][:2], [0, 0.2])
    assert list(table.columns[-1:]) == ["seconds"]


def test_tuning_results_of_a_loss_have_the_least_first():
    assert tuning_results(trials(), greater=False)["trial"].tolist() == [0, 2, 1, 3]


def test_tuning_results_order_settings_by_importance_and_tell_it_below():
    table = tuning_results(trials(), importance={"preprocess.scale": 0.8, "train.lr": 0.2})
    assert list(table.columns).index("preprocess.scale") < list(table.columns).index("train.lr")
    assert table["state"].iloc[-1] == "importance"
    assert table["train.lr"].iloc[-1] == 0.2
    assert len(table) == 5
