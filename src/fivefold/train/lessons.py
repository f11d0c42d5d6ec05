"""What a teacher answers to rows that it has not seen, and a network's loss by it."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from fivefold.artifacts import Collected, Preprocessed, Trained
from fivefold.codecs.rows import Rows
from fivefold.codecs.table import Array
from fivefold.core.events import Noted, Progress
from fivefold.core.session import Session
from fivefold.decided import Decided, Resources
from fivefold.folds import draw_folds
from fivefold.models.answered import check_answers
from fivefold.models.exact import exact_scores
from fivefold.models.losses import Cost, summed
from fivefold.partition import Partition
from fivefold.tasks.known import task_of
from fivefold.train.snapshot import is_estimator
from fivefold.train.taught import Pupil
from fivefold.train.train import Train

LEAST = 1e-7
"""The least probability that is taught."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """What a teacher answers to the training rows.

    Attributes:
        scores: `(n, classes)` probabilities, or `(n, ...)` numbers.
        known: `(n,)` bool; False for rows that no fold held out.
        seconds: of all its fits for that.
    """

    scores: Array
    known: Array
    seconds: float = 0.0

    @classmethod
    def none(cls, data: Preprocessed) -> Self:
        """No answers yet, in the form that they will have."""
        schema, rows = data.codec.schema, len(data.train)
        task = task_of(schema.task)
        wide = (rows, len(schema.classes)) if task.labelled else data.train.target.shape
        return cls(scores=np.zeros(wide), known=np.zeros(rows, bool))


def answers_of(
    stage: Pupil,
    collected: Collected,
    partition: Partition,
    data: Preprocessed,
    session: Session,
) -> Answers:
    """Fit the teacher once a fold, from the raw rows, and ask it about what the fold holds out."""
    rows, blank = data.train.index, Answers.none(data)
    rates = task_of(data.codec.schema.task).trees == "rate"
    scores, known, seconds = blank.scores, blank.known, 0.0
    learns = is_estimator(stage.teaching.model)  # from validation rows, by which the network stops
    stops = partition.valid[:0] if learns else partition.valid
    folds = draw_folds(
        *(collected, rows, stage.folds, session.seed), by=partition.by, ties=partition.ties
    )
    for number, (learn, held) in enumerate(folds, 1):
        how = f"fold {number} of {len(folds)} for the teacher"
        division = partition.replace(train=learn, valid=stops, test=held, how=how)
        context = session.refit(division, name=f"rows-{number}")
        fold = context[Preprocessed]
        taught = stage.teaching.run(fold, apart(session, f"teacher-{number}"))
        seconds += taught.resources.seconds
        places = np.searchsorted(rows, fold.test.index)
        answers = exact_scores(taught.model, fold.test.inputs)
        check_answers(taught.model, answers, fold.test, fold.codec, "Distil, teacher")
        scores[places] = answers[:, 0] if rates else answers  # of counts their means are taught
        known[places] = True
        session.emit(Progress(done=number, total=len(folds), unit="teacher"))
    session.emit(
        Noted(text=f"A teacher answered {known.sum():,} training rows, none of which it had seen.")
    )
    return Answers(scores=scores, known=known, seconds=seconds)


def lesson_of(stage: Pupil, data: Preprocessed, answers: Answers) -> tuple[Train, Preprocessed]:
    """The stage that trains the network, and rows whose targets hold what the teacher said."""
    task, classes = task_of(data.codec.schema.task), len(data.codec.schema.classes)
    small = {"model": stage.model or _small(data)}
    if not task.labelled:
        share = np.where(answers.known, 1 - stage.hard, 0.0)
        share = share.reshape(-1, *[1] * (data.train.target.ndim - 1))
        mixed = (1 - share) * data.train.target + share * answers.scores
        return stage.student(**small), data.replace(train=replace(data.train, target=mixed))
    loss = Distillation(classes, temperature=stage.temperature, hard=stage.hard)
    softened = np.maximum(answers.scores, LEAST) ** (1 / stage.temperature)
    softened /= softened.sum(axis=1, keepdims=True)
    train = _packed(data.train, classes, answers.known, softened)
    unseen = np.zeros(len(data.valid), bool)
    valid = _packed(data.valid, classes, unseen, np.zeros((len(unseen), classes)))
    return stage.student(**small, loss=loss), data.replace(train=train, valid=valid)


class Distillation:
    """Cross-entropy with what a teacher said, and with the truth.

    A target is whether the teacher was asked, the truth and its answer, one number a class each;
    where it was not asked the truth alone counts.

    Args:
        classes: how many.
        temperature: of the answers; the network's are softened as much.
        hard: how much the truth counts, 0 to 1.
    """

    __name__ = "distillation"

    def __init__(self, classes: int, *, temperature: float, hard: float) -> None:
        self.classes, self.temperature, self.hard = classes, temperature, hard

    def __call__(self, logits: Tensor, target: Tensor, weight: Tensor | None = None) -> Cost:
        """Logits `(n,)` of two classes or `(n, classes)`, targets `(n, 1 + 2 * classes)`."""
        if logits.ndim == 1:
            logits = torch.stack([torch.zeros_like(logits), logits], dim=1)
        target = target.to(logits.dtype)
        asked, truth, soft = (
            target[:, 0],
            target[:, 1 : 1 + self.classes],
            target[:, -self.classes :],
        )
        heat = self.temperature
        true = -(truth * F.log_softmax(logits, dim=1)).sum(1)
        taught = -(soft * F.log_softmax(logits / heat, dim=1)).sum(1) * heat**2
        share = asked * (1 - self.hard)
        costs = (1 - share) * true + share * taught
        return costs.mean() if weight is None else summed(costs, weight)


def with_teacher(
    stage: Pupil, trained: Trained, data: Preprocessed, answers: Answers, session: Session
) -> Trained:
    """The network with what is known of its teacher; in the run itself that stands beside it."""
    said = {
        "taught_by": _name(stage),
        "teacher_folds": stage.folds,
        "temperature": stage.temperature,
        "hard": stage.hard,
    }
    trained = trained.replace(settings=Decided.of({**trained.settings, **said}))
    if session.is_refit or trained.settings.ending == "interrupted":
        return trained
    teacher = stage.teaching.run(data, apart(session, "teacher"))
    took = {
        "teacher_seconds": answers.seconds,
        "teacher_fit_seconds": teacher.resources.seconds,
        "teacher_rows": teacher.settings.rows or len(data.train),
    }
    trained = trained.replace(resources=Resources.of({**trained.resources, **took}))
    live = is_estimator(stage.teaching.model) and teacher.model.describe() is None
    if session.directory is not None and live:
        text = f"{_name(stage)} has no form that is saved, and is not judged beside the network."
        session.emit(Noted(text=text))
        return trained
    return trained.replace(teacher=teacher.model)


def _small(data: Preprocessed) -> str | None:
    """The network that is taught where none was named: a small one for a table."""
    from fivefold.models.fixed import Fixed
    from fivefold.models.inputs import parts
    from fivefold.models.networks import NETWORKS

    sizes = [type(size) for size in parts(Fixed(data.codec).inputs).values()]
    return "mlp" if NETWORKS["mlp"].reads(sizes) else None


def _packed(rows: Rows, classes: int, asked: Array, soft: Array) -> Rows:
    truth = np.eye(classes)[rows.target]
    target = np.concatenate([asked[:, None], truth, soft], axis=1, dtype=np.float64)
    return replace(rows, target=target)


def apart(session: Session, name: str) -> Session:
    """The session of a fit of the teacher, of which callbacks are not told."""
    return session.child(name).replace(is_refit=True, observers=())


def _name(stage: Pupil) -> str:
    model = stage.teaching.model
    if model is None or isinstance(model, str):
        return model or "the default network"
    return str(getattr(model, "__name__", type(model).__name__))
