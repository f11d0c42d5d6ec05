"""What a study varies: ways of preparing rows, networks, augmentation, weights learnt elsewhere."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from fivefold.artifacts import Collected, Preprocessed, Trained
from fivefold.core.chain import Chain
from fivefold.core.session import Session, derive_seed
from fivefold.core.stage import Stage
from fivefold.errors import FivefoldError
from fivefold.evaluate.ten import no_augmentation, no_transfer
from fivefold.kinds.known import blocks_of
from fivefold.partition import Partition
from fivefold.preprocess.cost import Cost, cost_of
from fivefold.preprocess.preprocess import Preprocess
from fivefold.result import Result
from fivefold.study.leftout import redrawn
from fivefold.tasks.known import task_of
from fivefold.train.byword import estimator_of
from fivefold.train.options import Options
from fivefold.train.pretrained import Pretrained
from fivefold.train.snapshot import is_estimator, is_module

GIVEN = "as given"
RIVALS = "architectures"
"""The table whose variants are other models; the others vary what leads to the one given."""

ALTERNATIVES: Mapping[str, tuple[Any, ...]] = {
    "scale": ("quantile", "robust", "standard"),
    "categories": ("embed", "onehot"),
    "missing_indicator": (False, True),
    "outliers": ("keep", "clip"),
    "word_rows": (5, 1),
    "vocabulary": (2_000,),
}
"""Settings of Preprocess that are tried otherwise, the first that differ from what is given."""

SMALLEST = 4
"""Pixels a side of a picture that is still shown to a network."""

MOST, MOST_QUICK = 4, 2
"""Variants of one question, beside what is given."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """What one of the ten tables asks.

    Attributes:
        table: its name.
        variants: the pipelines that answer it beside the given one, by name.
        why: it cannot be asked; empty if there are variants.
        applies: whether it could have been asked, had there been time.
        costs: of preparing the rows, by name, that of what is given among them.
    """

    table: str
    variants: Mapping[str, Chain] = field(default_factory=dict)
    why: str = ""
    applies: bool = True
    costs: Mapping[str, Cost] = field(default_factory=dict)


def questions(pipeline: Chain, result: Result, *, quick: bool) -> tuple[Question, ...]:
    """All that a study asks about a pipeline.

    Args:
        pipeline: from its source to a stage that trains.
        result: of its run.
        quick: fewer variants.
    """
    most = MOST_QUICK if quick else MOST
    return (
        _preprocessing(pipeline, result, most),
        _networks(pipeline, result, most),
        _augmentation(pipeline, result, most),
        _transfer(pipeline, result),
    )


def stage_of(pipeline: Chain, kind: type[Any]) -> tuple[str, Stage]:
    """The name and the stage that writes artifacts of a class."""
    name = pipeline.writers_of(kind)[0]
    return name, pipeline[name]


def _preprocessing(pipeline: Chain, result: Result, most: int) -> Question:
    name, stage = stage_of(pipeline, Preprocessed)
    table = "preprocessing_comparison"
    if not isinstance(stage, Preprocess):
        return Question(table=table, why=f"{type(stage).__name__} prepares the rows")
    if stage.like is not None:
        return Question(table=table, why=f"rows are prepared as {stage.like} says", applies=False)
    collected, partition = result[Collected], result[Partition]
    kinds = [column.kind for column in result[Preprocessed].codec.columns.values()]
    costs = {GIVEN: cost_of(collected, partition, stage.codec_settings())}
    variants: dict[str, Chain] = {}
    for setting, value in (*_other_settings(stage), *_halved(result)):
        if len(variants) == most or not any(kind.is_changed_by(setting) for kind in kinds):
            continue
        other = stage.replace(**{setting: value})
        if other.preflight(Session(), result.context):
            continue
        cost = cost_of(collected, partition, other.codec_settings())
        if cost.digest not in {known.digest for known in costs.values()}:
            told = "x".join(map(str, value)) if isinstance(value, tuple) else value
            costs[f"{setting}={told}"] = cost
            variants[f"{setting}={told}"] = pipeline.replace(name, other)
    why = "" if variants else "no setting of Preprocess changes anything for these columns"
    return Question(table=table, variants=variants, why=why, applies=False, costs=costs)


def _other_settings(stage: Preprocess) -> Iterator[tuple[str, Any]]:
    """Settings with another value: first one of each, then a second one where there is."""
    left = {n: [v for v in values if v != getattr(stage, n)] for n, values in ALTERNATIVES.items()}
    for turn in range(max(map(len, left.values()))):
        for name, values in left.items():
            if turn < len(values) and (turn == 0 or name == "scale"):
                yield name, values[turn]


def _halved(result: Result) -> Iterator[tuple[str, Any]]:
    """Pictures and clips of half as many pixels down and across, where that leaves some to see."""
    blocks = result[Preprocessed].codec.blocks
    for setting, block in product(("image_size", "video_size"), blocks):
        if not block.columns[0].kind.is_changed_by(setting):
            continue
        height, width = (side // 2 for side in block.shape[-2:])
        if min(height, width) >= SMALLEST:
            yield setting, height if height == width else (height, width)


def _networks(pipeline: Chain, result: Result, most: int) -> Question:
    """Other networks that read these inputs, and estimators of scikit-learn's on tables."""
    from fivefold.models.flat import FLAT
    from fivefold.models.inputs import parts
    from fivefold.models.networks import NETWORKS

    name, stage = stage_of(pipeline, Trained)
    trained, table = result[Trained], RIVALS
    if not isinstance(stage, Options):
        return Question(table=table, why=f"{type(stage).__name__} trains")
    outputs, inputs = trained.model.head.outputs, trained.model.fixed.inputs
    sizes = [type(size) for size in parts(inputs).values()]
    rivals: dict[str, Stage] = {}
    many = not result[Preprocessed].codec.settings.chosen
    plain = type(stage)(threads=stage.threads) if is_estimator(stage.model) else stage
    for network in NETWORKS.values() if len(outputs) == 1 else ():
        usual = network.sizes or len(sizes) > 1 or not rivals  # what mixes kinds comes last
        if network.name == trained.settings.network or not network.reads(sizes):
            continue
        if network.few and many:
            continue
        with suppress(FivefoldError):
            if usual:
                rivals[network.name] = plain.replace(model=network.name, freeze=())
    if set(sizes) <= set(FLAT):
        learnt = task_of(result[Collected].schema.task).trees
        rivals |= {n: type(stage)(model) for n, model in _estimators(learnt).items()}
    variants = {}
    asked = {*list(rivals)[:1], *list(rivals)[-1:]} if most == MOST_QUICK else rivals
    for rival, other in rivals.items():
        if rival not in asked:
            continue
        if not other.preflight(Session(), result.context):
            variants[rival] = pipeline.replace(name, other)
    why = "" if variants else "no other network reads these inputs"
    return Question(table=table, variants=variants, why=why, applies=False)


