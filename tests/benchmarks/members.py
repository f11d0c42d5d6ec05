"""k copies of a network in one pass against k separate runs."""

import statistics
from dataclasses import dataclass
from typing import Any

import ours
import torch
from rounds import Trial, play, quartiles, timed
from workloads import Workload

import fivefold as ff


@dataclass(frozen=True)
class Copies:
    """What k copies cost.

    Attributes:
        workload: its name.
        members: how many copies.
        threads: of torch.
        separate: seconds of k runs, one after another, round by round.
        together: seconds of one run with k members, round by round.
    """

    workload: str
    members: int
    threads: int
    separate: list[float]
    together: list[float]

    def to_json(self) -> dict[str, Any]:
        """Plain values: what was measured, and what follows from it."""
        ratios = [b / a for a, b in zip(self.separate, self.together, strict=True)]
        return {
            **vars(self),
            "separate_seconds": statistics.median(self.separate),
            "together_seconds": statistics.median(self.together),
            "ratio": statistics.median(ratios),
            "quartiles": list(quartiles(ratios)[::2]),
        }


def has_members() -> bool:
    """Whether this version of fivefold can train several copies in one run."""
    return "members" in ff.Train.model_fields


def copies(
    work: Workload, *, members: int, threads: list[int], rounds: int, device: torch.device
) -> list[Copies]:
    """Measure the stage with k members against k stages with one, seeds 0 to k-1."""
    data = ours.stage_data(work)
    measured = []

    def run(**changes: Any) -> Any:
        # A factory, so that each copy draws first weights of its own.
        stage = ours.train_stage(work, lambda inputs, outputs: work.make(outputs), **changes)
        return lambda seed: ours.run_stage(stage, data, device=device.type, seed=seed)

    one, several = run(), run(members=members)

    def separate() -> Trial:
        seconds, _ = timed(lambda: [one(seed) for seed in range(members)], device)
        return Trial(seconds, float("nan"))

    def together() -> Trial:
        seconds, _ = timed(lambda: several(0), device)
        return Trial(seconds, float("nan"))

    for count in threads:
        torch.set_num_threads(count)
        one(0), together()
        apart, joined, _ = play(separate, together, rounds=rounds)
        measured.append(Copies(work.name, members, count, apart, joined))
    return measured
