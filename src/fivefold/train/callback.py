"""What looks on while a network is trained, and may end it."""

import copy
import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from fivefold.core.own_code import called_with
from fivefold.core.wording import quoted
from fivefold.errors import ConfigError, SignatureError
from fivefold.train.fitted import Fitted

if TYPE_CHECKING:
    from torch import Tensor, nn

    from fivefold.train.course import Course
    from fivefold.train.optimizer import Optimizer

STEERING = ("begin", "step", "epoch")
METHODS = (*STEERING, "end", "note")

_HANDED: dict[str, "Callback | type[Callback]"] = {}


@dataclass(frozen=True, eq=False, repr=False)
class Running:
    """A fit as its callbacks see it.

    Attributes:
        model: the network that takes the steps; in training mode within an epoch.
        optimizer: of its parameters; the schedule goes on from a rate that is set in one of its
            groups.
        fitted: how it goes.
        epochs: at most.
        steps: at most, all epochs together.
        path: names from the outermost stage inward: `("train",)` in the run itself, in a fold
            `("evaluate", "fold-1", "train")`.
    """

    model: "nn.Module"
    optimizer: "Optimizer"
    fitted: Fitted
    epochs: int
    steps: int
    path: tuple[str, ...]
    _course: "Course"

    @property
    def loss(self) -> "Tensor | None":
        """The mean loss of the last step, without axes; reading it waits for the device.

        None before the first step, in a resumed run again.
        """
        return self._course.loss

    @property
    def norm(self) -> "Tensor | None":
        """Of the last step's gradient, before it was bounded; None without `clip`."""
        return self._course.norm

    @property
    def step(self) -> int:
        """Steps that are done, those before a resume too."""
        return self.fitted.steps

    @property
    def epoch(self) -> int:
        """The epoch of the last step, from 1; 0 before it."""
        return (self.step - 1) // (self.steps // self.epochs) + 1

    @property
    def row(self) -> Mapping[str, float]:
        """The last epoch that ended: `epoch`, `train_loss`, `valid_loss`, `lr`, `seconds`."""
        return self.fitted.history[-1] if self.fitted.history else {}

    def take_up(self) -> None:
        """Let what was done to weights and optimizer count from here on."""
        self._course.take_up()

    def stop(self, reason: str) -> None:
        """End training here, with the best weights so far; an epoch that was begun is judged.

        Where training has ended already, nothing happens.

        Args:
            reason: for the finding that tells it.
        """
        if self.fitted.ending in (None, "time limit"):
            self.fitted.ending, self.fitted.reason = "stopped", reason


class Callback:
    """What is told how training goes, and may end it by `run.stop(reason)`.

    Define the methods that you need; the others cost nothing. They run between two steps, when the
    network is as a state would hold it. What a callback draws from torch's generator changes what
    the network draws after it, but for `begin`. Weights that it unfreezes learn from then on. A
    resumed run begins with a callback as it was handed over.

    Attributes:
        folds: whether a deep copy of it is told of refits too, those of folds among them.
        name: what stands for it in a recipe; that of its class by default.
        bitless: methods that decide no bit; a resumed run may have other ones.
        moment: at which all of the training should be done, seconds since 1970; trees that grow
            after the last step end then. None for any time.

    Example:
        >>> class Patient(Callback):
        ...     def epoch(self, run):
        ...         if run.row["valid_loss"] < 0.1:
        ...             run.stop("good enough")
        >>> Patient().name
        'Patient'
    """

    folds: ClassVar[bool] = False
    name: ClassVar[str] = "Callback"
    bitless: ClassVar[frozenset[str]] = frozenset({"end", "note"})
    moment: float | None = None
    called_with: dict[str, Any]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "name" not in vars(cls):
            cls.name = cls.__name__
        for name, member in vars(cls).items():
            if inspect.isroutine(member):
                _check_method(cls, name, member)

    def __new__(cls, *arguments: Any, **named: Any) -> Self:
        """An object that remembers what it is called with: a resumed run compares it."""
        made = super().__new__(cls)
        object.__setattr__(made, "called_with", called_with(cls, arguments, named))
        return made

    @property
    def setting_name(self) -> str:
        """What stands for it in a recipe."""
        return self.name

    def begin(self, run: Running) -> None:
        """Before the first step; in a resumed run again."""

    def step(self, run: Running) -> None:
        """After each step."""

    def epoch(self, run: Running) -> None:
        """After each epoch, which is judged: `run.row` has its losses."""

    def end(self, run: Running) -> None:
        """When the best weights are back, unless training failed."""

    def note(self, run: Running, text: str) -> None:
        """When there is something that people should know at once, in words."""


