"""What a model answers for rows that it is judged on: finite numbers all."""

from typing import TYPE_CHECKING

import numpy as np

from fivefold.codecs.rows import Rows
from fivefold.core.wording import first_rows
from fivefold.errors import ModelError
from fivefold.models.estimated import Estimated
from fivefold.models.exact import exact_scores
from fivefold.models.score import score

if TYPE_CHECKING:
    from fivefold.codecs.table import Array
    from fivefold.kinds.codec import Codec
    from fivefold.models.assemble import Assembled


def answered(
    network: "Assembled", rows: Rows, codec: "Codec", *, exact: bool = False, who: str = "Evaluate"
) -> "Array":
    """The scores of a network for rows, or of an estimator; NaN at positions a row does not have.

    Args:
        network: of these rows' codec.
        rows: encoded, with their places in the collected table.
        codec: of both.
        exact: as of `exact_scores`; else as of `score`.
        who: asks, for messages.

    Raises:
        ModelError: naming rows for which it answers no number, or an infinite one.
    """
    found = (exact_scores if exact else score)(network, rows.inputs)
    check_answers(network, found, rows, codec, who)
    return codec.cut(found, rows.inputs)


def check_answers(
    network: "Assembled", found: "Array", rows: Rows, codec: "Codec", who: str
) -> None:
    """Refuse answers that are no finite numbers; arguments as of `answered`.

    Raises:
        ModelError: naming the rows.
    """
    if np.isfinite(found).all():
        return
    there = np.isfinite(codec.cut(np.zeros_like(found), rows.inputs))
    odd = (~np.isfinite(found) & there).reshape(len(found), -1).any(axis=1)
    if not odd.any():
        return
    places = rows.index[odd].tolist()
    name, remedy = _told(network)
    raise ModelError(
        f"{who}: expected a finite number from {name} for each of {len(found):,} rows, found NaN "
        f"or infinity for {len(places):,}.",
        evidence=f"Rows of the collected table, counted from 0: {first_rows(places)}.",
        remedy=remedy,
        rows=tuple(places),
    )


def _told(network: "Assembled") -> tuple[str, str]:
    """What a network is called, and what helps."""
    body = network.body
    if isinstance(body, Estimated):
        method = "predict_proba" if body.choice else "predict"
        return body.name, f"Mend {method} of {body.name}, or what it makes of such rows."
    name = type(body).__name__
    return name, f"Mend what {name} makes of such rows, or train it with a lower lr."
