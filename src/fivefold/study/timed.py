"""How long the models of a study take, by every way in which they answer."""

import json
import shutil
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from fivefold.artifacts import Collected, Evaluated, Preprocessed, Trained
from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.events import Progress
from fivefold.core.scratch import scratch
from fivefold.core.session import Session
from fivefold.core.wording import one_line, plural, told
from fivefold.errors import FivefoldError, StoreError
from fivefold.evaluate.baselines import BASELINES, fit_baselines, title
from fivefold.evaluate.timing import BATCHES, Way, speed_table
from fivefold.observers.advance import duration
from fivefold.partition import Partition
from fivefold.result import Result
from fivefold.study import answers
from fivefold.study.questions import stage_of
from fivefold.study.study import Study
from fivefold.study.ways import (
    baseline_ways,
    bundle_of,
    bundle_ways,
    exported,
    graph_way,
    requests_of,
    serving_bytes,
    torch_ways,
)
from fivefold.train.options import Options
from fivefold.train.snapshot import is_estimator

if TYPE_CHECKING:
    import pandas as pd

ROWS = 1024
"""Rows that a process that serves is asked, whose memory is looked at."""


class Timed(Artifact):
    """What was timed, kept so that a study that goes on need not do it again.

    Attributes:
        speed: of `speed_table`.
        facts: of the bundle and of a process that serves it, in words.
        identity: what was timed.
    """

    speed: "pd.DataFrame"
    facts: Mapping[str, str]
    identity: str


def time_models(result: Result, rivals: Mapping[str, Chain], study: Study, seconds: float) -> Timed:
    """How long every model takes, and what a bundle of the first one weighs.

    Args:
        result: of the run.
        rivals: other models, by name, as pipelines.
        study: at work; what is in its folder is taken where it goes on.
        seconds: for which each way is called at each number of rows.
    """
    from fivefold.models.assemble import digest

    about = [digest(result[Trained].model), result[Preprocessed].codec.digest(), sorted(rivals)]
    identity = sha256(json.dumps([*about, seconds]).encode()).hexdigest()
    folder = None if study.directory is None else study.directory / "timed"
    if folder is not None and study.resume:
        try:
            found = Timed.load(folder)
        except StoreError:
            found = None
        if found is not None and found.identity == identity:
            study.note(f"What was timed is taken from {folder}.")
            return found
    timed = _timed_anew(result, rivals, study, seconds, identity)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
        timed.save(folder)
    return timed


def _timed_anew(
    result: Result, rivals: Mapping[str, Chain], study: Study, seconds: float, identity: str
) -> Timed:
    import pandas as pd
    from threadpoolctl import threadpool_limits

    collected, data, trained = result[Collected], result[Preprocessed], result[Trained]
    facts: dict[str, str] = {}
    with scratch("timed") as folder:
        ways = torch_ways("model", collected, data, trained)
        try:
            path = folder / "model.ff"
            bundle = bundle_of(path, collected, result[Partition], data, trained, result[Evaluated])
            rows = requests_of(collected, data, ROWS)
            ways += bundle_ways("model", bundle, data, rows)
            facts["bundle on disk"] = answers.memory_text(bundle.stat().st_size)
            serving = serving_bytes(bundle, rows)
            facts["peak memory of a process that serves"] = answers.memory_text(serving)
        except FivefoldError as error:
            facts["bundle on disk"] = f"not measured: {error.summary}"
        for rival, pipeline in rivals.items():
            ways += _rival_ways(rival, pipeline, result, study)
        simple = [name for name in BASELINES if title(name, data.codec) not in rivals]
        plain = list(baseline_ways(data, fit_baselines(data, tuple(simple), seed=study.seed)))
        done, count = 0, len(ways) + len(plain)

        def tell(way: Way) -> None:
            nonlocal done
            done += 1
            study.tell(Progress(path=(study.name,), done=done, total=count, unit="way"))

        study.note(
            f"{plural(count, 'way')} to answer are timed: at most about "
            f"{duration(count * (len(BATCHES) * seconds + 1))}."
        )
        tables = [speed_table(ways, seconds=seconds, told=tell)]
        with threadpool_limits(limits=1):  # as they were fitted, and as they stand in Evaluate
            tables.append(speed_table(plain, seconds=seconds, told=tell))
        speed = pd.concat(tables, ignore_index=True)
    return Timed(speed=speed, facts=facts, identity=identity)


def _rival_ways(name: str, pipeline: Chain, result: Result, study: Study) -> list[Way]:
    """A rival, trained once more where its speed depends on what it learnt."""
    from fivefold.models.networks import NETWORKS

    collected, data = result[Collected], result[Preprocessed]
    _, stage = stage_of(pipeline, Trained)
    session = Session(seed=study.seed, device=study.device)
    assert isinstance(stage, Options)
    learnt = is_estimator(stage.model) or NETWORKS[stage.model].boosts
    try:
        trained = (stage.run if learnt else stage.rehearse)(data, session)
    except Exception as error:
        study.note(f"{name} was not timed: {one_line(told(error))}")
        return []
    ways = torch_ways(name, collected, data, trained)
    try:
        ways.append(graph_way(name, data, exported(data, trained)))
    except FivefoldError as error:
        study.note(f"{name} has no graph: {error.summary}")
    return ways
