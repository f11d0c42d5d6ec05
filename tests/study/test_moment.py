"""A moment at which training is to end: within the first epoch, and between trees."""

import time

import numpy as np
import pandas as pd

import fivefold as ff
from fivefold.study.watch import LATE, Watch
from studied import small_frame, small_pipeline


class Steps(ff.Callback):
    """Notes how many steps there were."""

    def __init__(self):
        self.done = []

    def end(self, run):
        """After the last one."""
        self.done.append(run.step)


def ended_at(moment, pipeline):
    """What was trained with a moment, by the stages of a pipeline."""
    stages = Watch(moment=moment).over(pipeline.stages[:3])
    return ff.Pipeline(stages).run(progress=False)[ff.Trained]


def test_moment_that_is_past_ends_training_within_its_first_epoch():
    pipeline = small_pipeline(small_frame(600), epochs=9, batch=8, callbacks=(counting := Steps(),))
    late, whole = (ended_at(when, pipeline) for when in (time.time() - 1, time.time() + 600))
    assert LATE in " ".join(finding.sentence for finding in late.findings)
    assert (len(late.history), len(whole.history)) == (1, 9)
    assert counting.done == [1, 9 * 48]
    assert np.isfinite(late.history["valid_loss"]).all()


def test_moment_that_is_past_ends_between_trees():
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(draw.normal(size=(900, 4)), columns=list("abcd"))
    frame["y"] = np.where(np.sin(3 * frame["a"]) + frame["b"] * frame["c"] > 0, "yes", "no")
    pipeline = small_pipeline(frame).replace("train", model="blend", quality="fast")
    late, whole = (ended_at(when, pipeline) for when in (time.time() - 1, time.time() + 600))
    assert late.settings.trees < 5 < whole.settings.trees
