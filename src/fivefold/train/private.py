"""A private training, settled: how much noise, what that spends, and of what rows it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from fivefold.errors import ConfigError
from fivefold.models.accountant import Accountant, Spent, epsilon_of, noise_for
from fivefold.train.noise import Noise
from fivefold.train.privacy import Privacy, default_delta
from fivefold.train.privatestepper import Mechanism, PrivateStepper


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What rows are hidden by, and what a training may spend.

    Attributes:
        noise_multiplier: deviation of the noise as a multiple of `clip`.
        clip: largest norm of the gradient of a row.
        delta: probability with which more may be told of a row.
        rows: training rows.
        expected: rows of a step on average.
        steps: of all epochs.
        accountant: of opacus.
        seeded: whether noise follows from the seed of the run.
    """

    noise_multiplier: float
    clip: float
    delta: float
    rows: int
    expected: int
    steps: int
    accountant: Accountant
    seeded: bool

    @property
    def sample_rate(self) -> float:
        """The probability with which a step sees a row."""
        return self.expected / self.rows

    def spent(self, steps: int) -> Spent:
        """What so many steps are to an accountant."""
        return self.noise_multiplier, self.sample_rate, steps

    def epsilon(self, steps: int) -> float:
        """What so many steps spend."""
        return epsilon_of([self.spent(steps)], self.delta, self.accountant)

    def noise(self, seed: int, before: str | None) -> Noise:
        """What draws batches and noise.

        Args:
            seed: of the stage.
            before: the key of the run that is gone on with; None if it begins.
        """
        if self.seeded:
            return Noise.seeded(seed)
        return Noise.secret() if before is None else Noise(before)

    def stepper(self, noise: Noise) -> Any:
        """Makes what takes a step."""
        return partial(
            PrivateStepper,
            mechanism=Mechanism(
                clip=self.clip,
                noise_multiplier=self.noise_multiplier,
                noise=noise,
                expected=self.expected,
            ),
        )

    @property
    def sentence(self) -> str:
        """What is going to happen, in one line."""
        return (
            f"Private: each of {self.steps:,} steps draws {self.expected:,} of {self.rows:,} rows "
            f"on average, bounds the gradient of each by {self.clip:g} and adds noise of "
            f"{self.noise_multiplier:.4g} times that; all together spend epsilon "
            f"{self.epsilon(self.steps):.4g} at delta {self.delta:g}."
        )


def spent_together(told: Sequence[Mapping[str, Any] | None]) -> dict[str, Any] | None:
    """What trainings on the same rows spend together, as each tells it; None if one is not private.

    The noise and the steps are those of the first.
    """
    known = [one for one in told if one is not None]
    if not known or len(known) < len(told):
        return None
    steps = [(one["noise_multiplier"], one["sample_rate"], one["steps"]) for one in known]
    delta = max(one["delta"] for one in known)
    accountant: Accountant = "rdp" if any(one["accountant"] == "rdp" for one in known) else "prv"
    return {
        **known[0],
        "epsilon": epsilon_of(steps, delta, accountant),
        "delta": delta,
        "accountant": accountant,
        "seeded": any(one["seeded"] for one in known),
        "trainings": len(known),
    }


def settle(privacy: Privacy | None, *, rows: int, batch: int, epochs: int) -> Budget | None:
    """The noise of a training, where epsilon was asked for; or as it was given.

    Args:
        privacy: what was asked for; None where nothing was, and there is no budget.
        rows: training rows.
        batch: of a step on average.
        epochs: of the training.

    Raises:
        ConfigError: if delta is not below one over the rows, or no noise is enough.
    """
    if privacy is None:
        return None
    delta = default_delta(rows) if privacy.delta is None else privacy.delta
    if delta >= 1 / rows:
        raise ConfigError.expected(
            "Train",
            f"delta below one over the {rows:,} training rows, {1 / rows:.3g}",
            f"{delta:g}, with which a row could be told as it is",
            f"Write Privacy(delta={default_delta(rows):g}), or leave it out.",
            delta=delta,
            rows=rows,
        )
    expected = min(batch, rows)
    steps = epochs * (rows // expected)
    noise = privacy.noise_multiplier
    if noise is None:
        assert privacy.epsilon is not None
        noise = noise_for(privacy.epsilon, delta, expected / rows, steps, privacy.accountant)
    return Budget(
        noise_multiplier=noise,
        clip=privacy.clip,
        delta=delta,
        rows=rows,
        expected=expected,
        steps=steps,
        accountant=privacy.accountant,
        seeded=privacy.seeded,
    )
