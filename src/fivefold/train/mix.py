"""The stage that trains several networks and mixes their answers by given weights."""

from typing import Annotated, Any, Self

from pydantic import Field, PositiveFloat, field_validator, model_validator

from fivefold.artifacts import Preprocessed, Trained
from fivefold.core.context import Context
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.errors import FivefoldError
from fivefold.train.heldback import HELD
from fivefold.train.train import Train


class Mix(Stage):
    """Train several networks on the same rows; scores are the weighted mean of theirs.

    They read the same encoded rows and are one network afterwards, exported as one graph. Each has
    a seed of its own. `ff.ensemble` chooses members and weights.

    Args:
        members: settings of `Train`, one dict each.
        weights: of the members; they are divided by their sum. None counts all alike.
        hold_back: as of `Train`, of all members.
        hold_half: likewise.

    Example:
        >>> Mix([{"model": "mlp"}, {"model": "tabm"}], weights=[2, 1]).shares
        (0.6666666666666666, 0.3333333333333333)
    """

    members: tuple[dict[str, Any], ...] = Field(kw_only=False, min_length=1)
    weights: tuple[Annotated[PositiveFloat, Field(allow_inf_nan=False)], ...] | None = None
    hold_back: bool = False
    hold_half: bool = False

    @field_validator("members")
    @classmethod
    def _each(cls, members: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        for settings in members:
            if Train(**settings).calibrate is not None:
                raise ValueError("`calibrate` of a member has no effect on what they are together")
        return members

    @field_validator("members")
    @classmethod
    def _all_private(cls, members: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        private = [settings.get("privacy") is not None for settings in members]
        if any(private) and not all(private):
            raise ValueError("`privacy` of some members: what the others learn tells of rows too")
        return members

    @field_validator("weights", mode="before")
    @classmethod
    def _numbers(cls, weights: Any) -> Any:
        listed = isinstance(weights, list | tuple)
        return tuple(map(float, weights)) if listed else weights

    @model_validator(mode="after")
    def _paired(self) -> Self:
        if self.weights is not None and len(self.weights) != len(self.members):
            raise ValueError(f"{len(self.members)} `members` have {len(self.weights)} `weights`")
        return self

    @property
    def shares(self) -> tuple[float, ...]:
        """What each counts; together they count 1."""
        weights = self.weights or (1.0,) * len(self.members)
        return tuple(weight / sum(weights) for weight in weights)

    @property
    def stages(self) -> tuple[Train, ...]:
        """The stages that train the members."""
        held = {name: True for name in HELD if getattr(self, name)}
        return tuple(Train(**{**settings, **held}) for settings in self.members)

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        """What Train finds, of each member."""
        faults = [fault for stage in self.stages for fault in stage.preflight(session, found)]
        return list({str(fault): fault for fault in faults}.values())

    def rehearse(self, data: Preprocessed, session: Session) -> Trained:
        """The untrained networks as one."""
        return self._together(
            [stage.rehearse(data, each) for stage, each in self._each_in(session)]
        )

    def outline(self, data: Preprocessed, session: Session) -> Trained:
        """The networks as they are before the first step, as one."""
        return self._together([stage.outline(data, each) for stage, each in self._each_in(session)])

    def run(self, data: Preprocessed, session: Session) -> Trained:
        """Train one after another."""
        return self._together([stage.run(data, each) for stage, each in self._each_in(session)])

    def _each_in(self, session: Session) -> list[tuple[Train, Session]]:
        names = [f"member-{number}" for number in range(1, len(self.members) + 1)]
        return list(zip(self.stages, map(session.child, names), strict=True))

    def _together(self, trained: list[Trained]) -> Trained:
        from fivefold.train.mixed import mixed

        return mixed(trained, self.shares)
