"""The artifacts and stages that tests of the core run; none of them does any work."""

import json
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any, ClassVar
from zlib import crc32

from fivefold.core.artifact import UNSAVED, Artifact
from fivefold.core.chain import Chain
from fivefold.core.context import Context
from fivefold.core.events import Progress
from fivefold.core.session import Session
from fivefold.core.stage import Count, Stage
from fivefold.core.store import write_bytes
from fivefold.errors import DataError, FivefoldError


class Collected(Artifact):
    made_by = "Collect"
    remembered: ClassVar[bool] = True
    text: str = "rows"
    rows: int = 0


class Partition(Artifact):
    """Derives itself from the rows, by a seed of its own."""

    how: str = "default"
    seed: int = 0

    @classmethod
    def derive(cls, collected: Collected, session: Session) -> "Partition":
        return cls(how=f"default of {collected.text}", seed=session.seed)


class Described(Artifact): ...


class Preprocessed(Artifact):
    made_by = "Preprocess"
    text: str = ""
    rows: int = 0
    how: str = ""


class Trained(Artifact):
    made_by = "Train"
    text: str = "trained"
    score: int = 0
    seed: int = 0
    directory: Path | None = field(default=None, metadata=UNSAVED)
    is_refit: bool = False
    weight: float = 0.0
    module: object = None

    def fitted(self) -> dict[str, object]:
        return {"text": self.text, "score": self.score, "weight": self.weight}


class Evaluated(Artifact):
    text: str = ""
    score: int = 0
    how: str = ""
    weights: tuple[float, ...] = ()
    folds: tuple[Context, ...] = field(default=(), metadata=UNSAVED)

    def fitted(self) -> dict[str, object]:
        return {"text": self.text, "score": self.score, "weights": self.weights}


class Probed(Artifact):
    text: str


class Deployed(Artifact):
    text: str = ""
    opened: object = None


class Log:
    """Remembers what happened, in order."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, line: str) -> None:
        self.lines.append(line)

    def of(self, *words: str) -> list[str]:
        """The lines that hold one of these words."""
        return [line for line in self.lines if any(word in line for word in words)]


class Toy(Stage):
    """What the stages below share: a log, and faults or a failure on demand."""

    log: Any = None
    faults: tuple[str, ...] = ()
    fails: bool = False
    fails_rehearsal: bool = False

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        self.tell(f"preflight after {len(found)}")
        return [DataError(fault) for fault in self.faults]

    def tell(self, line: str) -> None:
        if self.log is not None:
            self.log(f"{self.default_name()} {line}")

    def running(self, line: str = "") -> None:
        self.tell(f"run{line}")
        if self.fails:
            raise ZeroDivisionError("a loss that is not finite")

    def rehearsing(self) -> None:
        self.tell("rehearse")
        if self.fails_rehearsal:
            raise ValueError("no translation for this operator")


class Collect(Toy):
    rows: Count = 1
    text: str = "rows"
    drop: tuple[str, ...] = ()

    def run(self, session: Session) -> Collected:
        self.running()
        return Collected(text=self.text, rows=self.rows)


class Describe(Stage):
    def run(self, collected: Collected) -> Described:
        return Described()


class Split(Stage):
    def run(self, collected: Collected) -> Partition:
        return Partition(how="by hand")


class Preprocess(Toy):
    def run(self, collected: Collected, partition: Partition) -> Preprocessed:
        self.running()
        text = f"{collected.text} by {partition.how}"
        return Preprocessed(text=text, rows=collected.rows, how=partition.how)


class Train(Toy):
    """Where there is an `at`, that is told of ten steps, and each is kept in the folder."""

    epochs: Count = 10
    loss: Any = None
    fails_on: str = ""
    at: Any = None
    module: Any = None

    def run(self, data: Preprocessed, session: Session) -> Trained:
        session.emit(Progress(done=1, total=2, unit="epoch", values={"train_loss": 0.5}))
        self.running()
        if self.fails_on and self.fails_on in data.text:
            raise ZeroDivisionError("a loss that is not finite")
        return Trained(
            text=f"trained on {data.text}",
            score=data.rows * self.epochs,
            seed=session.seed,
            directory=session.directory,
            is_refit=session.is_refit,
            weight=0.0 if self.at is None else self.weight(data, session),
            module=self.module,
        )

    def weight(self, data: Preprocessed, session: Session) -> float:
        """What the steps end with; they go on from the last that was kept."""
        state = session.directory / "checkpoint" / "state.json" if session.directory else None
        step, weight = 0, float(session.seed % 1000)
        if session.resume and state and state.exists():
            step, weight = json.loads(state.read_text())
        self.tell(f"from {step}")
        for n in range(step, 10):
            self.at(f"{'/'.join(session.path)} {n}")
            weight = weight * 0.9 + crc32(f"{data.text} {data.rows}".encode()) / (n + 1)
            if state:
                state.parent.mkdir(parents=True, exist_ok=True)
                write_bytes(state, json.dumps([n + 1, weight]).encode())
        return weight

    def rehearse(self, data: Preprocessed, session: Session) -> Trained:
        assert not session.is_refit, "rehearsed in a refit"
        self.rehearsing()
        return Trained(text="untrained")


class Teach(Stage):
    def run(self, data: Preprocessed) -> Annotated[Trained, "teacher"]:
        return Trained(text=f"teacher of {data.text}", score=100)


class Distil(Stage):
    def run(self, teacher: Annotated[Trained, "teacher"], data: Preprocessed) -> Trained:
        return Trained(text=f"pupil of {teacher.text}", score=teacher.score + 1)


class Evaluate(Toy):
    """As many refits as there are folds."""

    folds: int = 0
    at: Any = None

    def run(self, data: Preprocessed, trained: Trained, session: Session) -> Evaluated:
        self.running()
        folds = tuple(
            session.refit(Partition(how=f"fold {n}"), name=f"fold-{n}")
            for n in range(1, self.folds + 1)
        )
        if self.at is not None:
            self.at("evaluate")
        weights = (trained.weight, *(fold[Trained].weight for fold in folds))
        return Evaluated(text=trained.text, weights=weights, folds=folds)


class Deploy(Toy):
    side_effects = True

    def run(self, trained: Trained, evaluated: Evaluated | None = None) -> Deployed:
        self.running(f" of {trained.text}")
        return Deployed(text=f"{trained.text}, {evaluated and evaluated.text}")

    def rehearse(self, trained: Trained, evaluated: Evaluated | None = None) -> Deployed:
        self.rehearsing()
        self.tell(f"tried {trained.text}")
        return Deployed(text="tried")


def five(**settings: Any) -> Chain:
    """The five stages, with these settings of all."""
    return Chain([stage(**settings) for stage in (Collect, Preprocess, Train, Evaluate, Deploy)])


def go_on(where: str) -> None:
    """Goes on with the steps; a recipe knows functions by name alone, so `stop` takes this one."""


def stop(place: str) -> Any:
    """Ends in an error at one of the steps, `train 4`."""

    def act(where: str) -> None:
        if where == place:
            raise ZeroDivisionError(where)

    act.__name__ = "go_on"
    return act
