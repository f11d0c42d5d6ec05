import fivefold as ff
from fivefold.evaluate.evaluate import Evaluate
from fivefold.report.ten import TEN, is_filled


def test_a_run_has_the_ten_tables_and_says_why_some_are_open():
    stages = [ff.Collect("sklearn:iris"), ff.Preprocess(), ff.Train("mlp", epochs=2)]
    result = ff.Pipeline([*stages, Evaluate()]).run(seed=0, progress=False)
    assert list(result.tables)[:10] == list(TEN)
    open_ones = {name for name in TEN if not is_filled(result.tables[name])}
    assert open_ones == {
        "preprocessing_comparison",
        "tuning_results",
        "augmentation_effect",
        "transfer_learning",
    }
    assert result.tables["augmentation_effect"]["status"][0] == "does not apply"
    assert result.tables["transfer_learning"]["status"][0] == "does not apply"
    table = result.tables["architectures"]
    assert table["architecture"][0] == "mlp (trained)"
    body = result[ff.Trained].model.body
    assert table["parameters"][0] == sum(weight.numel() for weight in body.parameters())
    page = result.report()
    assert "ff.tune(pipeline, ...) fills it" in page
    assert "operations of training" in page


def test_an_estimator_has_no_weights_to_count_or_to_begin_with():
    from sklearn.naive_bayes import GaussianNB

    stages = [ff.Collect("sklearn:iris"), ff.Preprocess(), ff.Train(GaussianNB())]
    result = ff.Pipeline([*stages, Evaluate(baselines=())]).run(seed=0, progress=False)
    facts = result.tables["hardware"].set_index("quantity")["value"]
    assert "GaussianNB has no weights" in facts["operations of a row"]
    assert facts["peak memory in training"].endswith("GiB")
    assert "FLOP a second" in facts["peak of this machine"]
    assert result.tables["transfer_learning"]["status"][0] == "does not apply"
