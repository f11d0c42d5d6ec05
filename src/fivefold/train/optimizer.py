"""AdamW as this house sets it up: straight to the fused kernel."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from fivefold.core.wording import plural
from fivefold.errors import ModelError
from fivefold.models.ensemble import Stacked
from fivefold.models.learner import named_weights
from fivefold.train.patterns import matched


class Optimizer(Protocol):
    """What the loop asks of an optimizer; those of torch have it."""

    param_groups: list[dict[str, Any]]

    def zero_grad(self) -> None:
        """Forget the gradients."""

    def step(self) -> Any:
        """Move the weights."""

    def state_dict(self) -> dict[str, Any]:
        """What it has learnt, as torch's optimizers tell it."""

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what another one has learnt."""

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Move other parameters too."""


class FusedAdamW:
    """AdamW that calls torch's fused kernel itself, past the layers of `torch.optim`.

    The numbers are those of `torch.optim.AdamW(fused=True)`. A step makes a fraction of its
    Python calls, the bound on the gradient's norm rides in the same kernel, and `torch.optim`,
    whose first use takes as long as importing torch, is left alone.

    Args:
        groups: dicts of `params`, `lr`, `weight_decay`, and `betas` and `eps` if others than these;
            floating, on a CPU or a CUDA device, one dtype a group.
        betas: decay of the two moments.
        eps: added to the root of the second.

    Reference:
        Loshchilov and Hutter, Decoupled Weight Decay Regularization, ICLR 2019.
    """

    def __init__(
        self,
        groups: Iterable[Mapping[str, Any]],
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        self.defaults: dict[str, Any] = {"betas": betas, "eps": eps}
        self.param_groups: list[dict[str, Any]] = []
        self._states: list[_State] = []
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        """Move other parameters too; what a group does not say is as in the first at its beginning.

        Raises:
            ValueError: if some are moved already.
        """
        held = list(param_group["params"])
        if not {id(weight) for group in self.param_groups for weight in group["params"]}.isdisjoint(
            map(id, held)
        ):
            raise ValueError("some parameters appear in more than one parameter group")
        if not self.param_groups:
            self.defaults |= {name: said for name, said in param_group.items() if name != "params"}
        self.param_groups.append({**self.defaults, **param_group, "params": held})
        self._states.append(_State(held))

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.grad = None

    @torch.no_grad()
    def step(self, divisor: Tensor | None = None) -> None:
        """Move the weights that have a gradient.

        Args:
            divisor: a number without axes by which all gradients are divided first.
        """
        for group, state in zip(self.param_groups, self._states, strict=True):
            parameters, grads, first, second, steps = state.with_gradients(group["params"])
            if not grads:
                continue
            torch._foreach_add_(steps, 1)
            torch._fused_adamw_(
                parameters,
                grads,
                first,
                second,
                [],
                steps,
                lr=group["lr"],
                beta1=group["betas"][0],
                beta2=group["betas"][1],
                weight_decay=group["weight_decay"],
                eps=group["eps"],
                amsgrad=False,
                maximize=False,
                grad_scale=divisor,
            )

    def state_dict(self) -> dict[str, Any]:
        """Moments and steps by the number of the parameter, in the form of torch's optimizers."""
        rows = [row for state in self._states for row in zip(*state.lists, strict=True)]
        names = ("exp_avg", "exp_avg_sq", "step")
        return {
            "state": {place: dict(zip(names, row, strict=True)) for place, row in enumerate(rows)},
            "param_groups": [
                {name: value for name, value in group.items() if name != "params"}
                for group in self.param_groups
            ],
        }

    @torch.no_grad()
    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from another one over the same parameters."""
        for group, kept in zip(self.param_groups, state_dict["param_groups"], strict=True):
            group.update({name: value for name, value in kept.items() if name != "params"})
        here = self.state_dict()["state"]
        for place, values in state_dict["state"].items():
            for name, value in values.items():
                here[place][name].copy_(value)


class _State:
    """Both moments and the number of steps of each parameter of a group, made when asked for."""

    def __init__(self, parameters: list[Tensor]) -> None:
        self.parameters = parameters

    @cached_property
    def lists(self) -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
        first, second = ([torch.zeros_like(p) for p in self.parameters] for _ in range(2))
        return first, second, [torch.zeros((), device=p.device) for p in self.parameters]

    def with_gradients(self, parameters: list[Tensor]) -> tuple[list[Tensor], ...]:
        """Parameters, gradients, moments and steps of the parameters that have a gradient."""
        grads = [parameter.grad for parameter in parameters]
        if not any(grad is None for grad in grads):
            return parameters, grads, *self.lists  # type: ignore[return-value]
        used = [place for place, grad in enumerate(grads) if grad is not None]
        every = (parameters, grads, *self.lists)
        return tuple([column[place] for place in used] for column in every)  # type: ignore[misc]


def adamw(
    model: nn.Module, *, lr: float, weight_decay: float, rates: Mapping[str, float] | None = None
) -> Optimizer:
    """AdamW in one fused kernel a step; matrices decay, biases and norms do not.

    Args:
        model: its parameters that require gradients are held.
        lr: the full learning rate.
        weight_decay: a fraction of each matrix, times the rate, that every step takes away.
        rates: other full rates by a pattern of the names of weights; the first that is met counts.

    Returns:
        `FusedAdamW`; torch's own AdamW where the kernel cannot be used: complex weights, or
        another device than a CPU or a GPU of CUDA.

    Raises:
        ModelError: if a pattern meets no name.
    """
    parameters = trainable(model)
    axes = 3 if isinstance(model, Stacked) else 2  # the first one counts the members
    full = _rates(model, rates or {})
    sorts: dict[tuple[float, bool, torch.dtype], list[nn.Parameter]] = {}
    for p in parameters:
        sorts.setdefault((full.get(p, lr), p.ndim >= axes, p.dtype), []).append(p)
    groups = [
        {"params": held, "lr": rate, "weight_decay": weight_decay if is_matrix else 0.0}
        for (rate, is_matrix, _), held in sorted(
            sorts.items(), key=lambda item: (item[0][0] != lr, not item[0][1])
        )
    ]
    if all(p.is_floating_point() and p.device.type in ("cpu", "cuda") for p in parameters):
        return FusedAdamW(groups)
    return torch.optim.AdamW(groups, lr=lr)


def _rates(model: nn.Module, rates: Mapping[str, float]) -> dict[nn.Parameter, float]:
    """The full rates of the weights whose names meet a pattern."""
    if not rates:
        return {}
    met = matched(model, list(rates), "lr")
    return {weight: rates[met[name]] for name, weight in named_weights(model) if name in met}


def make_optimizer(
    own: Callable[..., object] | None,
    body: nn.Module,
    *,
    lr: float,
    weight_decay: float,
    rates: Mapping[str, float] | None = None,
) -> Optimizer:
    """The user's optimizer over a body's parameters, or AdamW.

    Raises:
        ModelError: if the user's function gives something else, one that asks for the loss several
            times a step, or one that moves what is no weight of the body.
    """
    if own is None:
        return adamw(body, lr=lr, weight_decay=weight_decay, rates=rates)
    made = own(trainable(body))
    if not isinstance(made, torch.optim.Optimizer):
        raise ModelError(
            f"Train: expected `optimizer` to give a torch optimizer, found {type(made).__name__}.",
            remedy="Pass a function: lambda parameters: torch.optim.SGD(parameters, lr=0.1).",
        )
    closure = inspect.signature(type(made).step).parameters.get("closure")
    if closure is not None and closure.default is closure.empty:
        raise ModelError(
            "Train: expected an optimizer that moves by the gradients of one batch, found "
            f"{type(made).__name__}, which asks for the loss several times a step.",
            remedy="Take one whose step() needs no closure, such as torch.optim.SGD or AdamW.",
        )
    held = {weight for group in made.param_groups for weight in group["params"]}
    strange = held - set(body.parameters())
    if strange:
        raise ModelError(
            "Train: expected an optimizer of the weights that its function is given, found "
            f"{plural(len(strange), 'other tensor')} in it.",
            remedy="Make what else learns a part of the module: then it is kept, copied and saved.",
        )
    return made


def trainable(module: nn.Module) -> list[nn.Parameter]:
    """The parameters that require a gradient."""
    return [parameter for parameter in module.parameters() if parameter.requires_grad]
