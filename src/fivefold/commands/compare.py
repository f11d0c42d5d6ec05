"""`fivefold compare`: models over the same folds of data, or two runs side by side."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fivefold.commands.arguments import beside, let_stand_alone
from fivefold.commands.command import Command, Told, add_own, records
from fivefold.commands.conduct import add_study, studied
from fivefold.commands.meant import listed
from fivefold.commands.parser import Parser
from fivefold.commands.querying import source_asked
from fivefold.errors import ConfigError

if TYPE_CHECKING:
    from fivefold.core.chain import Chain

FOLDS = 5
SOURCE = "data or a recipe, of which models are compared; or a run or bundle"
MODELS = "models to compare over folds: default, names of networks, linear, boosting, forest"
TEST = "also look at the test rows, once each model"
METRIC = "to compare by; the first of the task unless said"
OTHER = "a second run or bundle: say what changed from the first to it"
DATA = "rows with the target, on which two bundles are compared, paired"
USUAL = ("default", "linear", "boosting")
WHO = "fivefold compare"
FACTS = ("one", "other", "metric", "best", "ties", "findings", "paired")
"""What is told of a comparison beside its tables, where it has them."""


def _add(parser: Parser) -> None:
    add_study(parser, words=SOURCE, folds=str(FOLDS))
    let_stand_alone(parser, "test")
    parser.add_argument("other", nargs="?", metavar="RUN", help=OTHER)
    parser.add_argument("--models", action="append", default=[], metavar="A,B", help=MODELS)
    parser.add_argument("--metric", metavar="NAME", help=METRIC)
    parser.add_argument("--on-test", action="store_true", help=TEST)
    parser.add_argument("--data", metavar="FILE", help=DATA)
    parser.add_argument("--markdown", action="store_true", help="tables for a page")
    add_own(parser)


def _act(chosen: argparse.Namespace) -> Told:
    if True in (chosen.test or ()):  # until 0.3, as --on-test was called
        wanted = "--test with a part of the rows, or --on-test"
        raise ConfigError.expected(WHO, wanted, "--test alone", "Write --on-test.")
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
    tables = {name: records(table) for name, table in vars(found).items() if hasattr(table, "iloc")}
    facts = {name: getattr(found, name) for name in FACTS if hasattr(found, name)}
    return Told(found.markdown() if chosen.markdown else str(found), {**facts, **tables})


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
    data = source_asked(chosen.data, (chosen.query or [None])[-1], chosen.parameters)
    return compare(dict(zip(paths, paths, strict=True)), metric=chosen.metric, data=data)


def _models(chosen: argparse.Namespace) -> Any:
    """The models that are named, over the same folds."""
    from fivefold.records.saved import is_kept
    from fivefold.study.compare import compare
    from fivefold.study.rivals import check_words

    if is_kept(chosen.source):
        remedy = f"Write {WHO} {chosen.source} OTHER."
        raise ConfigError.expected(WHO, "another run or bundle beside it", "none", remedy)
    words = listed(chosen.models) or list(USUAL)
    check_words(f"{WHO} --models", words)
    pipeline, folds, _, conduct = studied(chosen)
    models = _pipelines(pipeline, words, seed=chosen.seed, device=chosen.device)
    return compare(
        models, folds=folds or FOLDS, metric=chosen.metric, test=chosen.on_test, **conduct
    )


def _pipelines(
    pipeline: "Chain", words: list[str], *, seed: int, device: str
) -> "dict[str, Chain]":
    """A pipeline a word; which estimator one means is known once the rows are."""
    from fivefold.artifacts import Trained
    from fivefold.study.rivals import GIVEN
    from fivefold.study.start import gather
    from fivefold.study.variants import with_estimator
    from fivefold.train.byword import ESTIMATORS, estimator_of

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


COMPARE = Command(
    "compare",
    "compare models over folds, or two runs or bundles",
    _add,
    _act,
    (
        "compare adult.csv --target income --models default,linear,boosting",
        "compare runs/first runs/second",
        "compare old.ff new.ff --data judged.csv",
    ),
)
