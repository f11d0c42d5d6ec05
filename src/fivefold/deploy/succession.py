"""Whether a model may follow the bundle that it is not to be worse than."""

from os import PathLike, fspath

from fivefold.artifacts import Collected, Evaluated, Preprocessed, Trained
from fivefold.core.events import Noted
from fivefold.core.finding import Finding
from fivefold.core.session import Session
from fivefold.partition import Partition


def succeeds(
    older: str | PathLike[str] | None,
    collected: Collected,
    partition: Partition,
    data: Preprocessed,
    trained: Trained,
    session: Session,
    evaluated: Evaluated | None,
) -> tuple[Finding, ...]:
    """What is found beside the older bundle; nothing where there is none.

    Args:
        older: the path of the bundle; None where none is asked about.
        collected: the table, as the rest of what a run made.
        partition: how its rows were drawn.
        data: encoded rows.
        trained: the new model.
        session: is told where there is no bundle yet.
        evaluated: its scores, or None.

    Raises:
        WorseError: if the new model is worse.
    """
    from fivefold.deploy.allowance import limit_of
    from fivefold.deploy.predecessor import compare_with, is_there
    from fivefold.models.score import score

    if older is None:
        return ()
    if not is_there(older):
        text = f"There is no bundle at {fspath(older)} yet to be compared with."
        session.emit(Noted(text=text))
        return ()
    rows = data.test
    ours = None if evaluated is None else evaluated.scores
    if ours is None:
        ours = data.codec.cut(score(trained.model, rows.inputs), rows.inputs)
    made = compare_with(
        *(older, collected, rows.index, rows.target, ours),
        by=partition.by,
        ties=partition.ties,
        seed=session.seed,
        directory=session.run_directory,
        limit=limit_of(session.recipe, evaluated),
        threshold=None if evaluated is None else evaluated.threshold,
    )
    return (made,)