class Calls:
    """The callbacks of a fit; which of their methods are defined is asked here, once.

    Args:
        callbacks: in the order in which they are called.
        path: names from the outermost stage inward.
    """

    run: Running

    def __init__(self, callbacks: Iterable[Callback] = (), path: tuple[str, ...] = ()) -> None:
        every, self.path = tuple(callbacks), path
        self.defining = {
            method: [callback for callback in every if _defines(callback, method)]
            for method in METHODS
        }
        self.at_steps = bool(self.defining["step"])

    def call(self, method: str, *said: Any) -> None:
        """Call one of the methods of all that define it."""
        for callback in self.defining[method]:
            try:
                getattr(callback, method)(self.run, *said)
            except Exception as error:
                error.add_note(f"in the callback {callback.name}.{method}")
                raise
        if self.defining[method] and method in STEERING:
            self.run.take_up()

    def begin(self, course: "Course", epochs: int, steps: int) -> None:
        """Tell that a fit begins, of so many epochs at most, of so many steps each."""
        model, optimizer, fitted = course.model, course.optimizer, course.fitted
        most = epochs * steps
        self.run = Running(model, optimizer, fitted, epochs, most, self.path, course)
        self.call("begin")

    def note(self, text: str) -> None:
        """Tell something in words."""
        self.call("note", text)


def _defines(callback: Callback, method: str) -> bool:
    """Whether a callback, in its class or by itself, has a method of its own."""
    found = getattr(callback, method)
    return getattr(found, "__func__", found) is not getattr(Callback, method)


def _check_method(cls: type, name: str, member: Any) -> None:
    """Refuse a method that nobody would call, or could not."""
    if name in METHODS:
        _, *given = inspect.signature(getattr(Callback, name)).parameters
        bound = isinstance(member, staticmethod | classmethod)
        try:
            inspect.signature(getattr(cls, name)).bind(*([] if bound else ["self"]), *given)
        except TypeError:
            raise SignatureError(
                f"{cls.__name__}.{name}: expected a method of (self, {', '.join(given)}), found "
                f"{inspect.signature(getattr(cls, name))}.",
                remedy="Take what it is called with.",
            ) from None
        return
    words = name.replace("batch", "step").removeprefix("on_").split("_")
    near = next((method for method in METHODS if method in words), None)
    if not name.startswith("on_"):
        takes = [*inspect.signature(getattr(cls, name)).parameters][1:] == ["run"]
        near = next((m for m in METHODS if takes and name.rstrip("s") == m), None)
    if near is not None:
        raise SignatureError(
            f"{cls.__name__}: expected one of {quoted(METHODS)}, found {name!r}.",
            remedy=f"Write {near!r}; or another name, if you call it yourself.",
            near=near,
        )


def hand_over(callbacks: Iterable[Callback | type[Callback]]) -> None:
    """Make callbacks known by their names, for recipes, as long as the process lives.

    Args:
        callbacks: objects, or classes that are called with nothing once a recipe names them.
    """
    for one in callbacks:
        _HANDED[one.name] = one if isinstance(one, type) else read_callback(one)


def callbacks_in(module: ModuleType) -> list[Callback | type[Callback]]:
    """Those that a file of the user's makes, after its classes that are called with nothing."""
    classes: list[type[Callback]] = []
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Callback) and value is not Callback:
            try:
                inspect.signature(value.__init__).bind(None)
            except TypeError:
                continue
            classes.append(value)
    return [*classes, *(value for value in vars(module).values() if isinstance(value, Callback))]


def read_callback(value: Any) -> Callback:
    """A callback, or one that was handed over by its name.

    Raises:
        ConfigError: if none of that name was handed over.
        ValueError: if it is none.
    """
    if isinstance(value, str):
        if value not in _HANDED:
            raise ConfigError(
                f"Train: expected a callback that was handed over, found {value!r}.",
                remedy="Pass callbacks=[...] to Pipeline.from_json; in the shell --with FILE.py, "
                "where its class is called with nothing.",
                name=value,
            )
        known = _HANDED[value]
        return known() if isinstance(known, type) else known
    if not isinstance(value, Callback):
        hint = ": call the class" if isinstance(value, type) else ""
        raise ValueError(f"An object of a class derived from fivefold.Callback{hint}")
    return value


def called(callbacks: Iterable[Callback], *, is_refit: bool) -> list[Callback]:
    """Those of a fit: in a refit deep copies of the ones that are called in it too."""
    if not is_refit:
        return list(callbacks)
    copies = []
    for callback in callbacks:
        if callback.folds:
            try:
                copies.append(copy.deepcopy(callback))
            except Exception as error:
                error.add_note(
                    f"in the copy of the callback {callback.name} for a refit; open in begin() "
                    "what cannot be copied"
                )
                raise
    return copies
