"""All that one training run needs, decided and checked before it starts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from fivefold.artifacts import Preprocessed
from fivefold.core.wording import plural
from fivefold.kinds.tokens import slots_of
from fivefold.models.assemble import Assembled
from fivefold.models.begun import layer_rates
from fivefold.models.boosting import Boosting
from fivefold.models.habit import ALONE
from fivefold.models.learner import Piece
from fivefold.models.networks import BLENDS, habit_of
from fivefold.models.operations import forward_operations, rows_of
from fivefold.train.aims import Descent, Objective, Precision
from fivefold.train.augmentation import decide_contest, decide_ways
from fivefold.train.census import decide_stack, decide_threads
from fivefold.train.device import find_precision
from fivefold.train.feed import first_order, judged_at_once
from fivefold.train.loss import asked_of_loss, make_loss
from fivefold.train.matmul import Matmul, decide_matmul
from fivefold.train.network import make_network, named
from fivefold.train.optimizer import Optimizer, make_optimizer, trainable
from fivefold.train.options import Options
from fivefold.train.patterns import check_rates, freeze
from fivefold.train.pieces import ROWS
from fivefold.train.pretrained import Pretrained
from fivefold.train.private import Budget, settle
from fivefold.train.resident import encodes_once, holds_table, place
from fivefold.train.rowwise import private_network, see_each_alone
from fivefold.train.rules import DIALS, decide_batch, decide_boosting, decide_epochs, decide_lr
from fivefold.train.transfer import begin_with
from fivefold.train.trial import Trial, make_pieces, ready, tried
from fivefold.train.weights import read_weights

PATIENCE = 10
"""Epochs without a better validation loss after which training stops, where nothing is said."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A checked network, and the numbers with which it will be trained."""

    network: Assembled  # untrained, on the device
    name: str  # of its body
    objective: Objective  # what is minimised
    loss_name: str | None  # in the names of Train; None for one's own
    device: torch.device  # where
    precision: Precision  # of the forward pass
    boosting: Boosting | None  # how trees beside the network are grown; None for no trees
    beside: bool  # whether simple models are fitted beside a network of texts, series or sounds
    clean: bool  # whether all training rows are taken for usual, where odd ones are sought
    matmul: Matmul  # what multiplies matrices
    threads: int | None  # of the CPU; None is torch's own choice, one a core
    epochs: int  # at most
    patience: int  # epochs without a better validation loss after which training stops
    ripe: int  # epoch from which on weights are kept
    batch: int  # rows a step
    lr: float  # full learning rate, unless it is to be found or the optimizer is one's own
    weight_decay: float  # what the optimizer takes of matrices, unless it is one's own
    once: bool  # whether the rows are encoded ahead of the epochs
    ways: tuple[tuple[str, ...], ...]  # random changes in training, of which one is kept
    contest: float  # fraction of a run for which each of several ways is tried
    tried: Mapping[str, float] | None = None  # the validation loss by way, where one was chosen
    rows: int  # training rows
    default: bool  # whether the network was chosen by the kinds of the columns
    unread: bool  # whether texts come with terms that a network which was named does not read
    stackable: bool  # whether copies of a network should learn as one, if they can
    trial: Trial  # what the network was tried on
    budget: Budget | None = None  # what a private training may spend; None for one that is not

    def descent(self, stage: Options, *, lr: float) -> Descent:
        """How the network is trained with this full learning rate."""

        def make(body: nn.Module) -> Optimizer:
            rates, begun = stage.lr if isinstance(stage.lr, dict) else None, self.network.begun
            if begun is not None and begun.decay < 1:
                rates = layer_rates(body, begun, lr)
            decay = self.weight_decay
            return make_optimizer(stage.optimizer, body, lr=lr, weight_decay=decay, rates=rates)

        return Descent(
            make=make,
            schedule=stage.schedule,
            clip=stage.clip,
            precision=self.precision,
            pieces=stage.accumulate,
            ema=stage.ema,
        )

    @property
    def augment(self) -> tuple[str, ...]:
        """The random changes that are made, or are tried first."""
        return self.ways[0]

    @property
    def parameters(self) -> int:
        """Numbers that are learnt."""
        return sum(weight.numel() for weight in trainable(self.network.body))

    @property
    def sentence(self) -> str:
        """What is going to happen, in one line."""
        chosen = ", the default for these columns" if self.default else ""
        joined = self.beside or self.boosting is not None
        beside = f" and {self.network.body.beside}" if joined else ""
        changed = f", rows changed by {', '.join(self.augment)}" if self.augment else ""
        changed += ", then again without some of it" if len(self.ways) > 1 else ""
        threads = plural(self.network.threads or torch.get_num_threads(), "thread")
        end = f" with {threads}." if self.device.type == "cpu" else "."
        if self.unread:
            end += " It reads no terms of texts: Preprocess(terms=False) does not look for them."
        return (
            f"{self.name} of {self.parameters:,} weights{beside}{chosen}; at most {self.epochs} "
            f"epochs, {self.batch:,} of {self.rows:,} rows a step{changed}, on {self.device} in "
            f"{self.precision}{end}"
        )


