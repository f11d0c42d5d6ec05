"""How odd a row is: a forest that sets rows apart, a distance, and a network that retells them."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from fivefold.models.distance import Distance
from fivefold.models.gathered import Gathered, pieces
from fivefold.models.inputs import Batch, Inputs, described, parts
from fivefold.models.learner import Feed, Lesson
from fivefold.models.surprise import Surprise
from fivefold.models.trees import Trees
from fivefold.models.trimming import KEPT, WIDEST, Look, Trimmed, core_of

PARTS = ("autoencoder", "forest", "distance")

MOST_ROWS = 200_000
"""Training rows that the forest and the distance are fitted to, at most."""

NOISE = 0.1
"""What is added to standardised columns in training, so that the network cannot just copy."""

BOUND = 8.0
"""Deviations beyond which a column is no odder for the network."""


class Oddity(nn.Module):
    """An isolation forest, a distance and an autoencoder: the mean of how surprised they are.

    Each gives how odd a row is, in a unit of its own; held-out rows turn it into the share of
    usual rows that are as odd. Until then, and in training mode, it is the autoencoder alone, and
    gives the squared error of the columns that it retells, which is what it learns to lower.

    Args:
        inputs: what it reads: a `Width`, `Codes`, or both.
        outputs: numbers a row, 1.
        hidden: features of the two wide layers; None is twice the columns, 128 at most.
        code: features of the narrow one between them; None is a fourth of the columns, 2 to 16.
        forest: `Trees.sizes` of the forest; None before there is one.
        distance: whether there is a distance.

    Example:
        >>> from fivefold.models.inputs import Width
        >>> oddity = Oddity(Width(3), 1)
        >>> oddity(torch.ones(5, 3)).shape, oddity.parts
        (torch.Size([5, 1]), {'autoencoder': 1.0})

    Reference:
        Liu, Ting and Zhou, Isolation Forest, 2008; Mahalanobis, 1936; Sakurada and Yairi, Anomaly
        Detection Using Autoencoders, 2014.
    """

    name: ClassVar[str] = "oddity"
    every: ClassVar[tuple[str, ...]] = PARTS
    centre: Tensor
    unit: Tensor
    rarity: Tensor
    start: Tensor
    weights: Tensor
    trimmed: Trimmed | None = None  # while it learns
    fitted: Look | None = None

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        hidden: int | None = None,
        code: int | None = None,
        forest: list[int] | None = None,
        distance: bool = False,
        answers: bool = False,
    ) -> None:
        super().__init__()
        self.inputs, self.outputs, self.answers = inputs, outputs, answers
        self.gathered = Gathered(inputs)
        width, table = self.gathered.width, parts(inputs).get("table")
        self.measured = getattr(table, "measured", 0) or width  # by which rows are left out
        hidden = hidden or min(128, 2 * width)
        code = code or max(2, min(16, width // 4))
        self.hidden, self.code = hidden, code
        self.encoder = nn.Sequential(nn.Linear(width, hidden), nn.SiLU(), nn.Linear(hidden, code))
        self.decoder = nn.Sequential(nn.Linear(code, hidden), nn.SiLU(), nn.Linear(hidden, width))
        self.forest = None if forest is None else Trees(*forest)
        self.distance = Distance(width) if distance else None
        self.curves = nn.ModuleList(Surprise() for _ in PARTS)
        self.joint = Surprise()
        sizes = self.gathered.codes
        self.register_buffer("centre", torch.zeros(width))
        self.register_buffer("unit", torch.ones(width))
        self.register_buffer("rarity", torch.zeros(sum(sizes)))
        starts = np.cumsum([0, *sizes])[:-1]
        self.register_buffer("start", torch.tensor(starts, dtype=torch.int64), persistent=False)
        self.register_buffer("weights", torch.tensor([1.0, 0.0, 0.0]))

    @property
    def description(self) -> dict[str, Any]:
        """Plain JSON values to build another one from."""
        arguments = {
            "hidden": self.hidden,
            "code": self.code,
            "forest": None if self.forest is None else self.forest.sizes,
            "distance": self.distance is not None,
            "answers": self.answers,
        }
        return described(self.name, self.inputs, self.outputs, arguments)

    @property
    def parts(self) -> dict[str, float]:
        """What answers, by name, and how much each counts; together they count 1."""
        total = float(self.weights.sum())
        shares = zip(PARTS, self.weights.tolist(), strict=True)
        return {name: weight / total for name, weight in shares if weight}

    # --- around the epochs

    def rehearse(self, lesson: Lesson) -> None:
        """Let an empty forest and no distance answer, as all will be exported."""
        wide = self.gathered.width > WIDEST
        distance = None if wide else Distance(self.gathered.width)
        self.attach({"forest": Trees(3, 1, 1, 1), "distance": distance})

    @torch.no_grad()
    def begin(self, lesson: Lesson) -> nn.Module:
        """Grow the forest and find the axes; where rows may be odd, find those to learn from."""
        train, seed = lesson.train, lesson.seed
        if len(self.rarity):
            self._count(train)
        every = -(-train.rows // MOST_ROWS)
        matrix = torch.cat(pieces(train, self.columns))[::every].cpu().numpy()
        core, self.trimmed = np.ones(len(matrix), bool), None
        if not lesson.clean:
            lesson.tell(f"Leaving out the {1 - KEPT:.0%} oddest training rows.")
            numbers = matrix[:, : self.measured]
            core = core_of(numbers, seed)
            self.trimmed = Trimmed(numbers, core, seed, train.device)
        self.fitted = Look.at(matrix[core], seed, self.gathered.exact)
        spread = matrix[core].std(0)
        self.centre.copy_(torch.from_numpy(matrix[core].mean(0)))
        self.unit.copy_(torch.from_numpy(np.where(spread > 0, 1 / np.maximum(spread, 1e-12), 0.0)))
        return self

    @torch.no_grad()
    def end(self, taught: nn.Module, lesson: Lesson) -> Mapping[str, Any]:
        """Let all parts answer, by how surprising each is to rows that were held out."""
        held = lesson.valid if lesson.valid.rows else lesson.train
        assert self.fitted is not None
        found = {"forest": self.fitted.forest, "distance": self.fitted.distance}
        self.fitted = self.trimmed = None
        self.attach(found)
        scores = torch.cat(pieces(held, self.scores_of)).cpu().numpy()
        for place, curve in enumerate(self.curves):
            if self.weights[place]:
                assert isinstance(curve, Surprise)
                curve.fit(scores[:, place])
        mean = torch.cat(pieces(held, lambda batch: self._mean(self.scores_of(batch))))
        self.joint.fit(mean.cpu().numpy())
        shares = self.parts
        names = ", ".join(shares)
        lesson.tell(f"Surprise by {held.rows:,} held-out rows; what answers: {names}.")
        nodes = 0 if self.forest is None else self.forest.nodes
        beside = {f"{name}_weight": shares.get(name, 0.0) for name in ("forest", "distance")}
        return {"tree_nodes": nodes, **beside}

    def attach(self, found: Mapping[str, nn.Module | None]) -> None:
        """Let fitted parts answer beside the network, all as much; those that belong to it."""
        for name, module in found.items():
            if module is not None and name in self.every:
                setattr(self, name, module.to(self.weights.device).train(self.training))
        weights = [
            float(name == "autoencoder" or getattr(self, name) is not None) for name in PARTS
        ]
        self.weights.copy_(torch.tensor(weights))
        self.answers = True

    def _count(self, feed: Feed) -> None:
        """How rare each code is among training rows; one that they lack is the rarest."""
        first = self.gathered.tabular - len(self.start)
        raw = torch.cat(pieces(feed, self._raw))[:, first : self.gathered.tabular].long()
        counts = torch.zeros(len(self.rarity), device=raw.device)
        places = (raw + self.start).flatten()
        counts.index_add_(0, places, torch.ones_like(places, dtype=counts.dtype))
        self.rarity.copy_(-torch.log10((counts + 1) / (len(raw) + 1)))

    # --- answers

    def columns(self, batch: Batch) -> Tensor:
        """All numbers of a batch side by side, of codes how rare they are, `(n, width)` float32."""
        matrix = self._raw(batch)
        last = self.gathered.tabular
        if not len(self.start):
            return matrix
        first = last - len(self.start)
        rare = self.rarity[matrix[:, first:last].long() + self.start]
        return torch.cat([matrix[:, :first], rare, matrix[:, last:]], dim=1)

    def _raw(self, batch: Batch) -> Tensor:
        """The same with codes as they are."""
        named = batch if isinstance(batch, Mapping) else {next(iter(parts(self.inputs))): batch}
        matrix: Tensor = self.gathered(named)
        return matrix

    def untold(self, matrix: Tensor) -> Tensor:
        """`(n,)` the mean squared error of what the autoencoder retells, in deviations."""
        standard = ((matrix - self.centre) * self.unit).clamp(-BOUND, BOUND)
        given = standard
        if self.training:
            given = standard + NOISE * torch.randn_like(standard)
        told: Tensor = self.decoder(self.encoder(given))
        return (told - standard).square().mean(dim=1)

    def scores_of(self, batch: Batch) -> Tensor:
        """How odd each part finds each row, float64 `(n, parts)`; 0 where there is no such part."""
        matrix = self.columns(batch)
        error = (self.untold(matrix).double() + 1e-6).log()
        blank = torch.zeros_like(error)
        apart = blank
        if self.forest is not None:
            apart = self.forest(matrix[:, : self.gathered.exact])[:, 0].double()
        far = blank if self.distance is None else self.distance(matrix)
        return torch.stack([error, apart, far], dim=1)

    def _mean(self, scores: Tensor) -> Tensor:
        """The mean surprise of the parts, float64 `(n,)`."""
        each = [curve(scores[:, place]) for place, curve in enumerate(self.curves)]
        weights = self.weights.double()
        return (torch.stack(each, dim=1) * weights).sum(dim=1) / weights.sum()

    def forward(self, batch: Batch) -> Tensor:
        """`(n, 1)` surprises; of the autoencoder in training what it gets wrong."""
        if self.training or not self.answers:
            matrix = self.columns(batch)
            error = self.untold(matrix)
            if self.trimmed is not None:
                error = error * self.trimmed(matrix[:, : self.measured])
            return error[:, None]
        mean = self._mean(self.scores_of(batch))
        several = (self.weights > 0).sum() > 1
        return torch.where(several, self.joint(mean), mean)[:, None].float()


class Autoencoder(Oddity):
    """The autoencoder alone: how badly a network retells a row through few features.

    Example:
        >>> from fivefold.models.inputs import Width
        >>> Autoencoder(Width(3), 1).description["name"]
        'autoencoder'

    Reference:
        Sakurada and Yairi, Anomaly Detection Using Autoencoders with Nonlinear Dimensionality
        Reduction, 2014.
    """

    name = "autoencoder"
    every = ("autoencoder",)
