"""The stage that teaches a network."""

from typing import ClassVar

from fivefold.artifacts import Collected, Preprocessed, Trained
from fivefold.core.context import Context
from fivefold.core.events import Found, Noted, Settled
from fivefold.core.session import Session
from fivefold.errors import FivefoldError, PreflightError
from fivefold.train.heldback import held_back, kept_to_calibrate
from fivefold.train.misfits import find_misfits
from fivefold.train.options import Options
from fivefold.train.pretrained import Pretrained
from fivefold.train.snapshot import is_estimator


class Train(Options):
    """Train a network on the training rows; keep the weights with the best validation loss.

    Args:
        model: None chooses by the kinds of the columns; the name of a built-in network; an
            `nn.Module`, copied as it is now (only copies of that copy are trained); a function
            of `(inputs, outputs)` that makes one; `Pretrained`, weights that were learnt
            elsewhere; or an estimator of scikit-learn, of which clones
            are fitted and whose settings are its own. A table arrives as float `(n, width)`, any
            other single kind as its tensor, several as a dict of tensors; logits
            `(n, outputs)` are expected, one output for two classes and for regression. A module
            with a method `fit_buffers(batch)` is shown the training rows once, before step one.
        quality: `fast`, `balanced` or `best`: how many epochs the rules give and, for a table, how
            many members and trees.
        epochs: at most; None follows a rule on rows and their size, up to 100.
        batch: rows a step; None is a power of two near rows/64.
        lr: full learning rate of AdamW; None is what suits the network, `find` looks for it in a
            test of 100 steps with a rising rate. Or rates by pattern of the names of weights,
            `{"encoder.*": 1e-4}`: the first that is met counts, other weights have the usual rate.
        weight_decay: of AdamW, for matrices; None is what suits the network.
        patience: epochs without a better validation loss after which training stops; None is 10, or
            half of the epochs of a residual network.
        schedule: of the learning rate: `cosine` with a short warm-up, `onecycle`, `constant`; or
            a function from the part of the steps that are done, 0 to 1, to a factor of the rate.
        loss: what is minimised; None is cross-entropy, or squared error. By name `focal`, or
            `absolute`, `huber`, `quantile`, `poisson` for regression. Or a function of
            (logits, target): logits `(n,)` for two classes, `(n, classes)` for more; for
            regression, predictions and target `(n,)` in the target's own unit; and of `weight`,
            `(n,)`, where rows have weights.
        quantile: that the `quantile` loss predicts, 0 to 1; None is 0.5, the median.
        label_smoothing: fraction of each label that is spread over all classes, 0 to 1.
        optimizer: a function of the parameters that gives a torch optimizer, instead of AdamW.
        class_weights: what errors count by class: `balanced`, or weights by label: `{0: 1, 1: 9}`.
        false_alarms: for `task="anomaly"`: share of usual rows that may raise an alarm.
        clean: for `task="anomaly"`: True to learn from rows alone that are known to be usual, and
            from all of them. Otherwise no label chooses what is learnt from, and the 15 % oddest
            training rows are left out.
        clip: bound of the gradient's norm; None has none.
        precision: of the forward pass; `auto` is bf16 on a GPU, else float32.
        accumulate: pieces in which a batch goes through the network, their gradients added up.
        ema: decay of a moving average of the weights, which is then judged and kept; None has
            none.
        privacy: differentially private training, `Privacy(epsilon=3)`: gradients are taken row by
            row, bounded, and noise is added, so that no training row tells much of itself by the
            weights. The network answers alone then, runs all its epochs and keeps its last weights.
        members: networks that are trained side by side and answer together, by the mean of their
            logits; None is one, or what `quality` says for a table.
        augment: random changes in training; None makes those that rows of a kind usually bear, if
            the network is a built-in one, `()` makes none. Of images: `shift` by up to one pixel in
            14, in 8 where there are colours, `flip` left to right, `crop` a fifth of a side at
            most, `rotate` by up to 15 degrees, `colour` (brightness, contrast, tint), `erase` a
            rectangle, `mixup` and `cutmix` two of them. Of sounds: `mask` a stretch of time and one
            of bands, stretch time (`speed`) and bands (`pitch`) by a fifth at most, `shift` in
            time, `noise`, `mix` two sounds. Of sequences: `mutate` some symbols, `shift` by a few,
            `turn` half of them to the other strand.
        freeze: patterns of the names of weights that shall not learn, `["encoder.*"]`.
        sampler: None takes all training rows in every epoch, in random order; `balanced` draws as
            many with replacement, of each class as often. Or a function of (epoch from 1, seeded
            `torch.Generator`, targets as the loss gets them) that gives positions of rows, as many
            in each epoch; equal arguments must give equal rows.
        all_rows: whether linear models and forests beside a network of texts, series, sequences or
            mixed rows learn from validation rows too, once they have chosen how; they are no test
            of the model then. Where they choose thresholds or how far counts spread these do not.
        hold_back: whether validation rows are held back for what is decided by them later, the half
            of 1,000 or more; of fewer all stop training and decide, and nothing learns from them.
            A pipeline says so itself where `Evaluate` chooses a threshold.
        hold_half: whether with `hold_back` the half of fewer validation rows is held back too, so
            that none stops training. A pipeline says so where `Evaluate` is asked for `coverage`.
        calibrate: the map that probabilities go through once the model has learnt, so that they
            mean what they say: `temperature` divides logits by one number, of two classes or more;
            `isotonic` is a rising map of two classes in straight pieces. It is fitted by the half
            of 1,000 validation rows or more; of fewer by the half for `isotonic`, by all for
            `temperature`. It is part of the model, so that thresholds, intervals and bundles see
            its probabilities. None for none.
        prefer: `simpler` fits a linear model and boosted trees beside the network, and keeps the
            first that does not lose to it on the validation rows; for one class or number a row.
        threads: of the CPU; None is one where a step of the network is little work, else one a
            core. More than one wait for one another: they gain little on small networks, and lose
            very much where others use the cores too.
        time_limit: seconds for the whole stage; the learning rate falls to its end in time. With
            it, what is learnt depends on the speed of the machine.
        checkpoint_seconds: between two saved states, where the run has a directory; 0 saves after
            every step.
        callbacks: objects of classes derived from `Callback`, which are told how training goes and
            may end it.

    Example:
        >>> Train("mlp", epochs=20)
        Train(model='mlp', epochs=20)
    """

    tries_first: ClassVar[bool] = True

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        """The device, and what the columns say of the settings."""
        faults: list[FivefoldError] = []
        if session.device not in {"auto", "cpu"}:
            from fivefold.train.device import find_device

            try:
                find_device(session.device)
            except PreflightError as error:
                faults.append(error)
        if isinstance(self.model, Pretrained):
            faults += self.model.faults()
        collected = found.get(Collected)
        return faults if collected is None else [*faults, *find_misfits(self, collected.schema)]

    def sources(self) -> dict[str, str]:
        """The digest of the weights that it begins with."""
        return {"model": self.model.find().digest} if isinstance(self.model, Pretrained) else {}

    def rehearse(self, data: Preprocessed, session: Session) -> Trained:
        """The untrained network, after eight rows have gone through it."""
        if self.hold_back:
            stage, fewer = held_back(self, data)
            return stage.rehearse(fewer, session)
        if self.calibrate is not None:
            return self._prepared(self.replace(calibrate=None).rehearse(data, session))
        if is_estimator(self.model):
            from fivefold.train.estimator import try_estimator

            return try_estimator(self, data, session)
        from fivefold.models.threads import threads_set
        from fivefold.train.device import find_device
        from fivefold.train.known_odd import learnable
        from fivefold.train.learn import unlearnt
        from fivefold.train.outcome import make_trained
        from fivefold.train.plan import make_plan
        from fivefold.train.trial import remember

        used = learnable(data, clean=self.clean)
        with threads_set(1):  # eight rows
            device = find_device(session.device)
            plan = make_plan(self, used, device=device, seed=session.seed)
            remember(self, data, plan.trial, device, session.seed)
            learnt = unlearnt(self, plan, used, session)
            return make_trained(self, plan, learnt, used, seed=session.seed)

    def outline(self, data: Preprocessed, session: Session) -> Trained:
        """The network with its first weights, which those that were learnt take the place of."""
        if self.calibrate is not None:
            return self._prepared(self.replace(calibrate=None).outline(data, session))
        from fivefold.models.threads import threads_set
        from fivefold.train.outcome import outline_trained
        from fivefold.train.plan import asked_network

        if is_estimator(self.model):
            from fivefold.train.estimator import unfitted

            return outline_trained(unfitted(self, data))
        with threads_set(1):
            return outline_trained(asked_network(self, data, seed=session.seed))

    def run(self, data: Preprocessed, session: Session) -> Trained:
        """Train, and tell how it goes epoch by epoch."""
        if self.hold_back:
            stage, fewer = held_back(self, data)
            return stage.run(fewer, session)
        if self.calibrate is not None:
            from fivefold.train.calibrated import calibrated

            stage, fewer, kept = kept_to_calibrate(self, data)
            return calibrated(stage.run(fewer, session), self.calibrate, kept, data.codec, session)
        if is_estimator(self.model):
            return self._fit_estimator(data, session)
        from fivefold.models.threads import threads_set
        from fivefold.train.checkpoint import decided_before
        from fivefold.train.clock import Clock
        from fivefold.train.contest import learn_best, settle_changes
        from fivefold.train.device import find_device
        from fivefold.train.known_odd import learnable, many_odd
        from fivefold.train.matmul import matmul_set
        from fivefold.train.outcome import make_trained
        from fivefold.train.plan import make_plan
        from fivefold.train.simpler import simplest
        from fivefold.train.trial import recall

        spent, device = Clock(self.time_limit), find_device(session.device)
        trial = recall(self, data, device, session.seed)
        odd = tuple(many_odd(data, clean=self.clean))
        data = learnable(data, clean=self.clean)
        with threads_set(1):  # eight rows
            plan = make_plan(self, data, device=device, seed=session.seed, trial=trial)
        before = decided_before(session)
        plan.network.threads = self.threads or before.get("threads of torch", plan.threads)
        with threads_set(plan.network.threads):
            with matmul_set(plan.matmul):
                plan = settle_changes(self, plan, data, session, spent=spent, before=before)
                session.emit(Noted(text=plan.sentence))
                if plan.budget is not None:
                    session.emit(Noted(text=plan.budget.sentence))
                if plan.network.begun is not None:
                    session.emit(Noted(text=plan.network.begun.sentence))
                plan, learnt = learn_best(self, plan, data, session, spent=spent, before=before)
            trained = make_trained(
                self, plan, learnt, data, seed=session.seed, seconds=spent.seconds
            )
        if self.prefer == "simpler":
            trained = simplest(self, trained, data, session)
        trained = trained.replace(findings=(*trained.findings, *odd))
        session.emit(Settled(values=dict(trained.settings)))
        for finding in trained.findings:
            session.emit(Found(finding=finding))
        return trained

    def _prepared(self, trained: Trained) -> Trained:
        """A network that has learnt nothing, with room for its map of probabilities."""
        assert self.calibrate is not None
        trained.model.head.prepare(self.calibrate)
        trained.model.calibrated = True
        return trained

    def _fit_estimator(self, data: Preprocessed, session: Session) -> Trained:
        from fivefold.train.estimator import train_estimator

        trained = train_estimator(self, data, session)
        session.emit(Settled(values=dict(trained.settings)))
        for finding in trained.findings:
            session.emit(Found(finding=finding))
        return trained
