"""Whether a task can be learnt and deployed."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from fivefold.artifacts import Deployed
from fivefold.codecs.table import Array
from fivefold.collect.collect import Collect
from fivefold.deploy.deploy import Deploy
from fivefold.errors import DataError, ModelError
from fivefold.evaluate.evaluate import Evaluate
from fivefold.pipeline import Pipeline
from fivefold.preprocess.preprocess import Preprocess
from fivefold.tasks.task import Task
from fivefold.testing.rule import Rules
from fivefold.train.train import Train


def check_head(
    task: Task, target: Array, outputs: tuple[int, ...], constant: Array, rules: Rules
) -> None:
    """The torch half of a task: each loss, and scores like the `constant` ones."""
    import torch

    from fivefold.models.heads import make_head
    from fivefold.models.losses import mean_of

    for loss in task.losses:
        with rules.held(f"its head fails with the loss {loss}"):
            head = make_head(task, outputs, loss=loss)
            try:
                head.fit(target)
            except DataError:  # a loss may ask more of the target, but for the default
                rules.need(loss != task.losses[0], f"its default loss {loss} refuses the target")
                continue
            given = torch.randn(len(target), *outputs, requires_grad=True)
            cost = mean_of(head.loss(loss)(given, head.targets(target)))
        finite = cost.ndim == 0 and bool(torch.isfinite(cost))
        rules.need(finite, f"the loss {loss} is not one finite number, or a sum and its weight")
        with rules.held(f"nothing is learnt by the loss {loss}"):
            cost.backward()  # type: ignore[no-untyped-call]
            rules.need(given.grad is not None and given.grad.any(), "outputs have no gradient")
        with rules.held("its head gives no scores"):
            scores = head.scores(given).detach().numpy()
        found, wanted = (scores.dtype, scores.shape), (constant.dtype, constant.shape)
        rules.need(found == wanted, f"its head gives {found}, not {wanted} as empty says")
        if task.labelled:
            good = (scores >= 0).all() and np.allclose(scores.sum(-1), 1, atol=1e-4)
            rules.need(good, "scores of classes are no probabilities")
    allowed = np.asarray(task.tolerance(target, constant))
    good = np.isfinite(allowed).all() and (allowed > 0).all()
    rules.need(good, "tolerance is no number above 0")


def check_run(task: Task, collect: Collect, model: Any, rules: Rules) -> Mapping[str, Any]:
    """An epoch of training, the graph before and after it, and the replay of a bundle."""
    given = {} if model is None else {"model": model}
    own = task.sequence and not task.by_row
    rules.need(given or not own, "a task of sequences needs a module, pass model=")
    stages = [collect, Preprocess(), Train(epochs=1, threads=1, **given), Evaluate()]
    with TemporaryDirectory() as folder:
        pipeline = Pipeline([*stages, Deploy(Path(folder) / "task.ff")])
        try:
            result = pipeline.run(seed=0, device="cpu", progress=False)
        except Exception as error:
            with rules.held(_broken(error)):
                raise
    return result[Deployed].parity


def _broken(error: Exception) -> str:
    """The rule that a run breaks, by the stage that it fails in, be it in its rehearsal."""
    if not any("Deploy" in told for told in (str(error), *getattr(error, "__notes__", ()))):
        return "it is not trained and evaluated"
    if isinstance(error, ModelError):
        return "its graph does not answer as torch does"
    return "its bundle is not served"
