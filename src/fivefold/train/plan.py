"""All that one training run needs, decided and checked before it starts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from fivefold.errors import ModelError
from fivefold.models.assemble import Assembled
from fivefold.train.contract import ROWS, check_module
from fivefold.train.fit import Precision
from fivefold.train.loss import Loss, class_weights, make_loss, targets
from fivefold.train.network import make_network, network_name
from fivefold.train.optimizer import adamw
from fivefold.train.resident import encodes_once, place
from fivefold.train.rules import HABITS, Habit, decide_batch, decide_epochs

if TYPE_CHECKING:
    from fivefold.artifacts import Preprocessed
    from fivefold.train.train import Train


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A checked network, and the numbers with which it will be trained.

    Attributes:
        network: untrained, on the device.
        name: of its body.
        loss: what is minimised.
        device: where.
        precision: of the forward pass.
        epochs: at most.
        batch: rows a step.
        optimizer: over the body's parameters.
        lr: its full learning rate.
        weight_decay: what it takes of matrices.
        once: whether the rows are encoded ahead of the epochs.
        rows: training rows.
        default: whether the network was chosen by the kinds of the columns.
    """

    network: Assembled
    name: str
    loss: Loss
    device: torch.device
    precision: Precision
    epochs: int
    batch: int
    optimizer: torch.optim.Optimizer
    lr: float
    weight_decay: float
    once: bool
    rows: int
    default: bool

    @property
    def parameters(self) -> int:
        """Numbers that are learnt."""
        return sum(weight.numel() for weight in trainable(self.network.body))

    @property
    def sentence(self) -> str:
        """What is going to happen, in one line."""
        chosen = ", the default for these columns" if self.default else ""
        return (
            f"{self.name} of {self.parameters:,} weights{chosen}; at most {self.epochs} epochs, "
            f"{self.batch:,} of {self.rows:,} rows a step, on {self.device} in {self.precision}."
        )


def make_plan(stage: "Train", data: "Preprocessed", *, device: torch.device, seed: int) -> Plan:
    """Decide what the user has not, make the network and check it on eight rows.

    Args:
        stage: what was asked for.
        data: encoded rows.
        device: where to train.
        seed: of the first weights.

    Raises:
        ModelError: if the network breaks the contract.
    """
    train, schema = data.train, data.codec.schema
    rows, gpu = len(train), device.type != "cpu"
    few = train.take(np.arange(ROWS) % rows)
    example = place(few, torch.device("cpu"))
    network = make_network(
        data.codec, stage.model, target=train.target, example=example, seed=seed
    ).to(device)
    name, habits = network_name(network)
    inputs, habit = network.fixed.inputs, HABITS[habits]
    weights = None
    if stage.class_weights is not None:
        weights = class_weights(stage.class_weights, train.target, schema.classes).to(device)
    loss = make_loss(network.head, own=stage.loss, weights=weights)
    with torch.no_grad():
        encoded = network.fixed(place(few, device))
    check_module(
        network.body,
        encoded,
        targets(few.target, network.head, own=stage.loss is not None).to(device),
        inputs=inputs,
        outputs=schema.outputs,
        loss=loss,
        classes=len(schema.classes),
    )
    optimizer = make_optimizer(stage, network.body, habit)
    batch = min(stage.batch or decide_batch(habits, rows), rows)
    return Plan(
        network=network,
        name=name,
        loss=loss,
        device=device,
        precision=find_precision(stage.precision, device),
        epochs=stage.epochs or decide_epochs(habits, rows, batch, inputs, gpu=gpu),
        batch=batch,
        optimizer=optimizer,
        lr=float(optimizer.param_groups[0]["lr"]),
        weight_decay=float(optimizer.param_groups[0].get("weight_decay", 0.0)),
        once=encodes_once(network.fixed, rows),
        rows=rows,
        default=stage.model is None,
    )


def find_precision(wish: str, device: torch.device) -> Precision:
    """The precision that a wish means: `auto` is bf16 on a GPU that has it, or else float32."""
    if wish != "auto":
        return wish  # type: ignore[return-value]
    bf16 = device.type == "cuda" and torch.cuda.is_bf16_supported()
    return "bf16" if bf16 else "float32"


def make_optimizer(stage: "Train", body: nn.Module, habit: Habit) -> torch.optim.Optimizer:
    """The user's optimizer over a body's parameters, or AdamW.

    Raises:
        ModelError: if the user's function gives something else.
    """
    if stage.optimizer is None:
        decay = habit.weight_decay if stage.weight_decay is None else stage.weight_decay
        return adamw(body, lr=stage.lr or habit.lr, weight_decay=decay)
    made = stage.optimizer(trainable(body))
    if not isinstance(made, torch.optim.Optimizer):
        raise ModelError(
            f"Train: expected `optimizer` to give a torch optimizer, found {type(made).__name__}.",
            remedy="Pass a function: lambda parameters: torch.optim.SGD(parameters, lr=0.1).",
        )
    return made


def trainable(module: nn.Module) -> list[nn.Parameter]:
    """The parameters that require a gradient."""
    return [parameter for parameter in module.parameters() if parameter.requires_grad]
