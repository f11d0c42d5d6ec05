"""Why a model answers as it does, as people ask it."""

from abc import abstractmethod
from collections.abc import Iterator
from itertools import islice
from os import PathLike
from typing import Any

from fivefold.codecs.table import Columns
from fivefold.metrics.shapley import ASKS
from fivefold.serve.explainer import Explainer
from fivefold.serve.explanation import Explanation


class Explained:
    """What says why it answers a row as it does."""

    @abstractmethod
    def _explaining(
        self, data: Any, root: str | PathLike[str] | None
    ) -> tuple[Explainer, Iterator[Columns]]:
        """What explains, and canonical rows."""

    def explain(
        self,
        data: Any,
        *,
        of: str | None = None,
        rows: int | None = None,
        asks: int = ASKS,
        root: str | PathLike[str] | None = None,
    ) -> list[Explanation]:
        """Why each row is answered as it is: what each column adds to the answer.

        An answer is compared with those for rows in which cells of other rows stand in place of
        its own, and the difference is divided among the columns by their Shapley values. Classes
        are explained in log odds, of more than two in the logarithm of their probability, where
        what the parts of a blend add is added up; numbers in their own unit. A row that is one
        text, picture, sound, sequence or series is divided among its words, regions or steps.

        Args:
            data: as for `predict`.
            of: a class, or a target of several; None explains what is answered. Of two classes it
                is the positive one always.
            rows: explained, the first so many; None for all.
            asks: rows that the model may be asked about for one of them, about: more are slower
                and nearer.
            root: as for `predict`.

        Returns:
            One a row; `print` draws it, `explanation["age"]` is what a column adds.

        Raises:
            RequestError: as `predict`; also for models whose answers have positions, or are made of
                more than 256 columns.

        Reference:
            Lundberg and Lee, A Unified Approach to Interpreting Model Predictions, 2017; Janzing
            et al., Feature relevance quantification in explainable AI, 2020 (interventional).
        """
        explainer, pieces = self._explaining(data, root)
        told = (one for some in pieces for one in explainer.explain(some, of=of, asks=asks))
        return list(islice(told, rows))
