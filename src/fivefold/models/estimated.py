"""A fitted estimator of scikit-learn as the body of a network."""

from collections.abc import Sequence
from typing import Any, Self

import torch
from torch import Tensor, nn

from fivefold.codecs.table import Array
from fivefold.errors import ModelError
from fivefold.models.flat import Flat
from fivefold.models.inputs import Batch, Inputs, described
from fivefold.models.originals import Original, frame_of, reads_texts, texts_of
from fivefold.models.subgraph import Subgraph

LEAST = 1e-6
"""The least probability of a step, and part of the mean of a rate."""

WITNESSES = 256
"""Answers that stand for an estimator which no graph holds, in digests of the weights."""


class Live:
    """A fitted estimator in this process, shared by all copies of the network.

    Args:
        estimator: fitted.
        labels: of its own classes, by their place in the schema; None for numbers.
        originals: the columns that it is given in place of the matrix; None for the matrix.
    """

    def __init__(
        self, estimator: Any, labels: Array | None, originals: Sequence[Original] | None = None
    ) -> None:
        self.estimator, self.labels, self.originals = estimator, labels, originals

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def read(self, matrix: Array) -> Any:
        """What the estimator is given: the matrix, a frame of columns, or texts."""
        if self.originals is None:
            return matrix
        if reads_texts(self.estimator):
            return texts_of(self.originals, matrix)
        return frame_of(self.originals, matrix)

    def answers(self, matrix: Array) -> Array:
        """Float64 `(n, columns)`: probabilities of its own classes, or numbers.

        Raises:
            ModelError: if they are no probabilities, one column a class.
        """
        ask = self.estimator.predict if self.labels is None else self.estimator.predict_proba
        found: Array = ask(self.read(matrix))
        if self.labels is not None:
            self._check(found, (len(matrix), len(self.labels)))
        return found.reshape(len(matrix), -1).astype("float64", copy=False)

    def _check(self, found: Array, wanted: tuple[int, int]) -> None:
        if found.shape == wanted:
            return
        name, told = type(self.estimator).__name__, f"an array {found.shape}"
        remedy = f"Mend predict_proba of {name}: one column for each of its classes_."
        raise ModelError.expected("Train", f"probabilities {wanted} from {name}", told, remedy)


class Estimated(nn.Module):
    """What an estimator answers, as the outputs of a network: logits, or values in deviations.

    It answers by its graph where it has one, so that this process and a bundle give the same; else
    by the estimator itself, and is not saved then.

    Args:
        inputs: sizes of what a network would read.
        outputs: numbers a row, as a head wants them.
        name: of the estimator's class.
        size: bytes of its graph; None without one.
        columns: numbers that it answers with.
        choice: whether they are probabilities of classes.
        link: `log` where a head takes logarithms of rates, `steps` where it takes logits of steps
            between classes in order; empty for deviations, and logits of classes.
        whole: whether the matrix holds columns to be read, see `fivefold.models.originals`.
    """

    places: Tensor
    mean: Tensor
    spread: Tensor
    witness: Tensor

    live: Live | None = None
    refusal: str = "it was not fitted"

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        name: str = "",
        size: int | None = None,
        columns: int = 0,
        choice: bool = True,
        whole: bool = False,
        link: str = "",
    ) -> None:
        super().__init__()
        self.inputs, self.outputs, self.name, self.choice = inputs, outputs, name, choice
        self.link = link
        self.flat, self.whole = Flat(inputs, whole=whole), whole
        self.answer = None if size is None else Subgraph(size, columns)
        self.columns = columns
        classes = max(2, outputs + (link == "steps")) if choice else outputs
        self.register_buffer("places", torch.zeros(classes, dtype=torch.long))
        self.register_buffer("mean", torch.zeros(outputs, dtype=torch.float64))
        self.register_buffer("spread", torch.ones(outputs, dtype=torch.float64))
        self.register_buffer("witness", torch.zeros(WITNESSES, dtype=torch.float64))

    @property
    def description(self) -> dict[str, Any] | None:
        """Plain JSON values to build another one from; None where no graph holds it."""
        if self.answer is None:
            return None
        arguments = {
            "name": self.name,
            "size": len(self.answer.content),
            "columns": self.columns,
            "choice": self.choice,
            **({"whole": True} if self.whole else {}),
            **({"link": self.link} if self.link else {}),
        }
        return described("estimator", self.inputs, self.outputs, arguments)

    def attach(self, live: Live, graph: bytes | None, matrix: Array, *, refusal: str = "") -> None:
        """Take a fitted estimator, and the graph that answers as it does.

        Args:
            live: the estimator.
            graph: for `Subgraph`; None where there is none.
            matrix: some rows.
            refusal: why there is none.
        """
        self.live, self.refusal = live, refusal
        answers = live.answers(matrix[:WITNESSES].astype("float64"))
        self.columns = answers.shape[1]
        if self.choice:
            assert live.labels is not None
            known = torch.full_like(self.places, self.columns)
            known[torch.from_numpy(live.labels)] = torch.arange(self.columns)
            self.places.copy_(known)
        self.answer = None if graph is None else Subgraph.of(graph, self.columns)
        flat = torch.from_numpy(answers.ravel()[:WITNESSES].copy())
        self.witness.zero_()[: len(flat)] = flat

    def answers(self, matrix: Tensor) -> Tensor:
        """Float64 `(n, columns)`: what the estimator says of rows of its matrix."""
        if self.answer is not None:
            found: Tensor = self.answer(matrix)
            return found
        if self.live is None:
            return matrix.new_zeros((len(matrix), max(1, self.columns)), dtype=torch.float64)
        exact = matrix.detach().double().cpu().numpy()
        return torch.from_numpy(self.live.answers(exact)).to(matrix.device)

    def forward(self, batch: Batch) -> Tensor:
        """`(n, outputs)` float64."""
        return self.turned(self.answers(self.flat(batch)))

    def turned(self, found: Tensor) -> Tensor:
        """Float64 `(n, columns)`, what the estimator says, as a head takes it: `(n, outputs)`."""
        if self.link == "log":
            return (found / self.mean).clamp(min=LEAST).log()
        if not self.choice:
            return (found - self.mean) / self.spread
        shares = self.shares(found)
        if self.link == "steps":
            return torch.logit(1 - shares.cumsum(1)[:, :-1], eps=LEAST)
        if self.outputs > 1:
            return shares.log()
        return shares[:, 1:].log() - shares[:, :1].log()

    def shares(self, found: Tensor) -> Tensor:
        """Probabilities of all classes in the order of the schema; 0 for those it never met.

        A graph in float32 may come out a step below 0.
        """
        padded = torch.cat([found, torch.zeros_like(found[:, :1])], dim=1)
        return padded[:, self.places].clamp(min=0.0)
