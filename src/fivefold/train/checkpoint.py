"""What a run needs to go on where it was, on disk: whole or not at all."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from fivefold.core.difference import refusal
from fivefold.core.format import Hashed
from fivefold.core.session import Session
from fivefold.core.store import whole
from fivefold.models.tensors import write_tensors

FOLDER = "checkpoint"  # where the states of a stage stand, below its directory

PATTERN = "[0-9]*.safetensors"

KEPT = 2  # states on disk: the newest, and the one before it should the newest be damaged


@dataclass(frozen=True)
class State:
    """A run between two steps."""

    values: Mapping[str, Any]  # plain values: where it is, and its history
    tensors: Mapping[str, Tensor]  # weights, best weights, moments, generators, by name


class Checkpoints:
    """The newest states of one run, in a folder of their own.

    A state is a safetensors file that is written beside, synced and renamed, with a SHA-256 over
    all it holds; the one before it stays. Saving reads and never changes a run, so when it happens
    decides no bit.

    Args:
        folder: for these files alone.
        identity: what must be equal for a run to go on with the same bits: that of the step, and
            what was `decided` in it. Plain JSON values.
        seconds: between two states, at least; 0 saves after every step.
        resume: False begins again, and the files of an earlier run go when the first is written.
    """

    def __init__(
        self, folder: Path, *, identity: Mapping[str, Any], seconds: float, resume: bool
    ) -> None:
        self.folder, self.identity, self.seconds = folder, identity, seconds
        self.resume = resume
        self._last = time.monotonic()

    @property
    def due(self) -> bool:
        """Whether it is time for another one."""
        return time.monotonic() - self._last >= self.seconds

    def newest(self) -> State | None:
        """The last state that was written whole; None to begin.

        Raises:
            ResumeError: if it is of a run that differs; all differences are named.
        """
        if not self.resume:
            return None
        found = _newest(self.folder)
        if found is None:
            return None
        identity, state = found
        fault = refusal(identity, self.identity, "Train", self.folder)
        if fault is not None:
            raise fault
        return state

    def save(self, state: State) -> None:
        """Write a state; then let go of all but the one before it.

        Raises:
            OSError: what the system said; older states are untouched.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        older = _paths(self.folder) if self.resume else []
        outdated = [] if self.resume else _paths(self.folder)
        number = 1 + max((int(path.stem) for path in [*older, *outdated]), default=0)
        with whole(self.folder / f"{number:08}.safetensors") as file:
            write_state(self.identity, state, file)
        torn = list(self.folder.glob(".*.tmp"))  # of a process that was killed
        for path in [*older[KEPT - 1 :], *outdated, *torn]:
            path.unlink(missing_ok=True)
        self.resume = True
        self._last = time.monotonic()


def decided_before(session: Session) -> Mapping[str, Any]:
    """What was decided in the run that a session goes on with; nothing if it begins."""
    if session.directory is None or not session.resume:
        return {}
    found = _newest(session.directory / FOLDER)
    return {} if found is None else found[0].get("decided", {})


def _newest(folder: Path) -> tuple[dict[str, Any], State] | None:
    """The last state that was written whole in a folder, and whose it is."""
    return next(filter(None, map(read_state, _paths(folder))), None)


def _paths(folder: Path) -> list[Path]:
    """Files of states, newest first; what was still being written has another name."""
    return sorted(folder.glob(PATTERN), reverse=True)


def write_state(identity: Mapping[str, Any], state: State, file: Hashed) -> None:
    """Write a state, and whose it is, as a safetensors file."""
    text = json.dumps({"identity": identity, "values": state.values})
    about = {"state": text, "sha256": _digest(text, state.tensors)}
    write_tensors(state.tensors, about, file)


def read_state(path: Path) -> tuple[dict[str, Any], State] | None:
    """A state, and whose it is, in a file; None if it is torn or changed."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError):
        return None
    text = about.get("state", "")
    if not text or _digest(text, tensors) != about.get("sha256"):
        return None
    content = json.loads(text)
    return content.get("identity", {}), State(content["values"], tensors)


def _digest(text: str, tensors: Mapping[str, Tensor]) -> str:
    total = sha256(text.encode())
    for name, tensor in sorted(tensors.items()):
        total.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        plain = tensor.detach().cpu().contiguous().flatten()
        total.update(plain.view(torch.uint8).numpy().tobytes())
    return total.hexdigest()


def flattened(state: Mapping[int, Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    """What an optimizer has learnt, each value under its number and name."""
    for place, values in state.items():
        for name, value in values.items():
            yield f"{place}.{name}", value


def unflattened(values: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """What `flattened` took apart."""
    state: dict[int, dict[str, Any]] = {}
    for key, value in values.items():
        place, _, name = key.partition(".")
        state.setdefault(int(place), {})[name] = value
    return state
