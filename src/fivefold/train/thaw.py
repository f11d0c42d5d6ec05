"""Layers that begin to learn one after another, from the head down."""

from fivefold.models.begun import Begun, layers_of
from fivefold.models.learner import named_weights
from fivefold.train.callback import Callback, Running


class Thaw(Callback):
    """Lets one layer more learn after every so many epochs.

    Args:
        begun: what the network began with; its `thaw` says after how many.

    Reference:
        Howard and Ruder, Universal Language Model Fine-tuning for Text Classification, ACL 2018,
        section 3.3.
    """

    def __init__(self, begun: Begun) -> None:
        self.begun = begun

    def epoch(self, run: Running) -> None:
        """Let those learn whose time has come."""
        due = run.epoch // (self.begun.thaw or 1)
        weights = dict(named_weights(run.model))
        layers = layers_of(weights, [n for n in self.begun.head if n in weights])
        for layer in layers[max(0, len(layers) - 1 - due) :]:
            for name in layer:
                weights[name].requires_grad_(True)
