"""What is compared: whole pipelines, made of what people name, on the same rows."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from fivefold.artifacts import PARTS, Trained
from fivefold.core.chain import Chain
from fivefold.core.stage import Stage
from fivefold.core.wish import Wish
from fivefold.core.wording import plural
from fivefold.errors import ConfigError, DataError, FivefoldError, ModelError, PreflightError
from fivefold.study.start import Start
from fivefold.study.study import Study
from fivefold.train.snapshot import is_estimator


def _are_models(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    return len(value) > 1 and all(isinstance(name, str) for name in value)


MODELS = Wish(
    "a dict of {}, two at least, by name",
    _are_models,
    'Write compare({{"plain": pipeline, "other": pipeline.replace(...)}}).',
)


def pipelines_of(models: Mapping[str, Any], base: Chain | None) -> dict[str, Chain]:
    """Whole pipelines: what is put into another one stands in it.

    Raises:
        ConfigError: naming what is neither.
    """
    first = base or next((each for each in models.values() if isinstance(each, Chain)), None)
    found: dict[str, Chain] = {}
    for name, each in models.items():
        if isinstance(each, Chain):
            found[name] = each
            continue
        is_stage = isinstance(each, Stage)
        if not is_stage and not is_estimator(each):
            wanted = "pipelines, stages, estimators of scikit-learn's, or results or bundles alone"
            what, remedy = f"{type(each).__name__} as {name!r}", "Pass pipeline.replace(...)."
            if isinstance(each, type):
                what, remedy = f"the class {each.__name__}", f"Pass {each.__name__}()."
            raise ConfigError.expected("compare", wanted, what, remedy)
        if first is None:
            raise ConfigError.expected(
                "compare", f"a pipeline to put {name!r} into", "none", "Pass it as base=."
            )
        found[name] = with_stage(first, each) if is_stage else with_estimator(first, each)
    return found


def with_stage(pipeline: Chain, stage: Stage) -> Chain:
    """The pipeline with a stage in the place of the one of its name."""
    return pipeline.replace(type(stage).default_name(), stage)


def with_estimator(pipeline: Chain, estimator: Any) -> Chain:
    """The pipeline with an estimator of scikit-learn's in the place of what trains."""
    from fivefold.train.train import Train

    name = next(iter(pipeline.writers_of(Trained)), "train")
    return pipeline.replace(name, Train(estimator))


def gathered(study: Study, pipelines: Mapping[str, Chain]) -> dict[str, Start]:
    """What the refits of each pipeline begin with, all of them checked before anything is fitted.

    Raises:
        PreflightError: telling the faults of all together.
    """
    starts, faults = dict[str, Start](), dict[str, FivefoldError]()
    for name, pipeline in pipelines.items():
        try:
            starts[name] = study.gather(pipeline)
        except (ConfigError, ModelError, PreflightError) as error:
            faults[name] = error
    if len(faults) == 1:
        ((name, fault),) = faults.items()
        fault.add_note(f"in {name!r} of {study.name}")
        raise fault
    if faults:
        told = [f"{name!r}: {fault}".replace("\n", "\n     ") for name, fault in faults.items()]
        raise PreflightError(
            f"{study.name}: expected {plural(len(pipelines), 'pipeline')} that can be fitted, "
            f"found {len(faults)} that cannot.",
            evidence="\n".join(f"  {n}  {each}" for n, each in enumerate(told, 1)),
            remedy="Correct each of them.",
            faults=tuple(faults.values()),
        )
    return starts


def check_same_rows(starts: Mapping[str, Start]) -> None:
    """Refuse pipelines that would be judged on different rows.

    Raises:
        DataError: naming two of them.
    """
    (name, first), *others = starts.items()
    for other, start in others:
        if start.context is first.context:
            continue
        one, two = first.collected, start.collected
        divided = [(getattr(first.partition, n), getattr(start.partition, n)) for n in PARTS]
        same = [np.array_equal(*rows) for rows in divided]
        same.append(one.schema.targets == two.schema.targets and len(one.table) == len(two.table))
        same += [
            bool(np.array_equal(*(each.table.column(column)[rows] for each in (one, two))))
            for column in one.schema.targets
            for rows, _ in divided  # where no target is missing, which is equal to none
            if all(same)
        ]
        if not all(same):
            raise DataError.expected(
                "compare",
                f"the rows and the division of {name!r}",
                f"other ones in {other!r}",
                "Collect and divide the same rows in every pipeline.",
                names=(name, other),
            )
