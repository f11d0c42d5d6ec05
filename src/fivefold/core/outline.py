"""What a step writes as it is before anything is learnt: what lies on disk is put into it."""

from fivefold.core.artifact import Artifact, Outline
from fivefold.core.context import Context
from fivefold.core.provided import arguments
from fivefold.core.session import Session
from fivefold.core.wiring import Step
from fivefold.core.wording import first_line
from fivefold.errors import StoreError


def outline_of(step: Step, context: Context, session: Session) -> Outline | None:
    """What gives the outline of what a step writes; None if its stage gives none.

    Args:
        step: whose artifact is saved or loaded.
        context: all that it reads is there.
        session: of the run.
    """
    if not type(step.stage).has_outline():
        return None
    child, kind = session.child(step.name).replace(observers=()), step.signature.writes.type

    def outline() -> Artifact:
        try:
            made: Artifact = step.stage.outline(**arguments(step.signature, context, child))
        except Exception as error:
            found = f"{type(error).__name__}: {first_line(error)}"
        else:
            if type(made) is kind:
                return made
            found = type(made).__name__
        remedy = "Give what run() gives, before anything is learnt."
        raise StoreError.expected(f"{step.title}.outline", kind.__name__, found, remedy)

    return outline
