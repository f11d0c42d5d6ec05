"""Small data and pipelines for studies, and a study that is killed and goes on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

import fivefold as ff


def small_frame(rows=150, seed=0):
    draw = np.random.default_rng(seed)
    a, b = draw.normal(size=(2, rows))
    noise = draw.logistic(size=rows)
    return pd.DataFrame({"a": a, "b": b, "y": np.where(2 * a - b + noise > 0, "yes", "no")})


def small_pipeline(source=None, **settings):
    frame = small_frame() if source is None else source
    train = ff.Train("mlp", threads=1, **{"epochs": 2, "batch": 32, **settings})
    return ff.Pipeline([ff.Collect(frame, target="y"), ff.Preprocess(), train, ff.Evaluate()])


def with_test_rows(folder):
    """Pipelines that differ by their test rows alone, which the source names."""
    frame, test = small_frame(), small_frame(60, seed=1)
    frame.to_csv(folder / "train.csv", index=False)
    spoilt = test.assign(
        a=test["a"].to_numpy()[::-1] * 1000, b=0.0, y=np.roll(test["y"].to_numpy(), 7)
    )
    pipelines = []
    for name, rows in (("clean", test), ("spoilt", spoilt)):
        rows.to_csv(folder / f"{name}.csv", index=False)
        collect = ff.Collect(folder / "train.csv", target="y", test_source=folder / f"{name}.csv")
        pipelines.append(small_pipeline().replace("collect", collect))
    return pipelines


def cross_validated(**conduct):
    """Its predictions."""
    pipeline = small_pipeline(epochs=8, checkpoint_seconds=0)
    return ff.cross_validate(pipeline, folds=4, **conduct).predictions


def compared(**conduct):
    """Its scores."""
    one = small_pipeline(epochs=8, checkpoint_seconds=0)
    two = one.replace("preprocess", scale="robust")
    return ff.compare({"one": one, "two": two}, folds=2, test=True, **conduct).scores


def tuned(**conduct):
    """Its trials."""
    pipeline = small_pipeline(epochs=ff.integer(4, 5), checkpoint_seconds=0)
    space = {
        "train.lr": ff.log_uniform(1e-4, 1e-1),
        "preprocess.scale": ff.choice("none", "robust"),
    }
    return ff.tune(pipeline, space, trials=7, **conduct).trials


def ablated(**conduct):
    """Its table."""
    pipeline = small_pipeline(epochs=8, checkpoint_seconds=0)
    return ff.ablate(pipeline, ["preprocess", "columns"], folds=2, **conduct).scores


def curved(**conduct):
    """Its scores."""
    pipeline = small_pipeline(epochs=8, checkpoint_seconds=0)
    return ff.learning_curve(pipeline, fractions=(0.5, 0.7, 1), folds=2, **conduct).scores


STUDIES = {
    "cross_validate": cross_validated,
    "compare": compared,
    "ablate": ablated,
    "learning_curve": curved,
    "tune": tuned,
}
"""What is compared of each study that is killed, as a frame."""


def begin(study, folder, to, n_jobs, units=0):
    """A process at work on a study in a folder, whose frame goes to a file.

    With `units` it kills itself when so many are done, and another has learnt for a while.
    """
    command = [sys.executable, __file__, study, folder, to, n_jobs, units]
    places = os.pathsep.join([*sys.path, str(Path(__file__).parent)])
    return subprocess.Popen(map(str, command), env={**os.environ, "PYTHONPATH": places})


def whole(folder):
    """Names of the units that are done."""
    return {path.parent.parent.name for path in folder.glob("units/*/outcome/artifact")}


def states(folder):
    """States of training within units that are not done."""
    return list(folder.glob("units/*/train/checkpoint/[0-9]*.safetensors"))


def kill_in_the_middle(study, folder, to, n_jobs=1, units=2):
    """Kill a study when some units are done and another is being trained; the names of these."""
    assert begin(study, folder, to, n_jobs, units).wait() == -signal.SIGKILL
    assert states(folder)
    return whole(folder)


def killer(folder, units):
    """An observer that ends its process without warning when so many units are done."""

    def observe(event):
        late = getattr(event, "unit", "") == "epoch" and event.done >= 3
        if late and len(whole(folder)) >= units:
            os.kill(os.getpid(), signal.SIGKILL)

    return observe


if __name__ == "__main__":
    name, place, target, jobs, done = sys.argv[1:]
    observers = [killer(Path(place), int(done))] if int(done) else []
    found = STUDIES[name](
        seed=3,
        directory=place,
        resume=True,
        n_jobs=int(jobs),
        progress=False,
        observers=observers,
    )
    found.to_parquet(target)
