"""Which settings to try next: Optuna's TPE, by what earlier trials showed."""

import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any

from fivefold.core.chain import Chain
from fivefold.core.session import derive_seed
from fivefold.core.space import Between, OneOf, Space
from fivefold.core.wording import told
from fivefold.study.search import Search, has_no_digest, told_options
from fivefold.study.tried import Trial

if TYPE_CHECKING:
    import optuna

ATTEMPTS = 20
"""How often is asked for settings that are not spent."""


@dataclass(frozen=True, eq=False)
class Proposal:
    """Settings to try.

    Attributes:
        number: of the trial.
        pipeline: with everything chosen; None where what was chosen does not go together.
        values: as of a `Trial`.
        written: as of a `Trial`.
        answers: by address the number, or the place of the option.
        why: there is no pipeline.
    """

    number: int
    pipeline: Chain | None
    values: Mapping[str, Any]
    written: Mapping[str, Any]
    answers: Mapping[str, Any]
    why: str
    ticket: Any = field(repr=False)

    @property
    def is_told(self) -> bool:
        """Whether its answers say all of it: what has no digest may be another thing now."""
        return not any(map(has_no_digest, self.written.values()))


class Proposer:
    """Asks Optuna, and tells it what came of it.

    It keeps nothing between two starts: told the same trials in the same order, it proposes the
    same, as what draws is seeded anew for each trial.

    Args:
        search: what is searched.
        greater: whether more is better.
        seed: of the study.
        warm: trials of earlier studies; settings that are none here, or out of bounds, are left
            out.

    Reference:
        Bergstra et al., Algorithms for Hyper-Parameter Optimization, NeurIPS 2011, section 4.
    """

    def __init__(
        self, search: Search, *, greater: bool, seed: int, warm: Sequence[Trial] = ()
    ) -> None:
        self._search, self._seed = search, seed
        self._spaces = dict(search.spaces())
        with quiet():
            import optuna

            self.study = optuna.create_study(direction="maximize" if greater else "minimize")
            for trial in warm:
                self._recall(trial)
        self._recalled = len(self.study.trials)

    def ask(self, number: int, spent: Collection[Mapping[str, Any]] = ()) -> Proposal:
        """Settings for the trial of this number, those that are not told yet kept apart from.

        Args:
            number: of the trial.
            spent: answers that are of no use any more; they are given only where others are hard
                to find.
        """
        from optuna.trial import TrialState

        for attempt in range(ATTEMPTS):
            found = self._asked(number, attempt)
            if found.answers not in spent or attempt == ATTEMPTS - 1:
                break
            with quiet():
                self.study.tell(found.ticket, state=TrialState.FAIL)
        return found

    def _asked(self, number: int, attempt: int) -> Proposal:
        from optuna.samplers import TPESampler

        with quiet():
            again = [str(attempt)] if attempt else []
            drawn = str(self._recalled + number)  # else an earlier study of one seed is repeated
            seed = derive_seed(self._seed, "trial", drawn, *again)
            self.study.sampler = TPESampler(seed=seed, constant_liar=True)
            ticket = self.study.ask()
            written: dict[str, Any] = {}

            def ask(at: str, space: Space) -> Any:
                answer = suggested(ticket, at, space)
                options = self._search.options
                written[at] = options[at][answer] if isinstance(space, OneOf) else answer
                return answer

            why, pipeline, values = "", None, dict[str, Any]()
            try:
                pipeline, values = self._search.settle(ask)
            except Exception as error:
                why = told(error)
        answers = dict(ticket.params)
        return Proposal(number, pipeline, values, written, answers, why, ticket)

    def tell(self, proposal: Proposal, trial: Trial) -> None:
        """What came of a proposal."""
        from optuna.trial import TrialState

        ticket = proposal.ticket
        with quiet():
            if trial.answer_seconds is not None:
                ticket.set_constraint("latency", 1.0 if trial.state == "too slow" else -1.0)
            if trial.state == "failed" or not isfinite(trial.score):
                ticket.set_constraint("can be done", 1.0)  # else it is forgotten, and asked again
                self.study.tell(ticket, state=TrialState.PRUNED)
            elif trial.state in ("pruned", "cut short"):
                ticket.report(trial.score, max(1, trial.epochs))
                self.study.tell(ticket, state=TrialState.PRUNED)
            else:
                self.study.tell(ticket, trial.score)

    def importance(self) -> dict[str, float]:
        """How much of what differs between scores each setting explains, by address.

        Settings that every finished trial has; they sum to 1. Nothing where fewer than four
        trials finished, or all with one score.

        Reference:
            Hutter et al., An Efficient Approach for Assessing Hyperparameter Importance, ICML 2014.
        """
        from optuna.importance import FanovaImportanceEvaluator, get_param_importances
        from optuna.trial import TrialState

        with quiet():
            done = self.study.get_trials(states=[TrialState.COMPLETE])
            if len(done) < 4 or len({trial.value for trial in done}) < 2:
                return {}
            evaluator = FanovaImportanceEvaluator(seed=derive_seed(self._seed, "importance"))
            shares = get_param_importances(self.study, evaluator=evaluator)
            return {at: float(share) for at, share in shares.items()}

    def _recall(self, trial: Trial) -> None:
        from optuna.trial import TrialState, create_trial

        known = {}
        for at, written in trial.written.items():
            answer = answer_of(self._spaces[at], written, at) if at in self._spaces else None
            if answer is not None:
                known[at] = answer
        if not known or trial.state not in ("complete", "pruned") or not isfinite(trial.score):
            return
        pruned = trial.state == "pruned"
        self.study.add_trial(
            create_trial(
                state=TrialState.PRUNED if pruned else TrialState.COMPLETE,
                value=None if pruned else trial.score,
                params=known,
                distributions={at: distribution(self._spaces[at]) for at in known},
                intermediate_values={max(1, trial.epochs): trial.score} if pruned else None,
            )
        )


def distribution(space: Space) -> "optuna.distributions.BaseDistribution":
    """A space as Optuna has it; options by their places."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(space, OneOf):
        return CategoricalDistribution(range(len(space.options)))
    assert isinstance(space, Between)
    if space.whole:
        return IntDistribution(int(space.low), int(space.high), log=space.log)
    return FloatDistribution(space.low, space.high, log=space.log)


def suggested(ticket: "optuna.Trial", at: str, space: Space) -> Any:
    """What Optuna answers for a space: a number, or the place of an option."""
    if isinstance(space, OneOf):
        return ticket.suggest_categorical(at, range(len(space.options)))
    assert isinstance(space, Between)
    if space.whole:
        return ticket.suggest_int(at, int(space.low), int(space.high), log=space.log)
    return ticket.suggest_float(at, space.low, space.high, log=space.log)


def answer_of(space: Space, written: Any, at: str) -> Any:
    """The answer that something written stands for; None where it is none of the space."""
    if isinstance(space, OneOf):
        options = told_options(space, at)
        known = written in options and not has_no_digest(written)
        return options.index(written) if known else None
    assert isinstance(space, Between)
    kinds = int if space.whole else (int, float)
    fits = isinstance(written, kinds) and not isinstance(written, bool)
    return written if fits and space.low <= written <= space.high else None


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Optuna from telling on its own, and its bar from missing widgets in a notebook."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "IProgress not found")
        import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)
