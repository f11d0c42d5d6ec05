"""The pipeline that people build: a chain whose run gives a result."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from fivefold.core.cache import cache_in
from fivefold.core.chain import Chain
from fivefold.core.context import Given, is_given
from fivefold.core.events import Observer, RunStarted, announced
from fivefold.core.faults import raise_all
from fivefold.core.recipe import write_recipe
from fivefold.core.stage import Stage
from fivefold.core.wish import (
    FLAG,
    FLAG_OR_PATH,
    FUNCTIONS,
    PATH,
    SEED,
    TEXT,
    Wish,
    faults_of,
    one_of,
)
from fivefold.errors import GateError
from fivefold.observers.listeners import listeners
from fivefold.result import Result
from fivefold.train.heldback import holding_back

if TYPE_CHECKING:
    from fivefold.kinds.kind import Kind
    from fivefold.tasks.task import Task
    from fivefold.train.callback import Callback


GIVEN = Wish(
    "{} as a result, or as artifacts",
    lambda value: isinstance(value, Result) or is_given(value),
    "Pass the result of a run, artifacts, or {{class: artifact}} as {}=.",
)


class Pipeline(Chain):
    """Stages in a row, wired and checked when built.

    Args:
        stages: in the order in which they run.
        given: classes of artifacts that `run` is handed, for a pipeline that does not begin with
            its source.

    Raises:
        WiringError: if the stages do not fit together, with all faults at once, before any data
            is read.

    Example:
        >>> import fivefold as ff
        >>> pipeline = ff.Pipeline([
        ...     ff.Collect("sklearn:iris"), ff.Preprocess(), ff.Train(epochs=5), ff.Evaluate()])
        >>> pipeline.names
        ('collect', 'preprocess', 'train', 'evaluate')
    """

    def __init__(self, stages: Iterable[Stage], *, given: Iterable[Any] = ()) -> None:
        super().__init__(holding_back(stages), given=given)

    def run(
        self,
        *,
        seed: int = 0,
        device: str = "auto",
        directory: str | Path | None = None,
        resume: bool = False,
        cache: bool | str | Path = False,
        until: str | None = None,
        given: Result | Given = (),
        progress: bool = True,
        observers: Iterable[Observer] = (),
    ) -> Result:
        """Run the stages.

        Args:
            seed: all randomness derives from it; the same seed gives the same bits on one machine.
            device: `auto`, `cpu`, `cuda` or `cuda:1`.
            directory: where to save the recipe and every artifact; nothing is written if None.
            resume: go on with the run in `directory`, to the same bits as if it had never
                stopped; where there is none yet, begin it.
            cache: a folder that keeps what stages write, for all runs: a stage is taken from there
                where nothing that decides its bits has changed. True is the platform's cache
                folder, or what `FIVEFOLD_CACHE` names.
            until: name of the last stage to run.
            given: what a slice needs from outside: a result, or artifacts; labelled ones by their
                address, `{(Trained, "teacher"): artifact}`.
            progress: show lines and bars; False for silence.
            observers: functions that are told every event; one that fails is left out from then
                on, and the run goes on.

        Returns:
            The artifacts, and what people ask of them.

        Raises:
            ConfigError: if an argument is wrong.
            PreflightError: if faults were found before the work, all of them at once.
            ResumeError: if `directory` holds a run that another pipeline, seed, device or version
                began; every difference is named.
            DataError: if the data cannot be used as asked.
            GateError: if the model does not meet what `Evaluate(require=)` asks; `error.result` is
                the result up to there.
        """
        wishes = {
            "seed": (seed, SEED),
            "device": (device, TEXT),
            "directory": (directory, PATH.or_none()),
            "resume": (resume, FLAG),
            "cache": (cache, FLAG_OR_PATH),
            "until": (until, one_of(self.names).or_none()),
            "given": (given, GIVEN),
            "progress": (progress, FLAG),
            "observers": (observers, FUNCTIONS),
        }
        raise_all(faults_of("Pipeline.run", wishes))
        listening = listeners(observers, progress=progress)
        folder = None if directory is None else Path(directory)
        started = RunStarted(
            seed=index(seed),
            device=device,
            directory="" if folder is None else str(folder),
            recipe=write_recipe(self.stages, strict=False),
        )
        with announced(listening, started), _bringing_result():
            execution = self.execute(
                seed=index(seed),
                device=device,
                directory=folder,
                resume=resume,
                until=until,
                given=given.context if isinstance(given, Result) else given,
                observers=listening,
                cache=cache_in(cache),
            )
        return Result(execution)

    def check(self, *, leak: bool = False, seed: int = 0) -> Self:
        """Look for faults without doing the work: paths, extras, device, names.

        Args:
            leak: also corrupt held-out rows and see that nothing fitted moves; this collects the
                data and trains.
            seed: for the leak probe.

        Returns:
            The pipeline itself, when nothing is wrong.

        Raises:
            PreflightError: with all faults at once.
            LeakError: if something fitted has seen held-out rows.
        """
        self.preflight()
        if leak:
            from fivefold.leak import check_no_leak

            check_no_leak(self, seed=seed)
        return self

    @classmethod
    def from_json(
        cls,
        text: str,
        *,
        stages: Iterable[type[Stage]] = (),
        kinds: "Iterable[Kind | type[Kind]]" = (),
        tasks: "Iterable[Task | type[Task]]" = (),
        callbacks: "Iterable[Callback]" = (),
    ) -> Self:
        """The pipeline that a recipe describes.

        Args:
            text: JSON text, from `to_json`.
            stages: stage classes of your own that it names, if they are not imported yet.
            kinds: classes of kinds of your own that it names.
            tasks: the same of tasks.
            callbacks: objects of those that it names.

        Raises:
            RecipeError: if the text is no recipe or names an unknown stage.
        """
        from fivefold.serve.own import adopt_all
        from fivefold.train.callback import hand_over

        raise_all(faults_of("Pipeline.from_json", {"text": (text, TEXT)}))
        adopt_all(kinds, tasks, who="Pipeline.from_json")
        hand_over(callbacks)

        return super().from_json(text, stages=[*built_in_stages(), *stages])


def built_in_stages() -> list[type[Stage]]:
    """The stages of fivefold's own, which a recipe may name."""
    from fivefold.collect.collect import Collect
    from fivefold.collect.fetch import Fetch
    from fivefold.collect.label import Label
    from fivefold.collect.scrape import Scrape
    from fivefold.deploy.deploy import Deploy
    from fivefold.evaluate.evaluate import Evaluate
    from fivefold.preprocess.clean import Clean
    from fivefold.preprocess.derive import Derive
    from fivefold.preprocess.preprocess import Preprocess
    from fivefold.preprocess.reweigh import Reweigh
    from fivefold.preprocess.split import Split
    from fivefold.train.distil import Distil
    from fivefold.train.equalise import Equalise
    from fivefold.train.mix import Mix
    from fivefold.train.train import Train

    reading: list[type[Stage]] = [Collect, Scrape, Fetch, Label]
    preparing: list[type[Stage]] = [Clean, Derive, Split, Preprocess, Reweigh]
    return [*reading, *preparing, Train, Distil, Mix, Equalise, Evaluate, Deploy]


@contextmanager
def _bringing_result() -> Iterator[None]:
    """Give an error of a gate the result of the run up to there."""
    try:
        yield
    except GateError as error:
        if (execution := getattr(error, "execution", None)) is not None:
            error.result = Result(execution)
        raise
