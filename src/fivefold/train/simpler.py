"""A simple model in the place of a network, where validation rows do not tell them apart."""

import warnings

from fivefold.artifacts import Preprocessed, Trained
from fivefold.core.digits import digits
from fivefold.core.events import Noted
from fivefold.core.session import Session
from fivefold.core.wording import plural
from fivefold.decided import Decided, Resources
from fivefold.division import drawn_by
from fivefold.metrics.comparison import compare
from fivefold.tasks.judged import Judged
from fivefold.tasks.known import task_of
from fivefold.train.byword import estimator_of
from fivefold.train.options import Options

SIMPLE = ("linear", "boosting")
"""Words for the models that may take a network's place, the simplest first."""
NETWORK = "network"


def simplest(stage: Options, trained: Trained, data: Preprocessed, session: Session) -> Trained:
    """The first simple model that does not lose to a network, or else the network.

    Each is fitted on the training rows and compared with the network on the validation rows, by
    the first metric of the task and the interval of the paired difference, which is drawn as that
    of test rows is: by group, or in blocks of time, where rows hang together. The one that is kept
    is fitted again as `Train(estimator)` does, on validation rows too unless `all_rows` is False.
    Of rows too few for an interval the bare scores decide. The network stopped by the validation
    rows, which flatters it: what does not lose to it here is as good.

    Args:
        stage: the settings.
        trained: the network.
        data: encoded rows; test rows are not looked at.
        session: of the step.
    """
    from fivefold.models.answered import answered
    from fivefold.train.estimator import fitted_on, train_estimator

    task, valid = task_of(data.codec.schema), data.valid
    metric = task.metrics[0]
    if not len(valid):
        session.emit(Noted(text="There are no validation rows: the network is kept."))
        return _noted(trained, NETWORK)
    ours = answered(trained.model, valid, data.codec, who="Train")
    judged = Judged.of(task, valid.target, ours)
    drawn = judged.drawn(drawn_by(valid.bonds, task, judged, seed=session.seed))
    best = metric(valid.target, ours)
    told = [f"network {digits(best)}"]
    kept = trained
    for word in SIMPLE:
        simple = type(stage)(model=estimator_of(word, str(task.trees)), threads=stage.threads)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the fit that is kept tells what it warns of
            model = fitted_on(simple, data.train, data, session)
        theirs = answered(model, valid, data.codec, who="Train")
        ruling = compare(metric, valid.target, theirs, ours, drawn, weight=valid.weight).verdict
        score = metric(valid.target, theirs)
        told.append(f"{word} {digits(score)} ({ruling})")
        behind = score < best if metric.greater else score > best
        if ruling in ("wins", "a tie") or (ruling == "not measured" and not behind):
            rows = data if stage.all_rows else data.replace(valid=valid.take(slice(0)))
            kept = _fitted(trained, train_estimator(simple, rows, session), word)
            break
    chosen = kept.settings.preferred or NETWORK
    among = f" in {plural(drawn.independent, 'group')}" if "group" in valid.bonds else ""
    by = f"{metric.title} of {plural(len(valid), 'validation row')}{among}"
    text = f"By {by}: {', '.join(told)}; kept: {chosen}."
    session.emit(Noted(text=text))
    return kept if kept is not trained else _noted(trained, NETWORK)


def _fitted(network: Trained, simple: Trained, word: str) -> Trained:
    """A simple model, of which the network's first weights and time are told too."""
    seconds = network.resources.seconds + simple.resources.seconds
    took = Resources.of({**simple.resources, "seconds": seconds})
    return _noted(simple, word).replace(resources=took, first_digest=network.first_digest)


def _noted(trained: Trained, word: str) -> Trained:
    return trained.replace(settings=Decided.of({**trained.settings, "preferred": word}))
