"""Which columns of a wide table are read by what, as its training rows chose them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from fivefold.codecs.table import Array

if TYPE_CHECKING:
    from fivefold.kinds.codec import Codec


@dataclass(frozen=True, kw_only=True)
class Picks:
    """What is known of the numbers of a wide table, by their places in the tensor `table`.

    Attributes:
        lasso: places that an elastic net reads; none where there is none.
        alone: places that it reads alone: nothing else does.
        flags: places that say whether a number was missing.
        strengths: a ratio, a penalty and what the net with these counts, one a net.
        share: of the answer of all models that the nets are to have where nothing else is known.
    """

    lasso: tuple[int, ...]
    alone: tuple[int, ...]
    flags: tuple[int, ...]
    strengths: tuple[tuple[float, float, float], ...]
    share: float

    @classmethod
    def of(
        cls, codec: "Codec", markers: Sequence[Mapping[str, Any]], lasso: Mapping[str, Any] | None
    ) -> Self | None:
        """What the chosen columns say; None where none were chosen, or they were asked for."""
        if not markers or not codec.settings.chosen:
            return None
        by = {codec.columns[str(one["column"])].first: str(one["by"]) for one in markers}
        state = codec.columns[str(markers[0]["column"])].shared
        flags = range(len(state.indicator), len(state.indicator) + int(state.indicator.sum()))
        return cls(
            lasso=tuple(sorted(place for place, one in by.items() if "lasso" in one)),
            alone=tuple(sorted(place for place, one in by.items() if one == "lasso")),
            flags=tuple(flags),
            strengths=() if lasso is None else tuple(tuple(one) for one in lasso["strengths"]),
            share=0.0 if lasso is None else float(lasso["share"]),
        )

    def net(self, x: Array, target: Array) -> Array:
        """`(columns, k)` weights of the mean of all nets, each as sure as the others.

        Args:
            x: `(n, columns)` of mean 0 and deviation 1, the numbers first.
            target: `(n, k)` of mean 0.

        Reference:
            Zou and Hastie, Regularization and Variable Selection via the Elastic Net, 2005.
        """
        from sklearn.linear_model import enet_path

        places = list(self.lasso)
        some, size = np.asfortranarray(x[:, places]), np.sqrt(np.mean(target**2, axis=0))
        aims = target / np.where(size > 0, size, 1.0)
        found = np.zeros((x.shape[1], target.shape[1]))
        for ratio, penalty, count in self.strengths:
            asked = {"l1_ratio": ratio, "alphas": [penalty], "max_iter": 5000}
            one = np.stack([enet_path(some, aim, **asked)[1][:, 0] for aim in aims.T], axis=1)
            spread = float((some @ one).std())
            if spread > 0:
                found[places] += count / spread * one * size
        return found
