"""Several copies of a network that answer together."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state

from fivefold.models.inputs import Batch
from fivefold.models.learner import Lesson, begin, begins, end, named_weights, rehearse

FEW = 8
"""Rows by which a stack of copies is compared with them."""


class Ensemble(nn.Module):
    """Copies of a network with weights of their own; the mean of their logits is the answer.

    In training each copy learns for itself: its outputs are judged apart from the others'.

    Args:
        networks: of one structure, at least one.

    Example:
        >>> ensemble = Ensemble([nn.Linear(4, 3), nn.Linear(4, 3)])
        >>> ensemble(torch.zeros(5, 4)).shape, ensemble.eval()(torch.zeros(5, 4)).shape
        (torch.Size([5, 2, 3]), torch.Size([5, 3]))

    Reference:
        Lakshminarayanan et al., Simple and Scalable Predictive Uncertainty Estimation using Deep
        Ensembles, NeurIPS 2017.
    """

    def __init__(self, networks: Sequence[nn.Module]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)
        self.members = len(networks)

    def fit_buffers(self, batch: Batch) -> None:
        """Show all training rows to each copy that wants to see them."""
        for network in self.networks:
            fit_buffers = getattr(network, "fit_buffers", None)
            if fit_buffers is not None:
                fit_buffers(batch)

    def named_weights(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Those of each copy, by the names that they have in it."""
        for network in self.networks:
            yield from named_weights(network)

    def rehearse(self, lesson: Lesson) -> None:
        """As each copy does."""
        for network in self.networks:
            rehearse(network, lesson)

    def begin(self, lesson: Lesson) -> nn.Module:
        """All copies as one network where that pays and is the same; else what each begins with."""
        if lesson.stackable and not any(begins(network, "begin") for network in self.networks):
            return stack(self, lesson.train.take(slice(0, FEW)).inputs) or self
        taught = [begin(network, lesson) for network in self.networks]
        same = all(one is own for one, own in zip(taught, self.networks, strict=True))
        return self if same else Ensemble(taught)

    def end(self, taught: nn.Module, lesson: Lesson) -> Mapping[str, Any]:
        """Give each copy what was learnt for it."""
        if isinstance(taught, Stacked):
            taught.write_back(self)
            self.eval()
        learnt = taught.networks if isinstance(taught, Ensemble) else self.networks
        for network, one in zip(self.networks, learnt, strict=True):
            end(network, one, lesson)
        return {}

    def forward(self, batch: Batch) -> Tensor:
        """`(n, members, outputs)` in training, the mean `(n, outputs)` otherwise."""
        outputs = torch.stack([network(batch) for network in self.networks], dim=1)
        return outputs if self.training else outputs.mean(dim=1)


class Stacked(nn.Module):
    """The copies of an ensemble as one network, whose weights have one more axis in front.

    It learns what the ensemble would, in one pass instead of one for each copy.

    Args:
        ensemble: whose weights are copied; `write_back` returns them.

    Raises:
        RuntimeError: if the weights differ in shape, or some module cannot be stacked.
    """

    def __init__(self, ensemble: Ensemble) -> None:
        super().__init__()
        self.members = ensemble.members
        networks = list(ensemble.networks)
        parameters, buffers = stack_module_state(networks)
        held = networks[0].named_parameters()
        self.fixed = {name for name, parameter in held if not parameter.requires_grad}
        for name, tensor in parameters.items():
            learns = name not in self.fixed
            self.register_parameter(_flat(name), nn.Parameter(tensor.detach(), learns))
        for name, tensor in buffers.items():
            self.register_buffer(_flat(name), tensor)
        self.names = {name: _flat(name) for name in (*parameters, *buffers)}
        skeleton = copy.deepcopy(networks[0]).to("meta")
        object.__setattr__(self, "skeleton", skeleton)  # its weights are not this module's
        self.skeleton: nn.Module

    def forward(self, batch: Batch) -> Tensor:
        """`(n, members, outputs)` in training, the mean `(n, outputs)` otherwise."""
        self.skeleton.train(self.training)
        weights = {name: getattr(self, flat) for name, flat in self.names.items()}

        def answer(of_one: dict[str, Tensor]) -> Tensor:
            outputs: Tensor = functional_call(self.skeleton, of_one, (batch,))
            return outputs

        outputs: Tensor = torch.vmap(answer, out_dims=1, randomness="different")(weights)
        return outputs if self.training else outputs.mean(dim=1)

    def named_weights(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Those of all copies at once, by the names that they have in one."""
        for flat, weight in self.named_parameters():
            yield flat.replace("/", "."), weight

    @torch.no_grad()
    def write_back(self, ensemble: Ensemble) -> None:
        """Copy what was learnt into an ensemble of the same structure."""
        for place, network in enumerate(ensemble.networks):
            for name, tensor in (*network.named_parameters(), *network.named_buffers()):
                tensor.copy_(getattr(self, self.names[name])[place])


def stack(ensemble: Ensemble, batch: Batch) -> Stacked | None:
    """An ensemble as one network, where that gives the same answers of a few rows; else None."""
    mode = ensemble.training
    try:
        stacked = Stacked(ensemble)
        stacked.train()(batch).sum().backward()
        stacked = Stacked(ensemble).eval()
        with torch.no_grad():
            wanted = ensemble.eval()(batch)
            same = torch.allclose(stacked(batch), wanted, rtol=1e-4, atol=1e-5)
    except (RuntimeError, ValueError, TypeError, NotImplementedError, KeyError):
        return None  # something in it works on one network only
    finally:
        ensemble.train(mode)
    return stacked.train(mode) if same else None


def _flat(name: str) -> str:
    """A name that a parameter may have: torch refuses dots."""
    return name.replace(".", "/")
