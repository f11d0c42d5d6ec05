"""All that a fit changes, and a fit between two steps as a state and back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from fivefold.errors import TrainingError
from fivefold.train.aims import Descent, Objective, Stopping
from fivefold.train.average import Average
from fivefold.train.checkpoint import Checkpoints, State, flattened, unflattened
from fivefold.train.clock import Clock
from fivefold.train.feed import Feed
from fivefold.train.fitted import Fitted
from fivefold.train.generators import random_state, seed_random
from fivefold.train.schedule import Pace
from fivefold.train.stepper import Stepper


class Course:
    """All that changes while a network is trained: weights, moments, averages, the best so far.

    Args:
        model: whose weights are changed in place.
        objective: what is minimised.
        descent: how.
        stopping: until when.
        train: the training rows.
        tell: told in words what people should know at once.
    """

    def __init__(
        self,
        model: nn.Module,
        objective: Objective,
        descent: Descent,
        stopping: Stopping,
        train: Feed,
        tell: Callable[[str], None],
    ) -> None:
        self.model, self.device, self.tell = model, train.device, tell
        self.make, self.optimizer = descent.make, descent.make(model)
        self.pace = Pace(descent.schedule, self.optimizer, stopping.epochs * train.steps)
        made = descent.stepper or Stepper
        self.stepper: Stepper = made(model, self.optimizer, objective, descent, self.device, tell)
        self.weights = set(model.parameters())
        self.frozen = {weight for weight in self.weights if not weight.requires_grad}
        held = self.stepper.parameters
        self.average = None if descent.ema is None else Average(held, descent.ema)
        self.best = [tensor.clone() for tensor in state_tensors(model)]
        self.total = torch.zeros((), dtype=torch.float64, device=self.device)
        self.largest = torch.zeros((), device=self.device)
        self.first = torch.zeros((), device=self.device)
        self.loss: Tensor | None = None
        self.norm: Tensor | None = None
        self.fitted, self.cursor, self.clock = Fitted(), 0, Clock(stopping.seconds)
        self.began, self.begun_at, self.validation_seconds = 0.0, 0, 0.0

    def take_up(self) -> None:
        """Let weights that a callback has unfrozen learn too, and move groups that it has added.

        Raises:
            TrainingError: if a callback has put other weights in the place of some.
        """
        if not self.cursor and set(self.model.parameters()) != self.weights:
            raise TrainingError(
                "Train: expected the network to keep the weights that it was begun with, found "
                "others in the place of some.",
                remedy="Copy values into weights: weight.data.copy_(values).",
            )
        thawed = {weight for weight in self.frozen if weight.requires_grad}
        self.frozen -= thawed
        thawed -= set(self.stepper.parameters)
        for group in self.make(self.model).param_groups if thawed else ():
            params = [weight for weight in group["params"] if weight in thawed]
            if params:
                self.optimizer.add_param_group({**group, "params": params})
        self._hold()

    def _hold(self) -> None:
        """Know all that the optimizer moves, which may have got more groups."""
        if len(self.optimizer.param_groups) > len(self.pace.full):
            self.pace.take_up()
            self.stepper.hold()
            if self.average is not None:
                self.average.take_up(self.stepper.parameters)

    def rest(self) -> None:
        """Let batch norms that are frozen go by what they have seen, and count nothing more."""
        for module in self.model.modules():
            own = list(module.parameters(recurse=False))
            if isinstance(module, _BatchNorm) and own and not any(w.requires_grad for w in own):
                module.eval()

    def begin_epoch(self, seed: int) -> None:
        """Begin an epoch, or go on within the one that a state was captured in."""
        self.began, self.begun_at = self.clock.seconds, self.cursor
        if not self.cursor:
            seed_random(seed, self.device)
            self.total.zero_()
            self.largest.zero_()

    def take_in(self, value: Tensor, norm: Tensor | None) -> None:
        """Count a step: its loss, its gradient's norm, the weights after it."""
        self.loss, self.norm = value, norm
        self.total += value
        if norm is not None:
            torch.maximum(self.largest, norm, out=self.largest)
            if not self.fitted.steps:
                self.first.copy_(norm)
        if self.average is not None:
            self.average.update()
        self.cursor += 1
        self.fitted.steps += 1

    def is_late(self, valid_rows: int, batch: int) -> bool:
        """Whether the time that is left is needed to validate."""
        steps = self.cursor - self.begun_at
        guess = (self.clock.seconds - self.began) / steps * valid_rows / batch / 2
        return not self.clock.leaves(self.validation_seconds or guess)

    @contextmanager
    def judged(self) -> Iterator[float]:
        """What is judged stands in the place of the weights; gives the mean loss of the steps."""
        before = self.clock.seconds
        with nullcontext() if self.average is None else self.average.in_place():
            yield self.total.item() / self.cursor
        self.validation_seconds = self.clock.seconds - before

    def keep_best(self, epoch: int, valid_loss: float, *, always: bool) -> None:
        """Keep the weights as they are if they are the best so far."""
        if valid_loss < self.fitted.best_loss or always:
            torch._foreach_copy_(self.best, state_tensors(self.model))
            self.fitted.best_loss, self.fitted.best_epoch = valid_loss, epoch

    def end_epoch(self, epoch: int, train_loss: float, valid_loss: float) -> None:
        """Write the row of an epoch."""
        self.cursor = 0
        self.fitted.history.append(
            {
                "epoch": epoch,
                "train_loss": train_loss,
                "valid_loss": valid_loss,
                "lr": float(self.optimizer.param_groups[0]["lr"]),
                "seconds": self.clock.seconds - self.began,
            }
        )
        if self.stepper.clip is not None:
            self.fitted.norms.append(self.largest.item())
            self.fitted.first_norm = self.first.item()

    def finish(self) -> None:
        """Leave the network with its best weights, in eval mode."""
        torch._foreach_copy_(state_tensors(self.model), self.best)
        self.optimizer.zero_grad()
        self.model.eval()
        self._measure()

    def save(self, checkpoints: Checkpoints) -> Checkpoints | None:
        """Save a state; None, which is told, if that fails: then training goes on without."""
        try:
            checkpoints.save(self.capture())
        except (OSError, TypeError, ValueError) as error:
            self.tell(f"No more states are saved: {error}")
            return None
        return checkpoints

    def capture(self) -> State:
        """A fit between two steps."""
        self._measure()
        interrupted = {"ending": None} if self.fitted.ending == "interrupted" else {}
        learnt = dict(flattened(self.optimizer.state_dict()["state"]))
        names = {weight: name for name, weight in self.model.named_parameters()}
        tensors = {
            f"{name}.{place}": tensor
            for name, held in self._live().items()
            for place, tensor in enumerate(held)
        }
        tensors |= {f"learnt.{key}": v for key, v in learnt.items() if isinstance(v, Tensor)}
        tensors |= {f"random.{key}": v for key, v in random_state(self.device).items()}
        values = {
            "fitted": {**asdict(self.fitted), **interrupted},
            "cursor": self.cursor,
            "averaged": 0 if self.average is None else self.average.steps,
            "scaler": self.stepper.scaler.state_dict(),
            "learnt": {key: v for key, v in learnt.items() if not isinstance(v, Tensor)},
            "learning": [name for weight, name in names.items() if weight.requires_grad],
            "groups": [
                {**_plain(group), "params": [names.get(weight, "") for weight in group["params"]]}
                for group in self.optimizer.param_groups
            ],
            "pace": [self.pace.factor, self.pace.full, self.pace.written],
        }
        return State(values, tensors)

    @torch.no_grad()
    def restore(self, state: State) -> None:
        """Put a fit where `capture` found one: the reverse of it."""
        values, named = state.values, dict(self.model.named_parameters())
        for name, weight in named.items():
            weight.requires_grad_(name in values["learning"])
        self.frozen = {weight for weight in self.weights if not weight.requires_grad}
        for kept in values["groups"][len(self.optimizer.param_groups) :]:
            params = [named[name] for name in kept["params"]]
            self.optimizer.add_param_group({**kept, "params": params})
        self._hold()
        self.pace.factor, self.pace.full, self.pace.written = values["pace"]
        for name, held in self._live().items():
            for place, tensor in enumerate(held):
                tensor.copy_(state.tensors[f"{name}.{place}"])
        learnt: dict[str, Any] = _named(state.tensors, "learnt") | values["learnt"]
        groups = self.optimizer.state_dict()["param_groups"]
        for group, kept in zip(groups, values["groups"], strict=True):
            group.update({name: value for name, value in kept.items() if name != "params"})
        self.optimizer.load_state_dict({"state": unflattened(learnt), "param_groups": groups})
        self.stepper.scaler.load_state_dict(values["scaler"])
        self.fitted, self.cursor = Fitted(**values["fitted"]), values["cursor"]
        self.fitted.resumed = self.fitted.steps
        self.stepper.pieces, self.stepper.taken = self.fitted.pieces, self.fitted.steps
        self.clock = Clock(self.clock.limit, self.fitted.seconds)
        if self.average is not None:
            self.average.steps = values["averaged"]

    def _measure(self) -> None:
        self.fitted.seconds, self.fitted.pieces = self.clock.seconds, self.stepper.pieces

    def _live(self) -> Mapping[str, Sequence[Tensor]]:
        """The tensors that are changed in place, by what they are."""
        live = {"weights": state_tensors(self.model), "best": self.best}
        live["sums"] = [self.total, self.largest, self.first]
        return live if self.average is None else {**live, "means": self.average.means}


def state_tensors(model: nn.Module) -> list[Tensor]:
    """The weights and buffers of a network as they are now; it may have exchanged some."""
    return [tensor.detach() for tensor in (*model.parameters(), *model.buffers())]


def random_of(state: State) -> dict[str, Tensor]:
    """The generators' states, as `set_random_state` takes them."""
    return _named(state.tensors, "random")


def _plain(group: Mapping[str, Any]) -> dict[str, Any]:
    """What an optimizer keeps of a group beside its parameters, as far as it is plain."""
    return {
        name: value
        for name, value in group.items()
        if value is None or isinstance(value, bool | int | float | str) or name == "betas"
    }


def _named(tensors: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    prefix = f"{name}."
    return {key.removeprefix(prefix): t for key, t in tensors.items() if key.startswith(prefix)}
