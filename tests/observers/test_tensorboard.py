import importlib.util

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.errors import PreflightError
from fivefold.observers.tensorboard import TensorBoard

HERE = importlib.util.find_spec("tensorboard") is not None


def read(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    board = EventAccumulator(str(folder))
    board.Reload()
    return board


def curve(board, name):
    return [(event.step, event.value) for event in board.Scalars(name)]


@pytest.mark.skipif(not HERE, reason="tensorboard is not installed: pip install tensorboard")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_board_is_read_back_with_curves_scores_and_findings_of_run_and_refits(tmp_path):
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({"x": draw.normal(size=150), "y": draw.choice(["a", "b"], 150)})
    train = ff.Train("mlp", epochs=3, threads=1)
    evaluate = ff.Evaluate(baselines=(), folds=2)
    stages = [ff.Collect(frame, target="y"), ff.Preprocess(), train, evaluate]
    board = TensorBoard(tmp_path / "board")
    result = ff.Pipeline(stages).run(progress=False, observers=[board])
    whole = read(tmp_path / "board")
    history = result[ff.Trained].history
    for name in ("train_loss", "valid_loss"):
        found = curve(whole, f"train/{name}")
        assert [step for step, _ in found] == [1, 2, 3]
        assert np.allclose([value for _, value in found], history[name])
    score = result.metrics["roc_auc"]
    for name, value in {"": score, "/low": score.low, "/high": score.high}.items():
        assert curve(whole, f"test/roc_auc{name}") == [(0, pytest.approx(value, abs=1e-6))]
    assert curve(whole, "folds/accuracy")[0][1] == pytest.approx(
        float(result[ff.Evaluated].folds["accuracy"])
    )
    texts = {name for name in whole.Tags()["tensors"] if name.startswith("findings/")}
    assert "findings/Evaluate/too_few_test_rows/text_summary" in texts
    (said,) = whole.Tensors("findings/Evaluate/too_few_test_rows/text_summary")
    sentences = [f.sentence for f in result.findings if f.code == "too_few_test_rows"]
    assert sentences[0] in said.tensor_proto.string_val[0].decode()
    for fold in ("fold-1", "fold-2"):
        refit = read(tmp_path / "board" / "evaluate" / fold)
        assert len(curve(refit, "train/train_loss")) == 3


def test_board_without_tensorboard_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(PreflightError, match="fivefold\\[tensorboard\\]"):
        TensorBoard("board")
