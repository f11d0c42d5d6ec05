"""`fivefold compare`: models over the same folds of data, or two runs side by side."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fivefold.arguments import add_source, beside, listed_names
from fivefold.commands.command import Command, add_own
from fivefold.commands.conduct import add_conduct, studied
from fivefold.errors import ConfigError
from fivefold.querying import source_asked
from fivefold.report.outlet import say

if TYPE_CHECKING:
    from fivefold.core.chain import Chain

FOLDS = 5
MODELS = "models to compare over folds: default, names of networks, linear, boosting, forest"
OTHER = "a second run or bundle: say what changed from the first to it"
DATA = "rows with the target, on which two bundles are compared, paired"
USUAL = ("default", "linear", "boosting")
WHO = "fivefold compare"


def _add(parser: argparse.ArgumentParser) -> None:
    add_source(parser, words="data or a recipe, of which models are compared; or a run or bundle")
    parser.add_argument("other", nargs="?", metavar="RUN", help=OTHER)
    parser.add_argument("--models", action="append", default=[], metavar="A,B", help=MODELS)
    parser.add_argument("--metric", metavar="NAME", help="to compare by; the first of the task")
    parser.add_argument("--test", action="store_true", help="also look at the test rows, once each")
    parser.add_argument("--data", metavar="FILE", help=DATA)
    parser.add_argument("--markdown", action="store_true", help="tables for a page")
    add_conduct(parser)
    add_own(parser)


def _act(chosen: argparse.Namespace) -> None:
    if chosen.data is not None:
        found: Any = _bundles(chosen)
    elif chosen.other is None:
        found = _models(chosen)
    else:
        from fivefold.records.changed import compare_runs

        given = [*beside(chosen), *(["--models"] if chosen.models else [])]
        if given:
            remedy = "Name two runs or bundles alone, or one source of data with its options."
            raise ConfigError.expected(
                WHO, "two runs alone", f"{', '.join(given)} beside them", remedy
            )
        found = compare_runs(chosen.source, chosen.other)
    say(found.markdown() if chosen.markdown else str(found))


def _bundles(chosen: argparse.Namespace) -> Any:
    """Two bundles, asked for the same rows."""
    from fivefold.records.saved import is_bundle
    from fivefold.study.compare import compare

    paths = [chosen.source, chosen.other]
    lacking = [path or "none" for path in paths if path is None or not is_bundle(Path(path))]
    if lacking:
        remedy = f"Write {WHO} old.ff new.ff --data {chosen.data}."
        found = " and ".join(lacking)
        raise ConfigError.expected(WHO, "two bundles beside --data", found, remedy)
    if chosen.source == chosen.other:
        remedy = "Name another one."
        raise ConfigError.expected(WHO, "two bundles beside --data", "one twice", remedy)
    data = source_asked(chosen.data, chosen.query, chosen.parameter)
    return compare(dict(zip(paths, paths, strict=True)), metric=chosen.metric, data=data)


def _models(chosen: argparse.Namespace) -> Any:
    """The models that are named, over the same folds."""
    from fivefold.records.saved import is_kept
    from fivefold.study.compare import compare
    from fivefold.study.rivals import check_words

    if is_kept(chosen.source):
        remedy = f"Write {WHO} {chosen.source} OTHER."
        raise ConfigError.expected(WHO, "another run or bundle beside it", "none", remedy)
    words = listed_names(chosen.models) or list(USUAL)
    check_words(f"{WHO} --models", words)
    pipeline, folds, _, conduct = studied(chosen)
    models = _pipelines(pipeline, words, seed=chosen.seed, device=chosen.device)
    return compare(models, folds=folds or FOLDS, metric=chosen.metric, test=chosen.test, **conduct)


def _pipelines(
    pipeline: "Chain", words: list[str], *, seed: int, device: str
) -> "dict[str, Chain]":
    """A pipeline a word; which estimator one means is known once the rows are."""
    from fivefold.artifacts import Trained
    from fivefold.study.rivals import ESTIMATORS, GIVEN, estimator_of
    from fivefold.study.start import gather
    from fivefold.study.variants import with_estimator

    learnt: str | None = ""
    if set(words) & set(ESTIMATORS):
        learnt = gather(pipeline, WHO, seed=seed, device=device).task.trees
        if learnt not in ("class", "number"):
            remedy = "Leave out linear, boosting and forest."
            raise ConfigError.expected(WHO, "a task that estimators learn", "another", remedy)
    found: dict[str, Chain] = {}
    for word in words:
        if word == GIVEN:
            found[word] = pipeline
        elif word in ESTIMATORS:
            found[word] = with_estimator(pipeline, estimator_of(word, str(learnt)))
        else:
            found[word] = pipeline.replace(pipeline.writers_of(Trained)[0], model=word)
    return found


COMPARE = Command("compare", "compare models over folds, or two runs or bundles", _add, _act)
