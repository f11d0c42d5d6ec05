"""What is worth searching where nobody says it: a space for a pipeline by its columns."""

from typing import Any

from fivefold.artifacts import Preprocessed, Trained
from fivefold.codecs.schema import Schema
from fivefold.core.chain import Chain
from fivefold.core.key import Key
from fivefold.core.space import choice, log_uniform
from fivefold.kinds.known import blocks_of, kind_of
from fivefold.preprocess.preprocess import Preprocess
from fivefold.train.options import Options
from fivefold.train.snapshot import is_estimator

RATES = (3e-4, 3e-2)
"""Learning rates of AdamW, a decade around what the networks of fivefold's have by habit."""

DECAYS = (1e-3, 0.5)


def usual_space(pipeline: Chain, schema: Schema) -> dict[str, Any]:
    """Rate and weight decay of a network, how numbers are scaled, whether rows change at random.

    Only what the pipeline leaves to its defaults, and what does something to these columns.

    Args:
        pipeline: whose stages are searched.
        schema: of the rows that it collects.

    Returns:
        Spaces by address; nothing where a stage other than Train and Preprocess does the work.

    Example:
        >>> import fivefold as ff
        >>> pipeline = ff.Pipeline([ff.Collect("sklearn:wine"), ff.Preprocess(), ff.Train()])
        >>> schema = pipeline.run(until="collect", progress=False)[ff.Collected].schema
        >>> list(usual_space(pipeline, schema))
        ['preprocess.scale', 'train.lr', 'train.weight_decay']
    """
    space: dict[str, Any] = {}
    for name, stage in zip(pipeline.names, pipeline.stages, strict=True):
        given, writes = stage.settings(), type(stage).wiring.writes
        if type(stage) is Preprocess and writes == Key(Preprocessed):
            kinds = [kind_of(column.kind) for column in schema.inputs]
            if "scale" not in given and any(kind.is_changed_by("scale") for kind in kinds):
                space[f"{name}.scale"] = choice("standard", "quantile", "robust")
        if not isinstance(stage, Options) or writes != Key(Trained) or is_estimator(stage.model):
            continue
        if stage.optimizer is None:
            ranges = {"lr": RATES, "weight_decay": DECAYS}
            space |= {
                f"{name}.{setting}": log_uniform(*ends)
                for setting, ends in ranges.items()
                if setting not in given
            }
        blocks = blocks_of(schema)
        changes = tuple(dict.fromkeys(c for block in blocks for c in block.usual))
        changes = changes or tuple(dict.fromkeys(c for block in blocks for c in block.changes[:1]))
        if changes and "augment" not in given:
            space[f"{name}.augment"] = choice((), changes)
    return space
