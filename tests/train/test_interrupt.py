import os
import signal
import threading

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fitting import fit_tensors
from fivefold.train.checkpoint import Checkpoints
from fivefold.train.fitted import Fitted
from fivefold.train.interrupt import interruptible
from fivefold.train.optimizer import adamw

pytestmark = pytest.mark.usefixtures("listens")

X = torch.randn(100, 6, generator=torch.Generator().manual_seed(0))
Y = (X[:, 0] > 0).long()
EPOCHS, STEPS = 4, 4


def run(folder=None, *, at=None, times=1, **settings):
    """A fit of 16 steps in which Ctrl-C is pressed in one, and no state is due."""
    torch.manual_seed(3)
    model = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Dropout(0.2), nn.Linear(8, 2))
    asked = 0

    def loss(outputs, target):
        nonlocal asked
        asked += model.training
        if asked == at and model.training:
            for _ in range(times):
                os.kill(os.getpid(), signal.SIGINT)
        return F.cross_entropy(outputs, target)

    checkpoints = None
    if folder is not None:
        checkpoints = Checkpoints(folder, identity={}, seconds=1e9, resume=True)
    fitted = fit_tensors(
        model,
        *((X[:80], Y[:80]), (X[80:], Y[80:])),
        loss=loss,
        optimizer=adamw(model, lr=0.01, weight_decay=0.1),
        epochs=EPOCHS,
        batch=20,
        checkpoints=checkpoints,
        **settings,
    )
    return model, fitted


@pytest.mark.parametrize("at", [5, 7, 8, 12])
def test_an_interrupted_fit_keeps_the_best_weights_and_is_resumed_to_the_bit(tmp_path, at):
    whole, _ = run()
    _, cut = run(tmp_path, at=at)
    assert (cut.ending, cut.steps, len(cut.history)) == ("interrupted", at, (at - 1) // STEPS)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    parts, fitted = run(tmp_path)
    assert (fitted.ending, fitted.resumed) == ("finished", at)
    state = parts.state_dict()
    assert all(torch.equal(tensor, state[name]) for name, tensor in whole.state_dict().items())


def test_a_fit_interrupted_in_its_first_epoch_lets_it_through_and_is_resumed(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, at=2)
    assert run(tmp_path)[1].resumed == 2


def test_a_second_interrupt_ends_it_at_once(tmp_path):
    _, cut = run(tmp_path, at=6, times=2)
    assert (cut.ending, cut.steps) == ("interrupted", 5)
    assert not list(tmp_path.iterdir())


def test_the_last_step_is_an_end_all_the_same(tmp_path):
    _, whole = run(tmp_path, at=EPOCHS * STEPS)
    assert whole.ending == "interrupted"
    assert run(tmp_path)[1].ending == "finished"


def test_another_thread_and_another_handler_change_nothing(monkeypatch):
    handlers = []

    def look():
        with interruptible(Fitted()):
            handlers.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        look()
    finally:
        signal.signal(signal.SIGINT, before)
    assert handlers == [signal.default_int_handler, signal.SIG_IGN]
