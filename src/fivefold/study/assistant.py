"""A model fitted to what is labelled so far, which says what it thinks of the rest."""

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import Any, Protocol

import numpy as np

from fivefold.artifacts import Collected, Preprocessed, Trained
from fivefold.codecs.rows import Rows
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.core.faults import raise_all
from fivefold.core.session import Session, derive_seed
from fivefold.core.stage import Stage
from fivefold.core.wish import SEED, counts, faults_of
from fivefold.kinds.known import blocks_of
from fivefold.label.event import Event
from fivefold.label.likeness import likeness
from fivefold.label.outlook import Outlook
from fivefold.label.standing import parts, standing
from fivefold.metrics.estimates import estimate
from fivefold.partition import Partition, draw
from fivefold.pipeline import Pipeline
from fivefold.preprocess.preprocess import Preprocess
from fivefold.result import Result
from fivefold.tasks.judged import Judged
from fivefold.tasks.known import task_of
from fivefold.train.train import Train


class Labelling(Protocol):
    """What gives rows their labels, as the stage `Label` does."""

    def items(self, collected: Collected) -> list[str]:
        """The item of each row."""

    def run(self, collected: Collected, session: Session) -> Collected:
        """The rows with what was said by now; those without a label are not usable."""


FEWEST = 10
"""Labels below which nothing is fitted."""


class Assistant:
    """Fits a pipeline's stages to the rows that are labelled, and answers for all of them.

    It learns from no row of the random part and is judged by all of these: so what it is worth
    stands on rows that were drawn at random, and what it chooses owes nothing to test rows. Where
    all rows were drawn at random it chooses none, and learns from all: in folds, each judged by the
    model that has not learnt from it, and what is proposed is the mean of the models.

    Args:
        stages: what follows the labels, from one that encodes to one that trains; None for
            `Preprocess()` and a fast `Train`, of the small network where rows are those of a table.
        folds: where all rows were drawn at random, at least 2.
        seed: of fits and folds.

    Example:
        >>> import fivefold as ff
        >>> ff.Assistant([ff.Preprocess(), ff.Train("mlp")])
        Assistant(Preprocess, Train)
    """

    def __init__(
        self, stages: Sequence[Stage] | None = None, *, folds: int = 3, seed: int = 0
    ) -> None:
        raise_all(faults_of("Assistant", {"folds": (folds, counts(2)), "seed": (seed, SEED)}))
        self.stages = None if stages is None else tuple(stages)
        self._wired(self.stages or (Preprocess(), Train()))
        self.folds, self.seed = folds, seed

    def __call__(
        self,
        collected: Collected,
        items: Sequence[str],
        random: Array,
        features: Array | None = None,
    ) -> Outlook | None:
        """What models think of all rows.

        Args:
            collected: the rows; those that are usable have their label.
            items: `(n,)` the item of each row; equal rows are one item.
            random: `(n,)` bool, rows of the random part that people labelled.
            features: `(n, width)` by which rows are alike; None for `likeness` of their inputs.

        Returns:
            None where there are too few labels, or all are alike.
        """
        schema, task = collected.schema, task_of(collected.schema)
        apart = collected.usable & ~random
        folds = 1 if apart.any() else self.folds
        learnt = np.flatnonzero(apart if apart.any() else collected.usable).tolist()
        targets = [collected.table.column(name) for name in schema.targets]
        alike = len({repr(column[row]) for column in targets for row in learnt})
        count = len({items[row] for row in learnt})
        if count < FEWEST or alike < 2:
            return None
        judged_rows = np.flatnonzero(collected.usable & random)
        fold_of = self._fold_of([items[row] for row in judged_rows.tolist()]) % folds
        answers: list[Array] = []
        tested: list[tuple[Array, Array, Array]] = []
        for fold in range(folds):
            held = judged_rows[fold_of == fold]
            scores, target = self._fitted(collected, held, fold)
            answers.append(scores)
            tested.append((held, scores[held], target))
        mean = np.mean(answers, axis=0)
        chances = None if task.placed else task.chances(mean)
        first = dict[str, int]()
        for row, item in enumerate(items):
            first.setdefault(item, row)
        rows = np.array(list(first.values()), np.int64)
        metric, score = _judged(task, tested)
        return Outlook(
            items=tuple(first),
            guesses=_guesses(task, mean[rows], collected),
            probabilities=None if chances is None else chances[rows],
            exclusive=not task.several,
            features=(_features(collected) if features is None else features)[rows],
            learnt=count,
            metric=metric,
            score=score,
        )

    def learner(
        self, label: Labelling, collected: Collected, strokes: Callable[[], Iterable[Event]]
    ) -> Callable[[], Outlook | None]:
        """What a page of labels calls again and again; see `Proposals`.

        Args:
            label: the stage.
            collected: the rows as it reads them.
            strokes: gives what people did by now.
        """
        items, features = label.items(collected), _features(collected)

        def learn() -> Outlook | None:
            events = list(strokes())
            told = {item for (item, _), event in standing(events).items() if event.is_answer}
            drawn = {item for item, part in parts(events).items() if part == "random"} & told
            if len(told) < FEWEST:
                return None
            labelled = label.run(collected, Session(seed=self.seed))
            random = np.array([item in drawn for item in items], bool)
            return self(labelled, items, random, features)

        return learn

    def _fold_of(self, items: Sequence[str]) -> Array:
        """Folds of items by what they are, so that one stays in its fold; equally many in each."""
        order = {
            item: place
            for place, item in enumerate(
                sorted(set(items), key=lambda i: blake2b(f"{self.seed} {i}".encode()).digest())
            )
        }
        return np.array([order[item] % self.folds for item in items], np.int64)

    def _fitted(self, collected: Collected, held: Array, fold: int) -> tuple[Array, Array]:
        """Scores of all rows by a model that has not learnt from some, and the truth of these."""
        given = np.full(len(collected.table), -1, np.int8)
        given[held] = 2
        seed = derive_seed(self.seed, "propose", str(fold))
        rows = collected.replace(given=given)
        partition = draw(rows, seed=seed, test=0.0)
        stages = self.stages or _usual(collected.schema)
        result = self._wired(stages).run(seed=seed, given=[rows, partition], progress=False)
        return _scores(result, collected), result[Preprocessed].codec.encode_target(
            collected.table.take(held)
        )

    @staticmethod
    def _wired(stages: Sequence[Stage]) -> Pipeline:
        """The stages as a pipeline that is handed labelled rows and their division."""
        return Pipeline(stages, given=[Collected, Partition])

    def __repr__(self) -> str:
        return f"Assistant({', '.join(type(stage).__name__ for stage in self.stages or ())})"


