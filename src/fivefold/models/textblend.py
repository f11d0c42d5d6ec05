"""The default for rows with texts: a network and a linear model that answer together."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from fivefold.models.blend import SHARE, answered, find_weight
from fivefold.models.inputs import Batch, Inputs, Passage, Text, described, parts, without_terms
from fivefold.models.learner import Lesson
from fivefold.models.lexical import Lexicon, fit_lexicon
from fivefold.models.mixture import Mixture
from fivefold.models.textnet import TextNet


class TextBlend(nn.Module):
    """A network over words, and a linear model over TF-IDF of words and of their characters.

    In training mode it is the network alone. In eval mode it gives `(1 - weight) * network +
    weight * linear`: their log-probabilities are mixed. Without a linear model the network
    answers alone in both.

    Args:
        inputs: a text, or several kinds with at least one.
        outputs: numbers a row.
        network: a built-in one for the words; None for a new one: a `TextNet` for a text alone, a
            `Mixture` for several kinds.
        linear: whether the linear model is there.

    Example:
        >>> from fivefold.models.inputs import Passage
        >>> blend = TextBlend(Passage(12, 100, 30, 400), 4)
        >>> blend(torch.zeros(5, 42, dtype=torch.int64)).shape, blend.parts
        (torch.Size([5, 4]), {'network': 1.0})

    Reference:
        Wang and Manning, Baselines and Bigrams: Simple, Good Sentiment and Topic Classification,
        ACL 2012, for linear models beside networks; Kim, EMNLP 2014, for the network.
    """

    beside = "a linear model of words and characters"
    weight: Tensor
    fitted: tuple[Lexicon, Tensor] | None = None

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        network: nn.Module | None = None,
        linear: bool = False,
    ) -> None:
        super().__init__()
        self.inputs, self.outputs = inputs, outputs
        sizes = parts(without_terms(inputs))
        alone = not isinstance(inputs, Mapping)
        self.lengths = {name: size.length for name, size in sizes.items() if isinstance(size, Text)}
        if not self.lengths:
            raise TypeError(f"TextBlend reads texts, found {inputs}")
        if network is None:
            body: Any = TextNet if alone else Mixture
            network = body(next(iter(sizes.values())) if alone else sizes, outputs)
        self.network = network
        self.linear = Lexicon(inputs, outputs) if linear else None
        self.register_buffer("weight", torch.zeros(()))
        core: Any = network.description
        arguments = {"network": dict(core), "linear": linear}
        self.description = described("textblend", inputs, outputs, arguments)

    @property
    def parts(self) -> dict[str, float]:
        """What answers, by name, and how much each counts; together they count 1."""
        if self.linear is None:
            return {"network": 1.0}
        weight = float(self.weight)
        return {"network": 1 - weight, "linear": weight}

    def attach(self, linear: Lexicon, weight: float) -> None:
        """Let a fitted linear model answer too, and note it in `description`.

        Args:
            linear: reads the same inputs, answers in the network's unit.
            weight: of it, 0 to 1.
        """
        self.linear = linear.to(self.weight.device).train(self.training)
        self.weight.fill_(weight)
        self.description["arguments"]["linear"] = True

    def fit_buffers(self, batch: Batch) -> None:
        """Let the network fit its own."""
        fit = getattr(self.network, "fit_buffers", None)
        if fit is not None:
            fit(self.read(batch))

    def rehearse(self, lesson: Lesson) -> None:
        """Let an unfitted linear model answer 0, which shows that it can be exported."""
        if lesson.beside:
            self.attach(self._lexicon(), 0.5)

    def begin(self, lesson: Lesson) -> nn.Module:
        """Fit the linear model; it is no part of it until the network has learnt."""
        if not lesson.beside:
            return self
        lesson.tell("Fitting a linear model to words and characters.")
        lexicon = self._lexicon().to(lesson.valid.device)
        left = lesson.seconds_left()

        def remains() -> float | None:
            now = lesson.seconds_left()
            return None if now is None or left is None else now - (1 - SHARE) * left

        answers = fit_lexicon(
            lexicon, lesson.train, lesson.valid, lesson.head, seconds_left=remains
        )
        self.fitted = None if answers is None else (lexicon, answers)
        return self

    def end(self, taught: nn.Module, lesson: Lesson) -> Mapping[str, Any]:
        """Let the linear model answer too, as far as that is better for the validation rows."""
        if self.fitted is None:
            return {}
        (lexicon, answers), self.fitted = self.fitted, None
        valid = lesson.valid
        rows = torch.arange(valid.rows, device=valid.device)
        own = answered(lambda batch: self.network(self.read(batch)), valid, rows)
        weight = find_weight(own, answers, valid.target, lesson.head, counts=valid.weight)
        lesson.tell(
            f"A linear model of words and characters counts {weight:.0%} of each answer, the "
            f"network {1 - weight:.0%}: best for the {valid.rows:,} validation rows."
        )
        if not weight:
            return {}
        self.attach(lexicon, weight)
        terms = sum(size.terms for size in parts(self.inputs).values() if isinstance(size, Passage))
        return {"terms": terms, "linear_weight": weight}

    def read(self, batch: Batch) -> Batch:
        """A batch with the words of each text alone."""
        if isinstance(batch, Mapping):
            lengths = self.lengths
            return {n: rows[:, : lengths[n]] if n in lengths else rows for n, rows in batch.items()}
        (length,) = self.lengths.values()
        return batch[:, :length]

    def forward(self, batch: Batch) -> Tensor:
        """What the network gives in training; `(n, outputs)` of both in eval mode."""
        answer: Tensor = self.network(self.read(batch))
        if self.training or self.linear is None:
            return answer
        other: Tensor = self.linear(batch)
        return (1 - self.weight) * answer + self.weight * other

    def _lexicon(self) -> Lexicon:
        return Lexicon(self.inputs, self.outputs)
