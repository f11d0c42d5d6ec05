"""Encoded rows as a bundle has them: without what its network does not read."""

from dataclasses import replace

from fivefold.artifacts import Preprocessed, Trained
from fivefold.codecs.rows import Rows


def served(data: Preprocessed, trained: Trained) -> Preprocessed:
    """The same rows and rules, without terms of texts where no linear model weighs them.

    Requests are then encoded without them, and the bundle is smaller.

    Args:
        data: as the network was given them.
        trained: says what is read.
    """
    if trained.model.fixed.is_wide:
        return data

    def lean(rows: Rows) -> Rows:
        blocks = data.codec.blocks
        made = {one.name: one.block.lean(rows.inputs[one.name], one.columns) for one in blocks}
        return replace(rows, inputs=made)

    return data.replace(
        train=lean(data.train),
        valid=lean(data.valid),
        test=lean(data.test),
        codec=data.codec.lean(),
    )
