"""The default for rows with texts: a network and a linear model that answer together."""

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor, nn

from fivefold.models.inputs import Batch, Inputs, Passage, Text, parts, without_terms
from fivefold.models.learner import Lesson
from fivefold.models.lexical import Lexicon, fit_lexicon
from fivefold.models.linearblend import LinearBlend
from fivefold.models.mixture import Mixture
from fivefold.models.textnet import TextNet


class TextBlend(LinearBlend):
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
        width: of an embedded word of a new network; None is what it has.

    Example:
        >>> import torch
        >>> from fivefold.models.inputs import Passage
        >>> blend = TextBlend(Passage(12, 100, 30, 400), 4)
        >>> blend(torch.zeros(5, 42, dtype=torch.int64)).shape, blend.parts
        (torch.Size([5, 4]), {'network': 1.0})

    Reference:
        Wang and Manning, Baselines and Bigrams: Simple, Good Sentiment and Topic Classification,
        ACL 2012, for linear models beside networks; Kim, EMNLP 2014, for the network.
    """

    beside = "a linear model of words and characters"
    usual = 0.8  # of few texts words alone tell more than a network can learn

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        network: nn.Module | None = None,
        linear: bool = False,
        width: int | None = None,
    ) -> None:
        sizes = parts(without_terms(inputs))
        alone = not isinstance(inputs, Mapping)
        lengths = {name: size.length for name, size in sizes.items() if isinstance(size, Text)}
        if not lengths:
            raise TypeError(f"TextBlend reads texts, found {inputs}")
        if network is None:
            body: Any = TextNet if alone else Mixture
            wide = {} if width is None else {"width": width}
            network = body(next(iter(sizes.values())) if alone else sizes, outputs, **wide)
        super().__init__(inputs, outputs, name="textblend", network=network, linear=linear)
        self.lengths = lengths

    @property
    def is_wide(self) -> bool:
        """Whether there are terms."""
        return any(isinstance(size, Passage) for size in parts(self.inputs).values())

    def unfitted(self) -> Lexicon:
        """It answers 0."""
        return Lexicon(self.inputs, self.outputs)

    def fit(
        self, linear: Lexicon, lesson: Lesson, *, seconds_left: Callable[[], float | None]
    ) -> Tensor | None:
        """By the terms of training rows; see `fit_lexicon`."""
        answers = fit_lexicon(
            linear,
            lesson.train,
            lesson.valid,
            lesson.head,
            seconds_left=seconds_left,
            all_rows=lesson.all_rows,
        )
        if answers is not None and lesson.all_rows:
            lesson.tell("The linear model has learnt from validation rows too.")
        return answers

    def told(self) -> dict[str, Any]:
        """How many terms there are."""
        sizes = parts(self.inputs).values()
        return {"terms": sum(size.terms for size in sizes if isinstance(size, Passage))}

    def read(self, batch: Batch) -> Batch:
        """A batch with the words of each text alone."""
        if isinstance(batch, Mapping):
            lengths = self.lengths
            return {n: rows[:, : lengths[n]] if n in lengths else rows for n, rows in batch.items()}
        (length,) = self.lengths.values()
        return batch[:, :length]
