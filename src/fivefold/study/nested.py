"""What a search is worth: done anew in folds, whose held-out rows it does not see."""

from dataclasses import replace

from fivefold.core.session import derive_seed
from fivefold.folds import draw_divisions
from fivefold.study.crossvalidate import CrossValidated, summed
from fivefold.study.reasons import check_left
from fivefold.study.search import Search
from fivefold.study.start import Start
from fivefold.study.study import Study
from fivefold.study.unit import Unit
from fivefold.study.waves import Rules, Waves


def judge_search(
    study: Study, search: Search, start: Start, rules: Rules, folds: int, trials: int
) -> CrossValidated:
    """What a search is worth: done anew in each fold, its winner scored on what is held out.

    Args:
        study: at work.
        search: what is searched.
        start: what its first trial begins with.
        rules: how trials are judged; the time is not bounded.
        folds: in each of which all is done.
        trials: of each search.

    Raises:
        TrainingError: if the search, or its winner, failed in every fold.
    """
    seed = derive_seed(study.seed, "nested")
    inner = replace(rules, moment=None)
    units = []
    for fold, division in enumerate(
        draw_divisions(start.collected, start.partition, folds, seed), 1
    ):
        waves = Waves(
            study=study,
            search=search,
            start=start,
            partition=division,
            seed=derive_seed(seed, f"fold-{fold}"),
            rules=inner,
            prefix=f"outer-{fold}-",
        )
        waves.run(trials)
        begun, fault = start, None
        try:
            begun = study.gather(waves.pipelines[waves.best.number])
        except Exception as error:
            fault = error
        units.append(
            Unit(
                name=f"outer-{fold}",
                start=begun,
                stages=begun.stages,
                partition=division,
                seed=waves.seed,
                fault=fault,
            )
        )
    outcomes = study.run(units)
    check_left("tune, nested", {"": outcomes})
    return summed(start, outcomes, folds)