def make_plan(
    stage: Options,
    data: Preprocessed,
    *,
    device: torch.device,
    seed: int,
    trial: Trial | None = None,
) -> Plan:
    """Decide what the user has not, make the network and check it on a few rows.

    Args:
        stage: the settings.
        data: encoded rows.
        device: where.
        seed: of the first weights.
        trial: that of a rehearsal of the same, which is not done again.

    Raises:
        ModelError: if the network breaks the contract.
        DataError: if the target is no rate and the loss is for rates.
    """
    train, schema = data.train, data.codec.schema
    rows, gpu = len(train), device.type != "cpu"
    few = train.take(np.arange(ROWS) % rows)
    example = place(few, torch.device("cpu"))
    asked = stage.loss if isinstance(stage.loss, str) else None
    network = asked_network(stage, data, seed=seed).to(device)
    freeze(network.body, stage.freeze)
    if isinstance(stage.lr, dict):
        check_rates(network.body, list(stage.lr), thaws=bool(stage.callbacks))
    name, known = named(network)
    head, inputs, habit = network.head, network.fixed.inputs, habit_of(network.body, known)
    habit = ALONE if network.begun and network.begun.frozen and not stage.augment else habit
    own, weighted = stage.own_loss, train.weight is not None
    loss_name = None if own is not None else asked or head.usual
    options = asked_of_loss(stage, data, device)
    loss = make_loss(head, own=own, name=loss_name, weighted=weighted, **options)
    order = first_order(head.targets(train.target), seed, stage.own_sampler)
    batch = min(stage.batch or decide_batch(habit, rows), len(order))
    once = encodes_once(network.fixed, rows)
    if trial is None:
        sample = ready(few, network, stage)
        judged = judged_at_once(batch, sample.inputs if once else example)
        pieces = make_pieces(stage, data, network, batch=batch, judged=judged, order=order)
        trial = tried(network, sample, loss, pieces, classes=len(schema.classes), counts=not gpu)
    if stage.privacy is not None:
        see_each_alone(network.body, loss, trial.sample)
    precision = find_precision(stage.precision if stage.privacy is None else "float32", device)
    census, full = trial.census, precision == "float32"
    matmul: Matmul = decide_matmul(census) if census is not None and full else "default"
    usual = loss_name == head.usual and stage.class_weights is None
    work = work_of(network, trial.sample) if habit.operations else 0.0
    epochs = stage.epochs or decide_epochs(
        habit, rows, batch, inputs, gpu=gpu, quality=stage.quality, operations=work
    )
    blocks = [each.block for each in data.codec.blocks]
    ways = decide_ways(stage, blocks, len(data.valid), habit, epochs)
    alone = stage.privacy is not None  # nothing beside the network, which sees rows as they are
    habit = replace(habit, lr=habit.private_lr or habit.lr) if alone else habit
    ways = ((),) if alone else ways
    boosts = known is not None and known.boosts and usual and not alone
    suits_trees = boosts and holds_table(network.fixed, rows)
    return Plan(
        network=network,
        name=name,
        objective=Objective(loss=loss, own=own is not None),
        loss_name=loss_name,
        device=device,
        precision=precision,
        boosting=decide_boosting(rows, stage.quality) if suits_trees and head.task.trees else None,
        beside=usual and not alone and _is_wide(network),
        clean=stage.clean,
        matmul=matmul,
        threads=None if census is None else decide_threads(census),
        epochs=epochs,
        patience=epochs if alone else stage.patience or max(PATIENCE, round(habit.wait * epochs)),
        ripe=epochs if alone else 1 + int(habit.ripe * epochs),
        batch=batch,
        lr=stage.lr if isinstance(stage.lr, float) else decide_lr(habit, rows, network.begun),
        weight_decay=habit.weight_decay if stage.weight_decay is None else stage.weight_decay,
        once=once,
        ways=ways,
        contest=decide_contest(blocks),
        rows=rows,
        default=stage.model is None,
        unread=isinstance(stage.model, str | Pretrained) and _has_unread(network, data),
        stackable=census is None or decide_stack(census),
        trial=trial,
        budget=settle(stage.privacy, rows=rows, batch=batch, epochs=epochs),
    )


def asked_network(stage: Options, data: Preprocessed, *, seed: int) -> Assembled:
    """The network that a stage asks for, with its first weights, on the CPU."""
    few = data.train.take(np.arange(ROWS) % len(data.train))
    begun = stage.model if isinstance(stage.model, Pretrained) else None
    weights = None if begun is None else read_weights(begun, begun.find())
    model, given = private_network(data.codec, stage)
    network = make_network(
        data.codec,
        model if weights is None else weights.model,
        target=data.train.target,
        example=place(few, torch.device("cpu")),
        seed=seed,
        members=stage.members,
        arguments=DIALS[stage.quality].network,
        given=weights.arguments if weights else given,
        loss=stage.loss if isinstance(stage.loss, str) else None,
    )
    network.head.expect(stage.false_alarms)
    if begun and weights:
        begin_with(network, begun, weights, data.codec)
    return network


def _has_unread(network: Assembled, data: Preprocessed) -> bool:
    """Whether texts come with terms that a network does not read."""
    columns = data.codec.columns.values()
    return not network.fixed.is_wide and any(slots_of(column.state) for column in columns)


def _is_wide(network: Assembled) -> bool:
    """Whether rows come with what a simple model beside the network reads, which learns such."""
    body, task = network.body, network.head.task
    learnt = task.trees not in (None, "each") or task.sequence
    return learnt and isinstance(body, BLENDS) and body.is_wide


def work_of(network: Assembled, sample: Piece) -> float:
    """Floating-point operations of a row in training: a pass forward, and two as long back."""
    return 3.0 * forward_operations(network.body, sample.inputs) / rows_of(sample.inputs)