def _features(collected: Collected) -> Array:
    return likeness(collected.table, [column.name for column in collected.schema.inputs])


def _usual(schema: Schema) -> tuple[Stage, ...]:
    """A network that learns in seconds."""
    is_table = all(block.shared for block in blocks_of(schema))
    return Preprocess(), Train("mlp" if is_table else None, quality="fast")


def _scores(result: Result, collected: Collected) -> Array:
    from fivefold.models.answered import answered

    codec = result[Preprocessed].codec
    rows = Rows(
        inputs=codec.encode(collected.table),
        target=np.empty(0),
        index=np.arange(len(collected.table)),
    )
    return answered(result[Trained].model, rows, codec, who="Assistant")


def _judged(task: Any, tested: list[tuple[Array, Array, Array]]) -> tuple[str, Estimate | None]:
    """Accuracy, or else the first metric, each row by the model that did not learn from it."""
    metric = next((m for m in task.metrics if m.name == "accuracy"), task.metrics[0])
    if not sum(len(held) for held, _, _ in tested):
        return metric.name, None
    judged = Judged.of(
        task,
        np.concatenate([target for _, _, target in tested]),
        np.concatenate([scores for _, scores, _ in tested]),
    )
    return metric.name, estimate(judged.target, judged.scores, [metric])[metric.name]


def _guesses(task: Any, scores: Array, collected: Collected) -> list[Any]:
    """Answers as events have them; None where they would be of positions."""
    if task.placed or task.plane:
        return [None] * len(scores)
    return [
        value.tolist() if isinstance(value, np.ndarray | np.generic) else value
        for value in task.answers(scores, collected.schema)
    ]