def _estimators(learnt: str | None) -> dict[str, Any]:
    if learnt not in ("class", "number"):
        return {}
    linear = "logistic regression" if learnt == "class" else "ridge regression"
    names = {linear: "linear", "gradient boosting": "boosting"}
    return {name: estimator_of(word, learnt) for name, word in names.items()}


def _augmentation(pipeline: Chain, result: Result, most: int) -> Question:
    name, stage = stage_of(pipeline, Trained)
    table = "augmentation_effect"
    why = no_augmentation(result[Trained])
    if why or not isinstance(stage, Options) or is_estimator(stage.model):
        return Question(table=table, why=why or "its model takes no changed rows", applies=False)
    made = tuple(result[Trained].settings.augment)
    known = dict.fromkeys(c for b in blocks_of(result[Collected].schema) for c in b.changes)
    asked: dict[str, tuple[str, ...]] = {"without": ()} if made else {}
    asked |= {f"without {c}": tuple(o for o in made if o != c) for c in made if len(made) > 1}
    asked |= {f"with {c}": (*made, c) for c in known if c not in made}
    tried = {words: pipeline.replace(name, augment=changes) for words, changes in asked.items()}
    variants = {w: p for w, p in tried.items() if not p[name].preflight(Session(), result.context)}
    return Question(table=table, variants=dict([*variants.items()][:most]))


def _transfer(pipeline: Chain, result: Result) -> Question:
    """The weights that were given, random ones in their place, and the default network."""
    name, stage = stage_of(pipeline, Trained)
    table = "transfer_learning"
    if isinstance(stage, Options) and isinstance(stage.model, Pretrained):
        begun, words = stage.model, "all of it learning" if stage.model.freeze else "frozen"
        ways = {
            "random weights": begun.having(random=True, freeze=False, thaw=None, decay=1.0),
            words: begun.having(freeze=not begun.freeze, thaw=None),
            "the default network": None,
        }
        variants = {way: pipeline.replace(name, model=model) for way, model in ways.items()}
        return Question(table=table, variants=variants)
    if not isinstance(stage, Options) or not is_module(stage.model):
        why = no_transfer(result[Trained]) or "weights that were learnt elsewhere are not given"
        return Question(table=table, why=why, applies=False)
    seed = derive_seed(result.execution.session.seed, table)
    fresh, stuck = redrawn(stage.model, seed)
    if stuck:
        why = f"{stuck} has weights and no `reset_parameters` to draw them anew"
        return Question(table=table, why=why)
    other = pipeline.replace(name, model=fresh, freeze=())
    return Question(table=table, variants={"random weights": other})
