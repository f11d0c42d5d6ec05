"""The stage that teaches a small network what another model answers."""

from fivefold.artifacts import Collected, Preprocessed, Trained
from fivefold.core.context import Context
from fivefold.core.session import Session
from fivefold.errors import FivefoldError, PreflightError
from fivefold.partition import Partition
from fivefold.tasks.known import task_of
from fivefold.train.misfits import find_misfits
from fivefold.train.snapshot import is_estimator
from fivefold.train.taught import Pupil


class Distil(Pupil):
    """Train a network on what a teacher answers, to be served in its place.

    The teacher is fitted out of fold: its answer to each training row comes from a copy that has
    not seen that row, refitted from the raw rows, preprocessing included. It is fitted on all
    training rows once more, to stand beside the network on the test rows (`model_comparison`).

    Args:
        teacher: an estimator of scikit-learn with probabilities, a stage `Train(...)`, or the
            result of a run, whose `Train` is taken.
        model: the network that is taught, as of `Train`; None is `mlp` for a table, and else what
            Train would take.
        folds: of the training rows, at least 2.
        temperature: softens the teacher's probabilities, 1 leaves them as they are.
        hard: how much the true labels count beside its answers, 0 to 1.

    All other settings are those of `Train`, and are about the network.

    Example:
        >>> from sklearn.ensemble import RandomForestClassifier
        >>> Distil(RandomForestClassifier(), epochs=20)
        Distil(teacher=<RandomForestClassifier>, epochs=20)

    Reference:
        Hinton et al., Distilling the Knowledge in a Neural Network, 2015, section 2.
    """

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        """What Train finds, of the teacher and of the network."""
        faults = self.student().preflight(session, found)
        collected = found.get(Collected)
        if collected is None:
            return faults
        task = task_of(collected.schema.task)
        if task.sequence or task.trees not in ("class", "number", "rate"):
            wanted = "a class, a number or a count to predict, one a row"
            remedy = "Train a network with Train()."
            found_task = "several targets" if task.separate else task.name
            faults.append(PreflightError.expected("Distil", wanted, found_task, remedy))
        elif is_estimator(self.teaching.model):
            faults += find_misfits(self.teaching, collected.schema)
        if not task.labelled and self.temperature != 1:
            wanted, given = "temperature=1 where numbers are predicted", f"{self.temperature:g}"
            faults.append(PreflightError.expected("Distil", wanted, given, "Leave it out."))
        return faults

    def rehearse(
        self, collected: Collected, partition: Partition, data: Preprocessed, session: Session
    ) -> Trained:
        """The untaught network, after eight rows have gone through it."""
        from fivefold.train.lessons import Answers, lesson_of

        student, rows = lesson_of(self, data, Answers.none(data))
        return student.rehearse(rows, session)

    def outline(
        self, collected: Collected, partition: Partition, data: Preprocessed, session: Session
    ) -> Trained:
        """The untaught network and its teacher, which learnt nothing either."""
        from fivefold.train.lessons import Answers, apart, lesson_of

        student, rows = lesson_of(self, data, Answers.none(data))
        teacher = self.teaching.outline(data, apart(session, "teacher"))
        return student.outline(rows, session).replace(teacher=teacher.model)

    def run(
        self, collected: Collected, partition: Partition, data: Preprocessed, session: Session
    ) -> Trained:
        """Ask the teacher out of fold, then train the network on its answers."""
        from fivefold.train.lessons import answers_of, lesson_of, with_teacher

        answers = answers_of(self, collected, partition, data, session)
        student, rows = lesson_of(self, data, answers)
        return with_teacher(self, student.run(rows, session), data, answers, session)
