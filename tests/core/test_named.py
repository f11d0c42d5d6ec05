"""Values by name that say which name was meant."""

import copy

import pytest

from fivefold.core.artifact import Artifact
from fivefold.core.estimate import Estimate
from fivefold.core.named import Named
from fivefold.errors import FivefoldError, MissingNameError


class Scored(Artifact):
    metrics: object
    empty: object


@pytest.mark.parametrize(
    ("asked", "meant"), [("acuracy", "accuracy"), ("acc", "accuracy"), ("auc", "roc_auc")]
)
def test_name_that_is_not_there_is_told_the_one_that_is_meant(asked, meant):
    scores = Named("metric", {"roc_auc": 0.9, "accuracy": 0.8})
    with pytest.raises(KeyError) as caught:
        scores[asked]
    assert isinstance(caught.value, FivefoldError)
    assert str(caught.value) == (
        f"metrics: expected one of roc_auc, accuracy, found '{asked}'.\nWrite \"{meant}\"."
    )


def test_name_like_none_is_refused_with_all_names_and_still_a_dict():
    scores = Named("metric", {"roc_auc": 0.9})
    for asked in ("zebra", 3, None):
        with pytest.raises(MissingNameError, match="Name one of these"):
            scores[asked]
    assert scores.get("zebra") is None
    assert "zebra" not in scores
    assert scores == {"roc_auc": 0.9}
    assert repr(scores) == "{'roc_auc': 0.9}"
    with pytest.raises(MissingNameError):
        copy.deepcopy(scores)["zebra"]


def test_named_values_are_saved_and_loaded(tmp_path):
    score = Estimate(0.9, low=0.8, high=0.95, method="wilson", n=9)
    Scored(metrics=Named("metric", {"f1": score}), empty=Named("metric", {})).save(tmp_path / "a")
    found = Scored.load(tmp_path / "a")
    assert found.empty == {}
    with pytest.raises(MissingNameError, match='Write "f1"'):
        found.metrics["f"]
